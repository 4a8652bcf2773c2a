/**
 * What the gateway lets a browser carry, and how it knows it again: signed cookies, form tokens,
 * sealed ticket handles. Nothing here is kept on a server, so any gateway can read what another
 * wrote; ending a sign-in early is the business of gateway/revocations.ts.
 *
 * K1 What was changed in a single bit is not read at all.
 * K2 Each kind has its own key, derived from the cookie key: none can pass for another.
 * K3 A form token is good only for the sign-in (before it: the visitor) it was made for.
 * K4 Nothing secret can be read from a cookie: a person stands there by the opaque PersonId, a
 *    document number only sealed.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hash,
  hkdfSync,
  randomBytes,
  randomFillSync,
  timingSafeEqual,
} from 'node:crypto';
import type {
  AreaCode,
  ChallengeId,
  CommandId,
  EpochMs,
  PersonId,
  ProgrammeCode,
  TicketNumber,
} from '../engine/protocol/ids.ts';
import { signInMaxMs } from '../engine/protocol/lasting.ts';
import type { CandidateType } from '../engine/protocol/session.ts';
import { RecentMap } from './recent-map.ts';

export type SignIn = {
  person: PersonId;
  ticket: TicketNumber;
  programme: ProgrammeCode;
  /** R5: by which days and pools the person goes. */
  candidateType: CandidateType;
  /** D1: `activation` reaches the binding and password pages only. */
  kind: 'activation' | 'full';
  generation: number;
  /** As pages show it; empty in an activation (D1). */
  nameMask: string;
  issuedAt: EpochMs;
  expiresAt: EpochMs;
  /** Which sign-in this is; form tokens are bound to it. */
  nonce: string;
};
/** A browser before it has signed in; captchas and ticket handles are bound to it. */
export type Visitor = string;
/** The area the person last chose here, with its claim number: spares asking the engine. */
export type AreaClaim = { area: AreaCode; claim: number };
/** What a form was rendered from. `nonce` is the root of the ids of the commands it sends. */
export type FormToken = { nonce: string; revision: number; issuedAt: EpochMs };
export type ListedTicket = { ticket: TicketNumber; programme: ProgrammeCode };
/**
 * What stands behind one line of the lookup page; all of them, so that the page can be shown again.
 * Nothing in it, nor its length, says whether it is a decoy (D2): that the engine knows no such
 * ticket is found out at the password step.
 */
export type TicketHandle = {
  person: PersonId;
  documentType: string;
  /** In its one form, for the password step. */
  documentNumber: string;
  tickets: ListedTicket[];
  chosen: number;
};
/** As it was typed, in its one form. */
export type TypedDocument = { type: string; number: string };
/**
 * How far a forgotten password has come (D3), for who is not signed in: a code was asked for, which
 * may or may not have been sent (D2), or it was typed right, with the proof of it.
 */
export type ResetHandle = { handle: TicketHandle } & (
  | { kind: 'asked'; challenge: ChallengeId; expiresAt: EpochMs; resendFrom: EpochMs }
  | { kind: 'proven'; proof: CommandId }
);

