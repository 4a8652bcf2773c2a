/** What effects do for who leaves a withdrawn area, where one desk has all books (S5). */
import { pendingEffects } from '../../engine/core/effects.ts';
import { accepted, type Desk } from '../given.ts';

/** The claim, the seats, and the old area lets go; of everybody who has set out. */
export function carryMoves(desk: Desk): void {
  for (const book of desk.partition.areas.values())
    for (const row of book.registrations.values())
      for (const effect of pendingEffects(row, [])) {
        if (effect.kind !== 'move-seats') continue;
        const { key, kind, area, person, to, act, ...rest } = effect;
        const claimed = accepted(desk.send({ kind: 'move-for', person, act, from: area, to }));
        if (claimed.kind !== 'claiming') throw new Error(claimed.kind);
        const { claim } = claimed;
        const asked = { area: to, person, claim, act, from: area, ...rest };
        const came = accepted(desk.send({ kind: 'receive-seats', ...asked }));
        if (came.kind !== 'received' && came.kind !== 'declined') throw new Error(came.kind);
        accepted(desk.send({ kind: 'note-moved', area, person, act, to, claim, came }));
        const vacated = desk.send({ kind: 'vacate-area', person, area, claim }).kind === 'accepted';
        accepted(desk.send({ kind: 'note-vacated', person, claim, vacated }));
      }
}

/** One slice of the area's work; whether there is more. */
export function withdrawSlice(desk: Desk, area: string, act: number): boolean {
  const part = { kind: 'withdraw-area' } as const;
  const outcome = accepted(desk.send({ kind: 'act-on-area', area, act, part }));
  if (outcome.kind !== 'carried') throw new Error(outcome.kind);
  return outcome.more;
}
