/**
 * The desk over real HTTP, with the real core behind it in memory and the clock in the test's hand.
 * Pages come as JSON of their models; accounts are made as they are in life, by their links.
 */
import { generateSync } from 'otplib';
import { auditOf } from '../../engine/core/audit.ts';
import { keyViewOf } from '../../engine/core/key-book.ts';
import { ask, type CoreQuery } from '../../engine/core/partition.ts';
import { staffViewOf } from '../../engine/core/staff-book.ts';
import type { Command, PreparedCommand } from '../../engine/protocol/commands.ts';
import { invitationDigest, invitationPath } from '../../engine/protocol/invitations.ts';
import type { Query, QueryAnswer } from '../../engine/protocol/replies.ts';
import type { Role, Scope, StaffId } from '../../engine/protocol/staff.ts';
import { encodeEntry, noHash } from '../../engine/store/journal.ts';
import type { StoreReader } from '../../engine/store/store.ts';
import { candidatePage } from '../../engine/writer/candidate-pages.ts';
import { DeskStrangers, isNobodys, isTriedAtDoor } from '../../engine/writer/desk-strangers.ts';
import { timelineStretch } from '../../engine/writer/timeline.ts';
import { createKeyRing } from '../../gateway/api/keys.ts';
import { addApiRoutes } from '../../gateway/api/server.ts';
import { createAvailability } from '../../gateway/availability.ts';
import { createCatalogue } from '../../gateway/catalogue.ts';
import { gatewayConfigOf } from '../../gateway/config.ts';
import type { GatewayContext } from '../../gateway/context.ts';
import { createCookies } from '../../gateway/cookies.ts';
import type { EngineClient } from '../../gateway/engine-client.ts';
import type { Hashing } from '../../gateway/hashing/hashing.ts';
import { HttpServer } from '../../gateway/http.ts';
import { createHttpMeter } from '../../gateway/http-meter.ts';
import { createLimits, defaultLimits, type LimitsConfig } from '../../gateway/limits.ts';
import { createPayables } from '../../gateway/paying/payables.ts';
import { createRevocations } from '../../gateway/revocations.ts';
import { createSlipCodes } from '../../gateway/slip/codes.ts';
import type { StaffContext } from '../../gateway/staff/context.ts';
import { createAlarms } from '../../gateway/staff/dashboard/alarms.ts';
import { createDashboard } from '../../gateway/staff/dashboard/dashboard.ts';
import { createMarks } from '../../gateway/staff/dashboard/marks.ts';
import { createDesk, type Desk as StaffDesk } from '../../gateway/staff/desk.ts';
import { createDeskCookies } from '../../gateway/staff/desk-cookies.ts';
import { createDirectory } from '../../gateway/staff/directory.ts';
import { createImportJob } from '../../gateway/staff/files/import-job.ts';
import { createSlots, exportsAtOnce } from '../../gateway/staff/files/slots.ts';
import { addDeskRoutes } from '../../gateway/staff/server.ts';
import { createTelemetry } from '../../gateway/telemetry.ts';
import { accepted, Desk, givenAdopted } from '../given.ts';
import { quietClient } from './quiet-client.ts';

export const password = 'amber-lantern-quiet-42';
const minute = 60_000;

export type StaffWorld = {
  /** The core. */
  desk: Desk;
  /** The route table. */
  routes: StaffDesk['routes'];
  origin: string;
  context: StaffContext;
  commands: Command[];
  setAway(away: boolean): void;
  /** By the command line; the link's path. */
  invite(staff: StaffId, roles: Role[], scope?: Scope): string;
  /** Invited, the link used, and signed in. */
  signedIn(staff: StaffId, roles: Role[], scope?: Scope): Promise<StaffBrowser>;
  browser(): StaffBrowser;
  stop(): Promise<void>;
};

