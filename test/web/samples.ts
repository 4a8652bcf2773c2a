/**
 * One model or more for every page, as a gateway would fill them: what tests render, screenshots
 * show and axe reads. Invented throughout; the numbers look it.
 */
import { documentTypes } from '../../engine/protocol/documents.ts';
import type { PaymentWay, ProviderName } from '../../engine/protocol/payments.ts';
import type { BookingDay } from '../../engine/protocol/session.ts';
import { methodOf } from '../../gateway/paying/ways.ts';
import type {
  AreaModel,
  CaptchaModel,
  CourseModel,
  CoursesModel,
  Frame,
  OrderModel,
  OwnModel,
  PageModels,
  PageName,
  PayMethodModel,
  PoolModel,
  SentCodeModel,
  SlipModel,
  UnitCardModel,
  UnitModel,
} from '../../web/view-models.ts';
import { areaIsLost, messagesAreOut, payingIsPaused } from '../../web/wording.ts';

const at = (day: number, hour: number, minute = 0, second = 0): number =>
  Date.UTC(2026, 8, day, hour - 8, minute, second);
export const now = at(7, 9, 4, 26);

export const days = [7, 8, 9, 10].map((day) => ({ opensAt: at(day, 9), closesAt: at(day, 22) }));
/** R5: more than a page shows, the first of one type and the last of the other. */
const daysByType = Array.from({ length: 12 }, (_, place): BookingDay => {
  const day = { opensAt: at(7 + place, 9), closesAt: at(7 + place, 22) };
  if (place === 0) return { ...day, candidateType: 'open' };
  return place < 10 ? day : { ...day, candidateType: 'applied' };
});
const [today, tomorrow] = days as [(typeof days)[0], (typeof days)[0]];
const open = { state: 'open', day: today, nextDay: tomorrow } as const;
const lastDay = days.at(-1) ?? today;
const paused = { state: 'paused', reason: '短信通道故障', newsBy: at(7, 9, 30) } as const;
const form = '1.ZmljdGl0aW91cy10b2tlbi0wMQ.1.mf8b2k.c2lnbmF0dXJl';
const office = {
  name: '郫都区自学考试办公室（演示）',
  phone: '028-0000-0124',
  hours: '报考期间 09:00–22:00',
};

export const frame: Frame = {
  now,
  demonstration: true,
  window: open,
  signedIn: {
    kind: 'full',
    nameMask: '王 * 婷',
    ticketMask: '0105******31',
    signOutForm: form,
    expiresAt: at(11, 12),
    renewable: true,
  },
  office,
  banners: [],
  notices: [],
  posted: false,
};
/** A minute and a half before the sign-in ends. */
const ending: Frame = {
  ...frame,
  signedIn: frame.signedIn && { ...frame.signedIn, expiresAt: now + 90_000 },
};
/** It has lasted a whole day, and cannot be gone on with. */
const endingForGood: Frame = {
  ...ending,
  signedIn: ending.signedIn && { ...ending.signedIn, renewable: false },
};
/** D7: short messages do not go out. */
const outage: Frame = { ...frame, banners: [messagesAreOut] };
const noticed: Frame = {
  ...frame,
  notices: ['示例公告：今晚 20:00 至 20:10 维护，页面可能打不开。', payingIsPaused('支付通道故障')],
};
/** S5. */
const lostFrame: Frame = { ...frame, notices: [areaIsLost('考点被水淹', [])] };
const stranger: Frame = { ...frame, signedIn: undefined, office: undefined };
const activating: Frame = {
  ...frame,
  signedIn: {
    kind: 'activation',
    signOutForm: form,
    expiresAt: now + 10 * 60_000,
    renewable: true,
  },
};

const unit = (place: number): UnitModel => {
  const name = `第${'一二三四'[place - 1]}单元`;
  const exam = (hour: number, minute: number) =>
    Date.UTC(2026, 9, place < 3 ? 24 : 25, hour - 8, minute);
  const morning = place % 2 === 1;
  return {
    code: 'ABCD'[place - 1] ?? '',
    name,
    place,
    of: 4,
    startsAt: morning ? exam(9, 0) : exam(14, 30),
    endsAt: morning ? exam(11, 30) : exam(17, 0),
  };
};
const [a, b, c, d] = [unit(1), unit(2), unit(3), unit(4)];
const mathematics: CourseModel = { code: '00023', name: '高等数学（工本）' };
const structures: CourseModel = { code: '02331', name: '数据结构' };
const discrete: CourseModel = { code: '02324', name: '离散数学' };
const databases: CourseModel = { code: '04735', name: '数据库系统原理' };
const compilers: CourseModel = { code: '02325', name: '计算机系统结构' };
const area: AreaModel = { code: '0124', city: '成都市', name: '郫都区' };
const pools: [PoolModel, PoolModel, PoolModel, PoolModel] = [
  { free: 1164, capacity: 2400, level: 'plenty', fill: 5 },
  { free: 86, capacity: 2400, level: 'scarce', fill: 1 },
  { free: 0, capacity: 2400, level: 'full', fill: 0 },
  { free: 1702, capacity: 2400, level: 'plenty', fill: 7 },
];
const until = at(7, 9, 9, 30);
const card = (
  one: UnitModel,
  pool: PoolModel | undefined,
  own: UnitCardModel['own'],
): UnitCardModel => ({ unit: one, pool, own });

