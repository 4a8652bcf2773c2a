/**
 * What the lookup shows for a number that nobody has (D2): tickets that could be real, the same
 * ones every time, so that neither one look nor two tell whether a person is on record.
 *
 * Y1 The choice depends on the number and a key alone. Each area and programme draws its own lot,
 *    so that a changed catalogue moves a decoy no more often than it must.
 */
import type { ProgrammeCode } from '../../engine/protocol/ids.ts';
import { stableHash } from '../../engine/protocol/layout.ts';
import type { Cookies, ListedTicket } from '../cookies.ts';

/** Of 256 people, so many hold two tickets; the others one. As in the records this was modelled on. */
const withTwoOf256 = 15;

export function decoyTickets(
  keyed: Cookies['keyed'],
  documentType: string,
  documentNumber: string,
  areas: readonly string[],
  programmes: readonly ProgrammeCode[],
): ListedTicket[] {
  const lots = keyed('decoy', `${documentType}~${documentNumber}`);
  const seed = lots.toString('hex');
  const count = (lots[0] ?? 0) < withTwoOf256 ? 2 : 1;
  return Array.from({ length: count }, (_, at) => ({
    // A ticket number begins with the area where it was issued.
    ticket: `${drawn(areas, seed, 'area')}${digits(lots, at)}`,
    programme: drawn(programmes, seed, `programme ${at}`),
  }));
}

/** The one with the highest lot: it stays when others come or go. */
function drawn(among: readonly string[], seed: string, what: string): string {
  let best = '';
  let highest = -1;
  for (const one of among) {
    const lot = stableHash(`${seed} ${what} ${one}`);
    if (lot > highest) [best, highest] = [one, lot];
  }
  return best;
}

function digits(lots: Buffer, at: number): string {
  return String(lots.readUInt32LE(4 + 4 * at) % 100_000_000).padStart(8, '0');
}
