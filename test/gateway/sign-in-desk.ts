/**
 * A gateway over real HTTP, with the real core behind it in memory and the clock in the test's
 * hand. Pages come as JSON of their models, so that a test reads what a page would show. The way a
 * browser goes: cookies are kept, forms are sent as the page before offered them.
 */
import argon2 from 'argon2';
import { ask, type CoreQuery } from '../../engine/core/partition.ts';
import type { CandidateRecord, Command, PreparedCommand } from '../../engine/protocol/commands.ts';
import type { PersonId } from '../../engine/protocol/ids.ts';
import { personIdOf, phoneIndexOf } from '../../engine/protocol/indices.ts';
import { phoneMask } from '../../engine/protocol/masks.ts';
import type { CommandReply, Query, QueryAnswer } from '../../engine/protocol/replies.ts';
import { isAskedOfStrangers, Strangers } from '../../engine/writer/strangers.ts';
import { createAvailability } from '../../gateway/availability.ts';
import { createCatalogue } from '../../gateway/catalogue.ts';
import { gatewayConfigOf } from '../../gateway/config.ts';
import type { GatewayContext } from '../../gateway/context.ts';
import { createCookies } from '../../gateway/cookies.ts';
import type { EngineClient } from '../../gateway/engine-client.ts';
import { startHashing } from '../../gateway/hashing/hashing.ts';
import { HttpServer } from '../../gateway/http.ts';
import { createLimits, defaultLimits, type LimitsConfig } from '../../gateway/limits.ts';
import { createLive } from '../../gateway/live.ts';
import { createWrongNotices } from '../../gateway/paying/notices.ts';
import { createPayables } from '../../gateway/paying/payables.ts';
import { createRevocations } from '../../gateway/revocations.ts';
import { addRoutes } from '../../gateway/server.ts';
import { answerLength, captchaAlphabet } from '../../gateway/sign-in/captcha.ts';
import { createSlipCodes } from '../../gateway/slip/codes.ts';
import { Desk, givenAdopted, givenEnrolledRecord, givenRecord } from '../given.ts';
import { quietClient } from './quiet-client.ts';

export const indexKey = Buffer.alloc(32, 3);
export const rightCode = '246810';
/** A new candidate's, as an office's import brings it (F7); cheap, since it is only a test's. */
export const importedPassword = 'kaowei-test-2026';
const importedHash = await argon2.hash(importedPassword, {
  type: argon2.argon2id,
  memoryCost: 1024,
  timeCost: 2,
  parallelism: 1,
});

/** Valid check digits, and a region that does not exist: nobody's numbers. */
export function documentNumberOf(person: number): string {
  const body = `99999919850101${String(person).padStart(3, '0')}`;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, at) => total + weight * Number(body[at]), 0);
  return body + '10X98765432'[sum % 11];
}

export type World = {
  desk: Desk;
  context: GatewayContext;
  commands: Command[];
  queries: Query[];
  /** Passwords verified, which is the work that costs. */
  verified(): number;
  /** Nothing reaches the engine. */
  setAway(away: boolean): void;
  /** The next command, or the next of that kind, is carried out and its answer lost. */
  loseNextAnswer(to?: Command['kind']): void;
  setEpoch(epoch: number): void;
  admit(documentNumber: string, record?: Partial<CandidateRecord>): PersonId;
  /** In need of a phone and a password (F8). */
  admitEnrolled(
    documentNumber: string,
    record?: Partial<CandidateRecord>,
    documentType?: string,
  ): PersonId;
  /** With a password, in need of a phone. */
  admitWithoutPhone(documentNumber: string): PersonId;
  origin: string;
  browser(): Browser;
  stop(): Promise<void>;
};

/** Pages as JSON; without a frame, as the fragment that scripts ask for. */
const jsonViews = new Proxy({} as GatewayContext['views'], {
  get: (_, page) => (model: unknown, frame?: unknown) => JSON.stringify({ page, model, frame }),
});

