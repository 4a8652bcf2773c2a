/** The way into every page of one's own account: a full sign-in, and the person's book asked fresh. */
import type { CandidateView } from '../../engine/protocol/replies.ts';
import type { GatewayContext } from '../context.ts';
import type { FormToken, SignIn } from '../cookies.ts';
import type { Handler, Reply, Request } from '../http.ts';
import { candidateOf, formOfSignIn, startOver } from '../sign-in/who.ts';
import { awayReply, limitReply } from '../waiting.ts';

/** Who asks, and how the person's book stands. `form`: undefined where none was sent, or no good one. */
export type AccountVisit = {
  context: GatewayContext;
  request: Request;
  signIn: SignIn;
  candidate: CandidateView;
  form: FormToken | undefined;
};

export function forAccount(
  context: GatewayContext,
  act: (visit: AccountVisit) => Promise<Reply> | Reply,
): Handler {
  return async (request) => {
    const who = candidateOf(context, request);
    if ('reply' in who) return who.reply;
    const { signIn } = who;
    const wait = context.limits.take('account', signIn.person, context.now());
    if (wait !== undefined) return limitReply(context, request, wait);
    const answer = await context.client.ask({ kind: 'candidate', person: signIn.person });
    if (answer.kind !== 'candidate') return awayReply(context, request);
    const { candidate } = answer;
    // The book knows of ended sign-ins before this gateway may have heard of them.
    if (candidate === null || candidate.generation > signIn.generation) return startOver(context);
    return act({
      context,
      request,
      signIn,
      candidate,
      form: formOfSignIn(context, request, signIn),
    });
  };
}