const jsonViews: StaffContext['views'] = {
  render: (page, model, frame) => JSON.stringify({ page, model, frame }),
  failure: (status) => JSON.stringify({ page: 'failure', model: { status } }),
  assets: [],
  scripts: { script: '/desk.js', chartScript: '/uplot.js' },
};

/** All candidates are in memory here. */
const noDisk = { rows: () => [] } as unknown as StoreReader;

/** Importing has an engine of its own: staff-files.test.ts. */
function noFiles(): Pick<StaffContext, 'importDesk' | 'importJob' | 'exportCsv' | 'exportSlots'> {
  const importDesk = {} as StaffContext['importDesk'];
  return {
    importDesk,
    importJob: createImportJob(importDesk, () => {}),
    exportSlots: createSlots(exportsAtOnce),
    async *exportCsv(kind, { areas, ...how }) {
      yield JSON.stringify({ page: 'file', model: { kind, areas: areas && [...areas], ...how } });
    },
  };
}

/** What argon2 promises, without its work. */
const work: Hashing['first'] = {
  hash: async (typed) => ({
    kind: 'hashed',
    hash: `hash-of-${Buffer.from(typed).toString('hex')}`,
  }),
  verify: async (hash, typed) => ({
    ...{ kind: 'verified', matches: hash === `hash-of-${Buffer.from(typed).toString('hex')}` },
  }),
};
const hashing: Hashing = {
  ...work,
  first: work,
  setConcurrency: () => {},
  waiting: () => 0,
  processId: () => undefined,
  stop: async () => {},
};

