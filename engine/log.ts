/** The log: JSON lines on standard error, written before the call returns, so a crash loses none. */
import pino, { type Logger } from 'pino';
import type { Attempt } from './effects/failover.ts';
import type { SignedHead } from './store/heads.ts';

const standardError = 2;

export const logTo = (name: string, level: string): Logger =>
  pino({ name, level }, pino.destination({ dest: standardError, sync: true }));

/** What was not sent is worth a line where only warnings are. */
export function logAttempt(log: Logger, attempt: Attempt): void {
  log[attempt.outcome === 'sent' ? 'info' : 'warn'](attempt, 'a short message');
}

/** Where it happened, never what it says: a message may quote what a person typed. */
export function framesOf(error: unknown): { fault: string; frames: string[] } {
  if (!(error instanceof Error)) return { fault: typeof error, frames: [] };
  const lines = error.stack?.split('\n') ?? [];
  return { fault: error.name, frames: lines.filter((line) => /^\s+at /.test(line)).slice(0, 8) };
}

/** S3: a log at `info` that leaves the machine keeps what nobody on it can take back. */
export function logHead(log: Logger, head: SignedHead): void {
  log.info(head, 'the head of the journal');
}
