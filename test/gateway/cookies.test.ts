import { expect, test } from 'vitest';
import {
  activationMs,
  createCookies,
  formTokenMs,
  handleMs,
  newNonce,
  type SignIn,
  signInMs,
  type TicketHandle,
} from '../../gateway/cookies.ts';

const now = 1_800_000_000_000;
const cookies = createCookies(Buffer.alloc(32, 7), false);
const person = 'p'.repeat(22);
const signIn: SignIn = {
  person,
  ticket: '012500000137',
  programme: '020301K',
  candidateType: 'applied',
  kind: 'full',
  generation: 3,
  nameMask: '虚 * 构',
  issuedAt: now,
  expiresAt: now + signInMs,
  nonce: newNonce(),
};
const handle: TicketHandle = {
  person,
  documentType: 'resident-id',
  documentNumber: '999999198501010018',
  tickets: [{ ticket: '012500000137', programme: '020301K' }],
  chosen: 0,
};
const header = (setCookie: string) => setCookie.split(';')[0] ?? '';
const textOf = (setCookie: string) => header(setCookie).slice(header(setCookie).indexOf('=') + 1);

/** Every text that differs from this one in a single bit of a single character. */
function* bitFlips(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const flipped = String.fromCharCode(text.charCodeAt(at) ^ (1 << bit));
      yield text.slice(0, at) + flipped + text.slice(at + 1);
    }
  }
}

test('a sign-in is read back whole until it expires', () => {
  const set = cookies.setSignIn(signIn);
  expect(cookies.signInOf(`x=1; ${header(set)}; y=2`, now)).toEqual(signIn);
  expect(cookies.signInOf(header(set), now + signInMs - 1)).toEqual(signIn);
  expect(cookies.signInOf(header(set), now + signInMs)).toBeUndefined();
});

test('D1 an activation sign-in stays one and lasts ten minutes', () => {
  const set = cookies.setSignIn({
    ...signIn,
    kind: 'activation',
    expiresAt: now + activationMs,
  });
  expect(set).toContain('Max-Age=600');
  expect(cookies.signInOf(header(set), now)?.kind).toBe('activation');
});

test('cookies are for this host, this path and no script; behind TLS the browser holds them to it', () => {
  for (const set of [
    cookies.setSignIn(signIn),
    cookies.setVisitor(newNonce()),
    cookies.setArea(person, { area: '0124', claim: 2 }),
    cookies.clearSignIn(),
    cookies.clearArea(),
  ]) {
    expect(set).toMatch(/; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/);
  }
  const secure = createCookies(Buffer.alloc(32, 7), true);
  expect(secure.setSignIn(signIn)).toMatch(/^__Host-.*; Path=\/; HttpOnly; SameSite=Lax; Secure;/);
});

test('every single flipped bit voids a cookie, a form token and a ticket handle', () => {
  const visitor = newNonce();
  for (const value of bitFlips(textOf(cookies.setSignIn(signIn)))) {
    expect(cookies.signInOf(`ruxi-sign-in=${value}`, now)).toBeUndefined();
  }
  for (const value of bitFlips(textOf(cookies.setVisitor(visitor)))) {
    expect(cookies.visitorOf(`ruxi-visitor=${value}`)).toBeUndefined();
  }
  for (const value of bitFlips(textOf(cookies.setArea(person, { area: '0124', claim: 2 })))) {
    expect(cookies.areaOf(`ruxi-area=${value}`, person)).toBeUndefined();
  }
  for (const token of bitFlips(cookies.formToken(signIn.nonce, 5, now))) {
    expect(cookies.readFormToken(token, signIn.nonce, now)).toBeUndefined();
  }
  for (const sealed of bitFlips(cookies.sealHandle(handle, visitor, now))) {
    expect(cookies.openHandle(sealed, visitor, now)).toBeUndefined();
  }
});

test('D4 a sign-in carries the document number sealed, for itself only, until it ends', () => {
  const activation = { ...signIn, expiresAt: now + activationMs };
  const document = { type: 'resident-id', number: '999999198501010018' };
  const set = cookies.setDocument(document, activation);
  expect(set).not.toContain('999999');
  expect(cookies.documentOf(header(set), activation, now)).toEqual(document);
  expect(
    cookies.documentOf(header(set), { ...activation, nonce: newNonce() }, now),
  ).toBeUndefined();
  expect(cookies.documentOf(header(set), activation, now + activationMs)).toBeUndefined();
  expect(cookies.documentOf('', activation, now)).toBeUndefined();
});

