/**
 * The log: JSON lines on standard error, written before the call returns, so a crash loses none.
 *
 * L1 Nobody writes a person into it. Beneath that habit is a net: what has the form of a document
 *    number, a phone or a ticket is replaced by its kind, wherever in a line it stands, and so is
 *    whatever stands under the name of something personal or secret. An error tells its place only.
 */
import pino, { type Logger } from 'pino';
import type { Attempt } from './effects/failover.ts';
import type { SignedHead } from './store/heads.ts';

const standardError = 2;

/** `to`: where lines go, if not to standard error. */
export const logTo = (name: string, level: string, to?: { write(line: string): void }): Logger =>
  pino(
    {
      name,
      level,
      formatters: { log: (fields) => redacted(fields) as Record<string, unknown> },
      hooks: {
        logMethod(given, method) {
          const [first, ...others] = given;
          const fields = first instanceof Error ? framesOf(first) : first;
          const words = [fields, ...others].map((one) =>
            typeof one === 'string' ? withoutNumbers(one) : one,
          );
          method.apply(this, words as Parameters<typeof method>);
        },
      },
    },
    to ?? pino.destination({ dest: standardError, sync: true }),
  );

/** By the names under which the program keeps them. */
const personalNames = new Set([
  ...['name', 'nameMask', 'document', 'documentNumber', 'documentMask', 'phone', 'phoneMask'],
  ...['ticket', 'ticketNumber', 'person', 'candidate', 'sealed', 'address'],
  ...['password', 'passwordHash', 'code', 'secret', 'token', 'cookie', 'key', 'privateKey'],
]);
/** Each a word of its own: the digits within a hash are nobody's. */
const forms: readonly [RegExp, string][] = [
  [/\b\d{17}[\dXx]\b/g, '[document]'],
  [/\b1[3-9]\d{9}\b/g, '[phone]'],
  [/\b\d{12}\b/g, '[ticket]'],
];
const depthMax = 8;

function redacted(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return withoutNumbers(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return framesOf(value);
  if (depth >= depthMax) return '[deep]';
  if (Array.isArray(value)) return value.map((one) => redacted(one, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      personalNames.has(name) ? `[${name}]` : redacted(one, depth + 1),
    ]),
  );
}

const withoutNumbers = (text: string): string =>
  forms.reduce((left, [form, kind]) => left.replaceAll(form, kind), text);

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
