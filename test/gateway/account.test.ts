/** One's own account: the phone, the password and the sign-ins, as a browser without scripts goes. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { activationDigestOf, personIdOf } from '../../engine/protocol/indices.ts';
import { activationMs, handleMs, signInMs } from '../../gateway/cookies.ts';
import { chinaTime, givenTicketRecord } from '../given.ts';
import {
  type Browser,
  documentNumberOf,
  givenWorld,
  importedPassword,
  indexKey,
  rightCode,
  type Shown,
  type World,
} from './sign-in-desk.ts';

const newPassword = 'Kd7-hjw2mQ-river';
const minute = 60_000;

let world: World;
let browser: Browser;
/** A number of one's own for each test, and a day of one's own. */
let someone: string;
let next = 100;
const wide = { burst: 10_000, everyMs: 1 };
const limits = {
  ...{ signInAddress: wide, signInAccount: wide, codesAccount: wide, account: wide },
  resetCodesAddress: wide,
};
beforeAll(async () => {
  world = await givenWorld(limits);
});
afterAll(() => world.stop());
beforeEach(() => {
  next += 1;
  someone = documentNumberOf(next);
  browser = world.browser();
  world.desk.now = chinaTime(next - 100, 10);
});

function anotherNumber(): string {
  next += 1;
  return documentNumberOf(next);
}
const personOf = (number: string) => personIdOf(indexKey, 'resident-id', number);
const rowOf = (number: string) => world.desk.partition.candidates.get(personOf(number));
const phone = (number: number) => `1990000${String(number).padStart(4, '0')}`;

/** Signed in for everything, with a phone bound. */
async function signedIn(number = someone): Promise<Browser> {
  world.admit(number);
  const one = world.browser();
  await one.signIn(number, importedPassword);
  return one;
}

async function unbound(): Promise<Browser> {
  const one = await signedIn();
  await one.get('/account/phone');
  const { model } = await one.post('/account/phone/code');
  await one.post('/account/phone', { challenge: model.code.challenge, code: rightCode });
  return one;
}

