/**
 * Load generators: wrk where it is installed, autocannon else, both over requests that were prepared
 * beforehand and written to files. A closed loop: each connection waits for its answer.
 */
import { execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';

/** `refused`: answered with anything but what was wanted. */
export type Answered = { accepted: number; refused: number; milliseconds: number; p99Ms: number };
export type Load = {
  port: number;
  /** As `writeRequests` made them. */
  prefix: string;
  seconds: number;
  /** Requests are repeated when they run out. */
  again: boolean;
};
export type Client = (load: Load) => Promise<Answered>;

export const connections = 256;
const wrkThreads = 2;

/** For each client as it wants them: all in one file, and a share for each of wrk's threads. */
export function writeRequests(prefix: string, requests: readonly string[]): void {
  const framed = requests.map((request) => String(request.length).padStart(6, '0') + request);
  writeFileSync(`${prefix}.all`, framed.join(''), 'latin1');
  for (let thread = 0; thread < wrkThreads; thread += 1) {
    const share = framed.filter((_, at) => at % wrkThreads === thread);
    writeFileSync(`${prefix}.${thread}`, share.join(''), 'latin1');
  }
}

export const runWrk: Client = async ({ port, prefix, seconds, again }) => {
  const output = await outputOf('wrk', [
    ...['-t', String(wrkThreads), '-c', String(connections), '-d', `${seconds}s`],
    ...['-s', new URL('prepared-requests.lua', import.meta.url).pathname],
    ...[`http://127.0.0.1:${port}/`, '--', prefix, again ? 'again' : 'once'],
  ]);
  const line = output.split('\n').find((one) => one.startsWith('{'));
  if (line === undefined) throw new Error(`wrk said:\n${output}`);
  const { answered, refused, broken, ranOut, microseconds, p99Ms } = JSON.parse(line) as Record<
    'answered' | 'refused' | 'broken' | 'ranOut' | 'microseconds' | 'p99Ms',
    number
  >;
  if (ranOut > 0 || broken > 0) throw new Error(`${ranOut} too few prepared, ${broken} broken`);
  return { accepted: answered - refused, refused, milliseconds: microseconds / 1000, p99Ms };
};

export const runAutocannon: Client = async ({ port, prefix, seconds, again }) => {
  const client = fork(new URL('autocannon-client.ts', import.meta.url), [
    ...[port, connections, seconds].map(String),
    ...[`${prefix}.all`, again ? 'again' : 'once'],
  ]);
  const [result] = (await once(client, 'message')) as [Answered];
  return result;
};

/** The one that takes less of the machine it shares with what it measures. */
export const anyClient = (): Client => (hasWrk() ? runWrk : runAutocannon);

export function hasWrk(): boolean {
  try {
    execFileSync('wrk', ['-v'], { stdio: 'ignore' });
  } catch (error) {
    return (error as { code?: string }).code !== 'ENOENT';
  }
  return true;
}

async function outputOf(program: string, args: string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await once(child, 'close');
  return output;
}