export type Cookies = {
  /** Verified and not expired; whether it was ended early is for revocations to say. */
  signInOf(cookieHeader: string, now: EpochMs): SignIn | undefined;
  visitorOf(cookieHeader: string): Visitor | undefined;
  areaOf(cookieHeader: string, person: PersonId): AreaClaim | undefined;
  /** Each answers a whole Set-Cookie value. */
  /** `now`: when it is set, if that is not when it was issued. */
  setSignIn(signIn: SignIn, now?: EpochMs): string;
  setVisitor(visitor: Visitor): string;
  setArea(person: PersonId, claim: AreaClaim): string;
  clearSignIn(): string;
  /** D4: the typed document is kept at hand for a sign-in, sealed, to compare passwords with. */
  setDocument(document: TypedDocument, signIn: SignIn, now?: EpochMs): string;
  documentOf(cookieHeader: string, signIn: SignIn, now: EpochMs): TypedDocument | undefined;
  clearDocument(): string;
  /**
   * D3: proof that the person signed in here before, with a password of their own, and in which
   * generation. It signs nobody in and outlives signing out.
   */
  setDevice(cookieHeader: string, person: PersonId, generation: number): string;
  deviceOf(cookieHeader: string, person: PersonId): number | undefined;
  clearArea(): string;
  /** `boundTo`: the sign-in's nonce, or the visitor before sign-in. */
  formToken(boundTo: string, revision: number, now: EpochMs): string;
  readFormToken(token: string, boundTo: string, now: EpochMs): FormToken | undefined;
  /**
   * The id of the command that this form sends with this content: the same form with the same
   * content is the same command however often it is sent, other content is another command. `salt`
   * names the action and what was typed; keyed, since it may hold a six-digit code.
   */
  commandIdOf(form: FormToken, salt: string): CommandId;
  sealHandle(handle: TicketHandle, visitor: Visitor, now: EpochMs): string;
  openHandle(sealed: string, visitor: Visitor, now: EpochMs): TicketHandle | undefined;
  sealReset(reset: ResetHandle, visitor: Visitor, now: EpochMs): string;
  openReset(sealed: string, visitor: Visitor, now: EpochMs): ResetHandle | undefined;
  /** HMAC for the sign-in pages' own needs (captcha answers, decoys), apart from all above. */
  keyed(purpose: string, text: string): Buffer;
};

export const signInMs = signInMaxMs;
export const activationMs = 10 * 60_000;
export const handleMs = 10 * 60_000;
/** Long enough to be known again at the next session. */
export const deviceMs = 200 * 24 * 3_600_000;
/** A family shares a computer; beyond, whoever signed in longest ago is forgotten. */
export const devicePeopleMax = 4;
/** As long as a sign-in may last: a page left open over lunch must still post. */
export const formTokenMs = signInMs;
/** Verified cookies kept ready; beyond, the least recently used goes. */
const verifiedMax = 65_536;

/** 128 random bits. Drawn from a pool, since asking the system costs more than all else in a form. */
export function newNonce(): string {
  if (pooled === randomPool.length) {
    randomFillSync(randomPool);
    pooled = 0;
  }
  pooled += 16;
  return randomPool.toString('base64url', pooled - 16, pooled);
}
const randomPool = Buffer.alloc(4096);
let pooled = randomPool.length;

/** 22 characters: 128 bits, as every opaque id of the protocol. */
const macLength = 22;

