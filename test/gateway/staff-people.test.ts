/** Accounts as those who keep them and those who have them go about it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { stepUpMs } from '../../gateway/staff/desk-cookies.ts';
import { givenStaffWorld, password, type StaffBrowser, type StaffWorld } from './staff-desk.ts';

const minute = 60_000;
const wide = { burst: 10_000, everyMs: 1 };
const reason = '示例：轮换';
let world: StaffWorld;
let keeper: StaffBrowser;
let staff: string;
let next = 0;
beforeAll(async () => {
  world = await givenStaffWorld({ deskAddress: wide, deskAccount: wide });
});
afterAll(() => world.stop());
beforeEach(async () => {
  next += 1;
  staff = `someone.${next}`;
  keeper = await world.signedIn(`keeper.${next}`, ['system']);
});

const rowOf = (name: string) => world.desk.partition.staff.get(name);
const linkOf = (browser: StaffBrowser) => new URL(browser.last.model.link);
type Fields = [string, string][];
const invitation = (name: string, held: string[], scope = 'province', why = reason): Fields => [
  ...held.map((role): [string, string] => ['role', role]),
  ...([
    ['staff', name],
    ['scope', scope],
    ['reason', why],
  ] as Fields),
];

describe('inviting', () => {
  test('S4 the link is shown once, and whoever has it comes in with those roles', async () => {
    await keeper.get('/desk/people/invite');
    const shown = await keeper.post(
      '/desk/people/invite',
      invitation(staff, ['office', 'finance']),
    );
    expect([shown.status, shown.page, shown.model.staff]).toEqual([200, 'invited', staff]);
    const link = linkOf(keeper);
    const browser = world.browser();
    await browser.accept(link.pathname + link.search);
    world.desk.now += minute;
    const start = await browser.signIn(staff);
    expect(start.frame.signedIn).toMatchObject({ staff, roles: ['office', 'finance'] });
    const list = await keeper.get('/desk/people');
    expect(JSON.stringify(list.model)).not.toContain(link.searchParams.get('code'));
    expect(list.model.people).toContainEqual(
      expect.objectContaining({ staff, state: 'active', invitedBy: `keeper.${next}` }),
    );
    expect(world.desk.journal.map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ kind: 'staff-invited', staff, by: `keeper.${next}`, reason }),
    );
  });

  test('a double click is one invitation with one link', async () => {
    const { model } = await keeper.get('/desk/people/invite');
    const fields: Fields = [...invitation(staff, ['viewer']), ['token', model.token]];
    const first = await keeper.post('/desk/people/invite', fields);
    const again = await keeper.post('/desk/people/invite', fields);
    expect(again.model).toEqual(first.model);
    expect(rowOf(staff)?.generation).toBe(1);
  });

  test.each([
    ['a name with spaces', 'li na', ['viewer'], 'province', reason, 'name-malformed'],
    ['the command line’s', 'shell', ['viewer'], 'province', reason, 'name-malformed'],
    ['no scope', 'someone', ['viewer'], '', reason, 'scope-missing'],
    ['an odd scope', 'someone', ['viewer'], 'area:../x', reason, 'scope-missing'],
    ['an area that is not there', 'someone', ['viewer'], 'area:9999', reason, 'area-unknown'],
    ['no role', 'someone', [], 'province', reason, 'roles-unfit'],
    ['duties that are apart', 'someone', ['system', 'finance'], 'province', reason, 'roles-unfit'],
    ['no reason', 'someone', ['viewer'], 'province', ' ', 'reason-missing'],
  ])(
    '%s is refused, and what was typed is still there',
    async (_, name, held, scope, why, said) => {
      await keeper.get('/desk/people/invite');
      const shown = await keeper.post('/desk/people/invite', invitation(name, held, scope, why));
      expect([shown.status, shown.page, shown.model.problem]).toEqual([
        422,
        'invite',
        { reason: said },
      ]);
      expect(shown.model.typed).toMatchObject({ staff: name, roles: held, scope });
      expect(rowOf(name)).toBeUndefined();
    },
  );

  test('a name that there is already is not voided by being typed again', async () => {
    await world.signedIn(staff, ['office']);
    await keeper.get('/desk/people/invite');
    const shown = await keeper.post('/desk/people/invite', invitation(staff, ['viewer']));
    expect(shown.model.problem).toEqual({ reason: 'staff-known' });
    expect(rowOf(staff)).toMatchObject({ state: 'active', roles: ['office'] });
  });

  test('S2 without a fresh proof nothing is sent; with it all that was typed is', async () => {
    await keeper.get('/desk/people/invite');
    world.desk.now += stepUpMs;
    await keeper.post('/desk/people/invite', invitation(staff, ['office', 'finance']));
    expect([keeper.last.status, keeper.last.page]).toEqual([200, 'prove']);
    expect(rowOf(staff)).toBeUndefined();
    const wrong = await keeper.prove('000000');
    expect([wrong.status, wrong.page, rowOf(staff)]).toEqual([422, 'prove', undefined]);
    expect((await keeper.prove()).page).toBe('invited');
    expect(rowOf(staff)?.roles).toEqual(['office', 'finance']);
  });

  test('B2 an answer that was lost is said to be unknown; the same form repeats it', async () => {
    const { model } = await keeper.get('/desk/people/invite');
    const fields: Fields = [...invitation(staff, ['viewer']), ['token', model.token]];
    world.setAway(true);
    const lost = await keeper.post('/desk/people/invite', fields);
    world.setAway(false);
    expect([lost.status, lost.model.problem.reason, lost.model.token]).toEqual([
      ...[503, 'outcome-unknown', model.token],
    ]);
    expect((await keeper.post('/desk/people/invite', fields)).page).toBe('invited');
  });
});

describe('roles, ways back in, and ends', () => {
  test('S4 another role ends the sign-ins; the next one has it', async () => {
    const other = await world.signedIn(staff, ['office']);
    await keeper.get(`/desk/people/account?staff=${staff}`);
    const fields = invitation(staff, ['viewer'], 'area:0101');
    const shown = await keeper.post('/desk/people/roles', fields);
    expect([shown.page, shown.model.news]).toEqual(['people', 'roles']);
    expect((await other.get('/desk')).model.news).toBe('ended');
    world.desk.now += minute;
    const start = await other.signIn(staff);
    expect(start.frame.signedIn).toMatchObject({
      ...{ roles: ['viewer'], scope: { kind: 'area', area: '0101' } },
    });
  });

  test('a new link voids password and authenticator at once', async () => {
    const other = await world.signedIn(staff, ['office']);
    await keeper.get(`/desk/people/account?staff=${staff}`);
    const shown = await keeper.post('/desk/people/anew', { staff, reason });
    expect([shown.page, rowOf(staff)?.state, rowOf(staff)?.roles]).toEqual([
      ...['invited', 'invited', ['office']],
    ]);
    expect((await other.get('/desk')).model.news).toBe('ended');
    world.desk.now += minute;
    const refused = await other.post('/desk/sign-in', { staff, password });
    expect(refused.model.problem.reason).toBe('wrong');
    const link = linkOf(keeper);
    await other.accept(link.pathname + link.search);
    world.desk.now += minute;
    expect((await other.signIn(staff)).page).toBe('dashboard');
  });

  test('an account that is ended signs in no more, and stays in the list', async () => {
    const other = await world.signedIn(staff, ['office']);
    await keeper.get(`/desk/people/account?staff=${staff}`);
    const missing = await keeper.post('/desk/people/end', { staff, reason: '' });
    expect(missing.model.problem).toEqual({ reason: 'reason-missing' });
    const shown = await keeper.post('/desk/people/end', { staff, reason });
    expect([shown.page, shown.model.news]).toEqual(['people', 'ended']);
    expect((await other.get('/desk')).page).toBe('signIn');
    expect(shown.model.people).toContainEqual(expect.objectContaining({ staff, state: 'ended' }));
  });

  test('S4 another’s object: who keeps one city’s accounts sees and changes none elsewhere', async () => {
    await world.signedIn(staff, ['office']);
    const near = `near.${next}`;
    const area = { kind: 'area', area: '0101' } as const;
    await world.signedIn(near, ['office'], area);
    const city = await world.signedIn(`city.${next}`, ['system'], { kind: 'city', city: '01' });
    const { model } = await city.get('/desk/people');
    const seen = (model.people as { staff: string }[]).map((one) => one.staff);
    expect(seen).toContain(near);
    expect(seen).not.toContain(staff);
    const choices = (await city.get('/desk/people/invite')).model.choices;
    expect([choices.province, choices.cities[0].whole]).toEqual([false, true]);
    for (const shown of [
      await city.get(`/desk/people/account?staff=${staff}`),
      await city.get('/desk/people/account?staff=nobody.here'),
      await city.post('/desk/people/end', { staff, reason }),
      await city.post('/desk/people/anew', { staff, reason }),
      await city.post('/desk/people/roles', invitation(staff, ['viewer'], 'area:0101')),
    ])
      expect([shown.status, shown.page, shown.model.why]).toEqual([403, 'refused', 'scope']);
    await city.get('/desk/people/invite');
    const wide = await city.post('/desk/people/invite', invitation('wide', ['office']));
    expect(wide.model.problem).toEqual({ reason: 'scope-foreign' });
    expect(rowOf(staff)).toMatchObject({ state: 'active', roles: ['office'] });
  });

  test('one’s own account is changed by nobody who has it', async () => {
    const own = `keeper.${next}`;
    const shown = await keeper.get(`/desk/people/account?staff=${own}`);
    expect(shown.path).toBe('/desk/account');
    await keeper.post('/desk/people/end', { staff: own, reason });
    expect(rowOf(own)?.state).toBe('active');
  });
});

describe('one’s own account', () => {
  let browser: StaffBrowser;
  beforeEach(async () => {
    browser = await world.signedIn(staff, ['viewer']);
  });
  const other = 'cobalt-window-ferry-77';

  test('F43 a new password ends every sign-in, and the old one opens nothing', async () => {
    await browser.get('/desk/account/password');
    const fields = { old: password, password: other, again: other };
    const shown = await browser.post('/desk/account/password', fields);
    expect([shown.page, shown.model.news]).toEqual(['signIn', 'changed']);
    world.desk.now += minute;
    expect((await browser.post('/desk/sign-in', { staff, password })).model.problem.reason).toBe(
      'wrong',
    );
    expect((await browser.signIn(staff, other)).page).toBe('dashboard');
  });

  test('F43 D3 the old password counts: whoever found an open desk guesses no faster than at the door', async () => {
    await browser.get('/desk/account/password');
    const fields = { password: other, again: other };
    for (let time = 0; time < 5; time += 1) {
      await browser.post('/desk/account/password', { ...fields, old: `guess-${time}` });
      expect(browser.last.model.problem.reason).toBe('old-wrong');
    }
    const right = await browser.post('/desk/account/password', { ...fields, old: password });
    expect(right.model.problem).toEqual({ reason: 'delayed', at: world.desk.now + 5_000 });
    for (const [typed, reason] of [
      [password, 'unchanged'],
      ['short', 'too-short'],
    ]) {
      const again = { old: password, password: typed ?? '', again: typed ?? '' };
      await browser.post('/desk/account/password', again);
      expect(browser.last.model.problem.reason).toBe(reason);
    }
  });

  test('S2 after five minutes the page asks for the code first; no password goes through it', async () => {
    await browser.get('/desk/account/password');
    world.desk.now += stepUpMs;
    const fields = { old: password, password: other, again: other };
    const asked = await browser.post('/desk/account/password', fields);
    expect([asked.page, asked.model.fields]).toEqual(['prove', [['to', '/desk/account/password']]]);
    expect((await browser.prove()).page).toBe('password');
  });

  test('another authenticator is proved by its own code; then the old one is none', async () => {
    const page = await browser.get('/desk/account/authenticator');
    expect(page.model.secret).not.toBe(browser.secret);
    const wrong = await browser.post('/desk/account/authenticator', { fresh: browser.code() });
    expect([wrong.status, wrong.model.secret]).toEqual([422, page.model.secret]);
    const old = browser.secret;
    browser.secret = page.model.secret;
    const shown = await browser.post('/desk/account/authenticator', { fresh: browser.code() });
    expect(shown.model.news).toBe('changed');
    world.desk.now += minute;
    browser.secret = old;
    expect((await browser.signIn(staff)).model.problem.reason).toBe('code-wrong');
    browser.secret = page.model.secret;
    expect((await browser.signIn(staff)).page).toBe('dashboard');
  });

  test('new recovery codes are shown once, and a repeated click shows the same', async () => {
    const { model } = await browser.get('/desk/account');
    expect(model.recoveryLeft).toBe(10);
    const first = await browser.post('/desk/account/recovery-codes', { token: model.token });
    const again = await browser.post('/desk/account/recovery-codes', { token: model.token });
    expect([first.page, again.model]).toEqual(['codes', first.model]);
    const [one] = first.model.codes as string[];
    const elsewhere = world.browser();
    expect((await elsewhere.signIn(staff, password, one)).page).toBe('account');
    expect(elsewhere.last.model).toMatchObject({ news: 'recovery', recoveryLeft: 9 });
  });
});
