/**
 * The files every page links to: styles joined into one sheet, our script, htmx and its WebSocket
 * extension from their package, the mark. Each goes under a name that carries the hash of its
 * content, so it may be kept for ever; the gateway serves the bytes.
 *
 * A1 `path` is `/assets/<name>.<hash>.<extension>` with the first twelve hexadecimal digits of the
 *    content's SHA-256.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { brotliCompressSync, gzipSync } from 'node:zlib';

export type Asset = {
  /** Before hashing: `ruxi.css`. */
  name: string;
  path: string;
  bytes: Uint8Array;
  /** Made once, at start: the best that can be had. */
  gzip: Uint8Array;
  brotli: Uint8Array;
  type: string;
};
export type AssetName = 'style' | 'script' | 'htmx' | 'mark' | 'captcha' | 'bridge';
export type Assets = Record<AssetName, Asset>;

/** In the order in which later rules may refine earlier ones. */
const sheets = ['tokens', 'base', 'layout', 'components', 'pages', 'print', 'slip'];

export function readAssets(): Assets {
  const own = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
  const htmxFolder = new URL(
    '.',
    `file://${createRequire(import.meta.url).resolve('htmx.org/dist/htmx.min.js')}`,
  );
  const vendored = (name: string) => readFileSync(new URL(name, htmxFolder), 'utf8');
  const styles = sheets.map((name) => own(`styles/${name}.css`)).join('\n');
  return {
    style: asset('ruxi.css', withoutSpace(styles), 'text/css; charset=utf-8'),
    script: asset(
      'ruxi.js',
      withoutComments(own('public/app.js')),
      'text/javascript; charset=utf-8',
    ),
    // In one file: htmx looks through the page right after its own script has run, and an extension
    // that arrives later finds its elements passed over.
    htmx: asset(
      'htmx.js',
      `${withoutMap(vendored('htmx.min.js'))};\n${withoutMap(vendored('ext/hx-ws.min.js'))}`,
      'text/javascript; charset=utf-8',
    ),
    // Fetched by app.js when somebody asks for it, and by no page.
    captcha: asset(
      'captcha.js',
      withoutComments(own('public/captcha.js')),
      'text/javascript; charset=utf-8',
    ),
    // Within WeChat, where somebody pays there.
    bridge: asset('bridge.js', own('public/bridge.js'), 'text/javascript; charset=utf-8'),
    mark: asset('mark.svg', own('public/mark.svg'), 'image/svg+xml'),
  };
}

export function asset(name: string, text: string, type: string): Asset {
  const bytes = Buffer.from(text);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  const dot = name.lastIndexOf('.');
  return {
    name,
    path: `/assets/${name.slice(0, dot)}.${hash}${name.slice(dot)}`,
    bytes,
    gzip: gzipSync(bytes, { level: 9 }),
    brotli: brotliCompressSync(bytes),
    type,
  };
}

/** Comments and indentation only: our sheets hold no string in which either would matter. */
export const withoutSpace = (css: string): string =>
  css.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\s+/g, ' ');

/** Lines that are comments, and indentation: our scripts hold no text that runs over lines. */
export const withoutComments = (script: string): string =>
  script
    .replace(/^\s*\/\*\*[\s\S]*?\*\//gm, '')
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/\n\s*/g, '\n');

/** The map is not served; its name would only make a browser ask for it. */
const withoutMap = (script: string): string =>
  script.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '');
