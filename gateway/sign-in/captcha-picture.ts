/** Draws a few characters as bent strokes among other strokes. Pure: one seed, one picture. */

/** Corners of each stroke on a grid of 4 × 6, as pairs of digits `xy`, y downwards. */
const strokesOf = new Map<string, string>([
  ['A', '062046 1434'],
  ['C', '4130100105163645'],
  ['D', '00204244260600'],
  ['E', '40000646 0333'],
  ['F', '400006 0333'],
  ['H', '0006 4046 0343'],
  ['J', '1040 3035261605'],
  ['K', '0006 400346'],
  ['M', '0600234046'],
  ['N', '06004640'],
  ['P', '06003041423303'],
  ['R', '06003041423303 2346'],
  ['T', '0040 2026'],
  ['U', '000516364540'],
  ['V', '002640'],
  ['W', '0016233640'],
  ['X', '0046 4006'],
  ['Y', '002340 2326'],
  ['3', '01103041423323334445361605'],
  ['4', '36300444'],
  ['6', '413010010516364544331304'],
  ['7', '004016'],
  ['9', '051636454130100102133342'],
]);

const width = 176;
const height = 56;
/** Few and short: more of them stops people sooner than robots. */
const noiseStrokes = 3;
/** Pieces per straight edge, so that it can bend. */
const pieces = 4;

type Point = [x: number, y: number];

export function drawCaptcha(text: string, seed: number): string {
  const random = randomFrom(seed);
  const between = (low: number, high: number) => low + random() * (high - low);
  const waveX = { size: between(2, 4), step: between(0.05, 0.09), from: between(0, 6.3) };
  const waveY = { size: between(2, 4), step: between(0.05, 0.09), from: between(0, 6.3) };
  const bend = ([x, y]: Point): Point => [
    x + waveX.size * Math.sin(y * waveX.step * 2 + waveX.from),
    y + waveY.size * Math.sin(x * waveY.step + waveY.from),
  ];

  const strokes: Point[][] = [];
  const slot = (width - 32) / text.length;
  for (const [place, character] of [...text].entries()) {
    const turn = between(-0.25, 0.25);
    const [scaleX, scaleY] = [between(5, 6.2), between(5, 6)];
    const centre: Point = [16 + slot * (place + 0.5) + between(-2, 2), height / 2 + between(-3, 3)];
    for (const corners of (strokesOf.get(character) ?? '').split(' ')) {
      const placed = pointsOf(corners).map(([x, y]): Point => {
        const [dx, dy] = [(x - 2) * scaleX, (y - 3) * scaleY];
        return [
          centre[0] + dx * Math.cos(turn) - dy * Math.sin(turn),
          centre[1] + dx * Math.sin(turn) + dy * Math.cos(turn),
        ];
      });
      strokes.push(divided(placed).map(bend));
    }
  }
  for (let noise = 0; noise < noiseStrokes; noise += 1) {
    const from: Point = [between(16, width - 16), between(10, height - 10)];
    const to: Point = [from[0] + between(-26, 26), from[1] + between(-14, 14)];
    strokes.push(divided([from, to]).map(bend));
  }
  shuffle(strokes, random);

  const path = strokes
    .map((stroke) => `M${stroke.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}`)
    .join('');
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}"><path fill="none" stroke="#17232b" stroke-width="2.6" ` +
    `stroke-linecap="round" stroke-linejoin="round" d="${path}"/></svg>`
  );
}

function pointsOf(corners: string): Point[] {
  const points: Point[] = [];
  for (let at = 0; at < corners.length; at += 2) {
    points.push([Number(corners[at]), Number(corners[at + 1])]);
  }
  return points;
}

function divided(points: Point[]): Point[] {
  const [first, ...others] = points;
  if (first === undefined) return [];
  const fine: Point[] = [first];
  let [fromX, fromY] = first;
  for (const [toX, toY] of others) {
    for (let piece = 1; piece <= pieces; piece += 1) {
      const share = piece / pieces;
      fine.push([fromX + (toX - fromX) * share, fromY + (toY - fromY) * share]);
    }
    [fromX, fromY] = [toX, toY];
  }
  return fine;
}

function shuffle<Item>(items: Item[], random: () => number): void {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [items[last], items[other]];
    if (a === undefined || b === undefined) continue;
    [items[last], items[other]] = [b, a];
  }
}

/** Mulberry32: small, and good enough to scatter strokes. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
