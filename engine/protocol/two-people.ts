/**
 * Acts that are two people's (S2): the journal has who they were and why. Nobody is a second person
 * to themselves, in whatever width, case or spacing the name is typed.
 */
import { shell } from './staff.ts';

export type DecidedByTwo = { reason: string; by: string; andBy: string };

/** Why an act cannot be taken as two people's; undefined: it can. */
export function lackingIn({
  reason,
  by,
  andBy,
}: DecidedByTwo): 'reason-missing' | 'second-person-missing' | undefined {
  if (isBlank(reason)) return 'reason-missing';
  const [one, other] = [nameOf(by), nameOf(andBy)];
  return one === '' || other === '' || one === other ? 'second-person-missing' : undefined;
}

/** Nothing that could be read stands there. */
export const isBlank = (typed: string): boolean => nameOf(typed) === '';

/**
 * Whoever has an account is the same person at the command line. Letters that are drawn as nothing, and
 * the empty braille cell, make no other name and no reason.
 */
const nameOf = (typed: string): string =>
  (typed.startsWith(`${shell} `) ? typed.slice(shell.length) : typed)
    .normalize('NFKC')
    .replaceAll(/[\s\p{C}\p{Default_Ignorable_Code_Point}\u2800]/gu, '')
    .toLowerCase();
