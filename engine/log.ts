/** The log: JSON lines on standard error, written before the call returns, so a crash loses none. */
import pino, { type Logger } from 'pino';

const standardError = 2;

export const logTo = (name: string, level: string): Logger =>
  pino({ name, level }, pino.destination({ dest: standardError, sync: true }));

/** Where it happened, never what it says: a message may quote what a person typed. */
export function framesOf(error: unknown): { fault: string; frames: string[] } {
  if (!(error instanceof Error)) return { fault: typeof error, frames: [] };
  const lines = error.stack?.split('\n') ?? [];
  return { fault: error.name, frames: lines.filter((line) => /^\s+at /.test(line)).slice(0, 8) };
}