export async function givenStaffWorld(limits: Partial<LimitsConfig> = {}): Promise<StaffWorld> {
  const adopted = givenAdopted();
  const desk = new Desk('p0');
  desk.send({ kind: 'adopt', adopted });
  const now = () => desk.now;
  const commands: Command[] = [];
  const directory = createDirectory();
  const keys = createKeyRing();
  const nobodies = new DeskStrangers();
  let away = false;

  /** As the writer does; the vault is the test's business elsewhere. */
  function prepared(command: Command): PreparedCommand {
    if (command.kind !== 'accept-invitation' && command.kind !== 'renew-totp')
      return command as PreparedCommand;
    const { secret, ...rest } = command;
    return { ...rest, sealedSecret: secret };
  }
  function hearAll(): void {
    for (const row of desk.partition.staff.values()) directory.hear(staffViewOf(row));
    for (const row of desk.partition.keys.values()) keys.hear(keyViewOf(row));
  }
  /** The journal as a store has it, an event an entry. */
  const store = {
    entryAtOrBelow: (index: number) => entryOf(Math.min(index, desk.journal.length)),
    *entries(from: number) {
      for (let index = from; index <= desk.journal.length; index += 1) {
        const entry = entryOf(index);
        if (entry !== undefined) yield entry;
      }
    },
  } as Pick<StoreReader, 'entryAtOrBelow' | 'entries'>;
  function entryOf(index: number) {
    const found = desk.journal[index - 1];
    if (found === undefined) return undefined;
    const { at, event } = found;
    const events = [event];
    const { value } = encodeEntry({
      partition: 'p0',
      epoch: 1,
      index,
      prevHash: noHash,
      at,
      events,
    });
    return { index, value };
  }
  type Asked =
    | CoreQuery
    | Extract<Query, { kind: 'candidates' | 'status' | 'journal' | 'timeline' }>;
  function answerTo(query: Asked): QueryAnswer | { kind: 'unknown' } {
    if (away) return { kind: 'unknown' };
    if (query.kind === 'candidates') return candidatePage(noDisk, desk.partition, query);
    if (query.kind === 'status')
      return {
        kind: 'status',
        status: { partition: 'p0', epoch: 1, index: desk.journal.length, lag: 0, inbox: 0 },
      };
    if (query.kind === 'journal') {
      const lines = desk.journal
        .filter(({ index }) => index >= query.from)
        .map(({ index, at, event }) => ({ index, at, ...auditOf(event) }));
      return { kind: 'journal', lines };
    }
    if (query.kind === 'staff-facts') {
      const answer = ask(desk.partition, query, desk.now);
      return { ...answer, retryAt: nobodies.retryAt(query.staff) } as QueryAnswer;
    }
    if (query.kind === 'timeline') return timelineStretch(store, desk.journal.length, query);
    return ask(desk.partition, query, desk.now);
  }
  const client: EngineClient = {
    ...quietClient,
    async send(body, envelope) {
      if (away) return { kind: 'unknown' };
      const command = { ...body, epoch: 1, ...envelope } as Command;
      commands.push(command);
      const made = prepared(command);
      const reply = desk.carry(made);
      hearAll();
      if (reply.kind !== 'refused' || !isNobodys(reply.reason) || !isTriedAtDoor(made))
        return reply;
      const given = { sequence: commands.length, at: desk.now, olderEpoch: false, command: made };
      return { id: made.id, ...nobodies.answer(given, made).reply };
    },
    ask: (async (query: Asked) => answerTo(query)) as EngineClient['ask'],
    askAt: (async (_partition: string, query: Asked) => answerTo(query)) as EngineClient['askAt'],
    ready: () => !away,
  };
  const config = {
    ...gatewayConfigOf(
      { RUXI_PORT: '0' },
      { index: Buffer.alloc(32, 3), cookie: Buffer.alloc(32, 9), slip: Buffer.alloc(32, 10) },
    ),
    limits: { ...defaultLimits, ...limits },
  };
  const catalogue = createCatalogue();
  catalogue.adopt(adopted);
  const gateway: GatewayContext = {
    config,
    client,
    catalogue,
    availability: createAvailability(),
    revocations: createRevocations(now),
    views: {} as GatewayContext['views'],
    cookies: createCookies(config.cookieKey, false),
    limits: createLimits(config.limits),
    hashing,
    slipCodes: createSlipCodes(config.slipKey),
    providers: [],
    payables: createPayables([], now),
    now,
  };
  const telemetry = createTelemetry(now);
  const quiet = { sockets: () => 0, inFlight: () => 0, loopP99Ms: () => 0, providers: () => [] };
  const alarms = createAlarms(() => {});
  const marks = createMarks();
  const here = { alarms, marks, gateway: 'desk.example:13101' };
  const dashboard = createDashboard({ catalogue, telemetry, now, ...quiet, ...here });
  const context: StaffContext = {
    meter: createHttpMeter(),
    sockets: () => 0,
    gateway,
    telemetry,
    dashboard,
    alarms,
    readiness: () => 'ready',
    directory,
    keys,
    cookies: createDeskCookies(config.cookieKey, false),
    views: jsonViews,
    ...noFiles(),
  };
  const faults: unknown[] = [];
  const server = new HttpServer({
    ...{ host: '127.0.0.1', port: 0, trustedProxies: new Set<string>(), secure: false },
    failurePage: (status) => jsonViews.failure(status),
    onFault: (_path, error) => faults.push(error),
  });
  const routes = createDesk(server, context);
  addDeskRoutes(routes, context);
  addApiRoutes(server, context);
  const port = await server.listen();

  let links = 0;
  const world: StaffWorld = {
    desk,
    routes: routes.routes,
    origin: `http://127.0.0.1:${port}`,
    context,
    commands,
    setAway: (to) => {
      away = to;
    },
    invite(staff, roles, scope = { kind: 'province' }) {
      links += 1;
      const secret = `link${links}`.padEnd(32, '-');
      const shell = { anew: false, by: 'shell', byGeneration: 0, reason: '示例' };
      const digest = invitationDigest(secret);
      accepted(desk.send({ kind: 'invite-staff', staff, roles, scope, digest, ...shell }));
      hearAll();
      return invitationPath(staff, secret);
    },
    async signedIn(staff, roles, scope) {
      const browser = world.browser();
      await browser.accept(world.invite(staff, roles, scope));
      desk.now += minute;
      await browser.signIn(staff);
      return browser;
    },
    browser: () => new StaffBrowser(`http://127.0.0.1:${port}`, world),
    async stop() {
      await server.stop();
      if (faults.length > 0) throw new AggregateError(faults, 'handlers failed');
    },
  };
  return world;
}