export async function givenWorld(limits: Partial<LimitsConfig> = {}): Promise<World> {
  const adopted = givenAdopted();
  const desk = new Desk('p0');
  desk.send({ kind: 'adopt', adopted });
  const now = () => desk.now;
  const commands: Command[] = [];
  const queries: Query[] = [];
  const spent = new Set<string>();
  const strangers = new Strangers();
  let away = false;
  let losing: Command['kind'] | 'any' | undefined;
  let epoch = 1;

  function prepared(command: Command): PreparedCommand {
    if ('code' in command) {
      const { code, ...rest } = command;
      return { ...rest, codeMatches: code === rightCode };
    }
    if (command.kind !== 'request-phone-code' || typeof command.phone !== 'string') {
      return command as PreparedCommand;
    }
    const { phone } = command;
    const index = phoneIndexOf(indexKey, phone);
    return { ...command, phone: { sealed: 'sealed', index, mask: phoneMask(phone) } };
  }
  /** As the writer does. */
  function asSomebody(command: PreparedCommand, reply: CommandReply): CommandReply {
    if (!isAskedOfStrangers(command) || reply.kind !== 'refused') return reply;
    if (reply.reason !== 'person-unknown') return reply;
    const given = { sequence: 0, at: desk.now, olderEpoch: false, command };
    return { id: command.id, ...strangers.answer(desk.partition.rules, given, command).reply };
  }
  async function answer(query: Query): Promise<QueryAnswer | { kind: 'unknown' }> {
    queries.push(query);
    if (away) return { kind: 'unknown' };
    if (query.kind !== 'spend-once') {
      const answer = ask(desk.partition, query as CoreQuery, desk.now);
      if (answer.kind !== 'sign-in-facts' || query.kind !== 'sign-in-facts') return answer;
      return { ...answer, retryAt: strangers.retryAt(query.person) };
    }
    const unspent = !spent.has(query.token);
    spent.add(query.token);
    return { kind: 'spend-once', unspent };
  }
  const client: EngineClient = {
    ...quietClient,
    async send(body, envelope) {
      if (away) return { kind: 'unknown' };
      const command = { ...body, epoch: 1, ...envelope } as Command;
      commands.push(command);
      const reply = asSomebody(prepared(command), desk.carry(prepared(command)));
      const row = desk.partition.candidates.get('person' in body ? body.person : '');
      if (row !== undefined) {
        const { person, generation, endedAt: at, signedOut } = row;
        if (at > 0) revocations.hear({ kind: 'sign-ins-ended', person, generation, at });
        for (const out of signedOut) revocations.hear({ kind: 'signed-out', person, ...out });
      }
      const lost = losing === 'any' || losing === body.kind;
      if (lost) losing = undefined;
      return lost ? { kind: 'unknown' } : reply;
    },
    ask: answer as EngineClient['ask'],
    askAt: ((_partition, query) => answer(query)) as EngineClient['askAt'],
    epochOf: () => epoch,
    ready: () => !away,
  };

  const config = {
    ...gatewayConfigOf(
      { RUXI_PORT: '0' },
      { index: indexKey, cookie: Buffer.alloc(32, 9), slip: Buffer.alloc(32, 10) },
    ),
    limits: { ...defaultLimits, ...limits },
  };
  const catalogue = createCatalogue();
  catalogue.adopt(adopted);
  const availability = createAvailability();
  const revocations = createRevocations(now);
  const hashing = startHashing();
  let verified = 0;
  const context: GatewayContext = {
    config,
    client,
    catalogue,
    availability,
    revocations,
    views: jsonViews,
    cookies: createCookies(config.cookieKey, config.secure),
    limits: createLimits(config.limits),
    hashing: {
      ...hashing,
      verify(hash, password) {
        verified += 1;
        return hashing.verify(hash, password);
      },
    },
    slipCodes: createSlipCodes(config.slipKey),
    providers: [],
    payables: createPayables([], now),
    now,
  };
  const faults: unknown[] = [];
  const server = new HttpServer({
    ...config,
    failurePage: (status) => context.views.failure(status),
    onFault: (_path, error) => faults.push(error),
  });
  const live = createLive({
    catalogue,
    availability,
    publish: (topic, text) => server.publish(topic, text),
    watcher: () => undefined,
    now,
    socketsMax: 0,
  });
  addRoutes(server, context, live, createWrongNotices());
  const port = await server.listen();

  function admit(
    documentNumber: string,
    record: CandidateRecord,
    documentType = 'resident-id',
  ): PersonId {
    const person = personIdOf(indexKey, documentType, documentNumber);
    desk.send({ kind: 'import-candidate', person, record });
    return person;
  }

  return {
    desk,
    context,
    commands,
    queries,
    verified: () => verified,
    setAway: (to) => {
      away = to;
    },
    loseNextAnswer: (to) => {
      losing = to ?? 'any';
    },
    setEpoch: (to) => {
      epoch = to;
    },
    admit: (documentNumber, record = {}) =>
      admit(documentNumber, givenRecord(1, { passwordHash: importedHash, ...record })),
    admitEnrolled: (documentNumber, record = {}, documentType = 'resident-id') =>
      admit(documentNumber, givenEnrolledRecord(1, { documentType, ...record }), documentType),
    admitWithoutPhone: (documentNumber) =>
      admit(documentNumber, {
        ...givenEnrolledRecord(1),
        kind: 'new',
        passwordHash: importedHash,
      }),
    origin: `http://127.0.0.1:${port}`,
    browser: () => new Browser(`http://127.0.0.1:${port}`, context),
    async stop() {
      live.close();
      await server.stop();
      await context.hashing.stop();
      if (faults.length > 0) throw new AggregateError(faults, 'handlers failed');
    },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: a page's model as it came over the wire.
export type Shown = { status: number; path: string; page: string; model: any; frame: any };

export class Browser {
  readonly #origin: string;
  readonly #context: GatewayContext;
  readonly cookies = new Map<string, string>();
  last: Shown = { status: 0, path: '', page: '', model: {}, frame: {} };

  constructor(origin: string, context: GatewayContext) {
    this.#origin = origin;
    this.#context = context;
  }

  get(path: string): Promise<Shown> {
    return this.#go(path, { method: 'GET' });
  }

  /** Sends the fields with the token of the page before, as its form would. */
  post(path: string, fields: Record<string, string> = {}): Promise<Shown> {
    const body = new URLSearchParams({ token: this.last.model.form ?? '', ...fields });
    return this.#go(path, { method: 'POST', body });
  }

  /** Fetches the captcha as a focused box does, and reads it as a person would. */
  async readCaptcha(): Promise<{ captchaToken: string; captcha: string }> {
    const before = this.last;
    const { model } = await this.get('/captcha');
    this.last = before;
    return { captchaToken: model.token, captcha: this.answerTo(model.token) };
  }

  answerTo(token: string): string {
    const fair = 256 - (256 % captchaAlphabet.length);
    const bytes = [...this.#context.cookies.keyed('captcha answer', token)];
    return bytes
      .filter((byte) => byte < fair)
      .slice(0, answerLength)
      .map((byte) => captchaAlphabet[byte % captchaAlphabet.length])
      .join('');
  }

  /** Both stages (F1–F8), with the first ticket. */
  async lookUp(documentNumber: string, documentType = 'resident-id'): Promise<Shown> {
    await this.get('/sign-in');
    const captcha = await this.readCaptcha();
    return this.post('/sign-in/lookup', { documentType, documentNumber, ...captcha });
  }

  async signIn(
    documentNumber: string,
    password: string,
    ticket = 0,
    documentType = 'resident-id',
  ): Promise<Shown> {
    const { model } = await this.lookUp(documentNumber, documentType);
    return this.post('/sign-in', { handle: model.tickets[ticket].handle, password });
  }

  async #go(path: string, init: RequestInit): Promise<Shown> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(this.#origin + path, {
      ...init,
      redirect: 'manual',
      headers: { cookie },
    });
    for (const set of answer.headers.getSetCookie()) {
      const [pair = ''] = set.split(';');
      const [name = '', value = ''] = pair.split('=');
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    if (answer.status === 303) return this.get(answer.headers.get('location') ?? '');
    const text = await answer.text();
    const shown = text.startsWith('{') ? JSON.parse(text) : { page: text, model: {} };
    this.last = { ...shown, status: answer.status, path };
    return this.last;
  }
}