describe('解除手机绑定', () => {
  test('F42 a code to the old phone unbinds it; the page says what stays and whom to call', async () => {
    browser = await signedIn();
    const page = await browser.get('/account/phone');
    expect(page).toMatchObject({ status: 200, page: 'unbindPhone' });
    expect(page.model).toMatchObject({ phoneMask: '138****0000', office: { name: '示例办公室' } });
    expect(page.model.code).toBeUndefined();
    const { path, model } = await browser.post('/account/phone/code');
    expect([path, model.code.phoneMask]).toEqual(['/account/phone', '138****0000']);
    // A reload comes back to code entry.
    expect((await browser.get('/account/phone')).model.code).toEqual(model.code);
    const { challenge } = model.code;
    const wrong = await browser.post('/account/phone', { challenge, code: '000000' });
    expect([wrong.status, wrong.model.problem]).toEqual([
      422,
      { reason: 'code-wrong', triesLeft: 4 },
    ]);
    const done = await browser.post('/account/phone', { challenge, code: rightCode });
    expect([done.path, done.page]).toEqual(['/account?unbound', 'account']);
    expect(done.model).toMatchObject({ news: 'unbound' });
    expect(done.model.phoneMask).toBeUndefined();
  });

  test('F11 R8 the way back is the binding page, without the password page', async () => {
    browser = await unbound();
    expect((await browser.get('/')).model.phoneMissing).toBe(true);
    for (const path of ['/account/phone', '/activate', '/activate/phone']) {
      const shown = await browser.get(path);
      expect([shown.page, shown.model.again, shown.model.imported]).toEqual([
        ...['bindPhone', true, undefined],
      ]);
    }
    const { model } = await browser.post('/activate/phone/code', { phone: phone(next) });
    const { challenge } = model.code;
    const bound = await browser.post('/activate/phone', { challenge, code: rightCode });
    expect([bound.path, bound.model.news]).toEqual(['/account?bound', 'bound']);
    expect(bound.model.phoneMask).toBe(`199****${String(next).padStart(4, '0')}`);
    // A double click, the back button and a second tab end where everything is done.
    expect((await browser.get('/activate/phone')).path).toBe('/account');
    expect((await browser.get('/activate/password')).path).toBe('/');
    expect((await browser.get('/')).model.phoneMissing).toBe(false);
  });

  test('F42 a sign-in without a phone still sees seats and payment: it is no activation', async () => {
    await unbound();
    const { path, frame, model } = await browser.signIn(someone, importedPassword);
    expect([path, frame.signedIn.kind, model.phoneMissing]).toEqual(['/', 'full', true]);
    expect((await browser.get('/account')).status).toBe(200);
  });

  test('F42 an old tab, and another device, end at the binding page as well', async () => {
    const other = await signedIn();
    const stale = await other.get('/account/phone');
    const tab = await signedIn();
    await tab.get('/account/phone');
    const { model } = await tab.post('/account/phone/code');
    const { challenge } = model.code;
    await tab.post('/account/phone', { challenge, code: rightCode });
    other.last = stale;
    const late = await other.post('/account/phone', { challenge, code: rightCode });
    expect(late.page).toBe('bindPhone');
  });

  test('D7 resend, cap, expiry and a code that is none, each with its own word', async () => {
    browser = await signedIn();
    await browser.get('/account/phone');
    let { model } = await browser.post('/account/phone/code');
    const soon = await browser.post('/account/phone/code');
    expect(soon.model.problem).toMatchObject({ reason: 'resend-too-soon' });
    const odd = await browser.post('/account/phone', {
      ...{ challenge: model.code.challenge, code: '12345' },
    });
    expect(odd.model.problem).toEqual({ reason: 'code-malformed' });
    world.desk.now += 5 * minute;
    const late = await browser.post('/account/phone', {
      ...{ challenge: model.code.challenge, code: rightCode },
    });
    expect(late.model.problem).toEqual({ reason: 'code-expired' });
    for (let more = 0; more < 2; more += 1) {
      ({ model } = await browser.post('/account/phone/code'));
      expect(model.problem).toBeUndefined();
      world.desk.now += minute;
    }
    const used = await browser.post('/account/phone/code');
    expect(used.model.problem).toEqual({ reason: 'codes-used-up' });
    expect(used.model.office).toBeDefined();
  });

  test('B2 a lost answer is unknown, and the same form again finds the truth', async () => {
    browser = await signedIn();
    await browser.get('/account/phone');
    world.loseNextAnswer();
    const lost = await browser.post('/account/phone/code');
    expect([lost.status, lost.model.problem]).toEqual([503, { reason: 'outcome-unknown' }]);
    const { model } = await browser.post('/account/phone/code');
    expect(rowOf(someone)?.codesOnDay).toBe(1);
    const { challenge } = model.code;
    world.loseNextAnswer();
    const fields = { challenge, code: rightCode };
    expect((await browser.post('/account/phone', fields)).status).toBe(503);
    // It was carried out: there is nothing left to unbind.
    expect((await browser.post('/account/phone', fields)).page).toBe('bindPhone');
  });

  test('F42 the engine away: said so, and nothing was done', async () => {
    browser = await signedIn();
    const before = await browser.get('/account/phone');
    world.setAway(true);
    const away = await browser.post('/account/phone/code', { token: before.model.form });
    expect([away.status, away.page, away.model.cause]).toEqual([503, 'busy', 'away']);
    world.setAway(false);
    expect(rowOf(someone)?.phoneCode).toBeUndefined();
  });

  test('D1 an activation sign-in reaches none of it', async () => {
    world.admitEnrolled(someone);
    await browser.signIn(someone, someone.slice(-6));
    for (const path of ['/account', '/account/phone', '/account/password']) {
      expect((await browser.get(path)).path).toBe('/activate');
    }
  });
});

