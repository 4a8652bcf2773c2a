/** QR codes as drawings: one path, by attributes only, so that no policy stands in its way. */
import { create } from 'qrcode';
import { html, type Markup } from './markup.ts';

/** Light modules around the dark ones, as the standard asks. */
const quiet = 4;

/** `label` is what a screen reader says of it. Its size is for the style sheet. */
export function qrCode(text: string, label: string): Markup {
  const { modules } = create(text, { errorCorrectionLevel: 'M' });
  const { size } = modules;
  const dark = (x: number, y: number): boolean => x < size && modules.get(y, x) === 1;
  let path = '';
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      if (!dark(x, y)) continue;
      const from = x;
      while (dark(x, y)) x += 1;
      path += `M${from + quiet} ${y + quiet}h${x - from}v1h-${x - from}z`;
    }
  }
  const side = size + 2 * quiet;
  return html`<svg class="qr" viewBox="0 0 ${side} ${side}" role="img" aria-label="${label}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${side}v${side}H0z"/><path fill="#000" d="${path}"/></svg>`;
}
