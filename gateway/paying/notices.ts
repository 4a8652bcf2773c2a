/**
 * Notices of payment providers. They are believed for their signature alone, verified over the very
 * bytes; a notice is answered as taken only once what it says is on disk (facts.ts, T1), so that the
 * provider keeps sending what we could not keep.
 *
 * N1 What is not signed by the provider is never answered as taken, and neither is what cannot be
 *    read or is too old: the fault may be ours, and a right one may follow.
 * N2 What is wrong is set aside for staff, a bounded number a minute; beyond that it is counted and
 *    dropped, so that nobody fills the list.
 */
import type { PaymentProvider, ProviderNotice } from '../../engine/payments/provider.ts';
import type { GatewayContext } from '../context.ts';
import type { RawHandler, Reply } from '../http.ts';
import { setAside, type Told, tellPaid, tellRefunded } from './facts.ts';

/** Theirs are some two thousand bytes. */
export const noticeBytesMax = 16 * 1024;

export type WrongNotices = {
  /** Tells what was dropped since it was last asked, by provider and reason. */
  take(): ReadonlyMap<string, number>;
  count(provider: string, why: string): void;
};

/** One for all providers; bounded, as providers and reasons are. */
export function createWrongNotices(): WrongNotices {
  let dropped = new Map<string, number>();
  return {
    take() {
      const taken = dropped;
      dropped = new Map();
      return taken;
    },
    count(provider, why) {
      const key = `${provider} ${why}`;
      dropped.set(key, (dropped.get(key) ?? 0) + 1);
    },
  };
}

export function takeNotice(
  context: GatewayContext,
  provider: PaymentProvider,
  wrong: WrongNotices,
): RawHandler {
  const { limits, now } = context;
  const { name } = provider;

  const answer = (told: Told): Reply => provider.noticeAnswer(told === 'taken');

  async function takeWrong({
    why,
    attempt = '',
  }: Extract<ProviderNotice, { kind: 'wrong' }>): Promise<Told> {
    if (limits.take('noticesWrong', name, now()) !== undefined) {
      wrong.count(name, why);
      return 'not-now';
    }
    const fact = { attempt, transaction: '', amountFen: 0 };
    const told = await setAside(context, name, why, fact);
    // N1. Another's money in a currency or for a merchant that is not ours: nothing better follows.
    return why === 'merchant' || why === 'currency' ? told : 'not-now';
  }

  async function take(notice: ProviderNotice): Promise<Reply> {
    switch (notice.kind) {
      case 'paid':
        return answer(await tellPaid(context, name, notice));
      case 'refunded':
        return answer(await tellRefunded(context, name, notice));
      case 'wrong':
        return answer(await takeWrong(notice));
      case 'nothing':
        return answer('taken');
    }
  }

  return ({ address, headers, body }) => {
    if (limits.take('noticesAddress', address, now()) !== undefined) return answer('not-now');
    return take(provider.readNotice({ headers, rawBody: body }, now()));
  };
}