describe('修改密码', () => {
  const change = (one: Browser, fields: Record<string, string> = {}): Promise<Shown> =>
    one.post('/account/password', {
      ...{ old: importedPassword, password: newPassword, again: newPassword },
      ...fields,
    });

  test('F43 F14 every sign-in ends, this one too, and the new password opens', async () => {
    browser = await signedIn();
    const other = await signedIn();
    await browser.get('/account/password');
    const done = await change(browser);
    expect([done.path, done.model.news]).toEqual(['/sign-in?changed', 'changed']);
    for (const one of [browser, other]) {
      expect((await one.get('/account')).path).toBe('/sign-in?again');
    }
    expect((await browser.signIn(someone, importedPassword)).model.problem.reason).toBe('failed');
    expect((await browser.signIn(someone, newPassword)).frame.signedIn.kind).toBe('full');
  });

  test.each([
    ['too short', { password: 'Kd7-hjw2m', again: 'Kd7-hjw2m' }, 'too-short'],
    ['not the same twice', { again: 'Kd7-hjw2mQ-rivers' }, 'not-the-same'],
    ['no old one', { old: '' }, 'old-missing'],
    ['the old one wrong', { old: 'not the old one' }, 'old-wrong'],
    ['the old one again', { password: importedPassword, again: importedPassword }, 'unchanged'],
  ])('F43 D4 refused: %s', async (_, fields, reason) => {
    browser = await signedIn();
    await browser.get('/account/password');
    const { status, model } = await change(browser, fields);
    expect([status, model.problem]).toEqual([422, { reason }]);
    expect(rowOf(someone)?.generation).toBe(1);
  });

  test('D4 the document number is compared also for who signed in hours ago', async () => {
    browser = await signedIn();
    world.desk.now += signInMs - minute;
    await browser.get('/account/password');
    const password = `Kd7-${someone.slice(8, 14)}-hjw`;
    const { model } = await change(browser, { password, again: password });
    expect(model.problem).toEqual({ reason: 'personal' });
  });

  test('F43 D3 wrong old passwords count and delay, and a wrong new one costs no try', async () => {
    browser = await signedIn();
    await browser.get('/account/password');
    await change(browser, { password: 'short', again: 'short', old: 'wrong' });
    expect(rowOf(someone)?.deviceFailures).toBe(0);
    const seen: unknown[] = [];
    for (let times = 0; times < 6; times += 1) {
      const { problem } = (await change(browser, { old: `wrong ${times}` })).model;
      seen.push([problem.reason, problem.at === undefined ? 0 : problem.at - world.desk.now]);
    }
    expect(seen).toEqual([
      ...Array.from({ length: 4 }, () => ['old-wrong', 0]),
      ['old-wrong', 5_000],
      ['delayed', 5_000],
    ]);
    // Others are not kept waiting by it.
    expect((await world.browser().signIn(someone, importedPassword)).frame.signedIn.kind).toBe(
      'full',
    );
    world.desk.now += 5_000;
    expect((await change(browser)).path).toBe('/sign-in?changed');
  });

  test('F43 D3 whether a password is the old one is not learnt without a try', async () => {
    browser = await signedIn();
    await browser.get('/account/password');
    const compared = world.verified();
    for (const guess of [importedPassword, 'a guess that is wrong']) {
      const { model } = await change(browser, { old: guess, password: guess, again: guess });
      expect(model.problem).toEqual({ reason: 'unchanged' });
    }
    expect([world.verified(), rowOf(someone)?.deviceFailures]).toEqual([compared, 0]);
  });

  test('F43 B2 a double click, and a lost answer, change it once', async () => {
    browser = await signedIn();
    await browser.get('/account/password');
    world.loseNextAnswer('change-password');
    const lost = await change(browser);
    expect([lost.status, lost.model.problem]).toEqual([503, { reason: 'outcome-unknown' }]);
    expect((await change(browser)).path).toBe('/sign-in?again');
    expect(rowOf(someone)?.generation).toBe(2);
    expect((await browser.signIn(someone, newPassword)).frame.signedIn.kind).toBe('full');
  });

  test('F43 a form that is not this sign-in’s is not taken', async () => {
    browser = await signedIn();
    await browser.get('/account/password');
    const { model } = await change(browser, { token: 'forged' });
    expect(model.problem).toEqual({ reason: 'form-expired' });
    expect((await browser.post('/account/end-sign-ins', { token: 'forged' })).status).toBe(422);
    expect(rowOf(someone)?.generation).toBe(1);
  });
});

