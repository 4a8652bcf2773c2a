/**
 * One clock for this process and for those it starts, in the test's hand: it runs, and is put ahead. It
 * never goes back.
 */
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { EpochMs } from '../../engine/protocol/ids.ts';

export type Clock = {
  /** Resolves once every process goes by it. */
  moveTo(at: EpochMs): Promise<void>;
  /** For every process that is to go by it. */
  settings: NodeJS.ProcessEnv;
  /** This process goes by the machine's again. */
  stop(): void;
};

export function startClock(at: EpochMs): Clock {
  const folder = mkdtempSync(join(tmpdir(), 'ruxi-clock-'));
  const file = join(folder, 'ahead');
  const machine = Date.now;
  let aheadMs = 0;
  const set = (to: EpochMs) => {
    aheadMs = to - machine();
    // Whoever reads it meanwhile reads the one or the other.
    writeFileSync(`${file}.next`, String(aheadMs));
    renameSync(`${file}.next`, file);
  };
  const isBehind = (pid: string) =>
    isRunning(Number(pid)) && readFileSync(`${file}.${pid}`, 'utf8') !== String(aheadMs);
  set(at);
  Date.now = () => machine() + aheadMs;
  const preload = new URL('./clock-ahead.ts', import.meta.url).href;
  return {
    async moveTo(to) {
      set(Math.max(to, Date.now()));
      const processes = readdirSync(folder).flatMap(
        (name) => /^ahead\.(\d+)$/.exec(name)?.[1] ?? [],
      );
      while (processes.some(isBehind)) await pause(5);
    },
    settings: { NODE_OPTIONS: `--import=${preload}`, CLOCK_AHEAD: file },
    stop() {
      Date.now = machine;
      rmSync(folder, { recursive: true });
    },
  };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