test('D3 a device is known to the last four who signed in on it, by the generation of then', () => {
  const people = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(22));
  let jar = '';
  for (const [at, one] of people.entries()) jar = header(cookies.setDevice(jar, one, at + 1));
  expect(people.map((one) => cookies.deviceOf(jar, one))).toEqual([undefined, 2, 3, 4, 5]);
  jar = header(cookies.setDevice(jar, people[1] ?? '', 7));
  jar = header(cookies.setDevice(jar, people[0] ?? '', 1));
  expect(people.map((one) => cookies.deviceOf(jar, one))).toEqual([1, 7, undefined, 4, 5]);
  for (const value of bitFlips(textOf(jar))) {
    expect(cookies.deviceOf(`ruxi-device=${value}`, people[0] ?? '')).toBeUndefined();
  }
  expect(cookies.deviceOf('', people[0] ?? '')).toBeUndefined();
});

test('D3 how far a forgotten password has come shows nothing, and is for one visitor', () => {
  const visitor = newNonce();
  const reset = { handle, kind: 'proven', proof: newNonce() } as const;
  const sealed = cookies.sealReset(reset, visitor, now);
  expect(cookies.openReset(sealed, visitor, now + handleMs - 1)).toEqual(reset);
  expect(cookies.openReset(sealed, newNonce(), now)).toBeUndefined();
  expect(cookies.openReset(sealed, visitor, now + handleMs)).toBeUndefined();
  expect(cookies.openHandle(sealed, visitor, now)).toBeUndefined();
  expect(cookies.openReset(cookies.sealHandle(handle, visitor, now), visitor, now)).toBeUndefined();
});

test('nonsense is read as nothing', () => {
  for (const value of ['', '.', 'a', '.'.repeat(30), '~'.repeat(200), 'a'.repeat(5000)]) {
    expect(cookies.signInOf(`ruxi-sign-in=${value}`, now)).toBeUndefined();
    expect(cookies.visitorOf(`ruxi-visitor=${value}`)).toBeUndefined();
    expect(cookies.areaOf(`ruxi-area=${value}`, person)).toBeUndefined();
    expect(cookies.readFormToken(value, signIn.nonce, now)).toBeUndefined();
    expect(cookies.openHandle(value, 'v', now)).toBeUndefined();
  }
  expect(cookies.signInOf('ruxi-sign-in', now)).toBeUndefined();
});

test('no kind passes for another, nor under another key', () => {
  const visitor = textOf(cookies.setVisitor(newNonce()));
  expect(cookies.signInOf(`ruxi-sign-in=${visitor}`, now)).toBeUndefined();
  expect(cookies.areaOf(`ruxi-area=${visitor}`, person)).toBeUndefined();
  const other = createCookies(Buffer.alloc(32, 8), false);
  expect(other.signInOf(header(cookies.setSignIn(signIn)), now)).toBeUndefined();
});

test('R1 an area cookie is only its own person’s', () => {
  const set = header(cookies.setArea(person, { area: '0124', claim: 41 }));
  expect(cookies.areaOf(set, person)).toEqual({ area: '0124', claim: 41 });
  expect(cookies.areaOf(set, 'q'.repeat(22))).toBeUndefined();
});

test('a form token carries its revision and is good for its own sign-in, as long as that lasts', () => {
  const token = cookies.formToken(signIn.nonce, 17, now);
  const form = cookies.readFormToken(token, signIn.nonce, now + formTokenMs - 1);
  expect(form).toMatchObject({ revision: 17, issuedAt: now });
  expect(cookies.readFormToken(token, newNonce(), now)).toBeUndefined();
  expect(cookies.readFormToken(token, signIn.nonce, now + formTokenMs)).toBeUndefined();
});

test('B2 the same form with the same content is the same command, with other content another', () => {
  const read = (token: string) => {
    const form = cookies.readFormToken(token, signIn.nonce, now);
    if (form === undefined) throw new Error('a token just made must be readable');
    return form;
  };
  const one = read(cookies.formToken(signIn.nonce, 1, now));
  const two = read(cookies.formToken(signIn.nonce, 1, now));
  const id = cookies.commandIdOf(one, 'save 123456');
  expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
  expect(cookies.commandIdOf(one, 'save 123456')).toBe(id);
  expect(cookies.commandIdOf(one, 'save 123457')).not.toBe(id);
  expect(cookies.commandIdOf(two, 'save 123456')).not.toBe(id);
});

test('D2 a ticket handle shows nothing, is for one visitor and lasts ten minutes', () => {
  const visitor = newNonce();
  const sealed = cookies.sealHandle(handle, visitor, now);
  expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('012500000137');
  expect(cookies.openHandle(sealed, visitor, now + handleMs - 1)).toEqual(handle);
  expect(cookies.openHandle(sealed, newNonce(), now)).toBeUndefined();
  expect(cookies.openHandle(sealed, visitor, now + handleMs)).toBeUndefined();
});