describe('忘记密码', () => {
  /** From the list of tickets, as the button there does. */
  async function begin(one: Browser, number = someone, type = 'resident-id'): Promise<Shown> {
    const { model } = await one.lookUp(number, type);
    return one.post('/sign-in/forgotten', { handle: model.handleOfNone });
  }
  const ask = (one: Browser): Promise<Shown> => {
    const { handle, code } = one.last.model;
    const reset = code === undefined ? {} : { reset: code.reset };
    return one.post('/sign-in/forgotten/code', { handle, ...reset });
  };
  const prove = (one: Browser, code: string): Promise<Shown> =>
    one.post('/sign-in/forgotten/prove', { reset: one.last.model.code.reset, code });
  const set = (one: Browser, password = newPassword): Promise<Shown> =>
    one.post('/sign-in/forgotten/password', {
      ...{ reset: one.last.model.way.reset, password, again: password },
    });

  test('D3 a code to the bound phone, then a new password; every sign-in ends', async () => {
    const other = await signedIn();
    const first = await begin(browser);
    expect(first).toMatchObject({ status: 200, page: 'forgotten' });
    expect(first.model).toMatchObject({ office: { name: '示例办公室' } });
    const asked = await ask(browser);
    expect(asked.model.code).toMatchObject({
      expiresAt: world.desk.now + 5 * minute,
      resendFrom: world.desk.now + minute,
    });
    // Whose phone, and whether there is one, is told to nobody.
    expect(JSON.stringify(asked)).not.toContain('138');
    const proven = await prove(browser, rightCode);
    expect([proven.page, proven.model.way.kind]).toEqual(['resetPassword', 'forgotten']);
    const done = await set(browser);
    expect([done.path, done.model.news]).toEqual(['/sign-in?changed', 'changed']);
    expect((await other.get('/account')).path).toBe('/sign-in?again');
    expect((await browser.signIn(someone, newPassword)).frame.signedIn.kind).toBe('full');
    expect((await other.signIn(someone, importedPassword)).model.problem.reason).toBe('failed');
  });

  test('D2 D3 who has a phone, who has none, and nobody see and cost the same', async () => {
    const [bound, phoneless, nobody] = [anotherNumber(), anotherNumber(), anotherNumber()];
    world.admit(bound);
    world.admitEnrolled(phoneless);
    const seenBy = async (number: string) => {
      const one = world.browser();
      const from = [world.queries.length, world.commands.length, world.verified()] as const;
      const pages = [await begin(one, number), await ask(one), await prove(one, '000000')];
      pages.push(await ask(one), await prove(one, '000001'), await prove(one, 'odd'));
      const seen = pages.map(({ status, page, model, frame }) => {
        const { handle, form, code, ...shown } = model;
        const { reset, ...times } = code ?? {};
        return { status, page, shown, times, frame };
      });
      return {
        seen,
        queries: world.queries.slice(from[0]).map(({ kind }) => kind),
        commands: world.commands.slice(from[1]).map(({ kind }) => kind),
        verified: world.verified() - from[2],
      };
    };
    const ofNobody = await seenBy(nobody);
    expect(ofNobody.seen[2]?.shown.problem).toEqual({ reason: 'code-wrong', triesLeft: 4 });
    expect(ofNobody).toMatchObject({
      queries: ['spend-once', 'sign-in-facts'],
      commands: [
        ...['request-reset-code', 'prove-reset-code', 'request-reset-code', 'prove-reset-code'],
      ],
      verified: 0,
    });
    for (const number of [phoneless, bound]) expect(await seenBy(number)).toEqual(ofNobody);
    expect(world.desk.partition.candidates.has(personOf(nobody))).toBe(false);
    // The right code of what was never sent is as wrong as any other.
    const one = world.browser();
    world.desk.now += minute;
    await begin(one, phoneless);
    await ask(one);
    expect((await prove(one, rightCode)).model.problem).toEqual({
      ...{ reason: 'code-wrong', triesLeft: 4 },
    });
  });

  test('D7 D3 the codes of a day are used up for everybody alike, and the office is named', async () => {
    world.admit(someone);
    for (const number of [someone, anotherNumber()]) {
      const one = world.browser();
      await begin(one, number);
      for (let times = 0; times < 3; times += 1) {
        expect((await ask(one)).status).toBe(200);
        world.desk.now += minute;
      }
      const used = await ask(one);
      expect([used.status, used.model.problem]).toEqual([422, { reason: 'codes-used-up' }]);
      expect(used.model.office).toBeDefined();
      // The code that was asked for last may still be typed.
      expect(used.model.code).toBeDefined();
    }
    // Booking and account codes are not touched by it.
    expect(rowOf(someone)).toMatchObject({ resetsOnDay: 3, codesOnDay: 0 });
  });

  test('D3 codes to ever new people’s phones are limited at one address, whoever they are', async () => {
    const narrow = await givenWorld({
      ...limits,
      resetCodesAddress: { burst: 2, everyMs: minute },
    });
    const answers: number[] = [];
    for (let times = 0; times < 3; times += 1) {
      const number = anotherNumber();
      if (times !== 1) narrow.admit(number);
      const one = narrow.browser();
      await begin(one, number);
      answers.push((await ask(one)).status);
    }
    expect(answers).toEqual([200, 200, 429]);
    await narrow.stop();
  });

  test('D3 whoever asked first, the code on the phone is the right one', async () => {
    world.admit(someone);
    const stranger = world.browser();
    await begin(stranger);
    await ask(stranger);
    world.desk.now += minute - 1;
    await begin(browser);
    await ask(browser);
    expect((await prove(browser, rightCode)).page).toBe('resetPassword');
  });

  test('D3 a new password after the code keeps D4, the phone’s digits too', async () => {
    world.admit(someone);
    await begin(browser);
    await ask(browser);
    await prove(browser, rightCode);
    for (const [password, reason] of [
      ['short', 'too-short'],
      [`Kd7-${someone.slice(8, 14)}-hjw`, 'personal'],
      ['Kd7-138000-hjw', 'personal'],
    ] as const) {
      const { status, model } = await set(browser, password);
      expect([status, model.problem]).toEqual([422, { reason }]);
    }
    expect((await set(browser)).path).toBe('/sign-in?changed');
  });

  test('D3 the proof is good for ten minutes, once, and for its own visitor', async () => {
    world.admit(someone);
    await begin(browser);
    await ask(browser);
    const proven = await prove(browser, rightCode);
    const { reset } = proven.model.way;
    const thief = world.browser();
    await thief.get('/sign-in');
    const fields = { reset, password: newPassword, again: newPassword };
    const stolen = await thief.post('/sign-in/forgotten/password', fields);
    expect(stolen.model.problem).toEqual({ reason: 'lookup-expired' });
    world.desk.now += 9 * minute;
    // Shown again it would last longer; what the engine remembers does not.
    await set(browser, 'short');
    world.desk.now += minute;
    const late = await set(browser);
    expect([late.page, late.model.problem]).toEqual(['forgotten', { reason: 'proof-expired' }]);
    expect(rowOf(someone)?.generation).toBe(1);
  });

  test('D3 B2 the back button, a reload and a lost answer add nothing', async () => {
    world.admit(someone);
    const first = await begin(browser);
    world.loseNextAnswer();
    expect((await ask(browser)).model.problem).toEqual({ reason: 'outcome-unknown' });
    const asked = await ask(browser);
    browser.last = first;
    world.desk.now += minute;
    // The very form that was sent before: a reload.
    const again = await browser.post('/sign-in/forgotten/code', {
      ...{ token: first.model.form, handle: first.model.handle },
    });
    expect(again.model.code.expiresAt).toBe(asked.model.code.expiresAt);
    expect(rowOf(someone)?.resetsOnDay).toBe(1);
    world.loseNextAnswer();
    await prove(browser, rightCode);
    expect((await prove(browser, rightCode)).page).toBe('resetPassword');
    world.loseNextAnswer();
    expect((await set(browser)).status).toBe(503);
    expect((await set(browser)).path).toBe('/sign-in?changed');
    expect(rowOf(someone)?.generation).toBe(2);
  });

  test('D3 an old list of tickets, and a browser without cookies, begin anew', async () => {
    world.admit(someone);
    const { model } = await browser.lookUp(someone);
    world.desk.now += handleMs;
    const late = await browser.post('/sign-in/forgotten', { handle: model.handleOfNone });
    expect([late.page, late.model.problem]).toEqual(['signIn', { reason: 'lookup-expired' }]);
    browser.cookies.clear();
    expect((await browser.post('/sign-in/forgotten', { handle: 'x' })).path).toBe('/sign-in');
  });

  test('D3 D1 with a phone bound and no password yet, the reset is the first one of one’s own', async () => {
    world.admitEnrolled(someone);
    await browser.signIn(someone, someone.slice(-6));
    await browser.get('/activate/phone');
    const { model } = await browser.post('/activate/phone/code', { phone: phone(next) });
    const { challenge } = model.code;
    await browser.post('/activate/phone', { challenge, code: rightCode });
    const other = world.browser();
    await begin(other);
    await ask(other);
    await prove(other, rightCode);
    await set(other);
    // No initial password opens anything once there is one of one's own.
    const old = await world.browser().signIn(someone, someone.slice(-6));
    expect(old.model.problem.reason).toBe('failed');
    expect((await browser.get('/activate/password')).path).toBe('/sign-in?again');
    expect((await other.signIn(someone, newPassword)).frame.signedIn.kind).toBe('full');
  });
});