// biome-ignore lint/suspicious/noExplicitAny: a page's model as it came over the wire.
export type Shown = { status: number; path: string; page: string; model: any; frame: any };

export class StaffBrowser {
  readonly origin: string;
  readonly #world: StaffWorld;
  readonly cookies = new Map<string, string>();
  /** What the authenticator was given. */
  secret = '';
  last: Shown = { status: 0, path: '', page: '', model: {}, frame: {} };

  constructor(origin: string, world: StaffWorld) {
    this.origin = origin;
    this.#world = world;
  }

  /** What the authenticator shows now. */
  code(): string {
    return generateSync({ secret: this.secret, epoch: Math.floor(this.#world.desk.now / 1000) });
  }

  get(path: string): Promise<Shown> {
    return this.#go(path, { method: 'GET' });
  }

  /** With the token that the page before was given, as its form would. */
  post(path: string, fields: Record<string, string> | [string, string][] = {}): Promise<Shown> {
    const token = this.last.model.token ?? this.last.frame?.signedIn?.token ?? '';
    const body = new URLSearchParams(Array.isArray(fields) ? fields : Object.entries(fields));
    if (!body.has('token')) body.set('token', token);
    return this.#go(path, { method: 'POST', body });
  }

  /** The form that a proof interrupted, with the code. */
  prove(code = this.code()): Promise<Shown> {
    const { action, fields } = this.last.model as { action: string; fields: [string, string][] };
    return this.post(action, [...fields, ['proof', code]]);
  }

  /** Sends a form, and the code if the desk asks for one. */
  async proved(path: string, fields: Record<string, string> = {}): Promise<Shown> {
    const shown = await this.post(path, fields);
    if (shown.page !== 'prove') return shown;
    this.#world.desk.now += minute;
    return this.prove();
  }

  async accept(link: string, typed = password): Promise<Shown> {
    const { model } = await this.get(link);
    this.secret = model.secret;
    const { staff, code } = model;
    const fields = { staff, code, password: typed, again: typed, proof: this.code() };
    return this.post('/desk/invitation', fields);
  }

  async signIn(staff: StaffId, typed = password, code?: string): Promise<Shown> {
    const { model } = await this.post('/desk/sign-in', { staff, password: typed });
    return this.post('/desk/sign-in/code', { door: model.door ?? '', code: code ?? this.code() });
  }

  /** With a file, as its form would. */
  async upload(path: string, fields: Record<string, string>, file: File): Promise<Shown> {
    const body = new FormData();
    for (const [name, value] of Object.entries({ token: this.last.model.token, ...fields }))
      body.set(name, value);
    body.set('file', file);
    return this.#go(path, { method: 'POST', body });
  }

  /** A file, and not a page. */
  save(path: string): Promise<Response> {
    return this.#send(path, { method: 'GET' });
  }

  #send(path: string, init: RequestInit): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return fetch(this.origin + path, { ...init, redirect: 'manual', headers: { cookie } });
  }

  async #go(path: string, init: RequestInit): Promise<Shown> {
    const answer = await this.#send(path, init);
    for (const set of answer.headers.getSetCookie()) {
      const [pair = ''] = set.split(';');
      const [name = '', value = ''] = pair.split('=');
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    if (answer.status === 303) return this.get(answer.headers.get('location') ?? '');
    const isFile = answer.headers.get('content-type')?.startsWith('text/csv') ?? false;
    const text = await answer.text();
    const shown = isFile ? { page: 'file', model: { text } } : JSON.parse(text);
    this.last = { ...shown, status: answer.status, path };
    return this.last;
  }
}
