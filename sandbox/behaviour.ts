/**
 * How badly the sandbox behaves, by order: what a real provider does on a bad day, whenever a test
 * or a person trying things out wants it. It begins well-behaved, also after a restart.
 */
import { z } from 'zod';

const behaviourSchema = z.object({
  /** Calls find the connection cut before an answer. Pages stay up. */
  down: z.boolean(),
  /** Answers bear a signature that cannot be right. */
  answersForged: z.boolean(),
  /** Notices are kept back. */
  silent: z.boolean(),
  noticeDelayMs: z.int().min(0).max(3_600_000),
  /** How often each notice is sent, taken or not. */
  noticeCopies: z.int().min(1).max(10),
  /** Gathers so many notices and then sends the newest first; 1: in order. */
  noticesReversed: z.int().min(1).max(100),
  /** Every notice is wrong in this way. `order`: of an order that does not exist. */
  wrong: z.enum(['nothing', 'signature', 'amount', 'merchant', 'order', 'time']),
  /** Back to `succeed`: those that were processing are done. */
  refunds: z.enum(['succeed', 'refuse', 'processing']),
  /** A bill is there before its day is over. */
  billsEarly: z.boolean(),
});
export type Behaviour = z.infer<typeof behaviourSchema>;
/** What is absent stays as it is. */
export const behaviourChange = behaviourSchema.partial();
export type BehaviourChange = z.infer<typeof behaviourChange>;

export const wellBehaved: Readonly<Behaviour> = {
  down: false,
  answersForged: false,
  silent: false,
  noticeDelayMs: 0,
  noticeCopies: 1,
  noticesReversed: 1,
  wrong: 'nothing',
  refunds: 'succeed',
  billsEarly: false,
};
