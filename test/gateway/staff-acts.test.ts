/** Acts at the desk, over real HTTP with the real core: shown before, decided by two, carried out. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { pendingEffects } from '../../engine/core/effects.ts';
import { eventWords } from '../../engine/import/audit-words.ts';
import type { Role, Scope } from '../../engine/protocol/staff.ts';
import { localTime } from '../../web/china-time.ts';
import {
  accepted,
  chinaTime,
  givenAdopted,
  givenPayment,
  givenPerson,
  givenRecord,
  givenTicket,
  Visitor,
} from '../given.ts';
import { carryMoves } from '../harness/withdrawing.ts';
import { givenStaffWorld, type StaffBrowser, type StaffWorld } from './staff-desk.ts';

const minute = 60_000;
const wide = { burst: 10_000, everyMs: 1 };
const reason = '示例：演练';
let world: StaffWorld;
let li: StaffBrowser;
let wang: StaffBrowser;
let next = 0;

beforeAll(async () => {
  world = await givenStaffWorld({ deskAddress: wide, deskAccount: wide });
  const { catalogue, calendar, settings } = givenAdopted();
  accepted(world.desk.send({ kind: 'install-session', catalogue, calendar, settings }));
  const capacities = ['A', 'B'].map((unit) => ({ unit, capacity: 10 }));
  for (const area of ['0101', '0102'])
    accepted(world.desk.send({ kind: 'set-capacity', area, capacities }));
});
afterAll(() => world.stop());
beforeEach(async () => {
  next += 1;
  [li, wang] = [await office('li'), await office('wang')];
});
const office = (
  name: string,
  roles: Role[] = ['office'],
  scope: Scope = { kind: 'province' },
): Promise<StaffBrowser> => world.signedIn(`${name}.${next}`, roles, scope);

/** What effects and the adoption do; whether an act is to be carried on with. */
function carry(): boolean {
  const { desk } = world;
  const adopted = desk.partition.session?.adopted;
  if (adopted !== undefined) {
    desk.send({ kind: 'adopt', adopted });
    world.context.gateway.catalogue.adopt(adopted);
  }
  let more = false;
  for (const act of desk.partition.acts.values()) {
    for (const effect of pendingEffects(act, [])) {
      if (effect.kind !== 'carry-act') continue;
      const { target, part } = effect;
      const reply = desk.send(part);
      if (reply.kind === 'accepted' && reply.outcome.kind === 'carried' && reply.outcome.more) {
        more = true;
        continue;
      }
      const refused = reply.kind === 'refused' ? { refused: reply.reason } : {};
      const counted = { changed: reply.kind === 'accepted' ? 1 : 0, left: 0 };
      const noted = { kind: 'note-act-carried', number: part.act, target, ...counted } as const;
      accepted(desk.send({ ...noted, ...refused }));
    }
  }
  return more;
}

/** As its form has it, and as the preview sends it on. */
async function propose(browser: StaffBrowser, fields: Record<string, string>, why = reason) {
  await browser.get('/desk/window');
  const preview = await browser.post('/desk/acts/preview', fields);
  if (preview.page !== 'actPreview') return preview;
  const shown = Object.fromEntries(preview.model.fields as [string, string][]);
  return browser.proved('/desk/acts/propose', { ...shown, reason: why });
}
async function approve(browser: StaffBrowser, number: number) {
  await browser.get(`/desk/act?number=${number}`);
  return browser.proved('/desk/acts/approve', { number: String(number) });
}
const standing = () => world.context.gateway.catalogue.current()?.adopted;
const raise = (from: number, capacity: number | string, area = '0101') => ({
  ...{ kind: 'set-capacity', area, unit: 'A', type: '', from: String(from) },
  capacity: String(capacity),
});

