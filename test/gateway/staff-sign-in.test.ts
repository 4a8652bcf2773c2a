/** The desk's door: links that are good once, wrong passwords and codes, recovery. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { invitationMs } from '../../engine/protocol/staff.ts';
import { givenStaffWorld, password, type StaffBrowser, type StaffWorld } from './staff-desk.ts';

const minute = 60_000;
const wide = { burst: 10_000, everyMs: 1 };
let world: StaffWorld;
let browser: StaffBrowser;
let staff: string;
let next = 0;
beforeAll(async () => {
  world = await givenStaffWorld({ deskAddress: wide, deskAccount: wide });
});
afterAll(() => world.stop());
beforeEach(() => {
  next += 1;
  staff = `someone.${next}`;
  browser = world.browser();
  world.desk.now += 5 * minute;
});

describe('a one-time link', () => {
  test('D4 leads to a password and an authenticator, and shows the recovery codes once', async () => {
    const link = world.invite(staff, ['office']);
    const page = await browser.get(link);
    expect([page.page, page.model.staff]).toEqual(['invitation', staff]);
    expect(decodeURIComponent(page.model.address)).toContain(
      `:${staff}?secret=${page.model.secret}`,
    );
    // Loaded again it shows the same: what was scanned stays good.
    expect((await browser.get(link)).model.secret).toBe(page.model.secret);
    const shown = await browser.accept(link);
    expect([shown.page, new Set(shown.model.codes).size]).toEqual(['codes', 10]);
    expect((await browser.get(link)).page).toBe('invitationOver');
    world.desk.now += minute;
    const start = await browser.signIn(staff);
    expect([start.page, start.frame.signedIn.staff]).toEqual(['dashboard', staff]);
  });

  test('D4 a double click shows the same codes; a second person with the link gets nothing', async () => {
    const link = world.invite(staff, ['office']);
    const first = await browser.accept(link);
    const again = world.browser();
    again.secret = browser.secret;
    const code = new URL(`http://x${link}`).searchParams.get('code') ?? '';
    const fields = { staff, code, password, again: password, proof: browser.code() };
    expect((await again.post('/desk/invitation', fields)).model).toEqual(first.model);
    const other = 'cobalt-window-ferry-77';
    const late = await again.post('/desk/invitation', { ...fields, password: other, again: other });
    expect(late.page).toBe('invitationOver');
  });

  test('D4 one that was used never shows the authenticator that came of it', async () => {
    const link = world.invite(staff, ['office']);
    await browser.accept(link);
    const { secret } = browser;
    const code = new URL(`http://x${link}`).searchParams.get('code') ?? '';
    const whoFoundIt = world.browser();
    for (const fields of [
      { password: 'short', again: 'short', proof: '000000' },
      { password, again: password, proof: '000000' },
      { password, again: 'another-one', proof: '000000' },
    ]) {
      const shown = await whoFoundIt.post('/desk/invitation', { staff, code, ...fields });
      expect([shown.status, shown.page]).toEqual([422, 'invitationOver']);
      expect(JSON.stringify(shown.model)).not.toContain(secret);
    }
  });

  test.each([
    ['too short', 'short', 'too-short'],
    ['a common one', 'password123', 'common'],
    ['one with the name', 'xx-someone.NAME-yy', 'personal'],
  ])('D4 %s is refused as a password', async (_, typed, reason) => {
    const link = world.invite(staff, ['office']);
    const shown = await browser.accept(link, typed.replace('someone.NAME', staff));
    expect([shown.status, shown.model.problem.reason]).toEqual([422, reason]);
    expect(world.desk.partition.staff.get(staff)?.state).toBe('invited');
  });

  test('a wrong code of the authenticator accepts nothing', async () => {
    const { model } = await browser.get(world.invite(staff, ['office']));
    const fields = { staff, code: model.code, password, again: password, proof: '000000' };
    const shown = await browser.post('/desk/invitation', fields);
    expect([shown.status, shown.model.problem.reason]).toEqual([422, 'code-wrong']);
  });

  test('a day later, replaced by another, or guessed, it is none', async () => {
    const link = world.invite(staff, ['office']);
    world.desk.now += invitationMs - 1;
    expect((await browser.get(link)).page).toBe('invitation');
    world.desk.now += 1;
    expect((await browser.get(link)).page).toBe('invitationOver');
    const old = world.invite(staff, ['office']);
    world.invite(staff, ['office']);
    expect((await browser.get(old)).page).toBe('invitationOver');
    for (const guess of [
      '',
      '?staff=admin',
      `?staff=${staff}&code=${'x'.repeat(32)}`,
      '?staff=SHELL&code=1',
    ])
      expect((await browser.get(`/desk/invitation${guess}`)).page).toBe('invitationOver');
  });
});

describe('the door', () => {
  test('D2 a wrong password, a name that is not there, one not yet in and one that is ended: the same', async () => {
    await browser.accept(world.invite(staff, ['office']));
    world.invite('not.yet', ['office']);
    await world.browser().accept(world.invite(`${staff}.gone`, ['office']));
    const shell = { by: 'shell', byGeneration: 0, reason: '示例' };
    world.desk.send({ kind: 'end-account', staff: `${staff}.gone`, ...shell });
    const stranger = world.browser();
    for (const [name, typed] of [
      [staff, 'not-the-password'],
      ['nobody.here', password],
      ['not.yet', password],
      [`${staff}.gone`, password],
      ['shell', password],
      ["' or 1=1", password],
    ]) {
      const shown = await stranger.post('/desk/sign-in', {
        staff: name ?? '',
        password: typed ?? '',
      });
      expect([name, shown.status, shown.page, shown.model.problem]).toEqual([
        ...[name, 422, 'signIn', { reason: 'wrong' }],
      ]);
    }
  });

  test('D3 failures delay, whichever of the two was wrong, and say until when', async () => {
    await browser.accept(world.invite(staff, ['office']));
    world.desk.now += minute;
    for (let time = 0; time < 2; time += 1) {
      await browser.post('/desk/sign-in', { staff, password: 'not-the-password' });
      await browser.signIn(staff, password, '000000');
    }
    const fifth = await browser.post('/desk/sign-in', { staff, password: 'not-the-password' });
    const until = world.desk.now + 5_000;
    expect(fifth.model.problem).toEqual({ reason: 'wrong-and-delayed', at: until });
    const right = await browser.post('/desk/sign-in', { staff, password });
    expect(right.model.problem).toEqual({ reason: 'delayed', at: until });
    world.desk.now = until;
    expect((await browser.signIn(staff)).page).toBe('dashboard');
  });

  test('D2 D3 with names with which nobody signs in failures delay as with an account’s own', async () => {
    await browser.accept(world.invite(staff, ['office']));
    world.invite('yet.to.come', ['office']);
    await world.browser().accept(world.invite(`${staff}.gone`, ['office']));
    const shell = { by: 'shell', byGeneration: 0, reason: '示例' };
    world.desk.send({ kind: 'end-account', staff: `${staff}.gone`, ...shell });
    const stranger = world.browser();
    const until = world.desk.now + 5_000;
    for (const name of [staff, 'nobody.there', 'yet.to.come', `${staff}.gone`]) {
      const problems = [];
      for (let time = 0; time < 6; time += 1) {
        const { model } = await stranger.post('/desk/sign-in', { staff: name, password: 'wrong' });
        problems.push(model.problem);
      }
      const wrong = { reason: 'wrong' };
      expect([name, problems]).toEqual([
        name,
        [
          ...[wrong, wrong, wrong, wrong, { reason: 'wrong-and-delayed', at: until }],
          { reason: 'delayed', at: until },
        ],
      ]);
    }
  });

  test('D3 whoever only knows a name keeps nobody out of a browser they have used', async () => {
    await browser.accept(world.invite(staff, ['office']));
    world.desk.now += minute;
    await browser.signIn(staff);
    const stranger = world.browser();
    for (let time = 0; time < 9; time += 1) {
      world.desk.now += 5 * minute;
      await stranger.post('/desk/sign-in', { staff, password: `guess-${time}` });
    }
    const kept = await stranger.post('/desk/sign-in', { staff, password });
    expect(kept.model.problem.reason).toBe('delayed');
    await browser.get('/desk/sign-in');
    expect((await browser.signIn(staff)).page).toBe('dashboard');
    // A changed account is new to every browser.
    world.invite(staff, ['office']);
    const cookie = `ruxi-desk-known=${browser.cookies.get('ruxi-desk-known')}`;
    expect(world.context.cookies.isKnown(cookie, staff, 2)).toBe(true);
    expect(world.context.cookies.isKnown(cookie, staff, 3)).toBe(false);
  });

  test('D3 a code is good once, also for who has watched it being typed', async () => {
    await browser.accept(world.invite(staff, ['office']));
    world.desk.now += minute;
    const code = browser.code();
    expect((await browser.signIn(staff, password, code)).page).toBe('dashboard');
    const watcher = world.browser();
    const shown = await watcher.signIn(staff, password, code);
    expect([shown.page, shown.model.problem.reason]).toEqual(['code', 'code-spent']);
  });

  test('a recovery code stands for a lost authenticator once, and proves nothing further', async () => {
    const { model } = await browser.accept(world.invite(staff, ['system']));
    const [one] = model.codes as string[];
    const typed = (one ?? '').toUpperCase().replaceAll('-', ' ');
    const shown = await browser.signIn(staff, password, typed);
    expect(shown.frame.signedIn.staff).toBe(staff);
    const asked = await browser.post('/desk/prove', { to: '/desk' });
    expect(asked.page).toBe('prove');
    expect((await browser.prove(model.codes[1])).model.problem.reason).toBe('code-wrong');
    const again = await world.browser().signIn(staff, password, one ?? '');
    expect(again.model.problem.reason).toBe('code-wrong');
  });

  test('a page with the code that was left open too long begins anew', async () => {
    await browser.accept(world.invite(staff, ['office']));
    world.desk.now += minute;
    const { model } = await browser.post('/desk/sign-in', { staff, password });
    world.desk.now += 5 * minute;
    const late = await browser.post('/desk/sign-in/code', {
      door: model.door,
      code: browser.code(),
    });
    expect([late.page, late.model.problem.reason]).toEqual(['signIn', 'door-closed']);
    const none = await browser.post('/desk/sign-in/code', { door: 'forged', code: browser.code() });
    expect(none.model.problem.reason).toBe('door-closed');
  });

  test('an engine that is away is said to be, and nobody is let in', async () => {
    await browser.accept(world.invite(staff, ['office']));
    world.setAway(true);
    const shown = await browser.post('/desk/sign-in', { staff, password });
    expect([shown.status, shown.page, shown.model.cause]).toEqual([503, 'wait', 'away']);
    world.setAway(false);
  });
});

test('D3 one address, and one name from many, are slowed down', async () => {
  const strict = await givenStaffWorld({ deskAccount: { burst: 2, everyMs: 60_000 } });
  const stranger = strict.browser();
  const fields = { staff: 'nobody', password: 'anything' };
  await stranger.post('/desk/sign-in', fields);
  await stranger.post('/desk/sign-in', fields);
  const shown = await stranger.post('/desk/sign-in', fields);
  expect([shown.status, shown.page]).toEqual([429, 'wait']);
  expect((await stranger.post('/desk/sign-in', { ...fields, staff: 'another' })).status).toBe(422);
  await strict.stop();
});

test('D3 strangers with a name use up no try of a browser that is the account’s own', async () => {
  const strict = await givenStaffWorld({ deskAccount: { burst: 4, everyMs: 3_600_000 } });
  const own = await strict.signedIn('own', ['office']);
  const stranger = strict.browser();
  const fields = { staff: 'own', password: 'anything' };
  for (let time = 0; time < 4; time += 1) await stranger.post('/desk/sign-in', fields);
  expect((await stranger.post('/desk/sign-in', fields)).status).toBe(429);
  strict.desk.now += minute;
  await own.get('/desk/sign-in');
  expect((await own.signIn('own')).page).toBe('dashboard');
  await strict.stop();
});
