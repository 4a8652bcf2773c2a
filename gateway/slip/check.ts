/**
 * Whether a slip is good, for anybody who has its code, without signing in.
 *
 * V1 Nothing but 有效 or 无效 is said: not whose slip it is, nor where, nor for what.
 * V2 A code that was never given out, a forged one and one whose order was refunded or withdrawn
 *    cost the same way through the engine and give the same page.
 * V3 An engine that cannot be asked makes no slip bad: the page says to come back.
 */
import type { SlipCheckModel } from '../../web/view-models.ts';
import type { GatewayContext } from '../context.ts';
import { formOf } from '../form.ts';
import { show } from '../frame.ts';
import type { Handler, Reply, Request } from '../http.ts';
import { awaySeconds, limitReply } from '../waiting.ts';

export const showSlipCheck =
  (context: GatewayContext): Handler =>
  (request) => {
    const typed = formOf(request.query)?.get('c').trim() ?? '';
    if (typed === '') return checkPage(context, request, 200, { code: '' });
    const { limits, slipCodes, client } = context;
    const wait =
      limits.take('slipChecksAddress', request.address, context.now()) ??
      limits.take('slipChecksTogether', '', context.now());
    if (wait !== undefined) return limitReply(context, request, wait);

    const code = slipCodes.read(typed);
    if (code === undefined) {
      const problem = { reason: 'slip-code-malformed' } as const;
      return checkPage(context, request, 422, { code: typed.slice(0, shownMax), problem });
    }
    return client.ask({ kind: 'order-state', ...code.order }).then((answer) => {
      if (answer.kind !== 'order-state') {
        const away = { code: code.text, verdict: 'away' } as const;
        const reply = checkPage(context, request, 503, away);
        return { ...reply, retryAfterSeconds: awaySeconds };
      }
      // Compared even where there is nothing to compare with (V2).
      const signed = code.signs(answer.paid ?? '');
      const verdict = answer.paid !== null && signed ? 'valid' : 'invalid';
      return checkPage(context, request, 200, { code: code.text, verdict });
    });
  };

/** Of what was typed and is no code. */
const shownMax = 60;

const checkPage = (
  context: GatewayContext,
  request: Request,
  status: number,
  model: Omit<SlipCheckModel, 'now'>,
): Reply => show(context, request, status, 'slipCheck', { now: context.now(), ...model });
