/**
 * Carries an import's commands to the partitions that own them: in order within a partition, in
 * slices under the bus's size cap, a bounded number of slices on their way.
 *
 * I1 Safe to repeat: a command's id derives from the import file and the row, so an import that was
 *    killed is simply run again; books answer a repeated import command as if it were the first.
 * I2 `busy` is the only refusal that is tried again. Any other ends the import and is named by the
 *    line it came from, never by what the line says.
 */
import { createHash } from 'node:crypto';
import type { Command } from '../protocol/commands.ts';
import type { CommandId, PartitionName, PersonId, PhoneIndex, Sealed } from '../protocol/ids.ts';
import type { Layout } from '../protocol/layout.ts';
import type { CommandReply, Query, QueryReply } from '../protocol/replies.ts';

/** The way to the writers; replies come in the order of the commands, each after its flush. */
export type ImportPort = {
  layout: Layout;
  submit(partition: PartitionName, commands: readonly Command[]): Promise<CommandReply[]>;
  ask(partition: PartitionName, query: Query): Promise<QueryReply>;
};

/** The part of the vault an import needs: indices under the index key, texts under a person's own key. */
export type ImportVault = {
  personIdOf(documentType: string, number: string): PersonId;
  phoneIndexOf(number: string): PhoneIndex;
  /** `code` in the one form of protocol/documents.ts. */
  activationDigestOf(person: PersonId, code: string): string;
  seal(person: PersonId, text: string): Sealed;
  /** Resolves when the keys made so far are durable: before that nothing sealed may be sent. */
  settle(): Promise<void>;
};

/** A command with the words that name its origin in an error: a file and line, or a plain noun. */
export type Sendable = { partition: PartitionName; command: Command; origin: string };

/** A bus message carries 1 MiB; as JSON a command is longer than it will be on the bus. */
const sliceBytesMax = 512 * 1024;
/** Large enough that a slice's flushes, of keys and of the journal, are shared by many. */
const sliceMax = 512;
const slicesInFlightMax = 4;
const busyTriesMax = 400;
const busyPauseMs = 25;

/** 22 base64url characters from what the command is for (I1). */
export function commandIdOf(...parts: readonly string[]): CommandId {
  return createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 22);
}

/** Sends everything and returns once everything was accepted; how many commands that were. */
export async function sendAll(
  port: ImportPort,
  all: Iterable<Sendable> | AsyncIterable<Sendable>,
): Promise<number> {
  const open = new Map<PartitionName, { slice: Sendable[]; bytes: number }>();
  const inFlight = new Set<Promise<void>>();
  let failure: unknown;
  let sent = 0;

  const dispatch = async (partition: PartitionName, slice: Sendable[]): Promise<void> => {
    while (inFlight.size >= slicesInFlightMax) await Promise.race(inFlight);
    if (failure !== undefined) throw failure;
    const running: Promise<void> = sendSlice(port, partition, slice)
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => inFlight.delete(running));
    inFlight.add(running);
  };

  for await (const sendable of all) {
    const { partition, command } = sendable;
    const bytes = JSON.stringify(command).length;
    let filling = open.get(partition);
    if (filling && (filling.slice.length === sliceMax || filling.bytes + bytes > sliceBytesMax)) {
      await dispatch(partition, filling.slice);
      filling = undefined;
    }
    filling ??= { slice: [], bytes: 0 };
    filling.slice.push(sendable);
    filling.bytes += bytes;
    open.set(partition, filling);
    sent += 1;
  }
  for (const [partition, { slice }] of open) await dispatch(partition, slice);
  await Promise.all(inFlight);
  if (failure !== undefined) throw failure;
  return sent;
}

async function sendSlice(
  port: ImportPort,
  partition: PartitionName,
  slice: readonly Sendable[],
): Promise<void> {
  let left = slice;
  for (let tries = 1; left.length > 0; tries += 1) {
    const replies = await port.submit(
      partition,
      left.map((sendable) => sendable.command),
    );
    left = left.filter((sendable, at) => {
      const reply = replies[at];
      if (reply?.kind === 'accepted') return false;
      if (reply === undefined) throw new Error(`${sendable.origin}: no reply`);
      if (reply.reason === 'busy' && tries < busyTriesMax) return true;
      throw new Error(`${sendable.origin}: refused, ${reply.reason}`);
    });
    if (left.length > 0) await new Promise((resolve) => setTimeout(resolve, busyPauseMs));
  }
}
