/** The interface for other systems over real HTTP, with the real core behind it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { ask } from '../../engine/core/partition.ts';
import { type KeyScope, keyScopes } from '../../engine/protocol/keys.ts';
import { openApiDocument } from '../../gateway/api/document.ts';
import { apiRoutes } from '../../gateway/api/routes.ts';
import { problemAnswer, problems, problemTypeOf } from '../../gateway/api/schemas.ts';
import type { HttpServer } from '../../gateway/http.ts';
import { addStaffRoutes } from '../../gateway/staff/server.ts';
import {
  accepted,
  areaCodes,
  givenPerson,
  givenRecord,
  givenTicket,
  unitCodes,
  Visitor,
} from '../given.ts';
import { givenStaffWorld, type StaffBrowser, type StaffWorld } from './staff-desk.ts';

const wide = { burst: 10_000, everyMs: 1 };
const people = 6;
const answers = new Map<string, z.ZodType>(apiRoutes.map(({ path, answer }) => [path, answer]));
let world: StaffWorld;
let keeper: StaffBrowser;
let all: string;
let number: string;

beforeAll(async () => {
  const slow = { burst: 40, everyMs: 1_000 };
  world = await givenStaffWorld({ deskAddress: wide, deskAccount: wide, apiKey: slow });
  const { desk, context } = world;
  for (const area of areaCodes) {
    const capacities = unitCodes.map((unit) => ({ unit, capacity: 70 }));
    accepted(desk.send({ kind: 'set-capacity', area, capacities }));
  }
  for (let one = 0; one < people; one += 1) {
    const [person, record] = [givenPerson(one), givenRecord(one)];
    accepted(desk.send({ kind: 'import-candidate', person, record }));
    const visitor = new Visitor(desk, one);
    accepted(visitor.take('11001'));
    const outcome = one === 0 ? accepted(visitor.confirm()) : undefined;
    if (outcome?.kind === 'confirmed') number = outcome.order;
  }
  const counts = ask(desk.partition, { kind: 'counts' }, desk.now);
  if (counts.kind === 'counts') context.gateway.availability.hear(counts.counts);
  keeper = await world.signedIn('keeper', ['system']);
  all = await keyFor([...keyScopes]);
});
afterAll(() => world.stop());

/** Made at the desk, as in life. */
async function keyFor(may: KeyScope[], scope = 'province', label = '示例系统'): Promise<string> {
  await keeper.get('/desk/keys');
  const fields: [string, string][] = [
    ...may.map((one): [string, string] => ['may', one]),
    ...Object.entries({ label, scope, reason: '示例' }),
  ];
  let shown = await keeper.post('/desk/keys/make', fields);
  if (shown.page === 'prove') {
    world.desk.now += 60_000;
    shown = await keeper.prove();
  }
  expect([shown.status, shown.page]).toEqual([200, 'keyMade']);
  return shown.model.secret;
}
async function call(path: string, secret?: string, headers: Record<string, string> = {}) {
  const bearer: Record<string, string> =
    secret === undefined ? {} : { authorization: `Bearer ${secret}` };
  const answer = await fetch(world.origin + path, { headers: { ...bearer, ...headers } });
  const text = await answer.text();
  const body = text === '' ? undefined : JSON.parse(text);
  const type = answer.headers.get('content-type');
  const schema = answers.get(new URL(world.origin + path).pathname);
  // Every real answer is of its schema, with nothing beside it.
  if (answer.status === 200 && schema !== undefined) expect(schema.parse(body)).toEqual(body);
  if (answer.status >= 400) {
    expect(type).toBe('application/problem+json');
    expect(problemAnswer.parse(body)).toEqual(body);
    expect(body.status).toBe(answer.status);
  }
  return { status: answer.status, body, text, headers: answer.headers };
}
const registrations = '/api/v1/registrations?area=0101';
const order = () => `/api/v1/order?number=${number}`;
const paths = (): [KeyScope, string][] => [
  ['areas', '/api/v1/areas'],
  ['counts', '/api/v1/pools'],
  ['registrations', registrations],
  ['orders', order()],
];

