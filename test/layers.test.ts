/**
 * Dependencies point one way. Reads the import lines of every source file and names the arrow that
 * is broken; a few other habits that keep the parts apart are read off the text the same way.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { expect, test } from 'vitest';

const root = new URL('..', import.meta.url).pathname;
const folders = ['engine', 'gateway', 'web', 'sandbox', 'data', 'bench', 'test', 'ops', 'docs'];
const files = [
  ...readdirSync(root).filter((name) => name.endsWith('.ts') || name.endsWith('.md')),
  ...folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      posix.join(folder, name),
    ),
  ),
];
const sources = files
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name, text: read(name) }));

/** Which parts a part may import; its own is always allowed. */
const arrows: Record<string, string[]> = {
  protocol: [],
  core: ['protocol'],
  store: ['core', 'protocol'],
  writer: ['core', 'protocol'],
  effects: ['core', 'protocol', 'settings.ts', 'outside-thread.ts'],
  bus: ['protocol'],
  payments: ['protocol', 'settings.ts', 'outside-thread.ts'],
  sandbox: [],
  import: ['protocol', 'data'],
  web: ['protocol'],
  gateway: ['protocol', 'web', 'payments'],
  data: ['protocol', 'import'],
};
/** These put the parts together; what they join is their whole purpose. */
const wiring = [/^ruxi\.ts$/, /^engine\/[^/]+\.ts$/, /^gateway\/main\.ts$/, /^(bench|test|ops)\//];

/**
 * Contracts: words and forms like the protocol's, standing beside what keeps them. A part may know
 * the contract of what it is handed and the form of what it hands on, never an implementation.
 */
const contracts: Record<string, string[]> = {
  'engine/store/store.ts': ['writer'],
  'engine/store/journal.ts': ['writer'],
  'engine/store/rows.ts': ['writer'],
  'engine/store/vault.ts': ['writer', 'import', 'effects'],
  'engine/bus/bus.ts': ['effects', 'writer', 'gateway', 'import'],
  'engine/bus/postbox.ts': ['effects', 'gateway', 'import'],
  'package.json': ['gateway'],
  'engine/log.ts': ['gateway'],
  'engine/exposition.ts': ['gateway'],
  // All that the duty desk knows of importing and exporting.
  'engine/import/audit-words.ts': ['gateway'],
  'engine/import/desk.ts': ['gateway'],
  'engine/import/export.ts': ['gateway'],
  // What a payment platform publishes, and the keys that come with signing up.
  'sandbox/wire.ts': ['payments'],
  'sandbox/keys.ts': ['payments'],
  // The sandbox's pages: another party, in fitting colours.
  'web/markup.ts': ['sandbox'],
  'web/china-time.ts': ['sandbox'],
  'web/styles/tokens.css': ['sandbox'],
  'engine/payments/provider.ts': ['effects', 'gateway'],
  'engine/payments/set-aside.ts': ['effects', 'gateway'],
  // How a provider answers is counted in the same words by both who ask it.
  'engine/payments/tally.ts': ['effects', 'gateway'],
};

/** Single broken arrows that are right, each with its reason. */
const exceptions: Record<string, string> = {};

test('every import follows the one direction of dependencies', () => {
  const broken = sources.flatMap(({ name, text }) =>
    importsOf(name, text)
      .filter((target) => !allowed(name, target))
      .map((target) => `${name} → ${target}`),
  );
  expect(broken).toEqual([]);
});

test('every exception to the direction of dependencies is still used', () => {
  const used = sources.flatMap(({ name, text }) =>
    importsOf(name, text).map((target) => `${name} → ${target}`),
  );
  expect(Object.keys(exceptions).filter((arrow) => !used.includes(arrow))).toEqual([]);
});

test('nothing that runs imports a benchmark or a test', () => {
  const broken = sources
    .filter(({ name }) => !/^(bench|test)\//.test(name) && name !== 'vitest.config.ts')
    .flatMap(({ name, text }) =>
      importsOf(name, text)
        .filter((target) => /^(bench|test)\//.test(target))
        .map((target) => `${name} → ${target}`),
    );
  expect(broken).toEqual([]);
});

test('a module that is hard to replace is known to one place only', () => {
  const owners: Record<string, RegExp> = {
    'uWebSockets.js': /^(gateway\/http\.ts|bench\/)/,
    lmdb: /^(engine\/store\/|bench\/|test\/)/,
    '@nats-io/transport-node': /^(engine\/bus\/|test\/|bench\/)/,
    argon2: /^(gateway\/hashing\/|data\/|test\/)/,
    eta: /^web\//,
    otplib: /^(gateway\/staff\/totp\.ts|test\/)/,
    'prom-client': /^engine\/exposition\.ts$/,
    qrcode: /^(web\/qr\.ts|test\/)/,
    'tencentcloud-sdk-nodejs-sms': /^engine\/effects\/tencent-channel\.ts$/,
    '@alicloud/dysmsapi20170525': /^engine\/effects\/alibaba-channel\.ts$/,
    'alipay-sdk': /^engine\/payments\/alipay\.ts$/,
    'wechatpay-axios-plugin': /^engine\/payments\/wechat\.ts$/,
  };
  const broken = sources.flatMap(({ name, text }) =>
    packagesOf(text)
      .filter((used) => owners[used]?.test(name) === false)
      .map((used) => `${name} → ${used}`),
  );
  expect(broken).toEqual([]);
});

test('the core asks no clock, rolls no dice, awaits nothing and touches no machine', () => {
  const forbidden =
    /\b(Date\.now|new Date|performance|Math\.random|crypto|Promise|async|await|setTimeout|setInterval|process|require)\b|from '(?!\.)[^']*'/;
  const broken = sources
    .filter(({ name }) => name.startsWith('engine/core/'))
    .flatMap(({ name, text }) =>
      withoutComments(text)
        .split('\n')
        .filter((line) => forbidden.test(line))
        .map((line) => `${name}: ${line.trim()}`),
    );
  expect(broken).toEqual([]);
});

test('a write to LMDB stands in the store only', () => {
  const broken = sources
    .filter(({ name }) => /^(engine|gateway)\//.test(name) && !name.startsWith('engine/store/'))
    .filter(({ text }) => /\b(db|database|env|table)\.(put|putSync|remove|removeSync)\(/.test(text))
    .map(({ name }) => name);
  expect(broken).toEqual([]);
});

test('pages carry no script, no style and no expression of their own', () => {
  const inline =
    /<script(?![^>]*\bsrc=)|\sstyle\s*=|<style|\son[a-z]+\s*=\s*["']|hx-on|\bjs:|javascript:|hx-trigger="[^"]*\[/i;
  const broken = files
    .filter((name) => name.startsWith('web/') && name.endsWith('.eta'))
    .flatMap((name) =>
      read(name)
        .split('\n')
        .map((line, index) => ({ line, place: `${name}:${index + 1}` }))
        .filter(({ line }) => inline.test(line))
        .map(({ line, place }) => `${place}: ${line.trim()}`),
    );
  expect(broken).toEqual([]);
});

test('packages are named by exact versions', () => {
  const named = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
  const loose = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
    Object.entries(named[kind] ?? {}).filter(
      ([, version]) => !/^(npm:[\w./@-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
    ),
  );
  expect(loose).toEqual([]);
});

test('nothing is left for later in a comment', () => {
  const marks = /\b(TODO|FIXME|XXX|HACK)\b/;
  const left = files
    .filter((name) => /\.(ts|js|eta|css|md|conf|service)$/.test(name))
    .filter((name) => name !== 'test/layers.test.ts')
    .flatMap((name) =>
      read(name)
        .split('\n')
        .filter((line) => marks.test(line))
        .map((line) => `${name}: ${line.trim()}`),
    );
  expect(left).toEqual([]);
});

function allowed(from: string, to: string): boolean {
  if (wiring.some((place) => place.test(from))) return true;
  if (exceptions[`${from} → ${to}`] !== undefined) return true;
  const [source, target] = [partOf(from), partOf(to)];
  return (
    source === target ||
    (arrows[source] ?? []).includes(target) ||
    (contracts[to] ?? []).includes(source)
  );
}

/** `engine/core/rows.ts` → `core`, `gateway/http.ts` → `gateway`, `ruxi.ts` → `ruxi.ts`. */
function partOf(name: string): string {
  const [first = '', second = ''] = name.split('/');
  return first === 'engine' ? second : first;
}

/** The project's own files that this one imports, by path from the root. */
function importsOf(name: string, text: string): string[] {
  return specifiersOf(text)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => posix.join(posix.dirname(name), specifier));
}

function packagesOf(text: string): string[] {
  return specifiersOf(text)
    .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
    .map((specifier) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    );
}

function specifiersOf(text: string): string[] {
  const lines = withoutComments(text).matchAll(
    /(?:\bfrom|\bimport|\bimport\(|\bnew URL\()\s*'([^'\n]+)'/g,
  );
  return [...lines].map((found) => String(found[1])).filter((path) => /^(\.|@|[a-z])/i.test(path));
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

function read(name: string): string {
  return readFileSync(join(root, name), 'utf8');
}
