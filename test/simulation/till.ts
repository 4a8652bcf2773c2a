/**
 * The other side of paying: what providers did, in a ledger of its own. It opens attempts, takes money
 * (whole or not, in time or late, once or twice), closes, gives back, and writes bills; it goes away
 * for an hour, and refuses to give back for a while or for good. What it took it tells until that is
 * acknowledged.
 *
 * T1 What is on its ledger is true, whatever anybody was told: the money of the province is judged by it.
 */
import type {
  BillLine,
  Refunding,
  RefundStanding,
  Standing,
} from '../../engine/payments/provider.ts';
import type { PaidFact, ProviderName } from '../../engine/protocol/payments.ts';

export type Taking = PaidFact & {
  provider: ProviderName;
  /** The way back: taken on, and done; 0 before. */
  backFrom: number;
  backAt: number;
  refund: string;
};
export type TillNotice =
  | { kind: 'paid'; taking: Taking }
  | { kind: 'refunded'; taking: Taking; refund: string; at: number };
type Account = {
  provider: ProviderName;
  attempt: string;
  amountFen: number;
  expiresAt: number;
  closed: boolean;
};

const chinaDate = (at: number): string => new Date(at + 28_800_000).toISOString().slice(0, 10);

export class Till {
  readonly takings: Taking[] = [];
  /** Told again and again. */
  unheard: TillNotice[] = [];
  private readonly accounts: Account[] = [];
  private readonly silentUntil = new Map<ProviderName, number>();
  /** By transaction: until when its way back is refused. */
  private readonly unwilling = new Map<string, number>();

  open(provider: ProviderName, attempt: string, amountFen: number, expiresAt: number): void {
    if (this.accountOf(attempt) !== undefined) return;
    this.accounts.push({ provider, attempt, amountFen, expiresAt, closed: false });
  }

  accountOf(attempt: string): Account | undefined {
    return this.accounts.find((one) => one.attempt === attempt);
  }

  takingsOf(attempt: string): Taking[] {
    return this.takings.filter((one) => one.attempt === attempt);
  }

  /** Money comes, if the till takes it: `slow`, what was under way at the bank before the end. */
  take(attempt: string, amountFen: number, now: number, slow: boolean): boolean {
    const account = this.accountOf(attempt);
    if (account === undefined || this.takingsOf(attempt).length > 0) return false;
    if (!slow && (account.closed || now >= account.expiresAt)) return false;
    this.enter(account.provider, attempt, amountFen, now);
    return true;
  }

  /** Without any of its checks: a number that nobody opened, or one number paid twice. */
  enter(provider: ProviderName, attempt: string, amountFen: number, now: number): void {
    const transaction = `T${this.takings.length + 1}`;
    const taking: Taking = {
      ...{ provider, attempt, transaction, amountFen, paidAt: now },
      ...{ backFrom: 0, backAt: 0, refund: '' },
    };
    this.takings.push(taking);
    this.unheard.push({ kind: 'paid', taking });
  }

  goAway(provider: ProviderName, until: number): void {
    this.silentUntil.set(provider, until);
  }

  isAway(provider: ProviderName, now: number): boolean {
    return now < (this.silentUntil.get(provider) ?? 0);
  }

  /** Every provider answers again, and refuses only what it refuses for good. */
  comeBack(): void {
    this.silentUntil.clear();
    for (const [transaction, until] of this.unwilling)
      if (until !== Number.POSITIVE_INFINITY) this.unwilling.delete(transaction);
  }

  refuseBack(transaction: string, until: number): void {
    this.unwilling.set(transaction, until);
  }

  refusesForGood(transaction: string): boolean {
    return this.unwilling.get(transaction) === Number.POSITIVE_INFINITY;
  }

  /** Undefined: nobody answers. */
  query(provider: ProviderName, attempt: string, now: number): Standing | undefined {
    if (this.isAway(provider, now)) return undefined;
    const [taking] = this.takingsOf(attempt);
    if (taking !== undefined) {
      const { transaction, amountFen, paidAt } = taking;
      return { kind: 'paid', attempt, transaction, amountFen, paidAt };
    }
    const account = this.accountOf(attempt);
    const over = account !== undefined && (account.closed || now >= account.expiresAt);
    return { kind: over ? 'closed' : 'waiting' };
  }

  close(provider: ProviderName, attempt: string, now: number): Standing | undefined {
    if (this.isAway(provider, now)) return undefined;
    const account = this.accountOf(attempt);
    if (account !== undefined) account.closed = true;
    const standing = this.query(provider, attempt, now);
    // Of a number that it has not heard of there is nothing to close, and nothing to remember.
    return standing?.kind === 'waiting' ? { kind: 'closed' } : standing;
  }

  refund(provider: ProviderName, asked: Refunding, now: number): RefundStanding | undefined {
    if (this.isAway(provider, now)) return undefined;
    const { attempt, transaction, amountFen, refund } = asked;
    const taking = this.takingsOf(attempt).find((one) => one.transaction === transaction);
    if (taking === undefined) throw new Error(`B7: ${refund} asks for what was never paid`);
    if (taking.amountFen !== amountFen) throw new Error(`B7: ${refund} asks for another sum`);
    if (taking.backAt !== 0) return { kind: 'succeeded', at: taking.backAt };
    if (now < (this.unwilling.get(transaction) ?? 0)) return { kind: 'refused', why: 'NOTENOUGH' };
    const first = taking.backFrom === 0;
    if (first) Object.assign(taking, { backFrom: now, refund });
    // Half of them are taken on first and done when they are asked for again.
    if (first && this.takings.indexOf(taking) % 2 === 0) return { kind: 'processing' };
    taking.backAt = now;
    this.unheard.push({ kind: 'refunded', taking, refund, at: now });
    return { kind: 'succeeded', at: now };
  }

  /** `day` as `2026-06-01`. One provider lists a refund by when it took it on, the others by its end. */
  bill(name: ProviderName, day: string): BillLine[] {
    return this.takings
      .filter(({ provider }) => provider === name)
      .flatMap(({ attempt, transaction, amountFen, paidAt, backFrom, backAt, refund }) => {
        const lines: BillLine[] = [];
        if (chinaDate(paidAt) === day)
          lines.push({ kind: 'payment', attempt, transaction, amountFen });
        const backOn = name === 'wechat' ? backFrom : backAt;
        if (backOn !== 0 && chinaDate(backOn) === day)
          lines.push({ kind: 'refund', attempt, transaction, amountFen, refund });
        return lines;
      });
  }
}
