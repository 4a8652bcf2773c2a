/** A form's command to the person's own book: the same form with the same content is the same one. */
import type { CommandReply } from '../../engine/protocol/replies.ts';
import type { GatewayContext } from '../context.ts';
import type { FormToken } from '../cookies.ts';
import type { CommandBody, Unknown } from '../engine-client.ts';

/** The engine refuses what comes later; the client has given up by then. */
export const answerWithinMs = 8_000;

/** `salt` names what was typed: other content is another command. */
export function sendForm(
  { client, cookies, now }: GatewayContext,
  form: FormToken,
  body: CommandBody,
  salt: string,
): Promise<CommandReply | Unknown> {
  const id = cookies.commandIdOf(form, `${body.kind}~${salt}`);
  return client.send(body, { id, answerBy: now() + answerWithinMs });
}