const choosing: CoursesModel = {
  form,
  area,
  day: today,
  units: [
    card(a, pools[0], { kind: 'saved', course: mathematics }),
    card(b, pools[1], { kind: 'draft', course: structures }),
    card(c, pools[2], { kind: 'draft', course: discrete }),
    card(d, pools[3], { kind: 'empty' }),
  ],
  feeFen: 3500,
  areaMayChange: false,
  typed: '',
  placed: { unit: c, course: discrete },
};
const sent: SentCodeModel = {
  challenge: 'challenge0000000000000',
  phoneMask: '138****0000',
  expiresAt: until,
  resendFrom: at(7, 9, 5, 30),
  triesLeft: 5,
  delivery: 'sent',
};
export const entering: PageModels['code'] = {
  now: at(7, 9, 4, 54),
  form,
  area,
  code: { ...sent, resendLeft: true },
  holdUntil: until,
  holdMs: 300_000,
  units: [
    { unit: b, course: structures, state: 'held', until },
    { unit: d, course: databases, state: 'held', until },
  ],
  saved: [{ unit: a, course: mathematics }],
};
const byPassword: PageModels['code'] = {
  ...entering,
  code: { ...entering.code, delivery: 'not-sent' },
  byPassword: true,
};
const mixed: PageModels['saved'] = {
  now: until,
  area,
  saved: [{ unit: d, course: databases }],
  failed: [{ unit: b, course: structures, reason: 'seats-exhausted', late: true }],
  units: [
    { unit: a, own: { kind: 'saved', course: mathematics } },
    { unit: b, own: { kind: 'draft', course: structures } },
    { unit: c, own: { kind: 'empty' } },
    { unit: d, own: { kind: 'saved', course: databases } },
  ],
  feeFen: 3500,
  due: { closesAt: today.closesAt, nextOpen: tomorrow.opensAt },
};
const cities = ['成都市', '自贡市', '攀枝花市', '泸州市', '德阳市', '绵阳市'].map(
  (name, place) => ({
    code: `51${String(place + 1).padStart(2, '0')}00`,
    name,
  }),
);
const person = {
  name: '王测婷',
  documentMask: '510*************3X',
  ticketMask: '0105******31',
  programme: '080901 计算机科学与技术（专升本）',
  phoneMask: '138****0000',
};
const areaNames = ['锦江区', '青羊区', '金牛区', '武侯区', '成华区', '郫都区'];
const areas = areaNames.map((name, place) => ({
  code: `01${String(place + 4).padStart(2, '0')}`,
  name,
  levels: [a, b, c, d].map(({ name: unitName }, at) => ({
    unit: unitName,
    level: (['plenty', 'scarce', 'full', 'plenty'] as const)[(place + at) % 4] ?? 'plenty',
  })),
}));
const choosingArea: PageModels['area'] = {
  form,
  person,
  cities,
  city: '510100',
  areas,
  area: '',
  present: undefined,
};
const lookup: PageModels['signIn'] = {
  form,
  documentTypes,
  documentType: 'resident-id',
  documentNumber: '',
  captcha: { way: 'picture', token: undefined, answer: '', asked: false },
  news: undefined,
};
const sum: CaptchaModel & { way: 'sum' } = {
  way: 'sum',
  token: 'token',
  sum: { left: 12, plus: false, right: 5 },
  answer: '',
  asked: true,
};
/** The number is 1204. */
const work: CaptchaModel & { way: 'work' } = {
  way: 'work',
  token: 'token',
  work: {
    nonce: '00112233445566778899aabbccddeeff',
    salt: 'ffeeddccbbaa99887766554433221100',
    rounds: 1000,
    keyPrefix: 'b4af2b375ffbd4dd98a11909af75a36f',
    triesMax: 2000,
  },
  answer: '',
  asked: true,
};
const nothingYet: PageModels['mine'] = {
  now,
  title: '2026 年 10 月自学考试（演示）',
  form,
  window: open,
  area: undefined,
  step: { kind: 'choose' },
  news: [],
  units: [],
  feeFen: 3500,
  days,
  orders: [],
  whole: true,
};
/** What stands in the field when it is asked for. */
export const captchas: readonly CaptchaModel[] = [
  { way: 'picture', token: 'fresh', answer: '', asked: true },
  sum,
  work,
];
const picking: PageModels['tickets'] = {
  form,
  tickets: [
    {
      handle: 'handle-one',
      ticketMask: '0105******31',
      programme: '080901 计算机科学与技术（专升本）',
    },
    { handle: 'handle-two', ticketMask: '0124******07', programme: '020301K 金融学（专升本）' },
  ],
  chosen: undefined,
  handleOfNone: 'handle-none',
  firstSecret: 'initial-password',
  office,
};

const reading = {
  now,
  session: { days, feeFen: 3500, holdMs: 300_000 },
  cities,
};
const computing = { code: '080901', name: '计算机科学与技术', level: '专升本' };
const searching: PageModels['courseList'] = {
  title: '2026 年 10 月自学考试（演示）',
  search: '',
  unit: '',
  units: [a, b, c, d].map(({ code, name }) => ({ code, name })),
  programme: '',
  programmes: [computing, { code: '020301K', name: '金融学', level: '专升本' }],
  unplanned: false,
  own: undefined,
  courses: [],
  count: 0,
  page: 1,
  pages: 1,
  query: 'search=&unit=&programme=',
  registering: false,
};
const seated = { practical: false, replacedBy: [] };
const listed: PageModels['courseList']['courses'] = [
  { ...seated, course: mathematics, credits: 10, unit: a },
  { ...seated, course: structures, credits: 3, unit: b },
  { ...seated, course: discrete, credits: 4, unit: c },
  {
    course: { code: '02332', name: '数据结构（实践）' },
    credits: 2,
    unit: undefined,
    practical: true,
    replacedBy: [],
  },
  {
    course: { code: '00020', name: '高等数学（一）' },
    credits: 6,
    unit: undefined,
    practical: false,
    replacedBy: [mathematics],
  },
];
const passedCourses: PageModels['passed']['courses'] = [
  {
    course: mathematics,
    grade: 61,
    credits: 10,
    practical: false,
    passedIn: '2025-10',
    replacedBy: [],
  },
  {
    course: { code: '02332', name: '数据结构（实践）' },
    grade: 88,
    credits: 2,
    practical: true,
    passedIn: '2025-04',
    replacedBy: [],
  },
  {
    course: { code: '03708', name: '中国近现代史纲要' },
    grade: 75,
    credits: 2,
    practical: false,
    replacedBy: [{ code: '15043', name: '中国近现代史纲要' }],
  },
  { course: { code: '99998', name: '' }, grade: 60, replacedBy: [] },
];
const record: PageModels['passed'] = {
  tickets: [
    { place: 1, ticketMask: '0105******31', programme: '计算机科学与技术', shown: true },
    { place: 2, ticketMask: '0124******07', programme: '金融学', shown: false },
  ],
  person: {
    name: '王测婷',
    documentMask: '510*************3X',
    kind: 'enrolled',
    candidateType: 'open',
    hasPhoto: true,
    phoneMask: '138****0000',
  },
  ticket: { ticketMask: '0105******31', programme: computing, status: 'active' },
  courses: passedCourses,
  credits: 14,
};
const planned = {
  mathematics: {
    ...seated,
    course: mathematics,
    credits: 10,
    unit: a,
    result: { grade: 61, passedIn: '2025-10' },
  },
  history: {
    ...seated,
    course: { code: '15043', name: '中国近现代史纲要' },
    credits: 3,
    unit: a,
    result: { grade: 75, formerly: '03708' },
  },
  thesis: {
    course: { code: '14976', name: '计算机科学与技术（本科）毕业设计' },
    credits: 0,
    unit: undefined,
    practical: true,
    replacedBy: [],
  },
  structures: { ...seated, course: structures, credits: 3, unit: b },
  discrete: { ...seated, course: discrete, credits: 4, unit: c },
  databases: { ...seated, course: databases, credits: 4, unit: d },
  compilers: { ...seated, course: compilers, credits: 3, unit: undefined },
};
const studying: PageModels['plan'] = {
  tickets: record.tickets.slice(0, 1),
  title: '2026 年 10 月自学考试（演示）',
  programme: computing,
  plan: {
    parts: [
      {
        choice: undefined,
        courses: [
          planned.history,
          planned.mathematics,
          planned.discrete,
          planned.compilers,
          planned.thesis,
        ],
        coursesLeft: 3,
        creditsLeft: 0,
        creditsCounted: 13,
      },
      {
        choice: { name: '选考课程', coursesMin: 1, creditsMin: 4 },
        courses: [planned.structures, planned.databases],
        coursesLeft: 1,
        creditsLeft: 4,
        creditsCounted: 0,
      },
    ],
    passedCount: 2,
    courseCount: 7,
    creditsEarned: 13,
    totalCredits: 73,
    creditsLeft: 60,
    complete: false,
    together: [
      { unit: b, courses: [structures] },
      { unit: c, courses: [discrete, { code: '02326', name: '操作系统' }] },
      { unit: d, courses: [databases] },
    ],
  },
  others: passedCourses.slice(1, 2),
  absent: [{ unit: b, course: planned.structures.course }],
};

