/** Bugs are not refusals: a core that doubts itself stops, and its writer reloads. */

export class Bug extends Error {}

export function assert(condition: boolean, why: string): asserts condition {
  if (!condition) throw new Bug(why);
}

/** Ends a `switch` over a union: the compiler proves that nothing is left. */
export function unreachable(value: never): never {
  throw new Bug(`not a case: ${String((value as { kind?: string } | undefined)?.kind)}`);
}
