/** A browser without scripts, or with htmx, against the registering handlers; no sockets between. */
import { randomBytes } from 'node:crypto';
import type { PaymentConfig } from '../../engine/payments/config.ts';
import type { CandidateRecord } from '../../engine/protocol/commands.ts';
import type { PersonId, TicketNumber } from '../../engine/protocol/ids.ts';
import { personIdOf } from '../../engine/protocol/indices.ts';
import type { CandidateType } from '../../engine/protocol/session.ts';
import { createAvailability } from '../../gateway/availability.ts';
import { createCatalogue } from '../../gateway/catalogue.ts';
import type { GatewayContext } from '../../gateway/context.ts';
import { createCookies, newNonce, signInMs } from '../../gateway/cookies.ts';
import { emptyForm, formOf } from '../../gateway/form.ts';
import type { Handler, HttpServer, Reply, Request } from '../../gateway/http.ts';
import { createLimits, defaultLimits } from '../../gateway/limits.ts';
import type { Live } from '../../gateway/live.ts';
import type { WrongNotices } from '../../gateway/paying/notices.ts';
import { createPayables } from '../../gateway/paying/payables.ts';
import { createRevocations } from '../../gateway/revocations.ts';
import { addRoutes } from '../../gateway/server.ts';
import { createSlipCodes } from '../../gateway/slip/codes.ts';
import { givenRecord, givenTicketRecord } from '../given.ts';
import { type Books, givenBooks } from './registering-books.ts';
import { firstOpen, province } from './registering-province.ts';

export const ticket: TicketNumber = '010524100031';
export const otherTicket: TicketNumber = '010524100032';

type Route = `${'GET' | 'POST'} ${string}`;

export type Gateway = { context: GatewayContext; routes: Map<Route, Handler> };
type Parts = Pick<GatewayContext, 'client' | 'catalogue' | 'availability' | 'now'> &
  Partial<Pick<GatewayContext, 'providers'>> & {
    payments?: Partial<PaymentConfig>;
    indexKey?: Uint8Array;
  };

/** Of the demonstration's own keys, where a test does not bring its engine's. */
export const indexKey = Buffer.alloc(32, 7);

export function gatewayOver(parts: Parts): Gateway {
  const { providers = [], payments } = parts;
  const context = {
    ...parts,
    providers,
    payables: createPayables(providers, parts.now),
    config: {
      ...{ secure: false, demonstration: true, indexKey: parts.indexKey ?? indexKey },
      payments: { returnTo: 'http://ruxi.localhost/mine', ...payments },
    },
    // What a page shows, before it is worded: the models themselves.
    views: new Proxy(
      {},
      { get: (_, page) => (model: object) => JSON.stringify({ page, ...model }) },
    ),
    revocations: createRevocations(parts.now),
    cookies: createCookies(randomBytes(32), false),
    limits: createLimits(defaultLimits),
    slipCodes: createSlipCodes(randomBytes(32)),
  } as unknown as GatewayContext;
  const routes = new Map<Route, Handler>();
  const server = {
    get: (path: string, handler: Handler) => keep(`GET ${path}`, handler),
    post: (path: string, handler: Handler) => keep(`POST ${path}`, handler),
    socket: () => server,
    raw: () => server,
  };
  function keep(route: Route, handler: Handler) {
    routes.set(route, handler);
    return server;
  }
  const nothing = {} as Live & WrongNotices;
  addRoutes(server as unknown as HttpServer, context, nothing, nothing);
  return { context, routes };
}

export type GivenGateway = Gateway & {
  books: Books;
  /** `documentNumber`: where it will be typed. */
  admit(number: number, record?: Partial<CandidateRecord>, documentNumber?: string): PersonId;
};