describe('what is answered', () => {
  test('areas with their city and office, and the units', async () => {
    const { body } = await call('/api/v1/areas', all);
    expect(body.areas.map(({ code }: { code: string }) => code)).toEqual(areaCodes);
    expect(body.units.map(({ code }: { code: string }) => code)).toEqual(unitCodes);
  });

  test('pools with their counts, whose copy may be kept until they change', async () => {
    const first = await call('/api/v1/pools', all);
    const [one] = first.body.areas;
    expect(one).toMatchObject({ area: '0101', version: expect.any(Number) });
    expect(one.pools[0]).toEqual({ unit: 'A', capacity: 70, free: 70 - people });
    const etag = first.headers.get('etag') ?? '';
    const again = await call('/api/v1/pools', all, { 'if-none-match': etag });
    expect([again.status, again.text]).toEqual([304, '']);
    const { desk, context } = world;
    const capacities = unitCodes.map((unit) => ({ unit, capacity: 71 }));
    accepted(desk.send({ kind: 'set-capacity', area: '0103', capacities }));
    const counts = ask(desk.partition, { kind: 'counts' }, desk.now);
    if (counts.kind === 'counts') context.gateway.availability.hear(counts.counts);
    const changed = await call('/api/v1/pools', all, { 'if-none-match': etag });
    expect([changed.status, changed.body.areas[2].pools[0].free]).toEqual([200, 71]);
    const own = { unit: 'A', capacity: 9, candidateType: 'applied' } as const;
    accepted(desk.send({ kind: 'set-capacity', area: '0103', capacities: [...capacities, own] }));
    const typed = ask(desk.partition, { kind: 'counts' }, desk.now);
    if (typed.kind === 'counts') context.gateway.availability.hear(typed.counts);
    const { body } = await call('/api/v1/pools?area=0103', all);
    expect(body.areas[0].pools).toContainEqual({ ...own, free: 9 });
    expect(body.areas[0].pools).toContainEqual({
      ...{ unit: 'A', capacity: 71, free: 71, candidateType: 'open' },
    });
    const alone = await call('/api/v1/pools?area=0102', all);
    expect(alone.body.areas.map(({ area }: { area: string }) => area)).toEqual(['0102']);
  });

  test('registrations with tickets and courses, and nothing that names the person', async () => {
    const { body, text, headers } = await call(registrations, all);
    expect(body.registrations).toHaveLength(people);
    expect(body.registrations[1]).toMatchObject({
      person: givenPerson(1),
      seats: [{ unit: 'A', course: '11001', ticket: givenTicket(1), state: 'saved' }],
    });
    expect(body.registrations[0].seats[0]).toMatchObject({ state: 'confirmed', order: number });
    const { name, document, nameMask, documentMask } = givenRecord(1);
    for (const hidden of [name, document, nameMask, documentMask])
      expect(text).not.toContain(hidden);
    expect([headers.get('cache-control'), headers.get('etag')]).toEqual(['no-store', null]);
    const rest = await call(`${registrations}&from=${body.registrations[4].number}`, all);
    expect(rest.body.registrations).toHaveLength(people - 4);
  });

  test('an order as it stands', async () => {
    const { body } = await call(order(), all);
    expect(body).toMatchObject({ number, area: '0101', state: 'confirmed', payments: [] });

    const { desk } = world;
    const visitor = new Visitor(desk, 1);
    const outcome = accepted(visitor.confirm());
    if (outcome.kind !== 'confirmed') throw new Error(outcome.kind);
    const attempt = visitor.pay();
    const [paid] = [{ transaction: 'T1', amountFen: 3_500, paidAt: desk.now }];
    const about = { area: '0101', attempt } as const;
    accepted(desk.send({ kind: 'note-payment', ...about, provider: 'sandbox', ...paid }));
    const paidAt = new Date(desk.now).toISOString();
    const own = `/api/v1/order?number=${outcome.order}`;
    const payment = { provider: 'sandbox', amountFen: 3_500, paidAt };
    expect((await call(own, all)).body).toMatchObject({ state: 'paid', payments: [payment] });
    accepted(visitor.requestRefund());
    const refundedAt = desk.now;
    accepted(
      desk.send({ kind: 'note-refund', ...about, outcome: 'succeeded', why: '', refundedAt }),
    );
    const refund = { requestedAt: paidAt, doneAt: paidAt };
    expect((await call(own, all)).body).toMatchObject({
      ...{ state: 'refunded', endedAt: paidAt, payments: [{ ...payment, refund }] },
    });
  });
});