describe('deciding', () => {
  test('S2 what two decide is shown with its numbers, proposed with a reason, and approved by the other', async () => {
    await li.get('/desk/area/change?area=0101');
    expect(li.last.model.pools).toContainEqual({ unit: 'A', capacity: 10, taken: 0 });
    const preview = await li.post('/desk/acts/preview', raise(10, 14));
    expect(preview.model).toMatchObject({
      ...{ twoPeople: true, foreseen: [{ what: 'seats-added', count: 4 }] },
    });
    const fields = Object.fromEntries(preview.model.fields);
    const lacking = await li.proved('/desk/acts/propose', { ...fields, reason: ' ' });
    expect([lacking.status, lacking.model.problem]).toEqual([422, { reason: 'reason-missing' }]);
    const proposed = await li.proved('/desk/acts/propose', { ...fields, reason });
    expect(proposed.model).toMatchObject({
      ...{ mayApprove: false, mayWithdraw: true },
      act: { by: `li.${next}`, reason, state: { kind: 'proposed' } },
    });
    const { number } = proposed.model.act;
    // Both approvals by one: the button is not there, and the engine says no.
    const own = await approve(li, number);
    expect([own.status, own.model.problem]).toEqual([422, { reason: 'second-person-missing' }]);
    expect((await wang.get('/desk/acts')).model.waiting).toMatchObject([{ number }]);
    expect((await approve(wang, number)).model.act).toMatchObject({ andBy: `wang.${next}` });
    carry();
    expect((await wang.get(`/desk/act?number=${number}`)).model.act.state).toEqual({
      kind: 'done',
    });
    expect((await li.get('/desk/area/change?area=0101')).model.pools[0].capacity).toBe(14);
    await propose(li, raise(14, 10));
    await approve(wang, li.last.model.act.number);
    carry();
  });

  test('S2 pausing is one step without the authenticator, and is on the page of everybody at once', async () => {
    world.desk.now += 6 * minute;
    await li.get('/desk');
    expect(li.last.frame.pausable).toBe(true);
    const fields = { kind: 'pause-window', shown: '短信通道故障', minutes: '30' };
    const paused = await li.post('/desk/acts/pause', fields);
    expect(paused.model.act).toMatchObject({
      ...{ state: { kind: 'done' }, reason: '短信通道故障', by: `li.${next}` },
    });
    carry();
    expect(standing()?.window).toMatchObject({ state: 'paused', reason: '短信通道故障' });
    expect((await li.get('/desk/window')).frame.pausable).toBe(false);
    const opened = await propose(li, { kind: 'open-window' });
    expect(opened.model.act.state).toEqual({ kind: 'done' });
    carry();
    expect(standing()?.window.state).toBe('open');
    const nothing = await li.post('/desk/acts/pause', { ...fields, shown: ' ' });
    expect([nothing.status, nothing.model.problem]).toEqual([422, { reason: 'reason-missing' }]);
    const other = await li.post('/desk/acts/pause', { kind: 'release-unpaid', city: 'all' });
    expect([other.status, other.model.problem]).toEqual([422, { reason: 'act-unfit' }]);
  });

  test('S2 what has become another since it was shown is shown again, and not proposed', async () => {
    await li.get('/desk/calendar');
    const [day] = li.last.model.days;
    const closes = localTime(chinaTime(0, 23));
    const change = {
      ...{ kind: 'set-calendar', op: 'change', day: String(day.opensAt), type: '' },
      ...{ closes, releases: '' },
    };
    const preview = await li.post('/desk/acts/preview', change);
    const fields = Object.fromEntries(preview.model.fields);
    const removed = await propose(wang, {
      ...{ kind: 'set-calendar', op: 'remove', type: '' },
      day: String(chinaTime(3, 9)),
    });
    await approve(li, removed.model.act.number);
    carry();
    expect(standing()?.calendar).toHaveLength(3);
    await li.get('/desk/calendar');
    const late = await li.proved('/desk/acts/propose', { ...fields, reason });
    expect([late.status, late.page, late.model.problem]).toEqual([
      ...[422, 'actPreview', { reason: 'changed-meanwhile' }],
    ]);
    const again = Object.fromEntries(late.model.fields);
    const proposed = await li.proved('/desk/acts/propose', { ...again, reason });
    await approve(wang, proposed.model.act.number);
    carry();
    const changed = standing()?.calendar[0];
    expect([changed?.closesAt, changed?.releasesAt]).toEqual([chinaTime(0, 23), undefined]);
  });

  test('S2 a double click is one act', async () => {
    await li.get('/desk/window');
    const preview = await li.post('/desk/acts/preview', raise(10, 12));
    const fields = { ...Object.fromEntries(preview.model.fields), reason };
    const token = preview.model.token;
    const first = await li.proved('/desk/acts/propose', { ...fields, token });
    const again = await li.post('/desk/acts/propose', { ...fields, token });
    expect(again.model.act.number).toBe(first.model.act.number);
    await li.post('/desk/acts/withdraw', { number: String(first.model.act.number) });
    expect(li.last.model.act.state).toMatchObject({ kind: 'withdrawn' });
  });

  test('S2 what is two people’s asks for the authenticator again, and pausing is the only thing that does not', async () => {
    world.desk.now += 6 * minute;
    await li.get('/desk/window');
    const preview = await li.post('/desk/acts/preview', raise(10, 12));
    const fields = Object.fromEntries(preview.model.fields);
    const asked = await li.post('/desk/acts/propose', { ...fields, reason });
    expect([asked.page, asked.model.action]).toEqual(['prove', '/desk/acts/propose']);
    expect(world.desk.partition.acts.get(world.desk.partition.acts.size)?.by).not.toBe(
      `li.${next}`,
    );
    const byProof = await li.prove();
    expect(byProof.model.act.by).toBe(`li.${next}`);
    const ways = world.routes.filter(
      ({ path, method }) => path.startsWith('/desk/acts/') && method === 'post',
    );
    expect(ways.filter(({ stepUp }) => stepUp !== true).map(({ path }) => path)).toEqual([
      ...['/desk/acts/preview', '/desk/acts/withdraw', '/desk/acts/pause'],
    ]);
  });
});