describe('sign-ins', () => {
  test('F43 退出其他设备的登录: the others end, this one goes on', async () => {
    browser = await signedIn();
    const others = [await signedIn(), await signedIn()];
    await browser.get('/account');
    const done = await browser.post('/account/end-sign-ins');
    expect([done.path, done.model.news]).toEqual(['/account?ended', 'ended']);
    for (const one of others) expect((await one.get('/account')).path).toBe('/sign-in?again');
    const page = await browser.get('/account');
    expect(page.status).toBe(200);
    expect(page.model.expiresAt).toBe(world.desk.now + signInMs);
    // Its forms are its own again, and it is known as before.
    expect((await browser.post('/account/end-sign-ins')).path).toBe('/account?ended');
    expect(rowOf(someone)?.generation).toBe(3);
  });

  test('the frame says when a sign-in ends', async () => {
    browser = await signedIn();
    expect((await browser.get('/account')).frame.signedIn.expiresAt).toBe(
      world.desk.now + signInMs,
    );
    const enrolled = anotherNumber();
    world.admitEnrolled(enrolled);
    const { frame } = await world.browser().signIn(enrolled, enrolled.slice(-6));
    expect(frame.signedIn.expiresAt).toBe(world.desk.now + activationMs);
  });

  test('退出登录 ends a copied cookie too, and no other sign-in', async () => {
    browser = await signedIn();
    const other = await signedIn();
    const copy = world.browser();
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
    expect((await copy.get('/account')).status).toBe(200);
    const { frame } = await browser.get('/');
    await browser.post('/sign-out', { token: frame.signedIn.signOutForm });
    expect((await copy.get('/account')).path).toBe('/sign-in?again');
    expect((await other.get('/account')).path).toBe('/account');
  });

  test('D1 退出登录 ends what the sign-in began as, too: a copied activation opens nothing', async () => {
    world.admitWithoutPhone(someone);
    await browser.signIn(someone, importedPassword);
    const copy = world.browser();
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
    await browser.get('/activate/phone');
    const { model } = await browser.post('/activate/phone/code', { phone: phone(next) });
    const { challenge } = model.code;
    const bound = await browser.post('/activate/phone', { challenge, code: rightCode });
    expect(bound.frame.signedIn.kind).toBe('full');
    await browser.post('/sign-out', { token: bound.frame.signedIn.signOutForm });
    expect((await copy.get('/activate')).path).toBe('/sign-in?again');
    expect((await copy.get('/account')).path).toBe('/sign-in?again');
  });

  test('退出登录 works while the engine is away', async () => {
    browser = await signedIn();
    const { frame } = await browser.get('/');
    world.setAway(true);
    await browser.post('/sign-out', { token: frame.signedIn.signOutForm });
    world.setAway(false);
    expect((await browser.get('/')).frame.signedIn).toBeUndefined();
  });

  test('D3 who only knows the number keeps nobody waiting on a device of their own', async () => {
    const mine = await signedIn();
    const { frame } = await mine.get('/');
    await mine.post('/sign-out', { token: frame.signedIn.signOutForm });
    for (let times = 0; times < 8; times += 1) {
      await world.browser().signIn(someone, `wrong ${times}`);
    }
    const elsewhere = await world.browser().signIn(someone, importedPassword);
    expect(elsewhere.model.problem.reason).toBe('delayed');
    expect((await mine.signIn(someone, importedPassword)).frame.signedIn.kind).toBe('full');
    // Its own failures delay it as anybody's would.
    await mine.post('/sign-out', { token: mine.last.frame.signedIn.signOutForm });
    let shown = await mine.signIn(someone, 'wrong');
    for (let times = 0; times < 4; times += 1) shown = await mine.signIn(someone, `wrong ${times}`);
    expect(shown.model.problem.at).toBe(world.desk.now + 5_000);
  });

  test('D3 a device is known by signing in with a password of one’s own, not by the initial one', async () => {
    world.admitEnrolled(someone);
    const thief = world.browser();
    await thief.signIn(someone, someone.slice(-6));
    expect(thief.cookies.has('ruxi-device')).toBe(false);
  });

  test('D3 the gateway’s own limits are counted apart for a known device, too', async () => {
    const strict = await givenWorld({ signInAccount: { burst: 4, everyMs: 60_000 } });
    strict.admit(someone);
    const mine = strict.browser();
    await mine.signIn(someone, importedPassword);
    await mine.post('/sign-out', { token: mine.last.frame.signedIn.signOutForm });
    const stranger = strict.browser();
    await stranger.signIn(someone, 'wrong');
    expect((await stranger.lookUp(someone)).page).toBe('busy');
    expect((await mine.signIn(someone, importedPassword)).frame.signedIn.kind).toBe('full');
    await strict.stop();
  });
});

