/** Live counts over real sockets: what two candidates with one area open see of each other. */
import { randomBytes } from 'node:crypto';
import { afterAll, expect, test, vi } from 'vitest';
import { createAvailability } from '../../gateway/availability.ts';
import { createCatalogue } from '../../gateway/catalogue.ts';
import { createCookies, newNonce, type SignIn, signInMs } from '../../gateway/cookies.ts';
import { HttpServer } from '../../gateway/http.ts';
import { createLive } from '../../gateway/live.ts';
import { firstOpen, province } from './registering-province.ts';

const now = () => firstOpen + 1000;
const cookies = createCookies(randomBytes(32), false);
const catalogue = createCatalogue();
catalogue.adopt(province());
const availability = createAvailability();
const http = new HttpServer({
  host: '127.0.0.1',
  port: 0,
  trustedProxies: new Set(),
  secure: false,
  failurePage: String,
  onFault: (path, error) => {
    throw new Error(path, { cause: error });
  },
});
const live = createLive({
  catalogue,
  availability,
  now: Date.now,
  publish: (topic, text) => http.publish(topic, text),
  watcher: (request) => cookies.signInOf(request.cookieHeader, now()),
  socketsMax: 10,
});
http.socket('/live', live.route);
const port = await http.listen();
afterAll(async () => {
  live.close();
  await http.stop();
});

function watch(area: string, cookie: string) {
  const heard: { v: number; s: number[] }[] = [];
  const closes: number[] = [];
  // Browsers name their origin; this client does only when told.
  const headers = { origin: `http://127.0.0.1:${port}`, cookie };
  const socket = new WebSocket(`ws://127.0.0.1:${port}/live?area=${area}`, { headers } as never);
  socket.addEventListener('message', ({ data }) => heard.push(JSON.parse(String(data))));
  socket.addEventListener('close', ({ code }) => closes.push(code));
  return { heard, closes, leave: () => socket.close() };
}

function cookieOf(person: string): string {
  const signIn: SignIn = {
    person,
    ticket: '010524100031',
    programme: '080901',
    candidateType: 'open',
    kind: 'full',
    generation: 1,
    nameMask: '虚 * 构',
    issuedAt: now(),
    expiresAt: now() + signInMs,
    nonce: newNonce(),
  };
  return cookies.setSignIn(signIn).split(';')[0] ?? '';
}

test('two browsers on one area see a seat go, and one leaving takes nothing from the other', async () => {
  const counts = (version: number, free: number) =>
    availability.hear([
      { area: '0124', version, at: now(), free: [free, 1, 1, 1], capacity: [9, 9, 9, 9] },
    ]);
  counts(1, 9);
  const one = watch('0124', cookieOf('p'.repeat(22)));
  const two = watch('0124', cookieOf('q'.repeat(22)));
  await vi.waitFor(() => expect([one.heard[0]?.s[0], two.heard[0]?.s[0]]).toEqual([9, 9]));
  counts(2, 8);
  await vi.waitFor(() => expect([one.heard.at(-1)?.v, two.heard.at(-1)?.v]).toEqual([2, 2]));
  one.leave();
  await vi.waitFor(() => expect(live.watching()).toBe(1));
  counts(3, 7);
  await vi.waitFor(() => expect(two.heard.at(-1)?.s[0]).toBe(7), { timeout: 3000 });
  two.leave();
});

test('B16 a socket without a sign-in is told to poll instead', async () => {
  const stranger = watch('0124', '');
  await vi.waitFor(() => expect(stranger.closes).toEqual([4001]));
});
