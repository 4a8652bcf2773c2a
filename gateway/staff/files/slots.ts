/**
 * How many files leave the desk at once: each is a walk through the books and a buffer, for as long as
 * somebody reads, and whoever stops reading has theirs closed after some seconds (http.ts).
 */
import type { StaffId } from '../../../engine/protocol/staff.ts';

export type Slots = {
  /** What gives the place back, once; undefined: there is none now. */
  take(who: StaffId): (() => void) | undefined;
};

/** Of one account, so that nobody alone takes the places of all; and together. */
export const exportsAtOnce = { each: 2, all: 8 } as const;

export function createSlots({ each, all }: { each: number; all: number }): Slots {
  const held = new Map<StaffId, number>();
  let together = 0;
  return {
    take(who) {
      const own = held.get(who) ?? 0;
      if (own >= each || together >= all) return undefined;
      held.set(who, own + 1);
      together += 1;
      let given = false;
      return () => {
        if (given) return;
        given = true;
        together -= 1;
        const left = (held.get(who) ?? 1) - 1;
        if (left === 0) held.delete(who);
        else held.set(who, left);
      };
    },
  };
}