const going: PageModels['elsewhere'] = {
  now,
  form,
  area,
  wanted: [
    {
      unit: a,
      course: mathematics,
      own: { kind: 'draft', course: mathematics, otherTicket: '0124******07' },
      full: false,
    },
    { unit: b, course: structures, own: { kind: 'draft', course: structures }, full: true },
    { unit: c, course: discrete, own: { kind: 'draft', course: discrete }, full: true },
  ],
  counted: true,
  whole: [
    { area: { code: '0106', city: '成都市', name: '金牛区' }, sameCity: true, kilometres: 18.4 },
    { area: { code: '0122', city: '成都市', name: '双流区' }, sameCity: true },
    { area: { code: '0681', city: '德阳市', name: '广汉市' }, sameCity: false, kilometres: 41.2 },
  ].map((offer, place) => ({
    ...offer,
    units: [
      { unit: a, free: 842, level: 'plenty' },
      { unit: b, free: 342, level: 'plenty' },
      { unit: c, free: 9 + place, level: 'scarce' },
    ],
  })),
  more: 31,
  partly: [],
  kept: [],
  ordered: false,
};

const settingPassword: PageModels['newPassword'] = {
  form,
  charactersMin: 10,
  way: { kind: 'first', secret: 'initial-password' },
};
const forgetting: PageModels['forgotten'] = {
  now,
  form,
  handle: 'handle-one',
  code: undefined,
  office,
};
const askedToReset = { reset: 'reset-one', expiresAt: until, resendFrom: at(7, 9, 5, 30) };
const unbinding: PageModels['unbindPhone'] = {
  now,
  form,
  phoneMask: '138****0000',
  code: undefined,
  office,
};
const account: PageModels['account'] = {
  form,
  phoneMask: '138****0000',
  expiresAt: at(7, 20, 40),
};

const desk = { venue: '成都市示例中学', room: '003', deskNumber: '12' };
const slip: SlipModel = {
  name: '王小婷',
  documentMask: '510*************3X',
  ticket: '010500000031',
  programme: { code: '080901', name: '计算机科学与技术', level: '专升本' },
  area,
  office,
  courses: [
    { unit: a, course: mathematics, desk },
    { unit: b, course: structures, desk: { ...desk, venue: '' } },
    { unit: c, course: { code: '03708', name: '中国近现代史纲要（2018年版）' } },
    { unit: d, course: databases },
  ],
  feeFen: 14_000,
  order: '2610_0124_417_1',
  paidAt: at(7, 9, 12, 3),
  issuedAt: at(7, 9, 15, 40),
  code: 'K7QM3F2A9TZX04RB81WDHS6E',
  checkedAt: 'https://ruxi.example/verify',
  checkAddress: 'https://ruxi.example/verify?c=K7QM3F2A9TZX04RB81WDHS6E',
};
const withSlip: PageModels['slip'] = {
  demonstration: false,
  tickets: record.tickets.slice(0, 1),
  title: '2026年10月自学考试',
  printFrom: Date.UTC(2026, 9, 20, 1),
  stand: { state: 'paid', slips: [slip] },
};
const noSlip = (stand: PageModels['slip']['stand']) => shown({ ...withSlip, stand });
const checking = { now, code: slip.code };

const order: OrderModel = {
  number: 'DEMO_0124_384_1',
  area,
  nameMask: '王 * 婷',
  ticketMask: '0105******31',
  courses: [
    { unit: a, course: mathematics },
    { unit: d, course: databases },
  ],
  feeFen: 7000,
  state: 'confirmed',
};
const due = { closesAt: today.closesAt, nextOpen: tomorrow.opensAt };
const lastDue = { closesAt: lastDay.closesAt, nextOpen: undefined };
const payable = { kind: 'until', due } as const;
const look = {
  at: 'order',
  state: 'DEMO_0124_384_1-confirmed',
  times: 0,
  afterSeconds: 5,
} as const;
const confirming: PageModels['confirm'] = {
  now,
  form,
  area,
  person: { nameMask: '王 * 婷', ticketMask: '0105******31', programme: '计算机科学与技术' },
  courses: order.courses,
  left: [],
  feeFen: 3500,
  due,
};
const [sandboxScan, sandboxPage, alipayPage, alipayScan, wechatPage, wechatScan, wechatInside] = [
  ['sandbox', 'scan'],
  ['sandbox', 'page'],
  ['alipay', 'page'],
  ['alipay', 'scan'],
  ['wechat', 'page'],
  ['wechat', 'scan'],
  ['wechat', 'inside'],
].map(([provider, way]) => methodOf(provider as ProviderName, way as PaymentWay)) as [
  PayMethodModel,
  PayMethodModel,
  PayMethodModel,
  PayMethodModel,
  PayMethodModel,
  PayMethodModel,
  PayMethodModel,
];
const paying: PageModels['payment'] = {
  now: at(7, 9, 16, 5),
  form,
  order,
  payable,
  method: alipayScan,
  expiresAt: at(7, 9, 46, 5),
  pay: {
    kind: 'code',
    text: 'https://qr.alipay.com/bax00000000000000000000',
  },
  others: [wechatScan, alipayPage, wechatPage],
  look: { ...look, at: 'payment' },
};

const record1: PageModels['orderRecord'] = {
  order,
  own: true,
  confirmedAt: at(7, 9, 12),
  payments: [],
};
const registered: PageModels['mine'] = { ...nothingYet, area };
const newArea = { code: '0105', city: '成都市', name: '青羊区' };
const lostArea = { reason: '考点被水淹', from: area };
const inOrder = (
  kind: 'draft' | 'confirmed' | 'paid' | 'refunding',
): { unit: UnitModel; own: OwnModel }[] => [
  { unit: a, own: { kind, course: mathematics } },
  { unit: b, own: { kind: 'empty' } },
  { unit: c, own: { kind: 'saved', course: discrete, otherTicket: '0124******07' } },
  { unit: d, own: { kind, course: databases } },
];