export function createCookies(cookieKey: Uint8Array, secure: boolean): Cookies {
  const keyFor = (purpose: string): Buffer => derivedKey(cookieKey, purpose);
  const signInKey = keyFor('sign-in');
  const visitorKey = keyFor('visitor');
  const areaKey = keyFor('area');
  const formKey = keyFor('form');
  const commandPrefix = keyFor('command').toString('base64url');
  const handleKey = keyFor('handle');
  const resetKey = keyFor('reset');
  const documentKey = keyFor('document');
  const deviceKey = keyFor('device');
  const otherKey = keyFor('other');

  // The prefix makes the browser itself refuse a cookie that another host or plain HTTP planted.
  const prefix = secure ? '__Host-' : '';
  const signInName = `${prefix}ruxi-sign-in`;
  const visitorName = `${prefix}ruxi-visitor`;
  const areaName = `${prefix}ruxi-area`;
  const documentName = `${prefix}ruxi-document`;
  const deviceName = `${prefix}ruxi-device`;
  const attributes = `; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  const setCookie = (name: string, value: string, maxAgeMs: number) =>
    `${name}=${value}${attributes}; Max-Age=${Math.floor(maxAgeMs / 1000)}`;
  const clearCookie = (name: string) => `${name}=${attributes}; Max-Age=0`;

  const verified = new RecentMap<string, SignIn>(verifiedMax);

  /** Newest first. */
  function peopleHere(cookieHeader: string): { person: PersonId; generation: number }[] {
    const value = cookieOf(cookieHeader, deviceName);
    const parts = (value === undefined ? undefined : unsigned(deviceKey, value))?.split('~') ?? [];
    return parts.flatMap((person, at) =>
      at % 2 === 0 ? [{ person, generation: numberOf(parts[at + 1] ?? '') }] : [],
    );
  }

  return {
    signInOf(cookieHeader, now) {
      const value = cookieOf(cookieHeader, signInName);
      if (value === undefined) return undefined;
      let signIn = verified.get(value);
      if (signIn === undefined) {
        signIn = readSignIn(unsigned(signInKey, value));
        if (signIn === undefined) return undefined;
        verified.set(value, signIn);
      }
      return now < signIn.expiresAt ? signIn : undefined;
    },
    visitorOf(cookieHeader) {
      const value = cookieOf(cookieHeader, visitorName);
      return value === undefined ? undefined : unsigned(visitorKey, value);
    },
    areaOf(cookieHeader, person) {
      const value = cookieOf(cookieHeader, areaName);
      const text = value === undefined ? undefined : unsigned(areaKey, value);
      const [owner, area, claim] = text?.split('~') ?? [];
      if (owner !== person || area === undefined || claim === undefined) return undefined;
      return { area, claim: numberOf(claim) };
    },
    setSignIn: (signIn, now = signIn.issuedAt) =>
      setCookie(signInName, signed(signInKey, writeSignIn(signIn)), signIn.expiresAt - now),
    setVisitor: (visitor) => setCookie(visitorName, signed(visitorKey, visitor), signInMs),
    setArea: (person, { area, claim }) =>
      setCookie(areaName, signed(areaKey, `${person}~${area}~${textOf(claim)}`), signInMs),
    clearSignIn: () => clearCookie(signInName),
    clearArea: () => clearCookie(areaName),

    formToken(boundTo, revision, now) {
      const text = `${newNonce()}~${textOf(revision)}~${textOf(now)}`;
      return `${text}.${mac(formKey, `${text}~${boundTo}`)}`;
    },
    readFormToken(token, boundTo, now) {
      const dot = token.length - macLength - 1;
      const text = token.slice(0, dot);
      if (token[dot] !== '.') return undefined;
      if (!same(token.slice(dot + 1), mac(formKey, `${text}~${boundTo}`))) return undefined;
      const [nonce = '', revision = '', issuedAt = ''] = text.split('~');
      const form = { nonce, revision: numberOf(revision), issuedAt: numberOf(issuedAt) };
      return now < form.issuedAt + formTokenMs ? form : undefined;
    },
    // Nothing is verified by an id, so it needs no MAC; the key in front keeps a typed code from
    // being found by trying, and costs a third of one.
    commandIdOf: (form, salt) =>
      hash('sha256', `${commandPrefix}~${form.nonce}~${salt}`, 'base64url').slice(0, macLength),

    sealHandle: (handle, visitor, now) => seal(handleKey, handle, visitor, now + handleMs),
    openHandle: (sealed, visitor, now) =>
      unseal(handleKey, sealed, visitor, now) as TicketHandle | undefined,
    sealReset: (reset, visitor, now) => seal(resetKey, reset, visitor, now + handleMs),
    openReset: (sealed, visitor, now) =>
      unseal(resetKey, sealed, visitor, now) as ResetHandle | undefined,
    setDocument(document, { nonce, issuedAt, expiresAt }, now = issuedAt) {
      const sealed = seal(documentKey, document, nonce, expiresAt);
      return setCookie(documentName, sealed, expiresAt - now);
    },
    documentOf(cookieHeader, { nonce }, now) {
      const sealed = cookieOf(cookieHeader, documentName) ?? '';
      return unseal(documentKey, sealed, nonce, now) as TypedDocument | undefined;
    },
    clearDocument: () => clearCookie(documentName),
    setDevice(cookieHeader, person, generation) {
      const others = peopleHere(cookieHeader).filter((one) => one.person !== person);
      const people = [{ person, generation }, ...others].slice(0, devicePeopleMax);
      const text = people.map((one) => `${one.person}~${textOf(one.generation)}`).join('~');
      return setCookie(deviceName, signed(deviceKey, text), deviceMs);
    },
    deviceOf: (cookieHeader, person) =>
      peopleHere(cookieHeader).find((one) => one.person === person)?.generation,
    keyed: (purpose, text) => createHmac('sha256', otherKey).update(`${purpose}~${text}`).digest(),
  };
}

/** K2. */
export const derivedKey = (cookieKey: Uint8Array, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', cookieKey, '', `ruxi gateway 1 ${purpose}`, 32));

function mac(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url').slice(0, macLength);
}

export function signed(key: Buffer, text: string): string {
  return `${text}.${mac(key, text)}`;
}

export function unsigned(key: Buffer, value: string): string | undefined {
  const dot = value.length - macLength - 1;
  if (dot < 1 || value[dot] !== '.') return undefined;
  const text = value.slice(0, dot);
  return same(value.slice(dot + 1), mac(key, text)) ? text : undefined;
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** AES-256-GCM over the value and its end; opens only under the name it was bound to. */
export function seal(key: Buffer, value: unknown, boundTo: string, until: EpochMs): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(Buffer.from(boundTo));
  const text = JSON.stringify([until, value]);
  const sealed = [iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat(sealed).toString('base64url');
}

export function unseal(key: Buffer, sealed: string, boundTo: string, now: EpochMs): unknown {
  const bytes = Buffer.from(sealed, 'base64url');
  // The decoder overlooks characters and spare bits; what does not write back the same was changed.
  if (bytes.length < 28 || bytes.toString('base64url') !== sealed) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), {
    authTagLength: 16,
  });
  decipher.setAAD(Buffer.from(boundTo));
  decipher.setAuthTag(bytes.subarray(-16));
  let text: string;
  try {
    text = decipher.update(bytes.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return undefined;
  }
  const [until, value] = JSON.parse(text) as [EpochMs, unknown];
  return now < until ? value : undefined;
}

export function cookieOf(header: string, name: string): string | undefined {
  let from = 0;
  while (from < header.length) {
    let to = header.indexOf(';', from);
    if (to < 0) to = header.length;
    while (header.charCodeAt(from) === 0x20) from += 1;
    if (header.startsWith(name, from) && header[from + name.length] === '=') {
      return header.slice(from + name.length + 1, to);
    }
    from = to + 1;
  }
  return undefined;
}

const textOf = (whole: number): string => whole.toString(36);
const numberOf = (text: string): number => Number.parseInt(text, 36);

function writeSignIn(signIn: SignIn): string {
  return [
    signIn.person,
    signIn.ticket,
    signIn.programme,
    signIn.kind === 'full' ? 'f' : 'a',
    textOf(signIn.generation),
    textOf(signIn.issuedAt),
    textOf(signIn.expiresAt),
    signIn.nonce,
    Buffer.from(signIn.nameMask).toString('base64url'),
    signIn.candidateType === 'applied' ? 'a' : 'o',
  ].join('~');
}

function readSignIn(text: string | undefined): SignIn | undefined {
  if (text === undefined) return undefined;
  const [person, ticket, programme, kind, generation, issuedAt, expiresAt, nonce, ...shown] =
    text.split('~');
  const [nameMask, type] = shown;
  if (person === undefined || ticket === undefined || programme === undefined) return undefined;
  if (generation === undefined || issuedAt === undefined || expiresAt === undefined) {
    return undefined;
  }
  if (nonce === undefined || nameMask === undefined || type === undefined) return undefined;
  return {
    person,
    ticket,
    programme,
    candidateType: type === 'a' ? 'applied' : 'open',
    kind: kind === 'f' ? 'full' : 'activation',
    generation: numberOf(generation),
    issuedAt: numberOf(issuedAt),
    expiresAt: numberOf(expiresAt),
    nonce,
    nameMask: Buffer.from(nameMask, 'base64url').toString(),
  };
}