/** A gateway over books in memory, with the clock in the test's hand. */
export function givenGateway(
  given: Pick<Parts, 'providers' | 'payments'> & {
    adopted?: ReturnType<typeof province>;
    capacity?: number;
  } = {},
): GivenGateway {
  const adopted = given.adopted ?? province();
  const books = givenBooks(adopted, firstOpen + 60_000, given.capacity ?? 2);
  const catalogue = createCatalogue();
  const availability = createAvailability();
  catalogue.adopt(adopted);
  books.onCounts((counts) => availability.hear(counts));
  const now = () => books.desk.now;
  return {
    ...gatewayOver({ client: books.client, catalogue, availability, now, ...given }),
    books,
    admit(number, record = {}, documentNumber = '') {
      const person =
        documentNumber === ''
          ? `person-${number}`.padEnd(22, '-')
          : personIdOf(indexKey, 'resident-id', documentNumber);
      const tickets = [ticket, otherTicket].map((one) =>
        givenTicketRecord(number, { number: one, programme: '080901' }),
      );
      books.admit(person, givenRecord(number, { tickets, ...record }));
      return person;
    },
  };
}

export class Browser<Over extends Gateway = Gateway> {
  readonly gateway: Over;
  readonly cookies = new Map<string, string>();
  htmx = false;
  userAgent = '';
  /** The last page shown. */
  // biome-ignore lint/suspicious/noExplicitAny: a page is looked at field by field.
  page: any;
  status = 0;
  location = '';

  constructor(
    gateway: Over,
    person: PersonId,
    as: TicketNumber = ticket,
    candidateType: CandidateType = 'open',
  ) {
    this.gateway = gateway;
    this.signIn(person, as, candidateType);
  }

  /** Signs in, or in again: a sign-in lasts half a day. */
  signIn(person: PersonId, as: TicketNumber = ticket, candidateType: CandidateType = 'open'): void {
    const { context } = this.gateway;
    const issuedAt = context.now();
    this.take({
      status: 200,
      body: '',
      cookies: [
        context.cookies.setSignIn({
          person,
          ticket: as,
          programme: '080901',
          candidateType,
          kind: 'full',
          generation: 1,
          nameMask: '虚 * 构',
          issuedAt,
          expiresAt: issuedAt + signInMs,
          nonce: newNonce(),
        }),
      ],
    });
  }

  async get(address: string): Promise<this> {
    const [path = '', query = ''] = address.split('?');
    await this.ask('GET', path, query, '');
    return this;
  }

  /** Posts with the form token of the page shown. */
  async post(path: string, fields: Record<string, string | string[]> = {}): Promise<this> {
    const body = new URLSearchParams();
    body.set('token', this.page?.form ?? '');
    for (const [name, value] of Object.entries(fields)) {
      for (const one of [value].flat()) body.append(name, one);
    }
    await this.ask('POST', path, '', body.toString());
    return this;
  }

  private async ask(method: 'GET' | 'POST', path: string, query: string, body: string) {
    const request: Request = {
      method,
      path,
      query,
      cookieHeader: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      origin: 'https://ruxi.example',
      address: '127.0.0.1',
      authorization: '',
      ifNoneMatch: '',
      htmx: this.htmx,
      userAgent: this.userAgent,
      form: body === '' ? emptyForm : (formOf(body) ?? emptyForm),
    };
    const handler = this.gateway.routes.get(`${method} ${path}`);
    if (handler === undefined) throw new Error(`no route ${method} ${path}`);
    const reply = await handler(request);
    this.take(reply);
    // Elsewhere it is not followed.
    if (reply.status === 303 && this.location.startsWith('/')) await this.get(this.location);
  }

  private take(reply: Reply): void {
    for (const cookie of reply.cookies ?? []) {
      const [pair = ''] = cookie.split(';');
      const [name = '', value = ''] = pair.split('=');
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    this.status = reply.status;
    if (reply.location !== undefined) this.location = reply.location;
    if (reply.status !== 303 && reply.body !== '') this.page = JSON.parse(String(reply.body));
  }

  async toCourses(area = '0124'): Promise<this> {
    await this.get('/register');
    await this.post('/register', { agreed: '1' });
    await this.get('/register/area');
    await this.post('/register/area', { city: area.slice(0, 2), area });
    return this;
  }
}