type Sample<Name extends PageName> = { model: PageModels[Name]; frame: Frame };
type Samples = { [Name in PageName]: Record<string, Sample<Name>> };

const shown = <Model>(model: Model, around: Frame = frame) => ({ model, frame: around });
const closed = (window: PageModels['window']['window']) =>
  shown({ now: at(7, 22, 12, 37), window, days }, { ...frame, now: at(7, 22, 12, 37), window });

export const samples: Samples = {
  start: {
    open: shown(
      {
        now,
        window: open,
        signedIn: false,
        session: { title: '2026 年 10 月自学考试（演示）', days, feeFen: 3500 },
      },
      stranger,
    ),
    'days-by-type': shown(
      {
        now,
        window: open,
        signedIn: false,
        session: { title: '2026 年 10 月自学考试（演示）', days: daysByType, feeFen: 3500 },
      },
      stranger,
    ),
    before: shown(
      {
        now: at(6, 20),
        window: { state: 'before', opensAt: today.opensAt },
        signedIn: true,
        phoneMissing: true,
        session: { title: '2026 年 10 月自学考试（演示）', days, feeFen: 3500 },
      },
      { ...frame, now: at(6, 20), window: { state: 'before', opensAt: today.opensAt } },
    ),
    'before-stranger': shown(
      {
        now: at(6, 20),
        window: { state: 'before', opensAt: today.opensAt },
        signedIn: false,
        session: { title: '2026 年 10 月自学考试（演示）', days, feeFen: 3500 },
      },
      { ...stranger, now: at(6, 20), window: { state: 'before', opensAt: today.opensAt } },
    ),
    closed: shown(
      {
        now: at(7, 22, 12, 37),
        window: { state: 'closed', nextDay: tomorrow },
        signedIn: false,
        session: { title: '2026 年 10 月自学考试（演示）', days, feeFen: 3500 },
      },
      { ...stranger, now: at(7, 22, 12, 37), window: { state: 'closed', nextDay: tomorrow } },
    ),
    paused: shown(
      {
        now,
        window: paused,
        signedIn: true,
        session: { title: '2026 年 10 月自学考试（演示）', days, feeFen: 3500 },
      },
      { ...frame, window: paused },
    ),
    'last-day': shown(
      {
        now: at(10, 20),
        window: { state: 'open', day: lastDay, nextDay: undefined },
        signedIn: true,
        session: { title: '2026 年 10 月自学考试（演示）', days, feeFen: 3500 },
      },
      {
        ...frame,
        now: at(10, 20),
        window: { state: 'open', day: lastDay, nextDay: undefined },
      },
    ),
    due: shown({
      now,
      window: open,
      signedIn: true,
      step: { kind: 'pay', feeFen: 7000, payable },
      session: { title: '2026 年 10 月自学考试（演示）', days, feeFen: 3500 },
    }),
    done: shown({
      now,
      window: open,
      signedIn: true,
      step: { kind: 'done', courses: 2 },
      session: { title: '2026 年 10 月自学考试（演示）', days, feeFen: 3500 },
    }),
    unpublished: shown(
      { now, window: undefined, signedIn: false, session: undefined },
      { ...stranger, window: undefined, demonstration: false },
    ),
  },
  signIn: {
    fresh: shown(lookup, stranger),
    changed: shown({ ...lookup, news: 'changed' }, stranger),
    again: shown({ ...lookup, news: 'again' }, stranger),
    wrong: shown(
      {
        ...lookup,
        documentNumber: '51010020000230000X',
        captcha: { way: 'picture', token: 'token', answer: 'A3KX', asked: false },
        problem: { reason: 'document-date' },
      },
      stranger,
    ),
    'captcha-wrong': shown(
      {
        ...lookup,
        documentNumber: '510100200002300000',
        captcha: { way: 'picture', token: 'token', answer: '', asked: false },
        problem: { reason: 'captcha-wrong' },
      },
      stranger,
    ),
    sum: shown({ ...lookup, documentNumber: '510100200002030000', captcha: sum }, stranger),
    'sum-wrong': shown({ ...lookup, captcha: sum, problem: { reason: 'sum-wrong' } }, stranger),
    work: shown({ ...lookup, captcha: work }, stranger),
    'work-done': shown(
      {
        ...lookup,
        captcha: { ...work, work: undefined, answer: '1204' },
        problem: { reason: 'document-empty' },
      },
      stranger,
    ),
    'work-missing': shown(
      { ...lookup, captcha: work, problem: { reason: 'work-missing' } },
      stranger,
    ),
  },
  tickets: {
    several: shown(picking, stranger),
    one: shown({ ...picking, tickets: picking.tickets.slice(0, 1), chosen: 0 }, stranger),
    failed: shown(
      { ...picking, chosen: 0, problem: { reason: 'failed', at: at(7, 9, 4, 40) } },
      stranger,
    ),
    unpicked: shown({ ...picking, problem: { reason: 'ticket-missing' } }, stranger),
    'by-code': shown(
      {
        ...picking,
        tickets: picking.tickets.slice(0, 1),
        chosen: 0,
        firstSecret: 'activation-code',
      },
      stranger,
    ),
  },
  activate: { enrolled: shown({ setsPassword: true }, activating) },
  bindPhone: {
    fresh: shown(
      {
        now,
        form,
        again: false,
        phone: '',
        imported: { mask: '138****0000', mustMatch: true },
        code: undefined,
      },
      activating,
    ),
    sent: shown(
      { now, form, again: false, phone: '', imported: undefined, code: sent },
      activating,
    ),
    wrong: shown(
      {
        now,
        form,
        again: false,
        phone: '13800000001',
        imported: { mask: '138****0000', mustMatch: true },
        code: undefined,
        problem: { reason: 'phone-not-the-imported-one' },
      },
      activating,
    ),
    'code-wrong': shown(
      {
        now,
        form,
        again: false,
        phone: '',
        imported: undefined,
        code: { ...sent, triesLeft: 3 },
        problem: { reason: 'code-wrong', triesLeft: 3 },
      },
      activating,
    ),
    again: shown({ now, form, again: true, phone: '', imported: undefined, code: undefined }),
  },
  newPassword: {
    fresh: shown(settingPassword, activating),
    personal: shown({ ...settingPassword, problem: { reason: 'personal' } }, activating),
    'by-code': shown(
      {
        ...settingPassword,
        way: { kind: 'first', secret: 'activation-code' },
        problem: { reason: 'first-secret-wrong' },
      },
      activating,
    ),
  },
  notice: {
    'own-days': shown({
      now,
      form,
      title: '2026 年 10 月自学考试（演示）',
      days: days.slice(0, 2),
      daysOf: 'applied',
      feeFen: 3500,
      holdMs: 300_000,
    }),
    fresh: shown({
      now,
      form,
      title: '2026 年 10 月自学考试（演示）',
      days,
      feeFen: 3500,
      holdMs: 300_000,
    }),
    unticked: shown({
      now,
      form,
      title: '2026 年 10 月自学考试（演示）',
      days,
      feeFen: 3500,
      holdMs: 300_000,
      problem: { reason: 'notice-unticked' },
    }),
  },
  area: {
    listed: shown(choosingArea),
    fresh: shown({
      ...choosingArea,
      city: '',
      areas: [],
      person: { ...person, phoneMask: undefined },
    }),
    locked: shown({ ...choosingArea, area: '0124', present: { area, saved: 2, ordered: 0 } }),
    ordered: shown({ ...choosingArea, area: '0124', present: { area, saved: 0, ordered: 2 } }),
    unchosen: shown({ ...choosingArea, problem: { reason: 'area-unchosen' } }),
    lost: shown(
      {
        ...choosingArea,
        areas: choosingArea.areas.map((one, place) => (place === 0 ? { ...one, lost: true } : one)),
        problem: { reason: 'area-withdrawn' },
      },
      lostFrame,
    ),
  },
  moving: { running: shown({ from: area, to: { code: '0105', city: '成都市', name: '青羊区' } }) },
  courses: {
    mockup: shown(choosing),
    fresh: shown({
      form,
      area,
      day: today,
      units: [a, b, c, d].map((one, place) => card(one, pools[place], { kind: 'empty' })),
      feeFen: 3500,
      areaMayChange: true,
      typed: '',
    }),
    clash: shown({
      ...choosing,
      typed: '02325',
      replace: { unit: a, course: compilers, present: mathematics, saved: true },
      problem: { reason: 'unit-clash', unit: a, course: mathematics },
    }),
    swap: shown({
      ...choosing,
      units: [
        card(a, pools[0], { kind: 'swap', saved: mathematics, course: compilers }),
        { ...card(b, pools[1], { kind: 'held', course: structures, until }), passedGrade: 61 },
        {
          ...card(c, undefined, { kind: 'saved', course: discrete, otherTicket: '0124******07' }),
        },
        { ...card(d, pools[3], { kind: 'draft', course: databases }), foreign: true },
      ],
      codeUntil: until,
    }),
    carried: shown({ ...choosing, carried: { done: 2 } }),
    capped: shown({
      ...choosing,
      units: [
        card(a, pools[0], { kind: 'saved', course: mathematics }),
        { ...card(b, pools[1], { kind: 'draft', course: structures }), courseFull: true },
        card(c, pools[2], { kind: 'empty' }),
        {
          ...card(d, pools[3], { kind: 'swap', saved: mathematics, course: databases }),
          courseFull: true,
        },
      ],
    }),
    outage: shown({ ...choosing, codeUntil: until, byPassword: true }, outage),
    noticed: shown(choosing, noticed),
    left: shown({ ...choosing, carried: { left: [databases] } }),
    unknown: shown({
      ...choosing,
      typed: '99999',
      problem: { reason: 'course-unknown', course: { code: '99999', name: '' } },
    }),
  },
  ask: {
    mockup: shown({
      form,
      area,
      full: [{ unit: c, course: discrete, swap: false }],
      rest: [
        { unit: b, course: structures, until },
        { unit: d, course: databases },
      ],
    }),
    swap: shown({
      form,
      area,
      full: [{ unit: c, course: discrete, swap: true }],
      rest: [{ unit: b, course: structures, until }],
    }),
    outage: shown(
      {
        ...{ form, area, full: [{ unit: c, course: discrete, swap: false }] },
        rest: [{ unit: b, course: structures, until }],
        byPassword: true,
      },
      outage,
    ),
  },
  allFull: {
    offers: shown({
      ...going,
      wanted: going.wanted.slice(1),
      full: [
        { unit: b, course: structures, reason: 'seats-exhausted' },
        { unit: c, course: discrete, reason: 'seats-exhausted' },
      ],
    }),
    course: shown({
      ...going,
      wanted: going.wanted.slice(2),
      full: [{ unit: c, course: discrete, reason: 'course-full' }],
    }),
    nothing: shown({
      ...going,
      ...{ whole: [], more: 0, partly: [], wanted: going.wanted.slice(2) },
      full: [{ unit: c, course: discrete, reason: 'seats-exhausted' }],
    }),
  },
  code: {
    mockup: shown(entering, { ...frame, now: entering.now }),
    wrong: shown(
      {
        ...entering,
        code: { ...entering.code, resendLeft: false, triesLeft: 4 },
        problem: { reason: 'code-wrong', triesLeft: 4 },
      },
      { ...frame, now: entering.now },
    ),
    expired: shown(
      {
        ...entering,
        now: at(7, 9, 9, 40),
        holdUntil: undefined,
        units: entering.units.map(({ unit: one, course }) => ({
          unit: one,
          course,
          state: 'expired' as const,
        })),
      },
      { ...frame, now: at(7, 9, 9, 40) },
    ),
    swap: shown(
      {
        ...entering,
        holdUntil: undefined,
        units: [{ unit: a, course: compilers, state: 'owned' }],
        saved: [],
      },
      { ...frame, now: entering.now },
    ),
    outage: shown(
      { ...byPassword, problem: { reason: 'password-wrong', triesLeft: 4 } },
      { ...outage, now: entering.now },
    ),
    'outage-begun': shown(
      { ...byPassword, code: { ...entering.code, delivery: 'failed' } },
      { ...outage, now: entering.now },
    ),
    'outage-expired': shown(
      {
        ...byPassword,
        ...{ now: at(7, 9, 9, 40), holdUntil: undefined },
        units: byPassword.units.map((one) => ({ ...one, state: 'expired' as const })),
      },
      { ...outage, now: at(7, 9, 9, 40) },
    ),
    'outage-over': shown(
      { ...entering, code: { ...entering.code, delivery: 'not-sent' } },
      { ...frame, now: entering.now },
    ),
    undelivered: shown(
      { ...entering, code: { ...entering.code, delivery: 'failed' } },
      { ...frame, now: entering.now },
    ),
  },
  saved: {
    mockup: shown(mixed),
    all: shown({
      ...mixed,
      saved: [
        { unit: b, course: structures },
        { unit: d, course: databases },
      ],
      failed: [],
      units: mixed.units.map((one) =>
        one.unit === b ? { unit: b, own: { kind: 'saved' as const, course: structures } } : one,
      ),
    }),
    none: shown({
      ...mixed,
      saved: [],
      failed: [{ unit: b, course: structures, reason: 'course-full', late: false }],
    }),
  },
  unknown: {
    mockup: shown({
      operation: {
        kind: 'save',
        courses: [structures, databases],
        sentAt: at(7, 9, 5, 12),
        number: '7K2M-94QD',
      },
      again: '/register/outcome?id=operation0000000000000&kind=save',
    }),
    paying: shown({
      operation: {
        kind: 'pay',
        courses: [mathematics, databases],
        sentAt: at(7, 9, 15, 12),
        number: '4Q7W-0KXM',
      },
      again: '/register/outcome?id=operation0000000000000&kind=pay',
    }),
  },
  giveUp: {
    one: shown({ form, area, seats: [{ unit: a, course: mathematics }] }),
    several: shown({
      form,
      area,
      seats: [
        { unit: a, course: mathematics },
        { unit: d, course: databases },
      ],
      problem: { reason: 'unit-unchosen' },
    }),
  },
  mine: {
    saved: shown({
      ...registered,
      step: { kind: 'confirm', courses: 2, due },
      units: mixed.units,
    }),
    drafts: shown({
      ...registered,
      step: { kind: 'save', courses: 1 },
      units: mixed.units.map((one) =>
        one.own.kind === 'saved' ? { unit: one.unit, own: { kind: 'empty' as const } } : one,
      ),
    }),
    held: shown({ ...registered, step: { kind: 'code', until }, units: mixed.units }),
    outage: shown(
      { ...registered, step: { kind: 'code', until, byPassword: true }, units: mixed.units },
      outage,
    ),
    'last-day': shown({
      ...registered,
      now: at(10, 20),
      step: { kind: 'confirm', courses: 2, due: lastDue },
      units: mixed.units,
    }),
    due: shown({
      ...registered,
      step: { kind: 'pay', feeFen: 7000, payable },
      units: inOrder('confirmed'),
      orders: [record1],
    }),
    checking: shown({
      ...registered,
      step: { kind: 'check', feeFen: 7000, payable },
      look: { ...look, at: 'mine' },
      units: inOrder('confirmed'),
      orders: [record1],
    }),
    paid: shown({
      ...registered,
      step: { kind: 'done', courses: 2 },
      news: [{ kind: 'second', feeFen: 7000, order: order.number, stuck: true }],
      units: inOrder('paid'),
      orders: [{ ...record1, order: { ...order, state: 'paid' } }],
    }),
    seated: shown({
      ...registered,
      step: { kind: 'done', courses: 2 },
      units: inOrder('paid').map(({ unit, own }) => ({
        unit,
        own: own.kind === 'paid' ? { ...own, sitting: { desk, absent: unit === d } } : own,
      })),
      orders: [{ ...record1, order: { ...order, state: 'paid' } }],
    }),
    'lost-waiting': shown(
      {
        ...registered,
        exit: { kind: 'waiting', ...lostArea, unpaid: false },
        step: { kind: 'done', courses: 2 },
        units: inOrder('paid'),
        orders: [{ ...record1, order: { ...order, state: 'paid' } }],
      },
      lostFrame,
    ),
    'lost-unpaid': shown(
      {
        ...registered,
        exit: { kind: 'waiting', ...lostArea, unpaid: true },
        step: { kind: 'pay', feeFen: 7000, payable },
        units: inOrder('confirmed'),
        orders: [record1],
      },
      lostFrame,
    ),
    'lost-moved': shown({
      ...registered,
      area: newArea,
      exit: { kind: 'moved', ...lostArea, to: newArea },
      step: { kind: 'done', courses: 2 },
      units: inOrder('paid'),
      orders: [
        { ...record1, order: { ...order, area: newArea, state: 'paid' } },
        { ...record1, lost: true, order: { ...order, state: 'moved' }, endedAt: at(7, 12) },
      ],
    }),
    'lost-let-go': shown(
      {
        ...registered,
        exit: { kind: 'let-go', ...lostArea, refunding: false },
        news: [{ kind: 'lost', feeFen: 7000, order: order.number, stuck: false }],
        step: { kind: 'save', courses: 2 },
        units: inOrder('draft'),
        orders: [{ ...record1, lost: true, order: { ...order, state: 'released' } }],
      },
      lostFrame,
    ),
    refunding: shown({
      ...registered,
      step: { kind: 'refunding', feeFen: 7000 },
      units: inOrder('refunding'),
      orders: [{ ...record1, order: { ...order, state: 'refunding' } }],
    }),
    refunded: shown({
      ...registered,
      news: [{ kind: 'refunded', feeFen: 7000, order: order.number, stuck: false }],
      step: { kind: 'save', courses: 2 },
      units: inOrder('draft'),
      orders: [{ ...record1, order: { ...order, state: 'refunded' } }],
    }),
    released: shown(
      {
        ...registered,
        now: at(8, 9, 30),
        window: { state: 'open', day: tomorrow, nextDay: days[2] },
        step: { kind: 'again', courses: 2, releasedAt: at(7, 22, 0, 1) },
        units: inOrder('draft'),
        orders: [{ ...record1, order: { ...order, state: 'released' } }],
      },
      { ...frame, now: at(8, 9, 30) },
    ),
    late: shown({
      ...registered,
      now: at(7, 22, 12, 37),
      window: { state: 'closed', nextDay: tomorrow },
      step: { kind: 'again', courses: 2, releasedAt: at(7, 22, 0, 1) },
      news: [{ kind: 'late', feeFen: 7000, order: order.number, stuck: false }],
      units: inOrder('draft'),
      orders: [
        { ...record1, order: { ...order, state: 'released' } },
        { ...record1, own: false, order: { ...order, ticketMask: '0124******07', state: 'paid' } },
        { ...record1, order: { ...order, state: 'withdrawn' } },
      ],
      whole: false,
    }),
    over: shown({
      ...registered,
      now: at(10, 22, 12, 37),
      window: { state: 'over' },
      step: { kind: 'again', courses: 2, releasedAt: at(10, 22, 0, 1) },
      units: inOrder('draft'),
      orders: [{ ...record1, order: { ...order, state: 'released' } }],
    }),
    ending: shown(nothingYet, ending),
    'ending-for-good': shown(nothingYet, endingForGood),
    none: shown(nothingYet),
  },
  guide: {
    fresh: shown({ ...reading, city: '', offices: [] }, stranger),
    offices: shown({ ...reading, city: '510100', offices: [{ area: '郫都区', office }] }, stranger),
    unpublished: shown(
      { now, session: undefined, cities: [], city: '', offices: [] },
      { ...stranger, window: undefined },
    ),
  },
  courseList: {
    all: shown(
      {
        ...searching,
        search: '数',
        courses: listed,
        count: listed.length,
        query: 'search=%E6%95%B0&unit=&programme=',
      },
      stranger,
    ),
    registering: shown({
      ...searching,
      own: computing,
      courses: listed,
      count: 187,
      page: 2,
      pages: 4,
      registering: true,
    }),
    unplanned: shown({
      ...searching,
      programme: '040106',
      programmes: [...searching.programmes, { code: '040106', name: '学前教育', level: '专升本' }],
      unplanned: true,
      own: computing,
    }),
    nothing: shown(
      {
        ...searching,
        search: '炼金',
        unit: 'A',
      },
      stranger,
    ),
  },
  window: {
    closed: closed({ state: 'closed', nextDay: tomorrow }),
    'own-days': shown(
      {
        ...{ now: at(6, 20), window: { state: 'before', opensAt: tomorrow.opensAt } },
        ...{ days: days.slice(1), daysOf: 'applied' },
      },
      { ...frame, now: at(6, 20), window: { state: 'before', opensAt: tomorrow.opensAt } },
    ),
    before: shown(
      { now: at(6, 20), window: { state: 'before', opensAt: today.opensAt }, days },
      { ...frame, now: at(6, 20), window: { state: 'before', opensAt: today.opensAt } },
    ),
    paused: closed({ state: 'paused', reason: '短信通道故障', newsBy: at(7, 22, 30) }),
    over: closed({ state: 'over' }),
  },
  busy: {
    busy: shown({ cause: 'busy', waitSeconds: 5 }),
    away: shown({ cause: 'away', waitSeconds: 3 }),
  },
  messages: {
    some: shown({
      messages: [
        {
          at: at(7, 9, 4, 31),
          phone: '138****0000',
          text: '【入席演示】验证码 000000，用于保存 2 个考位，09:09:30 前有效。',
        },
      ],
    }),
    none: shown({ messages: [] }),
  },
  passed: {
    several: shown(record),
    none: shown({
      ...record,
      tickets: record.tickets.slice(0, 1),
      person: { ...record.person, kind: 'new', hasPhoto: false, phoneMask: undefined },
      ticket: { ...record.ticket, status: 'transferred' },
      courses: [],
      credits: 0,
    }),
  },
  plan: {
    missing: shown(studying),
    complete: shown({
      ...studying,
      tickets: record.tickets,
      plan: {
        parts: [
          {
            choice: undefined,
            courses: [planned.mathematics],
            coursesLeft: 0,
            creditsLeft: 0,
            creditsCounted: 10,
          },
        ],
        passedCount: 1,
        courseCount: 1,
        creditsEarned: 10,
        totalCredits: 10,
        creditsLeft: 0,
        complete: true,
        together: [],
      },
      ...{ others: [], absent: [] },
    }),
    unplanned: shown({ ...studying, plan: undefined }),
    nothing: shown({ ...studying, plan: undefined, others: [], absent: [] }),
  },
  elsewhere: {
    free: shown(going),
    held: shown({
      ...going,
      wanted: [
        {
          unit: b,
          course: structures,
          own: { kind: 'held', course: structures, until },
          full: false,
        },
        ...going.wanted.slice(2),
      ],
      heldUntil: until,
    }),
    kept: shown({
      ...going,
      wanted: [
        { unit: a, course: mathematics, own: { kind: 'saved', course: mathematics }, full: false },
        ...going.wanted.slice(2),
      ],
      kept: [{ unit: a, course: mathematics }],
      problem: { reason: 'seats-remain' },
    }),
    ordered: shown({
      ...going,
      wanted: going.wanted.slice(1),
      kept: [{ unit: a, course: mathematics }],
      ordered: true,
    }),
    partly: shown({
      ...going,
      whole: [],
      more: 0,
      partly: going.whole.slice(1).map((offer) => ({
        ...offer,
        units: offer.units.map((one, at) =>
          at === 2 ? { ...one, free: 0, level: 'full' as const } : one,
        ),
      })),
    }),
    uncounted: shown({ ...going, counted: false, whole: [], more: 0 }),
    empty: shown({ ...going, wanted: [], whole: [], more: 0 }),
  },
  forgotten: {
    fresh: shown(forgetting, stranger),
    asked: shown({ ...forgetting, code: askedToReset }, stranger),
    'code-wrong': shown(
      { ...forgetting, code: askedToReset, problem: { reason: 'code-wrong', triesLeft: 3 } },
      stranger,
    ),
    'used-up': shown({ ...forgetting, problem: { reason: 'codes-used-up' } }, stranger),
  },
  resetPassword: {
    fresh: shown(
      { form, charactersMin: 10, way: { kind: 'forgotten', reset: 'reset-one' } },
      stranger,
    ),
  },
  account: {
    bound: shown(account),
    unbound: shown({ ...account, phoneMask: undefined, news: 'unbound' }),
    ended: shown({ ...account, news: 'ended' }),
    expired: shown({ ...account, problem: { reason: 'form-expired' } }),
  },
  unbindPhone: {
    fresh: shown(unbinding),
    sent: shown({ ...unbinding, code: sent }),
    'code-wrong': shown({
      ...unbinding,
      code: { ...sent, triesLeft: 3 },
      problem: { reason: 'code-wrong', triesLeft: 3 },
    }),
  },
  changePassword: {
    fresh: shown({ form, charactersMin: 10, way: { kind: 'change' } }),
    wrong: shown({
      form,
      charactersMin: 10,
      way: { kind: 'change' },
      problem: { reason: 'old-wrong', at: at(7, 9, 4, 40) },
    }),
  },
  slip: {
    paid: shown(withSlip),
    two: shown({
      ...withSlip,
      demonstration: true,
      tickets: record.tickets,
      stand: {
        state: 'paid',
        slips: [
          { ...slip, courses: slip.courses.slice(0, 1), feeFen: 3_500 },
          {
            ...slip,
            courses: slip.courses.slice(1),
            ...{ feeFen: 10_500, order: '2610_0124_417_2', office: undefined },
          },
        ],
      },
    }),
    none: noSlip({ state: 'none' }),
    unpaid: noSlip({ state: 'unpaid' }),
    refunding: noSlip({ state: 'refunding', feeFen: 14_000 }),
    refunded: noSlip({ state: 'refunded', feeFen: 14_000 }),
  },
  slipCheck: {
    open: shown({ now, code: '' }, stranger),
    valid: shown({ ...checking, verdict: 'valid' }, stranger),
    invalid: shown({ ...checking, verdict: 'invalid' }, stranger),
    away: shown({ ...checking, verdict: 'away' }, stranger),
    malformed: shown(
      { now, code: 'K7QM-3F2A', problem: { reason: 'slip-code-malformed' } },
      stranger,
    ),
  },
  confirm: {
    all: shown(confirming),
    left: shown({
      ...confirming,
      courses: confirming.courses.slice(0, 1),
      left: [{ unit: c, course: discrete }],
      due: lastDue,
      now: at(10, 20),
    }),
    refused: shown({ ...confirming, problem: { reason: 'changed-meanwhile' } }),
  },
  confirmSubmit: {
    all: shown(confirming),
    left: shown({ ...confirming, left: [{ unit: c, course: discrete }] }),
  },
  locked: {
    confirmed: shown({ order, state: 'confirmed' }),
    paid: shown({ order: { ...order, state: 'paid' }, state: 'paid' }),
    refunding: shown({ order: { ...order, state: 'refunding' }, state: 'refunding' }),
    refused: shown({ order, state: 'confirmed', problem: { reason: 'changed-meanwhile' } }),
  },
  order: {
    due: shown({ now, order, payable, withdrawable: true, stopping: false, look }),
    'last-day': shown({
      now: at(10, 20),
      order,
      payable: { kind: 'until', due: lastDue },
      withdrawable: true,
      stopping: false,
      look,
    }),
    stopping: shown({ now, order, payable, withdrawable: true, stopping: true, look }),
    shut: shown({
      now: at(7, 22, 12, 37),
      order,
      payable: { kind: 'shut', calendar: { state: 'closed', nextDay: tomorrow } },
      withdrawable: false,
      stopping: false,
      look,
    }),
    over: shown({
      now: at(8, 9, 0, 1),
      order,
      payable: { kind: 'over' },
      withdrawable: true,
      stopping: false,
      look,
      problem: { reason: 'release-running' },
    }),
  },
  withdraw: {
    asked: shown({ form, order }),
  },
  payCheck: {
    fresh: shown({ form, order }),
    differs: shown({ form, order, problem: { reason: 'document-differs' } }),
  },
  payConfirm: {
    several: shown({
      form,
      order,
      look,
      methods: [alipayScan, wechatScan, alipayPage, wechatPage],
    }),
    wechat: shown({ form, order, look, methods: [wechatInside, alipayScan, wechatScan] }),
    sandbox: shown({ form, order, look, methods: [sandboxScan, sandboxPage] }),
    one: shown({ form, order, look, methods: [alipayScan] }),
    none: shown({ form, order, look, methods: [] }),
    unchosen: shown({
      form,
      order,
      look,
      methods: [alipayScan, wechatScan],
      problem: { reason: 'method-unchosen' },
    }),
  },
  payment: {
    code: shown(paying),
    sandbox: shown({ ...paying, method: sandboxScan, others: [sandboxPage] }),
    link: shown({
      ...paying,
      method: alipayPage,
      pay: { kind: 'link', url: 'https://openapi.alipay.com/gateway.do?method=wap' },
      others: [wechatPage, alipayScan, wechatScan],
    }),
    bridge: shown({
      ...paying,
      method: wechatInside,
      pay: { kind: 'bridge', parameters: '{"appId":"wx8888888888888888"}' },
      others: [alipayScan, wechatScan],
    }),
    expired: shown({ ...paying, pay: { kind: 'expired' } }),
    away: shown({ ...paying, pay: { kind: 'away' } }),
    refused: shown({ ...paying, pay: { kind: 'refused' } }),
  },
  checking: {
    first: shown({ now, form, order, payable, asked: undefined, look }),
    waiting: shown({ now, form, order, payable, asked: 'waiting', look }),
    away: shown({ now, form, order, payable, asked: 'away', look }),
    shut: shown({
      now: at(7, 22, 12, 37),
      form,
      order,
      payable: { kind: 'shut', calendar: { state: 'closed', nextDay: tomorrow } },
      asked: 'often',
      look,
      problem: { reason: 'order-paid' },
    }),
  },
  stopPayment: {
    asked: shown({ form, order }),
    refused: shown({ form, order, problem: { reason: 'changed-meanwhile' } }),
  },
  done: {
    mockup: shown({
      order: { ...order, state: 'paid' },
      paid: { at: at(7, 9, 18, 42), provider: 'alipay' },
      printFrom: Date.UTC(2026, 9, 20, 1),
      apart: false,
    }),
    apart: shown({
      order: { ...order, state: 'paid' },
      paid: { at: at(7, 9, 18, 42), provider: 'wechat' },
      printFrom: Date.UTC(2026, 9, 20, 1),
      apart: true,
    }),
    refused: shown({
      order: { ...order, state: 'paid' },
      printFrom: Date.UTC(2026, 9, 20, 1),
      apart: false,
      problem: { reason: 'order-paid' },
    }),
  },
  refund: {
    asked: shown({
      form,
      order: { ...order, state: 'paid' },
      lastClose: lastDay.closesAt,
      mayBeLate: false,
    }),
    late: shown({
      form,
      order: { ...order, state: 'paid' },
      lastClose: lastDay.closesAt,
      mayBeLate: true,
      problem: { reason: 'refund-unticked' },
    }),
  },
  refunding: {
    running: shown({
      order: { ...order, state: 'refunding' },
      requestedAt: now,
      stuck: false,
      look,
    }),
    stuck: shown({
      order: { ...order, state: 'refunding' },
      requestedAt: now,
      stuck: true,
      look,
      problem: { reason: 'order-refunding' },
    }),
  },
  orderRecord: {
    due: shown(record1),
    moved: shown({
      ...record1,
      lost: true,
      order: { ...order, state: 'moved' },
      endedAt: at(7, 12),
    }),
    paid: shown({
      ...record1,
      order: { ...order, state: 'paid' },
      payments: [
        {
          number: `${order.number}_1`,
          method: alipayScan,
          startedAt: at(7, 9, 13),
          state: 'closed',
        },
        {
          number: `${order.number}_2`,
          method: wechatPage,
          startedAt: at(7, 9, 16),
          state: 'paid',
          paidAt: at(7, 9, 18, 42),
        },
        {
          number: `${order.number}_3`,
          method: alipayPage,
          startedAt: at(7, 9, 17),
          state: 'paid',
          paidAt: at(7, 9, 19, 2),
          refund: { cause: 'second', requestedAt: at(7, 9, 19, 3), stuck: true },
        },
      ],
    }),
    refunded: shown({
      ...record1,
      order: { ...order, state: 'refunded' },
      endedAt: at(7, 11),
      payments: [
        {
          number: `${order.number}_1`,
          method: wechatScan,
          startedAt: at(7, 9, 16),
          state: 'paid',
          paidAt: at(7, 9, 18, 42),
          refund: {
            cause: 'asked',
            requestedAt: at(7, 10, 50),
            doneAt: at(7, 11),
            stuck: false,
          },
        },
      ],
    }),
    late: shown({
      ...record1,
      own: false,
      order: { ...order, state: 'released' },
      endedAt: at(7, 22, 0, 1),
      payments: [
        {
          number: `${order.number}_1`,
          method: alipayScan,
          startedAt: at(7, 21, 50),
          state: 'paid',
          paidAt: at(7, 22, 0, 2),
          refund: { cause: 'late', requestedAt: at(7, 22, 0, 3), stuck: false },
        },
      ],
    }),
    withdrawn: shown({
      ...record1,
      order: { ...order, state: 'withdrawn' },
      endedAt: at(7, 9, 40),
    }),
  },
};

/** Every sample, rendered by name. */
export const everySample: readonly {
  page: PageName;
  name: string;
  frame: Frame;
  model: unknown;
}[] = Object.entries(samples).flatMap(([page, named]) =>
  Object.entries(named).map(([name, sample]) => ({ page: page as PageName, name, ...sample })),
);