describe('documents without a checksum', () => {
  const number = (at: number) => `H9999${String(at).padStart(4, '0')}`;
  function admitByCode(code: string): string {
    const permit = number(next);
    const person = personIdOf(indexKey, 'mainland-permit', permit);
    const activationDigest = activationDigestOf(indexKey, person, code);
    world.admitEnrolled(permit, { activationDigest }, 'mainland-permit');
    return permit;
  }

  test('D16 D1 the office’s code opens an activation, once and for good', async () => {
    const permit = admitByCode('DEMO0001');
    const listed = await browser.lookUp(permit, 'mainland-permit');
    expect([listed.page, listed.model.firstSecret]).toEqual(['tickets', 'activation-code']);
    const last6 = await browser.signIn(permit, permit.slice(-6), 0, 'mainland-permit');
    expect(last6.model.problem.reason).toBe('failed');
    const { path } = await browser.signIn(permit, ' demo-0001 ', 0, 'mainland-permit');
    expect(path).toBe('/activate');
    await browser.get('/activate/phone');
    const { model } = await browser.post('/activate/phone/code', { phone: phone(next) });
    const { challenge } = model.code;
    const page = await browser.post('/activate/phone', { challenge, code: rightCode });
    expect(page.model.way).toEqual({ kind: 'first', secret: 'activation-code' });
    const fields = { password: newPassword, again: newPassword };
    const wrong = await browser.post('/activate/password', { ...fields, initial: 'DEMO0002' });
    expect(wrong.model.problem).toEqual({ reason: 'first-secret-wrong' });
    const done = await browser.post('/activate/password', { ...fields, initial: 'DEMO0001' });
    expect(done.path).toBe('/sign-in?changed');
    const again = await world.browser().signIn(permit, 'DEMO0001', 0, 'mainland-permit');
    expect(again.model.problem.reason).toBe('failed');
    const own = await browser.signIn(permit, newPassword, 0, 'mainland-permit');
    expect(own.frame.signedIn.kind).toBe('full');
  });

  test('D16 another person’s code opens nothing', async () => {
    admitByCode('DEMO0001');
    next += 1;
    const other = admitByCode('DEMO0002');
    const { model } = await browser.signIn(other, 'DEMO0001', 0, 'mainland-permit');
    expect(model.problem.reason).toBe('failed');
  });

  test('D2 D16 a permit that nobody has is answered like any other', async () => {
    const stranger = await browser.lookUp(number(next), 'mainland-permit');
    expect([stranger.page, stranger.model.firstSecret]).toEqual(['tickets', 'activation-code']);
    const { status, model } = await browser.post('/sign-in', {
      ...{ handle: stranger.model.tickets[0].handle, password: 'DEMO0001' },
    });
    expect([status, model.problem]).toEqual([422, { reason: 'failed' }]);
  });

  test('D16 a resident’s last six are no activation code, and never open a record that has one', async () => {
    const person = personOf(someone);
    const activationDigest = activationDigestOf(indexKey, person, 'DEMO0003');
    world.admitEnrolled(someone, { activationDigest });
    const { model } = await browser.signIn(someone, someone.slice(-6));
    expect(model.problem.reason).toBe('failed');
    expect((await browser.signIn(someone, 'DEMO0003')).path).toBe('/activate');
  });
});

