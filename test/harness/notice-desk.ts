/** Takes a provider's notices over HTTP as a gateway does, and keeps what came, byte for byte. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PaymentProvider, ProviderNotice, RawNotice } from '../../engine/payments/provider.ts';

export type Received = { raw: RawNotice; read: ProviderNotice };

export type NoticeDesk = {
  url: string;
  received: Received[];
  /** Whether the next ones are answered as taken; they are, at first. */
  take(taken: boolean): void;
  readWith(provider: PaymentProvider): void;
  stop(): Promise<void>;
};

export async function startNoticeDesk(): Promise<NoticeDesk> {
  const received: Received[] = [];
  let taken = true;
  let reader: PaymentProvider | undefined;
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    if (reader === undefined) throw new Error('a desk reads with somebody’s eyes');
    const headers = new Map(
      Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    );
    const raw = { headers, rawBody: new Uint8Array(Buffer.concat(chunks)) };
    received.push({ raw, read: reader.readNotice(raw, Date.now()) });
    const answer = reader.noticeAnswer(taken);
    response.writeHead(answer.status, { 'content-type': answer.contentType });
    response.end(answer.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    take(next) {
      taken = next;
    },
    readWith(provider) {
      reader = provider;
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
