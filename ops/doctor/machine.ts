/** What the doctor asks of the machine, each question by itself, so that a test can answer otherwise. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join, resolve as resolvePath } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export type Machine = {
  now(): number;
  cores(): number;
  memoryBytes(): number;
  /** Of a folder that is there, or of the nearest one above that is. */
  freeBytes(folder: string): number;
  /** Linux's number of the kind of file system. */
  fileSystem(folder: string): number;
  /** Each of some appends of four kilobytes that were flushed, in milliseconds. */
  flushes(folder: string): number[];
  /** By how much the clock went otherwise than a clock that never steps, over some time. */
  clockStepMs(): Promise<number>;
  /** A program that follows a source of time has left its traces. */
  followsTime(): boolean;
  openFilesMax(): number;
  isPortFree(host: string, port: number): Promise<boolean>;
  /** What the operators' port there says about itself; undefined: nothing that it would say. */
  livesAt(host: string, port: number): Promise<boolean>;
  /** The first line of a NATS server; undefined: nobody answers. */
  natsGreeting(host: string, port: number): Promise<string | undefined>;
};

const flushesTried = 50;
const flushedBytes = 4_096;
const stepWatchedMs = 500;
const answerWithinMs = 3_000;

export const thisMachine: Machine = {
  now: Date.now,
  cores: availableParallelism,
  memoryBytes: totalmem,
  freeBytes(folder) {
    const { bavail, bsize } = statfsSync(nearest(folder));
    return bavail * bsize;
  },
  fileSystem: (folder) => statfsSync(nearest(folder)).type,
  flushes(folder) {
    const made = mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, `doctor-${process.pid}`);
    const file = openSync(path, 'wx', 0o600);
    const bytes = randomBytes(flushedBytes);
    const took: number[] = [];
    try {
      for (let tried = 0; tried < flushesTried; tried += 1) {
        const since = performance.now();
        writeSync(file, bytes);
        fsyncSync(file);
        took.push(performance.now() - since);
      }
    } finally {
      closeSync(file);
      rmSync(path);
      // A look should leave nothing behind.
      if (made !== undefined) rmSync(made, { recursive: true });
    }
    return took;
  },
  async clockStepMs() {
    const [wall, steady] = [Date.now(), performance.now()];
    await pause(stepWatchedMs);
    return Math.round(Date.now() - wall - (performance.now() - steady));
  },
  followsTime: () =>
    [
      '/run/systemd/timesync/synchronized',
      '/run/chrony',
      '/run/ntpd.pid',
      '/var/run/ntpd.pid',
    ].some(existsSync),
  openFilesMax() {
    // Node raises its own limit to the hard one.
    const line = /^Max open files\s+\d+\s+(\d+|unlimited)/m.exec(
      readFileSync('/proc/self/limits', 'utf8'),
    );
    return line?.[1] === undefined || line[1] === 'unlimited'
      ? Number.POSITIVE_INFINITY
      : Number(line[1]);
  },
  isPortFree: (host, port) =>
    new Promise((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen(port, host, () => server.close(() => resolve(true)));
    }),
  livesAt: async (host, port) => {
    try {
      const signal = AbortSignal.timeout(answerWithinMs);
      const answer = await fetch(`http://${host}:${port}/livez`, { signal });
      return (await answer.text()) === 'alive\n';
    } catch {
      return false;
    }
  },
  natsGreeting: (host, port) =>
    new Promise((resolve) => {
      const socket = connect({ host, port, timeout: answerWithinMs });
      const end = (line?: string) => {
        socket.destroy();
        resolve(line);
      };
      socket.once('data', (chunk: Buffer) => end(chunk.toString('utf8').split('\r\n')[0]));
      socket.once('error', () => end());
      socket.once('timeout', () => end());
    }),
};

function nearest(folder: string): string {
  return existsSync(folder) ? folder : nearest(dirname(resolvePath(folder)));
}
