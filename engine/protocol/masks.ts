/**
 * What is shown instead of a personal number or name. Shared by import, engine and gateway, so
 * that one person looks the same on every page.
 *
 * M1 A mask never shows more than its comment says, however short or odd the text.
 * M2 A mask of a document number shows less than the initial password (its last six, F8) by four.
 */

/** Keeps `head` and `tail` characters; text too short to hide at least as many shows nothing. */
function hideMiddle(text: string, head: number, tail: number): string {
  const characters = [...text];
  const hidden = characters.length - head - tail;
  if (hidden < head + tail) return '*'.repeat(characters.length);
  return [
    ...characters.slice(0, head),
    '*'.repeat(hidden),
    ...characters.slice(characters.length - tail),
  ].join('');
}

/** `510*************3X`: the first three and last two; of a number under 15 characters one each. */
export function documentMask(number: string): string {
  return [...number].length < 15 ? hideMiddle(number, 1, 1) : hideMiddle(number, 3, 2);
}

/** `0125******37`: the first four and last two (D2). */
export function ticketMask(number: string): string {
  return hideMiddle(number, 4, 2);
}

/** `138****0000`: the first three and last four; of a text that is no mobile number nothing. */
export function phoneMask(number: string): string {
  if (number.length !== 11) return '*'.repeat(number.length);
  return `${number.slice(0, 3)}****${number.slice(7)}`;
}

/** `王 * 婷`, `张 *`: the first character, and from three on the last. */
export function nameMask(name: string): string {
  const characters = [...name.trim()];
  const first = characters[0];
  const last = characters.at(-1);
  if (first === undefined || last === undefined || characters.length === 1) return '*';
  return characters.length === 2 ? `${first} *` : `${first} * ${last}`;
}

/** Fields of events that no audit shows: sealed text, secrets and what only machines compare (S3). */
export const hiddenFields = [
  ...(['sealed', 'document', 'name', 'hash', 'passwordHash', 'activationDigest'] as const),
  ...(['secret', 'digest', 'recovery', 'challenge', 'proof', 'nonce', 'answer'] as const),
  ...(['contentHash', 'key', 'index'] as const),
] as const;
export type HiddenField = (typeof hiddenFields)[number];