/** S5. */
const lost = (more: Record<string, string>) => ({
  ...{ kind: 'withdraw-area', area: '0101', from: '0', unit: '', remedy: 'move', to: '0102' },
  ...{ shown: '考点被水淹', ...more },
});
/** Somebody who has paid for these, in that area. */
function paidIn(area: string, number: number, ...courses: string[]): Visitor {
  const { desk } = world;
  const person = givenPerson(number);
  accepted(desk.send({ kind: 'import-candidate', person, record: givenRecord(number) }));
  const ticket = givenTicket(number);
  const claimed = accepted(desk.send({ kind: 'choose-area', person, ticket, area }));
  if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
  const visitor = new Visitor(desk, number, area);
  visitor.claim = claimed.claim;
  accepted(visitor.take(...courses));
  accepted(visitor.confirm());
  accepted(desk.send(givenPayment(visitor.pay(), courses.length * 3_500)));
  return visitor;
}
/** Until every act has been carried to its end. */
function carryAll(): void {
  while (carry()) carryMoves(world.desk);
}

describe('an area is lost', () => {
  test('S5 the dry run says who is there and who would find room; two decide; it is closed, and all move', async () => {
    const [first, second] = [paidIn('0101', 701, '11001', '12001'), paidIn('0101', 702, '11002')];
    paidIn('0102', 703, '11003');
    accepted(
      world.desk.send({
        ...{ kind: 'set-capacity', area: '0102' },
        capacities: [{ unit: 'A', capacity: 2 }],
      }),
    );
    const page = await li.get('/desk/area/withdraw?area=0101');
    expect(page.model).toMatchObject({
      ...{ area: { code: '0101' }, may: true, from: 0 },
      progress: { isOpen: true, people: 2, peoplePaid: 2, feeFen: 10_500 },
      targets: [{ code: '0102' }, { code: '0103' }],
    });
    expect(page.model).not.toHaveProperty('standing');
    const preview = await li.post('/desk/acts/preview', lost({}));
    expect(preview.model.twoPeople).toBe(true);
    expect(preview.model.foreseen).toEqual([
      { what: 'people', count: 2 },
      { what: 'people-paid', count: 2 },
      { what: 'fee-fen', count: 10_500 },
      { what: 'seats-paid', unit: 'A', count: 2 },
      { what: 'seats-paid', unit: 'B', count: 1 },
      { what: 'target-free', unit: 'A', count: 1 },
      { what: 'target-free', unit: 'B', count: 10 },
      { what: 'people-fit', count: 1 },
      { what: 'people-left', count: 1 },
      { what: 'left-fen', count: 3_500 },
    ]);
    const proposed = await propose(li, lost({}));
    const { number } = proposed.model.act;
    expect((await approve(li, number)).model.problem).toEqual({ reason: 'second-person-missing' });
    await approve(wang, number);
    carryAll();
    expect(second.row?.exit?.state).toBe('left');
    expect(first.row?.exit).toMatchObject({ state: 'moved', to: '0102' });
    const shown = await wang.get(`/desk/act?number=${number}`);
    expect(shown.model.progress).toMatchObject({
      ...{ isOpen: false, people: 1, moved: [{ people: 1, seats: 2, fen: 7_000 }] },
      left: { people: 1, seats: 1, fen: 3_500 },
      leftLines: [
        {
          ...{ person: second.person, seats: [{ unit: 'A', code: '11002' }] },
          declined: [{ reason: 'seats-exhausted' }],
        },
      ],
    });
    // Who may not see candidates sees how many they are.
    const viewer = await office('viewer', ['viewer']);
    const seen = await viewer.get('/desk/area/withdraw?area=0101');
    expect(seen.model).toMatchObject({
      may: false,
      progress: { left: { people: 1 }, leftLines: [] },
    });
    // The rest is refunded; what was decided before is told, and nothing is proposed onto something else.
    const stale = await propose(wang, lost({ remedy: 'refund' }));
    expect([stale.status, stale.model.problem]).toEqual([422, { reason: 'changed-meanwhile' }]);
    const rest = await propose(
      wang,
      lost({ remedy: 'refund', unit: 'same', from: String(number), shown: '考点被水淹' }),
    );
    await approve(li, rest.model.act.number);
    carryAll();
    expect(second.row?.orders[0]?.state).toBe('refunding');
    const after = await li.get('/desk/area/withdraw?area=0101');
    expect(after.model).toMatchObject({
      ...{ from: rest.model.act.number, standing: { remedy: { kind: 'refund' } } },
      progress: { letGo: { people: 1, fen: 3_500 }, returnedFen: 0 },
    });
    const earlier = await li.get(`/desk/act?number=${number}`);
    expect(earlier.model).not.toHaveProperty('progress');
    const reopened = await propose(
      li,
      lost({ remedy: 'reopen', from: String(rest.model.act.number) }),
    );
    await approve(wang, reopened.model.act.number);
    carryAll();
    expect((await li.get('/desk/area/withdraw?area=0101')).model.progress.isOpen).toBe(true);
  });

  test('S5 one unit and then another: the second comes to the first, and nobody is sent outside the scope', async () => {
    const of = '0103';
    const unitA = await propose(li, lost({ area: of, unit: 'A', remedy: 'refund' }));
    expect(unitA.model.act.act).toMatchObject({ units: ['A'], remedy: { kind: 'refund' } });
    await approve(wang, unitA.model.act.number);
    carryAll();
    const both = await li.post(
      '/desk/acts/preview',
      lost({ area: of, unit: 'B', remedy: 'refund', from: String(unitA.model.act.number) }),
    );
    expect(both.model.act.units).toEqual(['A', 'B']);
    const county = await office('county', ['office'], { kind: 'area', area: of });
    expect((await county.get(`/desk/area/withdraw?area=${of}`)).model.targets).toEqual([]);
    expect((await county.get('/desk/area/withdraw?area=0102')).status).toBe(403);
    const outside = await county.post('/desk/acts/preview', lost({ area: of, unit: 'same' }));
    expect(outside.status).toBe(403);
    for (const wrong of [{ remedy: 'burn' }, { from: 'x' }, { unit: '%' }, { to: '0999' }]) {
      const unfit = await li.post('/desk/acts/preview', lost(wrong));
      expect([unfit.status, unfit.model.problem]).toEqual([422, { reason: 'act-unfit' }]);
    }
    const reopened = await propose(
      li,
      lost({ area: of, remedy: 'reopen', from: String(unitA.model.act.number) }),
    );
    await approve(wang, reopened.model.act.number);
    carryAll();
  });
});

