/**
 * An open-loop client: sends prepared requests at a fixed rate over kept-alive connections, whether
 * or not earlier ones were answered, and measures each from the instant it was due. A server that
 * stands still for a moment therefore pays for every request that became due meanwhile; a client
 * that waits for answers would not have noticed.
 *
 * Run as a process of its own, so that its work is not the caller's. Arguments: port, requests a
 * second, connections, file of prepared requests (each `<length in 6 digits><bytes>`).
 */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

export type OpenLoopResult = {
  accepted: number;
  refused: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** From the first request due to the last answer. */
  elapsedMs: number;
};

/** Sent and answered like all others, but not measured: this client's own code is still cold. */
const coldMs = 1000;

type Line = { socket: Socket; due: number; received: string; needed: number };

async function driveOpenLoop(
  port: number,
  perSecond: number,
  connections: number,
  requests: readonly Buffer[],
): Promise<OpenLoopResult> {
  const free: Line[] = [];
  for (let opened = 0; opened < connections; opened += 1) {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    free.push({ socket, due: 0, received: '', needed: -1 });
  }
  const measured: number[] = [];
  let sent = 0;
  let answered = 0;
  let accepted = 0;

  const startsAt = performance.now() + 50;
  const dueOf = (at: number) => startsAt + (at * 1000) / perSecond;
  const finished = new Promise<void>((resolve, reject) => {
    const sendDue = () => {
      const now = performance.now();
      while (sent < requests.length && dueOf(sent) <= now) {
        const line = free.pop();
        // Every connection waits for its answer. What is due goes out late, and is measured so.
        if (line === undefined) return;
        line.due = dueOf(sent);
        line.socket.write(requests[sent] ?? '');
        sent += 1;
      }
    };
    const ticking = setInterval(sendDue, 1);
    for (const line of free) {
      line.socket.on('error', reject);
      line.socket.on('close', () => {
        if (answered < requests.length) reject(new Error('the server closed a connection'));
      });
      line.socket.on('data', (chunk) => {
        line.received += chunk.toString('latin1');
        if (line.needed < 0) line.needed = lengthOf(line.received);
        if (line.needed < 0 || line.received.length < line.needed) return;
        if (line.due > startsAt + coldMs) measured.push(performance.now() - line.due);
        answered += 1;
        if (line.received.startsWith('HTTP/1.1 2')) accepted += 1;
        line.received = '';
        line.needed = -1;
        free.push(line);
        if (answered < requests.length) return sendDue();
        clearInterval(ticking);
        resolve();
      });
    }
  });
  await finished;
  const elapsedMs = performance.now() - startsAt;
  for (const { socket } of free) socket.destroy();
  const sorted = measured.sort((one, other) => one - other);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return {
    accepted,
    refused: answered - accepted,
    p50Ms: at(0.5) ?? 0,
    p99Ms: at(0.99) ?? 0,
    maxMs: at(1) ?? 0,
    elapsedMs,
  };
}

/** Bytes of the whole answer, or -1 while its head is not complete. */
function lengthOf(received: string): number {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return -1;
  const length = /\r\ncontent-length: *(\d+)/i.exec(received.slice(0, end + 2))?.[1];
  if (length === undefined) throw new Error('an answer without Content-Length');
  return end + 4 + Number(length);
}

export function readPrepared(path: string): Buffer[] {
  const bytes = readFileSync(path);
  const requests: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const length = Number(bytes.toString('latin1', from, from + 6));
    requests.push(bytes.subarray(from + 6, from + 6 + length));
    from += 6 + length;
  }
  return requests;
}

if (import.meta.main) {
  const [port, perSecond, connections, path] = process.argv.slice(2);
  const requests = readPrepared(String(path));
  process.send?.(
    await driveOpenLoop(Number(port), Number(perSecond), Number(connections), requests),
  );
  process.disconnect?.();
}