describe('several tickets', () => {
  const tickets = [
    givenTicketRecord(1, { number: '010112345601' }),
    givenTicketRecord(1, { number: '010112345602', programme: '020302K' }),
    givenTicketRecord(1, { number: '010112345603', status: 'transferred' }),
  ];

  test('F5 R4 all are listed; a dead one signs in and is told why; password and phone are the person’s', async () => {
    world.admit(someone, { tickets });
    const { model } = await browser.lookUp(someone);
    expect(model.tickets).toHaveLength(3);
    const dead = await browser.signIn(someone, importedPassword, 2);
    expect(dead.frame.banners).toEqual([expect.stringContaining('已毕业或已转出')]);
    // D3: changed with one ticket, it is changed for all.
    await browser.get('/account/password');
    await browser.post('/account/password', {
      ...{ old: importedPassword, password: newPassword, again: newPassword },
    });
    for (const [at, banners] of [
      [0, 0],
      [1, 0],
      [2, 1],
    ] as const) {
      const one = world.browser();
      const shown = await one.signIn(someone, newPassword, at);
      expect([shown.frame.signedIn.kind, shown.frame.banners.length]).toEqual(['full', banners]);
      expect((await one.get('/account')).model.phoneMask).toBe('138****0000');
    }
  });

  test('D4 no run of six of any of the tickets', async () => {
    world.admit(someone, { tickets });
    await browser.signIn(someone, importedPassword);
    await browser.get('/account/password');
    const password = 'Kd7-345602-hjw';
    const { model } = await browser.post('/account/password', {
      ...{ old: importedPassword, password, again: password },
    });
    expect(model.problem).toEqual({ reason: 'personal' });
  });
});

test('F12 a new candidate without a phone on record binds one, and that is all', async () => {
  world.admitWithoutPhone(someone);
  const first = await browser.signIn(someone, importedPassword);
  expect([first.path, first.model.setsPassword]).toEqual(['/activate', false]);
  await browser.get('/activate/phone');
  const { model } = await browser.post('/activate/phone/code', { phone: phone(next) });
  const { challenge } = model.code;
  const bound = await browser.post('/activate/phone', { challenge, code: rightCode });
  expect([bound.path, bound.frame.signedIn.kind]).toEqual(['/', 'full']);
  // The sign-in that began as an activation can change its password (F43, D4).
  await browser.get('/account/password');
  const password = `Kd7-${someone.slice(8, 14)}-hjw`;
  const personal = await browser.post('/account/password', {
    ...{ old: importedPassword, password, again: password },
  });
  expect(personal.model.problem).toEqual({ reason: 'personal' });
});
