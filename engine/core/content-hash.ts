/**
 * Tells "the same command again" from "the same id with other content". Ids are unguessable; this
 * only catches a sender's mistake.
 *
 * H1 Independent of the order of fields. The envelope, the verdict on what was typed and
 *    ciphertext (which differs at each sealing; its index stands for it) do not count.
 */
import type { PreparedCommand } from '../protocol/commands.ts';
import { combined, hashFields, hashText } from './hash.ts';

const notContent = new Set([
  ...['id', 'answerBy', 'epoch', 'code', 'codeMatches', 'passwordMatches', 'sealedSecret'],
  // What a dry run counted a moment ago is no part of what is asked.
  'foreseen',
]);
const notContentOfAddress = new Set(['sealed']);

export function contentHash(command: PreparedCommand): number {
  // The command that comes in hundreds of thousands is spelt out; the walk costs as much as deciding.
  if (command.kind === 'save-seats') {
    // Area and person lead to the row that keeps the hash; they need not be in it.
    let hash = combined(command.revision, command.claim);
    for (const unit of command.units) hash = combined(hash, hashText(unit));
    return combined(combined(hash, hashText(command.challenge)), hashText(command.ticket));
  }
  if (!('phone' in command) || typeof command.phone === 'string')
    return hashFields(command, notContent);
  const { phone, ...content } = command;
  return combined(hashFields(content, notContent), hashFields(phone, notContentOfAddress));
}
