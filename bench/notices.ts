/**
 * Notices of a payment provider over HTTP: gateway, nats-server and engine as three processes, and a
 * closed-loop client beside them. Each notice is signed and tells of another person's own live
 * attempt; it is answered as taken only once the payment is on disk, and what the client counted is
 * compared with the orders that stand paid afterwards.
 *
 * The provider's program is not there: making notices costs it more than taking them costs us, so they
 * are signed beforehand with its key, and whoever asks it something meanwhile waits.
 */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { noticePath } from '../engine/payments/config.ts';
import { partitionsOf, singleLayout } from '../engine/protocol/layout.ts';
import { sandboxKeysIn } from '../sandbox/keys.ts';
import { signedNotice } from '../sandbox/notice.ts';
import { anyClient, writeRequests } from './clients.ts';
import {
  beginPaying,
  countHolding,
  inventPeople,
  savePeople,
  untilQuiet,
} from './invented-people.ts';
import { type Product, withProduct } from './product.ts';
import { type Figures, median } from './report.ts';

const runs = 3;
const seconds = 1;
const peopleAtFirst = 12_000;
/** More people where the run before was faster: one that runs out is thrown away. */
const peopleToSpare = 1.5;

export async function measureNotices(seed: number): Promise<Figures> {
  const provider = await silentProvider();
  const sandbox = {
    RUXI_SANDBOX_ADDRESS: `http://127.0.0.1:${provider.port}`,
    // Else there is a line for everybody whose payment it was asked about.
    RUXI_LOG_LEVEL: 'error',
  };
  try {
    return await withProduct((product) => measure(product, seed), sandbox);
  } finally {
    provider.stop();
  }
}

async function measure(product: Product, seed: number): Promise<Figures> {
  const client = anyClient();
  const perSecond: number[] = [];
  const p99s: number[] = [];
  const gateway: number[] = [];
  const engine: number[] = [];
  let from = 0;
  let count = peopleAtFirst;
  // One more round than counted: the first also compiles.
  for (let run = 0; run <= runs; run += 1) {
    const { people, prefix } = await prepare(product, seed, from, count);
    from += count;
    const before = product.cpu();
    const result = await client({ port: product.port, prefix, seconds, again: false });
    const after = product.cpu();
    const { accepted, refused, milliseconds, p99Ms } = result;
    if (refused > 0) throw new Error(`${refused} notices were not taken, ${accepted} were`);
    const paid = await countHolding(product.bus, singleLayout, people, ({ orders }) =>
      orders.some(({ state }) => state === 'paid'),
    );
    if (paid < accepted) throw new Error(`${accepted} told to be taken, ${paid} are paid`);
    const speed = (accepted * 1_000) / milliseconds;
    const micros = {
      gateway: (after.gateway - before.gateway) / accepted,
      engine: (after.engine - before.engine) / accepted,
    };
    console.log(
      `  notices ${run}: ${Math.round(speed)}/s, p99 ${p99Ms.toFixed(1)} ms, CPU a notice: ` +
        `gateway ${micros.gateway.toFixed(0)}, engine ${micros.engine.toFixed(0)} µs`,
    );
    count = Math.max(peopleAtFirst, Math.round(speed * seconds * peopleToSpare));
    if (run === 0) continue;
    perSecond.push(speed);
    p99s.push(p99Ms);
    gateway.push(micros.gateway);
    engine.push(micros.engine);
  }
  return {
    'notices.perSecond': median(perSecond),
    'notices.p99AtFullLoadMs': median(p99s),
    'notices.gatewayCpuMicrosPerNotice': median(gateway),
    'notices.engineCpuMicrosPerNotice': median(engine),
  };
}

/** People whose payments are on their way, and the notices that will tell of them. */
async function prepare(product: Product, seed: number, from: number, count: number) {
  const { bus, books, vault, catalogue, folder } = product;
  const options = { seed, from, count, wanting: 'spread' } as const;
  const people = await inventPeople(books, vault, catalogue, options);
  await savePeople(books, vault, people);
  const attempts = await beginPaying(books, people);
  await untilQuiet(bus, partitionsOf(singleLayout));
  const { sandboxPrivate } = sandboxKeysIn(join(folder, 'sandbox', 'keys'));
  const paidAt = Date.now();
  const prefix = join(folder, `notices-${from}`);
  writeRequests(
    prefix,
    attempts.map(({ attempt, amountFen }) => {
      const fact = { order: attempt, transaction: `T${attempt}`, amountFen, paidAt };
      const body = { kind: 'paid', ...fact, merchant: 'ruxi' } as const;
      return requestOf(signedNotice(body, sandboxPrivate, paidAt));
    }),
  );
  return { people, prefix };
}

function requestOf({ headers, body }: ReturnType<typeof signedNotice>): string {
  return [
    `POST ${noticePath('sandbox')} HTTP/1.1`,
    'Host: 127.0.0.1',
    // As behind the proxy; a provider has few addresses.
    'X-Forwarded-For: 10.0.0.1',
    `Content-Length: ${body.length}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '',
    body,
  ].join('\r\n');
}

/** Takes calls and answers none. */
async function silentProvider(): Promise<{ port: number; stop(): void }> {
  const calls = new Set<Socket>();
  const server = createServer((call) => {
    calls.add(call);
    call.on('error', () => {}).on('close', () => calls.delete(call));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return {
    port: address.port,
    stop() {
      server.close();
      for (const call of calls) call.destroy();
    },
  };
}