describe('rights', () => {
  test('S2 S4 a county’s office acts in its county and sees its acts, and no others', async () => {
    const county = await office('county', ['office'], { kind: 'area', area: '0101' });
    const other = await office('other', ['office'], { kind: 'area', area: '0102' });
    const proposed = await propose(county, raise(10, 11));
    const { number } = proposed.model.act;
    expect((await propose(county, raise(10, 11, '0102'))).status).toBe(403);
    expect((await propose(county, { kind: 'open-window' })).status).toBe(403);
    expect(
      (
        await county.post('/desk/acts/pause', {
          ...{ kind: 'pause-window', shown: '示例', minutes: '30' },
        })
      ).model.problem,
    ).toEqual({ reason: 'scope-foreign' });
    expect((await county.get('/desk')).frame.pausable).toBe(false);
    expect((await other.get(`/desk/act?number=${number}`)).status).toBe(404);
    const numbers = (await other.get('/desk/acts')).model.acts.map(
      (one: { number: number }) => one.number,
    );
    expect(numbers).not.toContain(number);
    const released = await county.post('/desk/acts/preview', {
      ...{ kind: 'release-unpaid', city: 'all' },
    });
    expect(released.model.act.areas).toEqual(['0101']);
  });

  test('S2 who only looks proposes and approves nothing', async () => {
    const viewer = await office('viewer', ['viewer']);
    await propose(li, raise(10, 12));
    const { number } = li.last.model.act;
    const shown = await viewer.get(`/desk/act?number=${number}`);
    expect(shown.model).toMatchObject({ mayApprove: false, mayWithdraw: false });
    expect((await approve(viewer, number)).model.problem).toEqual({ reason: 'right-missing' });
    expect((await propose(viewer, raise(10, 12))).status).toBe(403);
    expect((await viewer.get('/desk/window')).model.may).toMatchObject({ 'pause-window': false });
  });
});

