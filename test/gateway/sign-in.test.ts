/** Signing in and activation, over HTTP and the real core, the way a browser without scripts goes. */
import { solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { CandidateRecord } from '../../engine/protocol/commands.ts';
import { ticketMask } from '../../engine/protocol/masks.ts';
import { activationMs, handleMs, signInMs } from '../../gateway/cookies.ts';
import { defaultLimits } from '../../gateway/limits.ts';
import { captchaMs } from '../../gateway/sign-in/captcha.ts';
import { signInWholeMs } from '../../gateway/sign-in/renew.ts';
import type { SumModel, WorkModel } from '../../web/view-models.ts';
import { chinaTime, givenPhone, givenTicketRecord } from '../given.ts';
import {
  type Browser,
  documentNumberOf,
  givenWorld,
  importedPassword,
  rightCode,
  type World,
} from './sign-in-desk.ts';

const newPassword = 'Kd7-hjw2mQ-river';
const hourMs = 3_600_000;

let world: World;
let browser: Browser;
/** A number of one's own for each test. */
let someone: string;
let initial: string;
let next = 100;
beforeAll(async () => {
  const wide = { burst: 10_000, everyMs: 1 };
  world = await givenWorld({ signInAddress: wide, signInAccount: wide, codesAccount: wide });
});
afterAll(() => world.stop());
beforeEach(() => {
  someone = documentNumberOf(next);
  initial = someone.slice(-6);
  next += 1;
  browser = world.browser();
  world.desk.now = chinaTime(0, 10) + next * hourMs;
});

function admitEnrolled(more: Partial<CandidateRecord> = {}) {
  return world.admitEnrolled(someone, more);
}

test('F1 the first page has no captcha until its box is focused or its button pressed', async () => {
  const { model, status } = await browser.get('/sign-in');
  expect(status).toBe(200);
  expect(model.captcha).toMatchObject({ way: 'picture', answer: '' });
  expect(model.captcha.token).toBeUndefined();
  const asked = await browser.post('/sign-in/lookup', {
    newCaptcha: 'picture',
    documentNumber: someone,
  });
  expect(asked).toMatchObject({ status: 200, page: 'signIn' });
  expect(asked.model).toMatchObject({
    documentNumber: someone,
    captcha: { token: expect.any(String) },
  });
  expect(asked.model.problem).toBeUndefined();
  const picture = await browser.get(`/captcha?token=${asked.model.captcha.token}`);
  expect(picture.page).toMatch(/^<svg /);
});

test('F1 another visitor’s picture is not shown', async () => {
  await browser.get('/sign-in');
  const { captchaToken } = await browser.readCaptcha();
  const other = world.browser();
  await other.get('/sign-in');
  expect((await other.get(`/captcha?token=${captchaToken}`)).status).toBe(404);
});

test('F3 F4 D2 one ticket: masked, with its programme, and picked', async () => {
  world.admit(someone, { tickets: [givenTicketRecord(1, { number: '010112345637' })] });
  const { status, page, model } = await browser.lookUp(someone);
  expect([status, page]).toEqual([200, 'tickets']);
  expect(model.tickets).toEqual([
    { handle: expect.any(String), ticketMask: '0101******37', programme: '示例专业' },
  ]);
  expect(model.chosen).toBe(0);
  expect(JSON.stringify(model)).not.toContain('010112345637');
  expect(model.office).toMatchObject({ name: '示例办公室' });
});

test('F5 several tickets: none is picked, and one must be', async () => {
  const tickets = [
    givenTicketRecord(1, { number: '010112345601' }),
    givenTicketRecord(1, { number: '010112345602', programme: '020302K' }),
  ];
  world.admit(someone, { tickets });
  const { model } = await browser.lookUp(someone);
  expect(model.tickets).toHaveLength(2);
  expect(model.chosen).toBeUndefined();
  const fields = { handle: model.handleOfNone, password: importedPassword };
  const again = await browser.post('/sign-in', fields);
  expect(again.status).toBe(422);
  expect(again.model.problem).toEqual({ reason: 'ticket-missing' });
  expect(again.model.tickets).toHaveLength(2);
  const picked = { handle: again.model.tickets[1].handle, password: importedPassword };
  expect((await browser.post('/sign-in', picked)).frame.signedIn).toMatchObject({
    kind: 'full',
    ticketMask: ticketMask('010112345602'),
  });
});

test.each([
  ['', 'document-empty'],
  ['12345', 'document-length'],
  ['99999919850101A018', 'document-character'],
  ['999999198513010018', 'document-date'],
  ['999999198501010019', 'document-checksum'],
])(
  'F2 D16 a malformed number is said to be so and spends no captcha: %s',
  async (number, reason) => {
    await browser.get('/sign-in');
    const captcha = await browser.readCaptcha();
    const documentType = 'resident-id';
    const wrong = await browser.post('/sign-in/lookup', {
      documentType,
      documentNumber: number,
      ...captcha,
    });
    expect(wrong.status).toBe(422);
    expect(wrong.model).toMatchObject({ problem: { reason }, documentNumber: number });
    expect(wrong.model.captcha).toMatchObject({
      token: captcha.captchaToken,
      answer: captcha.captcha,
    });
    const right = await browser.post('/sign-in/lookup', {
      documentType,
      documentNumber: someone,
      ...captcha,
    });
    expect(right.page).toBe('tickets');
  },
);

test('D16 a small x, spaces and full-width digits are the same number', async () => {
  while (!someone.endsWith('X')) {
    someone = documentNumberOf(next);
    next += 1;
  }
  world.admit(someone, { tickets: [givenTicketRecord(1, { number: '010112345637' })] });
  const wide = [...someone].map((one) => String.fromCodePoint(one.charCodeAt(0) + 0xfee0));
  for (const typed of [
    someone.toLowerCase(),
    ` ${someone.slice(0, 6)} ${someone.slice(6)}`,
    wide.join(''),
  ]) {
    const { model } = await world.browser().lookUp(typed);
    expect(model.tickets[0].ticketMask).toBe('0101******37');
  }
});

test('F2 D3 a wrong captcha is refused, and its picture is spent', async () => {
  await browser.get('/sign-in');
  const { captchaToken, captcha } = await browser.readCaptcha();
  const fields = { documentType: 'resident-id', documentNumber: someone, captchaToken };
  const wrong = await browser.post('/sign-in/lookup', { ...fields, captcha: 'AAAA' });
  expect(wrong.status).toBe(422);
  expect(wrong.model.problem).toEqual({ reason: 'captcha-wrong' });
  expect(wrong.model.captcha.token).not.toBe(captchaToken);
  const late = await browser.post('/sign-in/lookup', { ...fields, captcha });
  expect(late.model.problem).toEqual({ reason: 'captcha-expired' });
});

test('D3 a captcha is good once', async () => {
  await browser.get('/sign-in');
  const captcha = await browser.readCaptcha();
  const fields = { documentType: 'resident-id', documentNumber: someone, ...captcha };
  expect((await browser.post('/sign-in/lookup', fields)).page).toBe('tickets');
  await browser.get('/sign-in');
  const again = await browser.post('/sign-in/lookup', fields);
  expect(again.model.problem).toEqual({ reason: 'captcha-expired' });
});

test('D3 a captcha is good for two minutes, and for one life of the engine', async () => {
  await browser.get('/sign-in');
  const fields = { documentType: 'resident-id', documentNumber: someone };
  const late = await browser.readCaptcha();
  world.desk.now += captchaMs;
  const expired = await browser.post('/sign-in/lookup', { ...fields, ...late });
  expect(expired.model.problem).toEqual({ reason: 'captcha-expired' });
  const before = await browser.readCaptcha();
  world.setEpoch(2);
  const restarted = await browser.post('/sign-in/lookup', { ...fields, ...before });
  expect(restarted.model.problem).toEqual({ reason: 'captcha-expired' });
  const fresh = { captchaToken: restarted.model.captcha.token };
  const captcha = browser.answerTo(fresh.captchaToken);
  expect((await browser.post('/sign-in/lookup', { ...fields, ...fresh, captcha })).page).toBe(
    'tickets',
  );
  world.setEpoch(1);
});

test('F2 an empty captcha box is said to be so and spends nothing', async () => {
  await browser.get('/sign-in');
  const { captchaToken, captcha } = await browser.readCaptcha();
  const fields = { documentType: 'resident-id', documentNumber: someone, captchaToken };
  const empty = await browser.post('/sign-in/lookup', { ...fields, captcha: ' ' });
  expect(empty.model).toMatchObject({
    problem: { reason: 'captcha-missing' },
    captcha: { token: captchaToken },
  });
  expect((await browser.post('/sign-in/lookup', { ...fields, captcha })).page).toBe('tickets');
});

/** Works or reckons out the captcha on the page, as captcha.js or a person would. */
async function answered(captcha: {
  token: string;
  sum?: SumModel;
  work?: WorkModel;
}): Promise<{ captchaToken: string; captcha: string }> {
  const { token, sum, work } = captcha;
  if (sum !== undefined) {
    const result = sum.plus ? sum.left + sum.right : sum.left - sum.right;
    return { captchaToken: token, captcha: String(result) };
  }
  const { rounds = 0, nonce = '', salt = '', keyPrefix = '' } = work ?? {};
  const algorithm = 'PBKDF2/SHA-256';
  const parameters = { algorithm, nonce, salt, cost: rounds, keyLength: 32, keyPrefix };
  const solution = await solveChallenge({ challenge: { parameters }, deriveKey });
  return { captchaToken: token, captcha: String(solution?.counter) };
}

test.each(['sum', 'work'] as const)(
  'F1 F2 D3 the captcha in another way is as good, once, for two minutes: %s',
  async (way) => {
    const ask = async () => {
      await browser.get('/sign-in');
      const { last } = browser;
      const { model } = await browser.get(`/captcha?way=${way}`);
      browser.last = last;
      expect(model).toMatchObject({ way, asked: true, answer: '' });
      return answered(model);
    };
    const fields = { documentType: 'resident-id', documentNumber: someone };
    const solved = await ask();
    const malformed = { ...fields, documentNumber: '12345', ...solved };
    const wrong = await browser.post('/sign-in/lookup', malformed);
    expect(wrong.model.problem).toEqual({ reason: 'document-length' });
    // Nothing was spent, and what was found stands in the field again.
    expect(wrong.model.captcha).toMatchObject({ way, answer: solved.captcha });
    expect(wrong.model.captcha.work).toBeUndefined();
    expect((await browser.post('/sign-in/lookup', { ...fields, ...solved })).page).toBe('tickets');

    await browser.get('/sign-in');
    const again = await browser.post('/sign-in/lookup', { ...fields, ...solved });
    expect(again.model).toMatchObject({ problem: { reason: `${way}-expired` }, captcha: { way } });

    const late = await ask();
    world.desk.now += captchaMs;
    const expired = await browser.post('/sign-in/lookup', { ...fields, ...late });
    expect(expired.model.problem).toEqual({ reason: `${way}-expired` });

    const unsolved = { ...(await ask()), captcha: '' };
    const missing = await browser.post('/sign-in/lookup', { ...fields, ...unsolved });
    expect(missing.model).toMatchObject({
      problem: { reason: `${way}-missing` },
      captcha: { way, token: unsolved.captchaToken },
    });
    const { captchaToken } = await ask();
    const guessed = { ...fields, captchaToken, captcha: '1000000' };
    const refused = await browser.post('/sign-in/lookup', guessed);
    expect(refused.model.problem).toEqual({ reason: `${way}-wrong` });
    expect(refused.model.captcha.token).not.toBe(captchaToken);
    const spent = await browser.post('/sign-in/lookup', guessed);
    expect(spent.model.problem).toEqual({ reason: `${way}-expired` });
  },
);

test('F1 another way is asked for as often as a picture, and no oftener', async () => {
  const narrow = await givenWorld({ captchasAddress: { burst: 3, everyMs: 60_000 } });
  try {
    const visitor = narrow.browser();
    await visitor.get('/sign-in');
    for (const query of ['', '?way=sum', '?way=work']) {
      expect((await visitor.get(`/captcha${query}`)).status).toBe(200);
    }
    for (const query of ['', '?way=sum', '?way=work']) {
      expect((await visitor.get(`/captcha${query}`)).status).toBe(429);
    }
  } finally {
    await narrow.stop();
  }
});

test('F1 without scripts the button brings a sum, and what was typed stays', async () => {
  await browser.get('/sign-in');
  const asked = await browser.post('/sign-in/lookup', {
    newCaptcha: 'sum',
    documentNumber: someone,
  });
  expect(asked.model).toMatchObject({ documentNumber: someone, captcha: { way: 'sum' } });
  const fields = { documentType: 'resident-id', documentNumber: someone };
  const solved = await answered(asked.model.captcha);
  expect((await browser.post('/sign-in/lookup', { ...fields, ...solved })).page).toBe('tickets');
});

test('a browser that keeps no cookies is told so', async () => {
  await browser.get('/sign-in');
  browser.cookies.clear();
  const { status, model } = await browser.post('/sign-in/lookup', { documentNumber: someone });
  expect([status, model.problem]).toEqual([422, { reason: 'cookies-off' }]);
});

test('a form of another visitor is refused', async () => {
  await browser.get('/sign-in');
  const { form } = browser.last.model;
  const other = world.browser();
  await other.get('/sign-in');
  const captcha = await other.readCaptcha();
  const fields = { token: form, documentType: 'resident-id', documentNumber: someone, ...captcha };
  const { model } = await other.post('/sign-in/lookup', fields);
  expect(model.problem).toEqual({ reason: 'form-expired' });
});

test('D2 an unknown number looks like a known one, and is the same each time', async () => {
  const first = await browser.lookUp(someone);
  expect([first.status, first.page]).toEqual([200, 'tickets']);
  const shown = first.model.tickets.map(({ handle, ...ticket }: { handle: string }) => ticket);
  expect(shown.length).toBeGreaterThan(0);
  const again = await world.browser().lookUp(someone);
  expect(again.model.tickets).toMatchObject(shown);
  expect(Object.keys(again.model).sort()).toEqual(
    Object.keys((await world.browser().lookUp(known())).model).sort(),
  );
});
function known(): string {
  const number = documentNumberOf(next);
  next += 1;
  world.admit(number);
  return number;
}

test('D2 F8 sign-in fails alike for the wrong password, the wrong ticket and nobody', async () => {
  const stranger = await browser.signIn(someone, '123456');
  const enrolledNumber = documentNumberOf(next++);
  world.admitEnrolled(enrolledNumber);
  const wrong = await world.browser().signIn(enrolledNumber, '123456');
  const newcomer = await world.browser().signIn(known(), 'not the password');
  for (const { status, page, model, frame } of [stranger, wrong, newcomer]) {
    expect([status, page, model.problem]).toEqual([422, 'tickets', { reason: 'failed' }]);
    expect(model.office).toBeDefined();
    expect(frame.signedIn).toBeUndefined();
  }
  // The right initial password of a number that nobody has is as wrong as any other.
  const right = await world.browser().signIn(someone, initial);
  expect(right.model.problem).toEqual({ reason: 'failed' });
});

test('D2 lookup and failure are the same work for somebody and for nobody', async () => {
  const work = async (number: string) => {
    const from = [world.queries.length, world.commands.length, world.verified()] as const;
    await world.browser().signIn(number, 'wrong password');
    return {
      queries: world.queries.slice(from[0]).map(({ kind }) => kind),
      commands: world.commands.slice(from[1]).map(({ kind }) => kind),
      verified: world.verified() - from[2],
    };
  };
  const forNobody = await work(someone);
  expect(forNobody).toEqual({
    queries: ['spend-once', 'sign-in-facts', 'sign-in-facts'],
    commands: ['record-sign-in'],
    verified: 1,
  });
  const enrolledNumber = documentNumberOf(next++);
  world.admitEnrolled(enrolledNumber);
  expect(await work(enrolledNumber)).toEqual(forNobody);
  expect(await work(known())).toEqual(forNobody);
});

test('D3 failures delay, somebody and nobody alike, and never lock for good', async () => {
  const outcomes = async (number: string) => {
    const one = world.browser();
    const { model } = await one.lookUp(number);
    const { handle } = model.tickets[0];
    const seen: unknown[] = [];
    for (let times = 0; times < 7; times += 1) {
      const { problem } = (await one.post('/sign-in', { handle, password: `wrong ${times}` }))
        .model;
      seen.push([problem.reason, problem.at === undefined ? 0 : problem.at - world.desk.now]);
      if (problem.at !== undefined && times > 5) world.desk.now = problem.at;
    }
    return seen;
  };
  const stranger = await outcomes(someone);
  expect(stranger).toEqual([
    ['failed', 0],
    ['failed', 0],
    ['failed', 0],
    ['failed', 0],
    ['failed', 5_000],
    ['delayed', 5_000],
    ['delayed', 5_000],
  ]);
  const number = known();
  expect(await outcomes(number)).toEqual(stranger);
  // The delay is over: the right password opens.
  expect((await browser.signIn(number, importedPassword)).frame.signedIn.kind).toBe('full');
});

test('F7 a new candidate with a phone on record signs in and is greeted by the masked name', async () => {
  world.admit(someone);
  const { path, page, frame } = await browser.signIn(someone, importedPassword);
  expect([path, page]).toEqual(['/', 'start']);
  expect(frame.signedIn).toMatchObject({ kind: 'full', nameMask: '示 *' });
  // F12: nothing is left to activate.
  expect((await browser.get('/activate')).path).toBe('/');
});

test('F6 a sign-in ends after twelve hours', async () => {
  world.admit(someone);
  await browser.signIn(someone, importedPassword);
  world.desk.now += signInMs - 1;
  expect((await browser.get('/')).frame.signedIn).toBeDefined();
  world.desk.now += 1;
  expect((await browser.get('/')).frame.signedIn).toBeUndefined();
});

test('a lookup is good for ten minutes, and for its own visitor', async () => {
  world.admit(someone);
  const { model } = await browser.lookUp(someone);
  const { handle } = model.tickets[0];
  const other = world.browser();
  await other.get('/sign-in');
  const stolen = await other.post('/sign-in', { handle, password: importedPassword });
  expect(stolen.model.problem).toEqual({ reason: 'lookup-expired' });
  world.desk.now += handleMs;
  const late = await browser.post('/sign-in', { handle, password: importedPassword });
  expect([late.page, late.model.problem]).toEqual(['signIn', { reason: 'lookup-expired' }]);
});

test('F8 D1 F9 the initial password opens an activation only: no name, nowhere else', async () => {
  admitEnrolled();
  const first = await browser.signIn(someone, initial);
  expect([first.path, first.page]).toEqual(['/activate', 'activate']);
  expect(first.model).toEqual({ setsPassword: true });
  expect(first.frame.signedIn).toEqual({
    kind: 'activation',
    signOutForm: expect.any(String),
    expiresAt: world.desk.now + activationMs,
    renewable: true,
  });
  for (const path of ['/', '/register', '/register/courses', '/mine', '/sign-in']) {
    expect((await browser.get(path)).path).toBe('/activate');
  }
  expect((await browser.get('/activate/password')).path).toBe('/activate');
  world.desk.now += activationMs;
  expect((await browser.get('/activate/phone')).path).toBe('/sign-in?again');
});

test('F8 a small x in the initial password will do', async () => {
  while (!someone.endsWith('X')) {
    someone = documentNumberOf(next);
    next += 1;
  }
  admitEnrolled();
  const { path } = await browser.signIn(someone, someone.slice(-6).toLowerCase());
  expect(path).toBe('/activate');
});

const phone = (number: number) => `1990000${String(number).padStart(4, '0')}`;

/** Through F9 and F10. */
async function bind(number: string): Promise<void> {
  await browser.get('/activate/phone');
  const sent = await browser.post('/activate/phone/code', { phone: number });
  expect([sent.path, sent.status]).toEqual(['/activate/phone', 200]);
  const { challenge } = sent.model.code;
  await browser.post('/activate/phone', { challenge, code: rightCode });
}

test('F10 F12 F13 F14 bind a phone, change the password, sign in anew', async () => {
  admitEnrolled();
  await browser.signIn(someone, initial);
  await bind(phone(next));
  expect(browser.last.path).toBe('/activate/password');
  const fields = { initial, password: newPassword, again: newPassword };
  const ended = await browser.post('/activate/password', fields);
  expect([ended.path, ended.model.news]).toEqual(['/sign-in?changed', 'changed']);
  expect(browser.cookies.has('ruxi-sign-in')).toBe(false);
  const old = await browser.signIn(someone, initial);
  expect(old.model.problem).toEqual({ reason: 'failed' });
  expect((await browser.signIn(someone, newPassword)).frame.signedIn.kind).toBe('full');
});

test('F14 every earlier sign-in of the person ends with the change', async () => {
  admitEnrolled();
  const elsewhere = world.browser();
  await elsewhere.signIn(someone, initial);
  await browser.signIn(someone, initial);
  await bind(phone(next));
  await browser.post('/activate/password', { initial, password: newPassword, again: newPassword });
  expect((await elsewhere.get('/activate/phone')).path).toBe('/sign-in?again');
});

test('F14 D1 an activation from before the change opens nothing, also where its end is not heard', async () => {
  admitEnrolled();
  const elsewhere = world.browser();
  await elsewhere.signIn(someone, initial);
  await browser.signIn(someone, initial);
  await bind(phone(next));
  const { ended } = world.context.revocations;
  world.context.revocations.ended = () => false;
  try {
    await browser.post('/activate/password', {
      initial,
      password: newPassword,
      again: newPassword,
    });
    expect((await elsewhere.get('/activate')).path).toBe('/sign-in?again');
  } finally {
    world.context.revocations.ended = ended;
  }
});

test('F12 a new candidate without a phone binds one and is done', async () => {
  world.admitWithoutPhone(someone);
  const first = await browser.signIn(someone, importedPassword);
  expect([first.path, first.model]).toEqual(['/activate', { setsPassword: false }]);
  await bind(phone(next));
  expect(browser.last.path).toBe('/');
  expect(browser.last.frame.signedIn).toMatchObject({ kind: 'full', nameMask: '示 *' });
});

test('D1 the phone on record is shown masked and must be the one', async () => {
  admitEnrolled({ importedPhone: { ...givenPhone(1), mask: '199****4321' } });
  await browser.signIn(someone, initial);
  const { model } = await browser.get('/activate/phone');
  expect(model.imported).toEqual({ mask: '199****4321', mustMatch: true });
  const commands = world.commands.length;
  const wrong = await browser.post('/activate/phone/code', { phone: phone(1) });
  expect(wrong.model.problem).toEqual({ reason: 'phone-not-the-imported-one' });
  expect(world.commands.length).toBe(commands);
  // The mask fits, the number does not: the engine sees it.
  const close = await browser.post('/activate/phone/code', { phone: '19955554321' });
  expect(close.model.problem).toEqual({ reason: 'phone-not-the-imported-one' });
});

test('D1 the hidden digits of the phone on record cannot be guessed at will', async () => {
  admitEnrolled({ importedPhone: { ...givenPhone(1), mask: '199****4321' } });
  await browser.signIn(someone, initial);
  const guess = async (hidden: number) => {
    await browser.get('/activate/phone');
    return (await browser.post('/activate/phone/code', { phone: `199${hidden}4321` })).status;
  };
  const { burst } = defaultLimits.phonesAccount;
  for (let hidden = 5_000; hidden < 5_000 + burst; hidden += 1) {
    expect(await guess(hidden)).toBe(422);
  }
  expect(await guess(6_000)).toBe(429);
});

test('F10 what is no phone number is said to be so; +86 and spaces are forgiven', async () => {
  admitEnrolled();
  await browser.signIn(someone, initial);
  await browser.get('/activate/phone');
  for (const typed of ['', '12345678901', '1990000000', 'abc']) {
    const { status, model } = await browser.post('/activate/phone/code', { phone: typed });
    expect([status, model.problem]).toEqual([422, { reason: 'phone-malformed' }]);
    expect(model.phone).toBe(typed);
  }
  const own = phone(next);
  const typed = `+86 ${own.slice(0, 3)}-${own.slice(3, 7)} ${own.slice(7)}`;
  const sent = await browser.post('/activate/phone/code', { phone: typed });
  expect(sent.model.code).toMatchObject({ phoneMask: `199****${own.slice(7)}` });
});

test('D7 a wrong code counts down, five use it up, and a new one is sent after a minute', async () => {
  admitEnrolled();
  await browser.signIn(someone, initial);
  await browser.get('/activate/phone');
  const own = phone(next);
  const { model } = await browser.post('/activate/phone/code', { phone: own });
  const { challenge } = model.code;
  for (const triesLeft of [4, 3, 2, 1, 0]) {
    const wrong = await browser.post('/activate/phone', { challenge, code: `00000${triesLeft}` });
    expect(wrong.model.problem).toEqual({ reason: 'code-wrong', triesLeft });
  }
  const used = await browser.post('/activate/phone', { challenge, code: rightCode });
  expect(used.model.problem).toEqual({ reason: 'code-tries-used-up' });
  const soon = await browser.post('/activate/phone/code', { phone: own });
  expect(soon.model.problem).toMatchObject({ reason: 'resend-too-soon', at: expect.any(Number) });
  world.desk.now += 60_000;
  const again = await browser.post('/activate/phone/code', { phone: own });
  expect(again.model.code.challenge).not.toBe(challenge);
});

test('D7 a code ends after five minutes; one that is no code is not sent', async () => {
  admitEnrolled();
  await browser.signIn(someone, initial);
  await browser.get('/activate/phone');
  const { model } = await browser.post('/activate/phone/code', { phone: phone(next) });
  const { challenge } = model.code;
  const odd = await browser.post('/activate/phone', { challenge, code: '12345' });
  expect(odd.model.problem).toEqual({ reason: 'code-malformed' });
  world.desk.now += 5 * 60_000;
  const late = await browser.post('/activate/phone', { challenge, code: rightCode });
  expect(late.model.problem).toEqual({ reason: 'code-expired' });
});

test('D7 a phone that has all its people gets no code', async () => {
  const shared = phone(next);
  for (const _ of [1, 2]) {
    world.admitEnrolled(someone);
    browser = world.browser();
    await browser.signIn(someone, someone.slice(-6));
    await bind(shared);
    someone = documentNumberOf(next++);
  }
  world.admitEnrolled(someone);
  browser = world.browser();
  await browser.signIn(someone, someone.slice(-6));
  await browser.get('/activate/phone');
  const { model } = await browser.post('/activate/phone/code', { phone: shared });
  expect(model.problem).toEqual({ reason: 'phone-people-full' });
  expect(model.code).toBeUndefined();
});

test.each([
  ['the initial password wrong', { initial: '000000' }, 'first-secret-wrong'],
  ['too short', { password: 'Kd7-hjw2m' }, 'too-short'],
  ['a common one', { password: 'woaini5201314' }, 'common'],
  ['not the same twice', { again: 'Kd7-hjw2mQ-rivers' }, 'not-the-same'],
])('D4 F13 a new password is refused: %s', async (_, fields, reason) => {
  admitEnrolled();
  await browser.signIn(someone, initial);
  await bind(phone(next));
  const all = { initial, password: newPassword, again: newPassword, ...fields };
  if ('password' in fields) all.again = all.password;
  const { status, model } = await browser.post('/activate/password', all);
  expect([status, model.problem]).toEqual([422, { reason }]);
});

test('D4 no run of six of the document, the ticket or the phone number', async () => {
  admitEnrolled({ tickets: [givenTicketRecord(1, { number: '010112345637' })] });
  await browser.signIn(someone, initial);
  const own = phone(next);
  await bind(own);
  for (const run of [someone.slice(8, 14), '123456', own.slice(-6)]) {
    const password = `Kd7-${run}-hjw`;
    const fields = { initial, password, again: password };
    const { model } = await browser.post('/activate/password', fields);
    expect(model.problem).toEqual({ reason: 'personal' });
  }
});

test('B2 a lost answer is unknown, and the same form again finds the truth', async () => {
  admitEnrolled();
  await browser.signIn(someone, initial);
  await browser.get('/activate/phone');
  world.loseNextAnswer();
  const fields = { phone: phone(next) };
  const lost = await browser.post('/activate/phone/code', fields);
  expect([lost.status, lost.model.problem]).toEqual([503, { reason: 'outcome-unknown' }]);
  const sent = await browser.post('/activate/phone/code', fields);
  const { challenge } = sent.model.code;
  world.loseNextAnswer();
  await browser.post('/activate/phone', { challenge, code: rightCode });
  const bound = await browser.post('/activate/phone', { challenge, code: rightCode });
  expect(bound.path).toBe('/activate/password');
  world.loseNextAnswer();
  const password = { initial, password: newPassword, again: newPassword };
  expect((await browser.post('/activate/password', password)).status).toBe(503);
  // The sign-in that set it has ended, and the password holds.
  expect((await browser.post('/activate/password', password)).path).toBe('/sign-in?again');
  expect((await browser.signIn(someone, newPassword)).frame.signedIn.kind).toBe('full');
});

test('the engine away: said so, with when to come back, and nothing is counted', async () => {
  world.admit(someone);
  const { model } = await browser.lookUp(someone);
  const { handle } = model.tickets[0];
  const fields = { handle, password: importedPassword };
  world.setAway(true);
  const away = await browser.post('/sign-in', fields);
  expect([away.status, away.page, away.model.cause]).toEqual([503, 'busy', 'away']);
  world.setAway(false);
  await browser.lookUp(someone);
  expect((await browser.signIn(someone, importedPassword)).frame.signedIn.kind).toBe('full');
});

test('R4 R6 a dead ticket and a missing photo are told, and only after sign-in', async () => {
  const tickets = [givenTicketRecord(1, { status: 'graduated' })];
  world.admit(someone, { tickets, hasPhoto: false });
  const before = await browser.lookUp(someone);
  expect(JSON.stringify(before)).not.toMatch(/毕业|照片/);
  const { frame } = await browser.signIn(someone, importedPassword);
  expect(frame.banners).toEqual([
    expect.stringContaining('已毕业或已转出'),
    expect.stringContaining('照片'),
  ]);
});

test('signing out forgets the sign-in, and only a form of its own does it', async () => {
  world.admit(someone);
  const { frame } = await browser.signIn(someone, importedPassword);
  expect((await browser.post('/sign-out', { token: 'forged' })).frame.signedIn).toBeDefined();
  const { signOutForm: token } = frame.signedIn;
  expect((await browser.post('/sign-out', { token })).frame.signedIn).toBeUndefined();
  expect(browser.cookies.has('ruxi-sign-in')).toBe(false);
});

test('limits: too many tries from one account get a page that says when to come back', async () => {
  const strict = await givenWorld({ signInAccount: { burst: 2, everyMs: 60_000 } });
  const one = strict.browser();
  await one.lookUp(someone);
  await one.signIn(someone, 'x');
  const { status, page, model } = await one.lookUp(someone);
  expect([status, page]).toEqual([429, 'busy']);
  expect(model).toMatchObject({ cause: 'often', waitSeconds: expect.any(Number) });
  await strict.stop();
});

test('B16 继续 puts the end of a sign-in off, the same one, and not for ever', async () => {
  world.admit(someone);
  await browser.signIn(someone, importedPassword);
  const began = world.desk.now;
  const { signedIn } = browser.last.frame;
  expect(signedIn).toMatchObject({ expiresAt: began + signInMs, renewable: true });

  world.desk.now = began + signInMs - 60_000;
  const forged = await browser.post('/sign-in/renew', { token: 'forged' });
  expect(forged.frame.signedIn.expiresAt).toBe(began + signInMs);
  const renewed = await browser.post('/sign-in/renew', { token: signedIn.signOutForm });
  expect([renewed.path, renewed.frame.signedIn.renewable]).toEqual(['/mine', true]);
  expect(renewed.frame.signedIn.expiresAt).toBe(world.desk.now + signInMs);

  // What an open page holds is still good: forms belong to the same sign-in.
  world.desk.now = began + signInMs + hourMs;
  await browser.get('/');
  const last = await browser.post('/sign-in/renew', {
    token: browser.last.frame.signedIn.signOutForm,
  });
  expect(last.frame.signedIn).toMatchObject({
    expiresAt: began + signInWholeMs,
    renewable: false,
  });
  world.desk.now = began + signInWholeMs;
  expect((await browser.get('/mine')).path).toBe('/sign-in?again');
});

test('B16 an activation is put off with the document number that its password is compared with', async () => {
  admitEnrolled();
  const first = await browser.signIn(someone, initial);
  world.desk.now += activationMs - 60_000;
  const token = first.frame.signedIn.signOutForm;
  expect((await browser.post('/sign-in/renew', { token })).path).toBe('/activate');
  world.desk.now += activationMs - 60_000;
  expect((await browser.get('/activate')).page).toBe('activate');
  const { cookies, config, now } = world.context;
  const header = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const signIn = cookies.signInOf(header, now());
  expect(signIn && cookies.documentOf(header, signIn, now())?.number).toBe(someone);
  expect(config.secure).toBe(false);
});

test('B16 scripts get the bar alone; whoever has no sign-in any more begins anew', async () => {
  world.admit(someone);
  await browser.signIn(someone, importedPassword);
  const token = browser.last.frame.signedIn.signOutForm;
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const answer = await fetch(`${world.origin}/sign-in/renew`, {
    method: 'POST',
    body: new URLSearchParams({ token }),
    headers: { cookie, 'HX-Request': 'true' },
  });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ page: 'renewBar', model: { renewable: true } });
  browser.cookies.clear();
  expect((await browser.post('/sign-in/renew', { token })).path).toBe('/sign-in?again');
});