describe('who may ask', () => {
  test.each(keyScopes)('S3 a key for %s gets that, and 403 for all else', async (scope) => {
    const secret = await keyFor([scope]);
    for (const [asked, path] of paths()) {
      const { status, body } = await call(path, secret);
      expect([path, status]).toEqual([path, asked === scope ? 200 : 403]);
      if (asked !== scope) expect(body.type).toBe(problemTypeOf('scope-missing'));
    }
  });

  test('S4 what lies outside its areas is for a key as if it were not there', async () => {
    const secret = await keyFor([...keyScopes], 'area:0102');
    for (const path of ['/api/v1/pools?area=0101', registrations, order()]) {
      const { status, body } = await call(path, secret);
      expect([path, status, body.type]).toEqual([path, 404, problemTypeOf('not-found')]);
    }
    const nowhere = await call('/api/v1/pools?area=9999', secret);
    expect(nowhere.body).toEqual((await call('/api/v1/pools?area=0101', secret)).body);
    const { body } = await call('/api/v1/areas', secret);
    expect(body.areas.map(({ code }: { code: string }) => code)).toEqual(['0102']);
    expect((await call('/api/v1/pools', secret)).body.areas).toHaveLength(1);
    expect((await call('/api/v1/registrations?area=0102', secret)).status).toBe(200);
  });

  test('no key, a wrong one and a malformed one are refused alike', async () => {
    for (const secret of [
      undefined,
      `ruxi_${'x'.repeat(43)}`,
      'ruxi_',
      `${all}x`,
      'x'.repeat(1_000),
    ]) {
      const { status, body, headers } = await call('/api/v1/areas', secret);
      expect([status, body.type]).toEqual([401, problemTypeOf('key-invalid')]);
      expect(headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  test('S3 an ended key is refused at once, its end stands in the journal, and its secret nowhere', async () => {
    const secret = await keyFor(['areas'], 'province', '要停用的系统：旧版');
    expect((await call('/api/v1/areas', secret)).status).toBe(200);
    const list = await keeper.get('/desk/keys');
    const key = list.model.keys.find(
      ({ label }: { label: string }) => label === '要停用的系统：旧版',
    );
    const held = key.apiKey;
    await keeper.get(`/desk/keys/key?key=${held}`);
    const blank = await keeper.proved('/desk/keys/end', { key: held, reason: ' ' });
    expect([blank.status, blank.model.problem.reason]).toEqual([422, 'reason-missing']);
    const shown = await keeper.proved('/desk/keys/end', { key: held, reason: '不再使用' });
    expect([shown.page, shown.model.news]).toEqual(['keys', 'ended']);
    expect((await call('/api/v1/areas', secret)).status).toBe(401);
    // Heard late, as if it were still good.
    world.context.keys.hear(key);
    expect((await call('/api/v1/areas', secret)).status).toBe(401);
    const journal = world.desk.journal.map(({ event }) => event);
    expect(journal).toContainEqual(
      expect.objectContaining({
        kind: 'key-ended',
        apiKey: held,
        by: 'keeper',
        reason: '不再使用',
      }),
    );
    expect(JSON.stringify(journal)).not.toContain(secret);
    expect(JSON.stringify(list.model)).not.toContain(secret);
  });

  test('a double click at the desk is one key; an incomplete form none', async () => {
    await keeper.get('/desk/keys');
    const token = keeper.last.model.token;
    const count = world.desk.partition.keys.size;
    const form = { token, may: 'areas', label: '示例', scope: 'province', reason: '示例' };
    for (const [field, reason] of [
      ['label', 'label-missing'],
      ['may', 'may-missing'],
      ['scope', 'scope-missing'],
      ['reason', 'reason-missing'],
    ]) {
      const shown = await keeper.proved('/desk/keys/make', { ...form, [String(field)]: '' });
      expect([shown.status, shown.model.problem.reason]).toEqual([422, reason]);
    }
    const first = await keeper.proved('/desk/keys/make', form);
    const second = await keeper.proved('/desk/keys/make', form);
    expect(second.model.secret).toBe(first.model.secret);
    expect(world.desk.partition.keys.size).toBe(count + 1);
  });
});

describe('what else may go wrong', () => {
  test.each([
    ['/api/v1/registrations', ['area']],
    ['/api/v1/registrations?area=01-01', ['area']],
    ['/api/v1/registrations?area=0101&area=0102', ['area']],
    ['/api/v1/registrations?area=0101&from=-1', ['from']],
    ['/api/v1/order?number=nothing', ['number']],
    ['/api/v1/areas?city=01', ['city']],
    ['/api/v1/areas?x=%ff', []],
  ])('parameters are said to be wrong: %s', async (path, parameters) => {
    const { status, body } = await call(path, all);
    expect([status, body.type, body.parameters]).toEqual([
      ...[400, problemTypeOf('parameters-invalid'), parameters],
    ]);
  });

  test('what there is not is a problem of the list, too', async () => {
    const { body } = await call('/api/v1/nothing', all);
    expect(body.type).toBe(problemTypeOf('not-found'));
    expect((await call(order().replace(/\d$/, '9'), all)).status).toBe(404);
  });

  test('an engine that is away is said, and nothing is shown as if it were empty', async () => {
    world.setAway(true);
    for (const path of ['/api/v1/pools', registrations, order()]) {
      const { status, headers } = await call(path, all);
      expect([path, status, Number(headers.get('retry-after')) > 0]).toEqual([path, 503, true]);
    }
    world.setAway(false);
  });

  test('each key has its own rate; who has none is counted by address', async () => {
    const [one, other] = [await keyFor(['areas']), await keyFor(['areas'])];
    for (let asked = 0; asked < 40; asked += 1)
      expect((await call('/api/v1/areas', one)).status).toBe(200);
    const over = await call('/api/v1/areas', one);
    expect([over.status, over.body.type]).toEqual([429, problemTypeOf('too-many-requests')]);
    expect(over.headers.get('retry-after')).toBe('1');
    expect((await call('/api/v1/areas', other)).status).toBe(200);
    world.desk.now += 1_000;
    expect((await call('/api/v1/areas', one)).status).toBe(200);
    let refused = 0;
    while (refused < 100 && (await call('/api/v1/areas')).status === 401) refused += 1;
    expect(refused).toBeLessThan(100);
    expect((await call('/api/v1/openapi.json')).status).toBe(429);
    expect((await call('/api/v1/areas', other)).status).toBe(200);
    world.desk.now += 3_600_000;
  });

  test('HEAD is answered without a body, and nothing can be sent', async () => {
    const headers = { authorization: `Bearer ${all}` };
    const at = (method: string) => fetch(`${world.origin}/api/v1/areas`, { method, headers });
    const head = await at('HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect((await at('POST')).status).toBe(405);
    expect(head.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('the document', () => {
  test('names every route under /api/ that the port has, and no other', () => {
    const served: string[] = [];
    // Whatever is added by whatever method.
    const server: HttpServer = new Proxy({} as HttpServer, {
      get: () => (path: unknown) => {
        if (typeof path === 'string' && path.startsWith('/api/')) served.push(path);
        return server;
      },
    });
    addStaffRoutes(server, world.context);
    const document = openApiDocument() as { paths: Record<string, unknown> };
    expect(served.filter((path) => path !== '/api/*').sort()).toEqual(
      Object.keys(document.paths).sort(),
    );
  });

  test('is open to anybody on the port, and says keys, parameters and problems of every route', async () => {
    const { status, body } = await call('/api/v1/openapi.json');
    expect([status, body]).toEqual([200, JSON.parse(JSON.stringify(openApiDocument()))]);
    expect(body.openapi).toBe('3.1.0');
    for (const { path, scope, name, parameters } of apiRoutes) {
      const { get } = body.paths[path];
      expect(get.security).toEqual([{ key: [scope] }]);
      expect(get.parameters.map((one: { name: string }) => one.name)).toEqual(
        Object.keys(parameters.shape),
      );
      for (const { status: said } of Object.values(problems))
        expect(get.responses).toHaveProperty(String(said));
      expect(body.components.schemas[name].type).toBe('object');
    }
    expect(body.paths['/api/v1/registrations'].get.parameters).toMatchObject([
      { name: 'area', in: 'query', required: true, schema: { type: 'string' } },
      { name: 'from', required: false, schema: { type: 'string', pattern: '^[0-9]{1,9}$' } },
    ]);
    const references = JSON.stringify(body).match(/#\/components\/schemas\/(\w+)/g) ?? [];
    for (const reference of new Set(references))
      expect(body.components.schemas).toHaveProperty(reference.split('/').at(-1) ?? '');
  });
});