describe('what there is to do', () => {
  test.each<[string, Record<string, string>]>([
    ['paying paused', { kind: 'set-paying', to: 'paused', shown: '通道故障' }],
    ['a notice', { kind: 'publish-notice', text: '示例\n公告', until: '2099-01-01T20:00' }],
    ['longer holds', { kind: 'set-hold', hold: '8', most: '15' }],
    ['the password for codes', { kind: 'set-booking-proof', to: 'password' }],
    [
      'another day',
      {
        kind: 'set-calendar',
        op: 'add',
        opens: '2099-01-01T09:00',
        closes: '2099-01-01T22:00',
        type: 'applied',
      },
    ],
    ['a cap', { kind: 'set-course-caps', area: '0101', course: '11001', cap: '9' }],
    ['the unpaid', { kind: 'release-unpaid', area: '0101' }],
  ])('S2 %s: shown, and proposed as it was shown', async (_, fields) => {
    const proposed = await propose(li, fields);
    expect([proposed.status, proposed.model.act?.act.kind]).toEqual([200, fields.kind]);
  });

  test.each<[string, Record<string, string>, string]>([
    ['no number', raise(10, 'many'), 'count-malformed'],
    ['no time', { kind: 'publish-notice', text: '公告', until: 'soon' }, 'time-malformed'],
    ['no such act', { kind: 'close-everything' }, 'act-unfit'],
    [
      'a day that is not there',
      { kind: 'set-calendar', op: 'remove', day: '1', type: '' },
      'changed-meanwhile',
    ],
  ])('S2 %s is said before anything is asked', async (_, fields, said) => {
    const shown = await propose(li, fields);
    expect([shown.status, shown.model.problem]).toEqual([422, { reason: said }]);
  });

  test('S4 for a candidate: within the scope, the phone is unbound and an order withdrawn', async () => {
    const { desk } = world;
    const person = givenPerson(next);
    accepted(desk.send({ kind: 'import-candidate', person, record: givenRecord(next) }));
    const choose = { kind: 'choose-area', person, ticket: givenTicket(next) } as const;
    accepted(desk.send({ ...choose, area: '0101' }));
    const visitor = new Visitor(desk, next);
    accepted(visitor.take('11001'));
    accepted(visitor.confirm());
    const county = await office('county', ['office'], { kind: 'area', area: '0101' });
    const other = await office('other', ['office'], { kind: 'area', area: '0102' });
    const shown = await county.get(`/desk/candidate/acts?person=${person}`);
    expect(shown.model).toMatchObject({
      ...{ area: { code: '0101' }, orders: [{ number: visitor.order, state: 'confirmed' }] },
    });
    expect((await other.get(`/desk/candidate/acts?person=${person}`)).status).toBe(404);
    const on = { person, area: '0101' };
    const unbound = await propose(county, { kind: 'unbind-phone-for', ...on });
    carry();
    await county.get(`/desk/act?number=${unbound.model.act.number}`);
    expect(county.last.model.act).toMatchObject({ state: { kind: 'done' }, refused: [] });
    expect(desk.partition.candidates.get(person)?.phone).toBeUndefined();
    await propose(county, { kind: 'withdraw-for', ...on, order: visitor.order });
    carry();
    expect(visitor.row?.orders[0]?.state).toBe('withdrawn');
    // One timeline, newest first: what the person did, and what was done for them and why.
    const { model } = await county.get(`/desk/candidate/timeline?person=${person}`);
    const told = (model.lines as { name: string }[]).map(({ name }) => name);
    expect(told[0]).toBe(eventWords['order-withdrawn']);
    expect(told).toContain(eventWords['phone-unbound-for']);
    expect(JSON.stringify(model.lines)).toContain(reason);
    expect(model.lines.map((line: { at: number }) => line.at)).toEqual(
      model.lines.map((line: { at: number }) => line.at).toSorted((a: number, b: number) => b - a),
    );
    expect((await other.get(`/desk/candidate/timeline?person=${person}`)).status).toBe(404);
    // Who may not see candidates does not see what was done for one.
    const viewer = await office('viewer', ['viewer']);
    expect((await viewer.get(`/desk/act?number=${unbound.model.act.number}`)).status).toBe(404);
  });
});
