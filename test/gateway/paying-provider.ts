/** A payment provider in memory, for tests of pages: keeps the contract, with the clock in hand. */
import type {
  Opening,
  PaymentProvider,
  RefundStanding,
  Standing,
} from '../../engine/payments/provider.ts';
import type { AttemptNumber, PaymentWay, ProviderName } from '../../engine/protocol/payments.ts';

export type ProviderHere = PaymentProvider & {
  /** Every call that came to open an attempt. */
  opened: Opening[];
  /** Nobody hears it, or again everybody. */
  setAway(away: boolean): void;
  /** Takes no order any more. */
  setRefusing(refusing: boolean): void;
  /** As if somebody had scanned and paid. */
  pay(attempt: AttemptNumber): void;
};

export function providerHere(
  name: ProviderName,
  ways: readonly PaymentWay[] = ['scan', 'page'],
): ProviderHere {
  const opened: Opening[] = [];
  const paid = new Map<AttemptNumber, Extract<Standing, { kind: 'paid' }>>();
  const closed = new Set<AttemptNumber>();
  let away = false;
  let refusing = false;
  const hear = () => {
    if (away) throw new Error('away');
  };
  const standingOf = (attempt: AttemptNumber): Standing =>
    paid.get(attempt) ?? (closed.has(attempt) ? { kind: 'closed' } : { kind: 'waiting' });
  return {
    name,
    ways,
    opened,
    setAway: (to) => {
      away = to;
    },
    setRefusing: (to) => {
      refusing = to;
    },
    pay(attempt) {
      const order = opened.find((one) => one.attempt === attempt);
      if (order === undefined) throw new Error('nobody opened it');
      const { amountFen } = order;
      const transaction = `T${attempt}`;
      paid.set(attempt, { kind: 'paid', attempt, transaction, amountFen, paidAt: 1 });
    },
    async open(opening) {
      hear();
      opened.push(opening);
      if (refusing) return { kind: 'refused', why: 'NOT_TAKEN' };
      const { attempt, way } = opening;
      const text = `${name}:${attempt}`;
      if (way === 'scan') return { kind: 'opened', payable: { kind: 'code', text } };
      if (way === 'page') {
        return {
          kind: 'opened',
          payable: { kind: 'link', url: `https://${name}.example/${text}` },
        };
      }
      const parameters = JSON.stringify({ attempt, payer: opening.payerOpenId });
      return { kind: 'opened', payable: { kind: 'bridge', parameters } };
    },
    async query(attempt) {
      hear();
      return standingOf(attempt);
    },
    async close(attempt) {
      hear();
      if (!paid.has(attempt)) closed.add(attempt);
      return standingOf(attempt);
    },
    async refund(): Promise<RefundStanding> {
      hear();
      return { kind: 'processing' };
    },
    readNotice: () => ({ kind: 'nothing' }),
    noticeAnswer: (taken) => ({ status: taken ? 200 : 503, contentType: 'text/plain', body: '' }),
    bill: async () => [],
  };
}
