/** Pages of the desk by themselves: no holes, one heading, their words for what is wrong. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditOf } from '../../engine/core/audit.ts';
import { eventWords } from '../../engine/import/audit-words.ts';
import type { EventKind, RuxiEvent } from '../../engine/protocol/events.ts';
import { reportTopics } from '../../engine/protocol/reports.ts';
import {
  type Act,
  type ActView,
  foreseen,
  type Role,
  rightOf,
  type Scope,
} from '../../engine/protocol/staff.ts';
import { type EventNames, sayDetails } from '../../web/desk/event-words.ts';
import type { FilesModels, ImportOutcome } from '../../web/desk/files-models.ts';
import type { LookupModels } from '../../web/desk/lookup-models.ts';
import { entriesFor, navigation } from '../../web/desk/navigation.ts';
import { checks, type ReportModels } from '../../web/desk/report-models.ts';
import type { DeskFrame, DeskModels, DeskPageName } from '../../web/desk/view-models.ts';
import { createDeskViews } from '../../web/desk/views.ts';
import {
  dayColumns,
  nameScope,
  paperColumns,
  paymentColumns,
  sayCheck,
  sayDesk,
  settlementColumns,
  sittingColumns,
} from '../../web/desk/wording.ts';
import { chinaTime, givenActs, givenCatalogue, givenPerson } from '../given.ts';
import { axeComplaints, bringAxe, rulesOfWidth } from '../harness/axe.ts';
import { launchBrowser, newVisitor } from '../harness/browser.ts';
import { givenDashboard } from '../harness/dashboard.ts';
import { oneOfEveryEvent } from '../harness/events.ts';

const { cities, areas } = givenCatalogue();
const places = { cities, areas };
const frame: DeskFrame = {
  ...{
    now: chinaTime(0, 9),
    demonstration: true,
    path: '/desk/people',
    session: '示例考次',
    places,
  },
  signedIn: { staff: 'li.na', roles: ['system'], scope: { kind: 'province' }, token: 'a"token' },
};
const account = {
  ...{
    staff: 'wang.wu',
    roles: ['office' as const],
    scope: { kind: 'area' as const, area: '0101' },
  },
  ...{
    state: 'invited' as const,
    generation: 1,
    invitedBy: 'shell',
    invitedUntil: chinaTime(1, 9),
  },
};
const choices = {
  province: true,
  cities: [{ code: '01', name: '示例市', whole: true, areas: [{ code: '0101', name: '示例县' }] }],
};
const typed = { staff: 'li<b>', roles: ['office' as const], scope: 'area:0101', reason: '"x"' };
const link = { secret: 'JBSWY3DPEHPK3PXP', address: 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXP' };
const token = 'token';

const { units } = givenCatalogue();
const areaName = { code: '0101', name: '示例县', city: '示例市' };
const mayAll = Object.fromEntries(Object.keys(rightOf).map((kind) => [kind, true]));
const foreseenLines = foreseen.map((what) => ({ what, count: 1_234 }));
const view = (act: Act | undefined): ActView => ({
  ...{ number: 7, at: chinaTime(0, 8), by: 'li.na', reason: '<b>', foreseen: foreseenLines },
  ...{ act: act ?? { kind: 'open-window' }, state: { kind: 'proposed' } },
  ...{ refused: [], changed: 0, left: 0 },
});

const typedKey = { label: '"><script>', may: ['areas' as const], scope: 'area:0101', reason: '' };
const apiKey = {
  ...{
    apiKey: 'key'.padEnd(22, '-'),
    label: '"><script>',
    digest: 'digest',
    state: 'active' as const,
  },
  ...{ may: ['areas' as const, 'orders' as const], scope: { kind: 'province' as const } },
  ...{ madeBy: 'li.na', madeAt: chinaTime(0, 8) },
};
const endedKey = {
  ...{ ...apiKey, state: 'ended' as const, endedBy: 'li.na', endedAt: chinaTime(0, 9) },
};
const dashboardAround = { script: '/desk.js', chartScript: '/uplot.js', token };
/** With a warning, something grave, one that somebody has taken, and an act. */
function ringingDashboard(): DeskModels['dashboard'] {
  const desk = givenDashboard();
  desk.second({
    ...{ poolsAstray: 1, behindMs: 70_000, freeBytes: 1024 ** 3 },
    providers: [
      { provider: 'alipay', answered: 9, silent: 3, awaySince: desk.now() },
      { provider: 'wechat', answered: 9, silent: 0 },
    ],
  });
  const at = desk.now();
  const taken = { level: 'warning' as const, since: at, by: 'li.na', at, remark: '<b>"在看"</b>' };
  desk.alarms.hear({ index: 1, acknowledged: [{ alarm: 'checkpoint', ...taken }] });
  desk.marks.hear({ ...view({ kind: 'open-window' }), decidedAt: at });
  return { ...desk.dashboard.see(undefined), ...dashboardAround, mayTake: true };
}
const exitSum = { people: 1_234, seats: 4_321, fen: 15_123_500 };
const nobody = { people: 0, seats: 0, fen: 0 };
const progress: DeskModels['withdrawal']['progress'] = {
  ...{ isOpen: false, people: 1_240, peoplePaid: 900, livePayments: 3, feeFen: 9_450_000 },
  ...{ waiting: exitSum, going: { people: 3, seats: 9, fen: 31_500 }, letGo: exitSum },
  ...{ returnedFen: 700_000, left: exitSum, moved: [{ area: '示例二县', ...exitSum }] },
  leftLines: [
    {
      ...{ person: givenPerson(1), nameMask: '示 *', documentMask: '510***00', feeFen: 7_000 },
      seats: [
        { unit: 'A', code: '11001', name: '示例课程' },
        { unit: 'B', code: '12001', name: '"><script>' },
      ],
      declined: [
        { area: '示例二县', reason: 'seats-exhausted' },
        { area: '示例三县', reason: 'course-full' },
      ],
    },
  ],
};
const lostArea: Omit<DeskModels['withdrawal'], 'progress'> = {
  ...{ token, area: areaName, units, may: true, from: 0, targetsMax: 4 },
  targets: [
    { code: '0102', name: '示例二县', city: '示例市', free: [12, 0, 300, 4] },
    { code: '0103', name: '示例三县', city: '示例市', free: [] },
  ],
};
const catalogue = givenCatalogue();
const eventNames: EventNames = {
  ...{ places, units },
  courses: new Map(catalogue.courses.map((course) => [course.code, course])),
  programmes: new Map(catalogue.programmes.map((programme) => [programme.code, programme])),
};
const eventLines = oneOfEveryEvent.map((event, place) => {
  const { kind, ...audited } = auditOf(event);
  return { ...audited, kind, index: place + 1, at: chinaTime(0, 9), name: eventWords[event.kind] };
});
const told = { index: 9, at: chinaTime(0, 9), kind: 'export-noted', name: '导出', details: '' };
const samples: { [Name in DeskPageName]?: DeskModels[Name][] } = {
  refused: [{ why: 'right' }, { why: 'form' }, { why: 'scope' }],
  wait: [
    { cause: 'often', seconds: 5 },
    { cause: 'exports', seconds: 20 },
    { cause: 'busy', seconds: 1 },
    { cause: 'away', seconds: 5 },
  ],
  signIn: [
    {},
    { news: 'idle' },
    { typed: 'li', problem: { reason: 'delayed', at: chinaTime(0, 10) } },
  ],
  code: [{ door: 'door' }, { door: 'door', problem: { reason: 'code-spent' } }],
  invitation: [
    { staff: 'li.na', code: 'code', ...link },
    { staff: 'li.na', code: 'code', ...link, problem: { reason: 'common' } },
  ],
  invitationOver: [{}],
  codes: [{ codes: ['aaaa-bbbb-cccc'] }, { codes: ['aaaa-bbbb-cccc'], own: true }],
  prove: [
    { action: '/desk/people/end', fields: [['reason', '"><script>']], token },
    {
      action: '/desk/prove',
      fields: [],
      token,
      problem: { reason: 'code-wrong', at: chinaTime(0, 10) },
    },
  ],
  dashboard: [
    { ...givenDashboard().dashboard.see(undefined), ...dashboardAround, mayTake: false },
    { ...ringingDashboard(), problem: { reason: 'alarm-changed' } },
  ],
  board: [{ at: chinaTime(0, 9), stale: true, sort: 'free', pools: [] }],
  acts: [
    { units, waiting: [], acts: [], next: undefined },
    { units, waiting: [view(givenActs[8])], acts: givenActs.map(view), next: 3 },
  ],
  act: [
    {
      units,
      act: view(givenActs[10]),
      now: foreseenLines,
      token,
      mayApprove: true,
      mayWithdraw: true,
    },
    {
      ...{ units, now: [], token, mayApprove: false, mayWithdraw: false },
      act: {
        ...view(givenActs[8]),
        ...{
          state: { kind: 'done' },
          andBy: 'wang',
          decidedAt: chinaTime(0, 9),
          changed: 3,
          left: 1,
        },
        refused: [
          { where: '0101', reason: 'capacity-below-taken' },
          { where: givenPerson(1), reason: 'claim-elsewhere' },
        ],
      },
      problem: { reason: 'act-ended' },
    },
    {
      ...{ units, now: [], token, mayApprove: false, mayWithdraw: false, progress },
      act: { ...view(givenActs.at(-1)), state: { kind: 'decided', open: 1 }, andBy: 'wang' },
    },
  ],
  actPreview: givenActs.map((act) => ({
    ...{ act, units, token, foreseen: foreseenLines, twoPeople: true, reason: '"x"' },
    fields: [['shown', '"><script>'] as const],
  })),
  withdrawal: [
    {
      ...lostArea,
      progress: {
        ...{ ...progress, isOpen: true, moved: [], leftLines: [], left: nobody, going: nobody },
        ...{ waiting: nobody, letGo: nobody, returnedFen: 0 },
      },
    },
    {
      ...{ ...lostArea, from: 7, progress },
      standing: {
        ...{ area: '0101', units: [], act: 7, reason: '考点被水淹<b>' },
        remedy: { kind: 'move', to: ['0102', '0103'] },
      },
    },
    {
      ...{ ...lostArea, may: false, from: 7, progress: { ...progress, leftLines: [] } },
      standing: {
        ...{ area: '0101', units: ['A', 'B'], act: 7, reason: '考点被水淹' },
        remedy: { kind: 'refund' },
      },
    },
  ],
  actUnfit: [{ problem: { reason: 'time-malformed' } }],
  window: [
    {
      ...{ token, may: mayAll, window: { state: 'open', pausedMs: 0 }, paused: [], cities },
      ...{ holdMs: 300_000, holdMaxMs: 600_000, bookingProof: 'code' },
    },
    {
      ...{ token, may: mayAll, cities, holdMs: 300_000, holdMaxMs: 600_000 },
      window: {
        ...{ state: 'paused', pausedMs: 0, pausedAt: 0, reason: '示例', newsBy: chinaTime(0, 10) },
      },
      ...{ payingPaused: { reason: '<b>' }, notice: { text: '<i>', until: chinaTime(0, 12) } },
      paused: [{ area: areaName, pools: [{ reason: '停电', newsBy: chinaTime(0, 10) }] }],
      bookingProof: 'password',
    },
  ],
  calendar: [
    {
      ...{ token, mayChange: true },
      days: [
        { opensAt: chinaTime(0, 9), closesAt: chinaTime(0, 22), state: 'over' },
        {
          ...{ opensAt: chinaTime(1, 9), closesAt: chinaTime(1, 22), state: 'begun' },
          ...{ releasesAt: chinaTime(1, 23), candidateType: 'applied' },
        },
        { opensAt: chinaTime(2, 9), closesAt: chinaTime(2, 22), state: 'ahead' },
      ],
    },
  ],
  pools: [
    {
      ...{ units, token, area: areaName, may: mayAll },
      pools: [
        { unit: 'A', capacity: 10, taken: 4 },
        { unit: 'A', candidateType: 'applied', capacity: 2, taken: 0 },
      ],
      caps: [{ course: '11001', name: '示例课程', cap: 9, free: 2 }],
      paused: [{ unit: 'A', reason: '核对', newsBy: chinaTime(0, 10) }],
    },
  ],
  timeline: [
    {
      ...{ person: givenPerson(1), nameMask: '示 *', documentMask: '510***00', next: 'p0.7' },
      lines: [
        ...eventLines.map((line) => ({ ...line, area: '示例县' })),
        { ...told, details: '{"reason":"<b>"}', area: undefined },
        { ...told, details: '', area: undefined },
      ],
      names: eventNames,
    },
    {
      ...{ person: givenPerson(1), nameMask: '示 *', documentMask: '510***00' },
      ...{ lines: [], next: undefined, names: eventNames },
    },
  ],
  candidateActs: [
    {
      ...{ token, person: givenPerson(1), nameMask: '示 *', documentMask: '510***00' },
      ...{ area: areaName, phoneMask: '138****0000', scope: { kind: 'area', area: '0101' } },
      ...{ may: mayAll, lastClose: chinaTime(3, 22) },
      orders: [
        { number: 'DEMO_0101_1_1', state: 'confirmed', feeFen: 7_000 },
        { number: 'DEMO_0101_1_2', state: 'paid', feeFen: 3_500 },
      ],
    },
    {
      ...{ token, person: givenPerson(1), nameMask: '示 *', documentMask: '510***00' },
      ...{ area: undefined, phoneMask: undefined, scope: { kind: 'province' } },
      ...{ may: mayAll, lastClose: undefined, orders: [] },
    },
  ],
  account: [
    { expiresAt: chinaTime(0, 21), recoveryLeft: 9, token },
    { expiresAt: chinaTime(0, 21), recoveryLeft: 0, token, news: 'recovery' },
  ],
  password: [{ token }, { token, problem: { reason: 'old-wrong' } }],
  authenticator: [
    { token, ...link },
    { token, ...link, problem: { reason: 'code-wrong' } },
  ],
  people: [
    {
      people: [
        { ...account, own: false },
        { ...account, state: 'ended', own: true },
      ],
      news: 'roles',
    },
    { people: [{ ...account, state: 'active', lastSignInAt: chinaTime(0, 8), own: false }] },
  ],
  invite: [
    { token, typed, choices },
    { token, typed, choices, problem: { reason: 'roles-unfit' } },
  ],
  keys: [
    { token, keys: [], typed: typedKey, choices },
    {
      ...{ token, keys: [apiKey, endedKey], typed: typedKey, choices, news: 'ended' },
      problem: { reason: 'may-missing' },
    },
  ],
  keyMade: [{ label: '<b>示例</b>', secret: `ruxi_${'x'.repeat(43)}` }],
  key: [
    { token, key: apiKey, problem: { reason: 'reason-missing' } },
    { token, key: endedKey },
  ],
  invited: [{ staff: 'li.na', link: 'http://127.0.0.1/desk/invitation', until: chinaTime(1, 9) }],
  person: [
    { token, account, typed, choices },
    { token, account, typed, choices, problem: { reason: 'last-keeper' } },
  ],
};

const area = { code: '0101', name: '示例县', city: '示例市' };
const course = { code: '11001', name: '示例课程' };
const pool = { free: 12, capacity: 1_200, level: 'scarce' as const };
const order = {
  ...{ number: '202610_0101_1_1', ticketMask: '9999******37', courses: [course], feeFen: 3_500 },
  ...{ confirmedAt: chinaTime(0, 9), state: 'paid' as const, stuck: false },
};
const aside = {
  ...{
    number: 1,
    at: chinaTime(0, 9),
    provider: 'alipay' as const,
    why: 'amount-differs' as const,
  },
  ...{ attempt: '202610_0101_1_1_1', transaction: 'T1', amountFen: 3_400 },
};
const candidate = {
  ...{ person: 'p'.repeat(22), nameMask: '示 * 一', documentMask: '999*************7X' },
  ...{ kind: 'enrolled' as const, candidateType: 'open' as const, hasPhoto: true, token },
};
const sum = { count: 2, seats: 4, fen: 14_000 };
const nothingOf = { count: 0, seats: 0, fen: 0 };
const seats = { held: 1, saved: 2, confirmed: 3, paid: 4_000, refunding: 5 };
const noSeats = { held: 0, saved: 0, confirmed: 0, paid: 0, refunding: 0 };
const topics = (one: typeof sum) =>
  Object.fromEntries(
    reportTopics.map((topic) => [topic, one]),
  ) as ReportModels['evening']['total']['sums'];
const asOf = { at: chinaTime(0, 22, 5), areas: 3 };
const reportDay = {
  ...{
    ...asOf,
    day: chinaTime(0, 0),
    days: [1, 0].map((day) => chinaTime(day, 0)),
    total: { sums: topics(sum), released: 2, seats },
  },
  lines: [{ ...area, sums: topics(sum), released: 0, seats }],
  payments: [
    {
      ...{ topic: 'refunds-stuck' as const, attempt: '202610_0101_1_1_2' },
      ...{ provider: 'wechat' as const, amountFen: 3_500, since: chinaTime(0, 9) },
    },
  ],
};
const quietDay = {
  ...{ ...asOf, day: chinaTime(0, 0), days: [chinaTime(0, 0)], lines: [], payments: [] },
  total: { sums: topics(nothingOf), released: 0, seats: noSeats },
};
const sittingCounts = { paid: 1_200, arranged: 1_190, absent: 31 };
const exportChoices = {
  areas: [area, { ...area, code: '0102' }],
  units: givenCatalogue().units,
  token,
};
const reportSamples: { [Name in keyof ReportModels]: ReportModels[Name][] } = {
  evening: [
    {
      ...{ ...reportDay, releasesAt: chinaTime(0, 23), asides: [aside] },
      orders: [{ state: 'paid', ...sum }],
    },
    { ...quietDay, releasesAt: undefined, asides: undefined, orders: [] },
  ],
  morning: [
    {
      ...reportDay,
      checks: [
        { name: 'released', state: 'bad', count: 2 },
        { name: 'bills-agree', state: 'bad', day: chinaTime(0, 9) },
        { name: 'bills-agree', state: 'waiting' },
        { name: 'window-open', state: 'bad' },
      ],
    },
    { ...quietDay, checks: checks.map((name) => ({ name, state: 'good', count: 0 })) },
  ],
  papers: [
    {
      ...{ ...asOf, area: '', choices: [area], unit: 'A', units: givenCatalogue().units },
      ...{ course: undefined, sum: seats, amiss: 0 },
      groups: [
        {
          ...{ unit: givenCatalogue().units[0] as never, sum: seats },
          lines: [{ ...course, counts: seats }],
        },
      ],
    },
    {
      ...{ ...asOf, area: '0101', choices: [area], unit: '', units: givenCatalogue().units },
      ...{ course, groups: [], sum: noSeats, amiss: 2 },
    },
  ],
  sittings: [
    {
      ...{ ...asOf, unit: 'A', units: givenCatalogue().units, amiss: 0 },
      byUnit: givenCatalogue().units.map((unit) => ({ unit, counts: sittingCounts })),
      lines: [{ ...area, counts: sittingCounts }],
      sum: sittingCounts,
    },
    {
      ...{ ...asOf, unit: '', units: givenCatalogue().units, byUnit: [], lines: [], amiss: 1 },
      sum: { paid: 0, arranged: 0, absent: 0 },
    },
  ],
  settlement: [
    {
      ...{ ...asOf, compared: true },
      lines: [
        {
          ...{ day: 20_000, provider: 'alipay', payments: 0, paidFen: 0 },
          ...{ refunds: 1, refundedFen: 3_550, differences: 1 },
        },
        {
          ...{ day: 19_999, provider: 'wechat', payments: 3, paidFen: 10_500 },
          ...{ refunds: 0, refundedFen: 0 },
        },
      ],
      sum: { payments: 3, paidFen: 10_500, refunds: 1, refundedFen: 3_550 },
    },
    {
      ...{ ...asOf, compared: false, lines: [] },
      sum: { payments: 0, paidFen: 0, refunds: 0, refundedFen: 0 },
    },
  ],
};
const lookupSamples: { [Name in keyof LookupModels]: LookupModels[Name][] } = {
  areas: [
    {
      ...{ city: '', cities, sort: 'free', down: true, units: givenCatalogue().units },
      lines: [{ ...area, pools: [pool, undefined, pool, pool], free: 36, capacity: 3_600 }],
    },
  ],
  area: [
    {
      ...{ area, office: areas[0]?.office as never, units: givenCatalogue().units, at: undefined },
      pools: [{ candidateType: 'open', pools: [pool] }],
      capped: [{ course, free: 3, cap: 40 }],
      lost: ['A'],
    },
  ],
  pool: [
    {
      ...{ area, unit: givenCatalogue().units[0] as never, courses: [], state: 'paid', course: '' },
      ...{ from: 50, next: 101 },
      lines: [
        {
          ...{ person: 'p'.repeat(22), nameMask: '', documentMask: '', ticketMask: '9999******37' },
          ...{ course, state: 'held', until: chinaTime(0, 9) },
        },
      ],
    },
  ],
  candidates: [
    {
      finder: 'ticket',
      documentType: 'resident-id',
      token,
      problem: { reason: 'number-malformed' },
    },
    {
      ...{ finder: 'phone', documentType: 'resident-id', token },
      found: [{ ...candidate, tickets: ['9999******37'], area: undefined }],
    },
  ],
  candidate: [
    {
      ...{ ...candidate, passwordSet: false, phoneMask: undefined, area: undefined, tickets: [] },
      ...{ registered: [], problem: { reason: 'reason-missing' } },
    },
    {
      ...{ ...candidate, passwordSet: true, phoneMask: '199****0000', area },
      tickets: [{ ticketMask: '9999******37', programme: '示例专业', status: 'active' }],
      registered: [
        {
          area,
          seats: [
            { unit: '单元A', course, state: 'held', until: chinaTime(0, 9) },
            {
              ...{ unit: '单元B', course, state: 'paid', order: order.number },
              sitting: { desk: { venue: '示例中学', room: '003', deskNumber: '12' }, absent: true },
            },
          ],
          draft: [{ unit: '单元B', course }],
          orders: [order, { ...order, state: 'refunding', stuck: true }],
          releasedAt: chinaTime(0, 9),
        },
      ],
    },
  ],
  inFull: [
    {
      ...{ person: 'p'.repeat(22), documentType: 'resident-id' },
      ...{ documentTypeName: '居民身份证', document: '99999919850209003X', name: '示例一' },
    },
  ],
  order: [
    {
      ...{ area, person: 'p'.repeat(22), nameMask: '示 * 一', order },
      attempts: [
        {
          ...{ number: '202610_0101_1_1_1', provider: 'alipay', way: 'scan', state: 'paid' },
          ...{ startedAt: chinaTime(0, 9), expiresAt: chinaTime(0, 10), paidAt: chinaTime(0, 9) },
          refund: { cause: 'asked', requestedAt: chinaTime(0, 9), stuck: true },
          asides: [aside],
        },
      ],
    },
    {
      ...{ area, person: 'p'.repeat(22), nameMask: '示 * 一' },
      order: { ...order, state: 'moved', endedAt: chinaTime(0, 9), movedTo: '202610_0102_1_1' },
      attempts: [
        {
          ...{ number: '202610_0101_1_1_1', provider: 'alipay', way: 'scan', state: 'paid' },
          ...{ startedAt: chinaTime(0, 9), expiresAt: chinaTime(0, 10), paidAt: chinaTime(0, 9) },
          ...{ paidAs: '202610_0101_1_1_1', asides: [] },
        },
      ],
    },
  ],
  orders: [
    { area: '', areas: [area], state: undefined, from: 0, lines: [], next: undefined },
    {
      ...{ area: '0101', areas: [area], state: 'paid', from: 9, next: 60 },
      lines: [{ ...order, person: 'p'.repeat(22) }],
    },
  ],
  audit: [
    {
      ...{ partition: 'p0', partitions: ['p0', 'p1'], kinds: [{ code: 'x', name: '事件' }] },
      ...{ filter: { kind: '', area: '', person: '', text: '<b>' }, head: 9, newest: false },
      ...{ lines: [...eventLines, told], names: eventNames, next: 8 },
    },
  ],
  money: [
    { asides: [], reconciled: [] },
    {
      asides: [
        { ...aside, order: 'DEMO_0101_17_1' },
        { ...aside, attempt: '20260601<b>', order: undefined },
      ],
      reconciled: [
        {
          ...{ day: 20_000, provider: 'wechat', payments: 3, paidFen: 10_500 },
          ...{ refunds: 0, refundedFen: 0, differences: 1 },
        },
      ],
    },
  ],
};

const difference = {
  ...{ added: 1_200, changed: 3, same: 9, removed: 0, columns: [{ title: '姓名', rows: 3 }] },
  examples: [{ how: 'changed' as const, who: '999*************7X', columns: ['姓名'] }],
};
const work = { what: 'candidates', title: '考生', file: '新生<b>.csv', by: 'li.na' };
const imported = {
  ...{ number: 3, what: 'candidates' as const, source: '新生.csv', by: 'li.na' },
  ...{ at: chinaTime(0, 8), sum: { added: 1, changed: 2, same: 3, removed: 0, columns: [] } },
};
const formats = [
  {
    kind: 'courses',
    title: '课程',
    columns: [{ title: '课程代码', form: '5 位数字' }],
    example: '00023',
  },
];
const files = { formats, imports: [], me: 'wang.wu', token };
const outcomes: ImportOutcome[] = [
  { kind: 'running', people: 1_200 },
  { kind: 'faults', count: 200, problems: [{ line: 7, reason: '没有这个专业' }] },
  { kind: 'refused', reason: 'import-open' },
  { kind: 'away' },
  { kind: 'failed' },
  { kind: 'same' },
  { kind: 'compared', id: 'id', difference },
  { kind: 'staged', number: 3, difference },
];
const filesSamples: { [Name in keyof FilesModels]: FilesModels[Name][] } = {
  import: [
    { ...files, work: undefined, problem: { reason: 'file-missing' } },
    { ...files, work: undefined, news: 'installed' },
    ...outcomes.map((outcome) => ({ ...files, work: { ...work, outcome } })),
    ...(['open', 'ready', 'applied', 'dropped'] as const).flatMap((state) =>
      ['li.na', 'wang.wu'].map((me) => ({
        ...{ ...files, me, work: undefined, imports: [{ ...imported, state }] },
      })),
    ),
  ],
  export: [
    { whole: false, files: [], ...exportChoices },
    {
      ...{ whole: true, ...exportChoices, problem: { reason: 'reason-missing' } },
      files: ['areas', 'arrangement'].map((kind) => ({
        path: `/desk/export/${kind}`,
        title: kind,
      })),
    },
  ],
};
Object.assign(samples, lookupSamples, filesSamples, reportSamples);

test.each(Object.keys(samples) as DeskPageName[])('every sample of %s is a whole page', (name) => {
  const views = createDeskViews();
  for (const model of samples[name] ?? []) {
    const page = views.render(name, model as never, frame);
    expect(page.match(/<h1[ >]/g)?.length).toBe(1);
    expect(page).not.toMatch(/undefined|\[object|<script>|NaN/);
    const problem = (model as { problem?: { reason: 'common'; at?: number } }).problem;
    if (problem === undefined) continue;
    expect(page).toContain(sayDesk(problem).text);
    expect(page).toContain('<title>错误：');
  }
});

test('what somebody typed is shown as it was typed, and is nothing else', () => {
  const page = createDeskViews().render('invite', samples.invite?.[0] as never, frame);
  expect(page).toContain('value="li&lt;b&gt;"');
  expect(page).toContain('value="&quot;x&quot;"');
  expect(page).toContain('<option value="area:0101" selected>示例县</option>');
});

test('the menu shows what a role may use, and where somebody is', () => {
  const names = (roles: Parameters<typeof entriesFor>[0], path: string) =>
    entriesFor(roles, path).map(({ name, current }) => (current ? `(${name})` : name));
  expect(names(['system'], '/desk/people/invite')).toContain('(账号)');
  expect(names(['viewer'], '/desk')).toContain('(值守)');
  expect(names(['viewer'], '/desk')).not.toContain('账号');
  expect(new Set(navigation.map(({ path }) => path)).size).toBe(navigation.length);
});

test('S2 S4 the first page offers what may be done, and an alarm to who may take it', () => {
  const { signedIn } = frame;
  if (signedIn === undefined) throw new Error('nobody is signed in');
  const shown = (roles: Role[], scope: Scope, mayTake: boolean) =>
    createDeskViews().render(
      'dashboard',
      { ...ringingDashboard(), mayTake },
      { ...frame, signedIn: { ...signedIn, roles, scope } },
    );
  const office = shown(['office'], { kind: 'province' }, true);
  expect(office.match(/\/desk\/window#\w+/g)).toEqual([
    ...['/desk/window#booking', '/desk/window#release', '/desk/window#notice'],
  ]);
  expect(office).toContain('知悉：&lt;b&gt;&quot;在看&quot;&lt;/b&gt;');
  expect(office).toContain('支付宝没有回应');
  const county = shown(['office'], { kind: 'area', area: '0101' }, false);
  expect(county.match(/\/desk\/window#\w+/g)).toEqual(['/desk/window#release']);
  const viewer = shown(['viewer'], { kind: 'province' }, false);
  expect(viewer).not.toContain('窗口与放行');
  for (const page of [county, viewer]) {
    expect(page).not.toContain('/desk/alarms/take');
    expect(page).toContain('支付宝没有回应');
  }
});

test('a scope is named as people know it, and by its code where nobody does', () => {
  expect(nameScope({ kind: 'province' }, places)).toBe('全省');
  expect(nameScope({ kind: 'city', city: '01' }, places)).toBe('示例市');
  expect(nameScope({ kind: 'area', area: '0101' }, places)).toMatch(/^示例市 /);
  expect(nameScope({ kind: 'area', area: '9999' }, places)).toBe('9999');
});

test('S5 a report says net sums below nothing, what nobody compared, and a file to who may have it', () => {
  const views = createDeskViews();
  const models = reportSamples.settlement;
  const office: DeskFrame = { ...frame, path: '/desk/reports/settlement' };
  const shownTo = (roles: Role[], model: ReportModels['settlement']) =>
    views.render('settlement', model, {
      ...office,
      signedIn: { staff: 'li.na', roles, scope: { kind: 'province' }, token },
    });
  const [whole, bare] = models.map((model) => shownTo(['finance'], model));
  expect(whole).toContain('-35.50');
  expect(whole).toContain('1 条差错');
  expect(whole).toContain('未核对');
  expect(whole).toContain('href="/desk/reports/file?of=settlement"');
  expect(bare).toContain('还没有收款。');
  expect(bare).not.toContain('账单核对');
  expect(models[0] && shownTo(['viewer'], models[0])).not.toContain('/desk/reports/file');
});

test('S5 a report of a day leads to the days before and after it, and takes its day along', () => {
  const views = createDeskViews();
  const days = [2, 1, 0].map((day) => chinaTime(day, 0));
  const signedIn = {
    ...{ staff: 'li.na', roles: ['office' as const], scope: { kind: 'province' as const }, token },
  };
  const shownOf = (name: 'evening' | 'morning', day: number, among = days) => {
    const path = name === 'evening' ? '/desk/reports' : '/desk/reports/morning';
    const model = { ...reportSamples[name][0], day, days: among } as never;
    return views.render(name, model, { ...frame, path, signedIn });
  };
  const middle = shownOf('evening', chinaTime(1, 0));
  expect(middle).toContain('<option value="2026-06-02" selected>');
  expect(middle).toContain('href="/desk/reports?day=2026-06-01">前一天');
  expect(middle).toContain('href="/desk/reports">后一天');
  expect(middle).toContain('href="/desk/reports/morning?day=2026-06-02"');
  expect(middle).toContain('href="/desk/reports/file?of=day&amp;day=2026-06-02"');
  expect(middle).toContain('href="/desk/reports/file?of=payments"');
  const last = shownOf('morning', chinaTime(2, 0));
  expect(last).toContain('前一天');
  expect(last).not.toContain('后一天');
  expect(last).toContain('href="/desk/reports/file?of=day"');
  expect(shownOf('morning', chinaTime(0, 0), days.slice(2))).not.toContain('前一天');
});

test('S5 columns of the files are as many as the titles say', () => {
  for (const columns of [
    ...[dayColumns, paymentColumns, paperColumns, sittingColumns, settlementColumns],
  ])
    expect(new Set(columns).size).toBe(columns.length);
});

test('S5 each check of the morning says what is well and what is not', () => {
  const said = checks.flatMap((name) =>
    (['good', 'bad'] as const).map((state) => sayCheck({ name, state, count: 7 })),
  );
  expect(new Set(said).size).toBe(2 * checks.length);
  expect(sayCheck({ name: 'released', state: 'bad', count: 7 })).toContain('7 份报考');
  const day = chinaTime(0, 9);
  expect(sayCheck({ name: 'bills-agree', state: 'bad', day })).toBe('6月1日的账单还没有核对');
});

test.each(oneOfEveryEvent.map((event) => [event.kind, event] as const))(
  'S3 S4 what %s says is read in Chinese, masked, by name',
  (kind, event) => {
    const { details } = auditOf(event);
    const said = sayDetails(kind, details, eventNames);
    for (const { label, lines } of said) {
      expect(label).toMatch(/^\p{Script=Han}+$/u);
      expect(lines.filter((line) => line.trim() === '')).toEqual([]);
      // No code of the machinery, no hole, no instant or fraction of money as a bare number.
      expect(lines.join(' ')).not.toMatch(
        /undefined|null|NaN|true|false|[{}[\]"]|[a-z]-[a-z]|\d{13}|^\s|：\s*$/,
      );
    }
    const text = JSON.stringify(said);
    expect(text).not.toMatch(/999912345637|sealed|digest|secret|password-hash/);
  },
);

test('S3 S4 an event says by name what it names by code', () => {
  const saidOf = (kind: EventKind) => {
    const event = oneOfEveryEvent.find((one) => one.kind === kind);
    const { details } = auditOf(event as RuxiEvent);
    return sayDetails(kind, details, eventNames).map(
      ({ label, lines }) => `${label}：${lines.join('｜')}`,
    );
  };
  expect(saidOf('registration-confirmed')).toEqual([
    '报考单：第 1 张',
    '报考单号：DEMO_0101_17_1',
    '准考证号：9999******37',
    '课程：单元A 11001 示例课程A1',
    '金额：35.00 元',
  ]);
  expect(saidOf('payment-received')).toEqual([
    '报考单：第 1 张',
    '付款：第 2 次',
    '流水号：2026060122',
    '付款时间：2026年6月1日 09:00:00',
    '处理：截止后到账，自动退回',
  ]);
  expect(saidOf('seats-declined')).toEqual([
    '操作：第 7 号',
    '转到：示例考区0102',
    `原因：${sayDesk({ reason: 'seats-exhausted' }).text}`,
    '没有别的考区可转：是',
  ]);
  expect(saidOf('seats-marked')).toEqual([
    '导入：第 3 号',
    `登记：${[
      '单元A 11001 示例课程A1，准考证号 9999******37，安排座位 考点 示例中学，考场 003，座位号 12',
      '单元A 11001 示例课程A1，准考证号 9999******37，缺考',
    ].join('｜')}`,
  ]);
  expect(saidOf('payment-set-aside')).toContain('原因：金额不对');
  expect(saidOf('act-proposed')).toContain(
    '操作：代撤销报考单；报考单 DEMO_0101_17_1；示例考区0101的考生',
  );
  expect(saidOf('import-closed').join()).toContain('还有 8 条，见原始记录');
});

test('B7 a payment of ours leads to its order, another’s number to nothing', () => {
  const page = createDeskViews().render('money', lookupSamples.money[1] as never, frame);
  expect(page).toContain('<a href="/desk/order?order=DEMO_0101_17_1">');
  expect(page.match(/\/desk\/order\?/g)).toHaveLength(1);
});

describe('in a browser', () => {
  const origin = 'http://ruxi.localhost';
  const views = createDeskViews();
  let browser: Browser;
  let page: Page;
  let shown = '';
  beforeAll(async () => {
    browser = await launchBrowser();
    const context = await newVisitor(browser, { width: 360 });
    const assets = new Map(views.assets.map((asset) => [asset.path, asset]));
    await context.route(`${origin}/**`, (route) => {
      const asset = assets.get(new URL(route.request().url()).pathname);
      return asset === undefined
        ? route.fulfill({ body: shown, contentType: 'text/html; charset=utf-8' })
        : route.fulfill({ body: Buffer.from(asset.bytes), contentType: asset.type });
    });
    await bringAxe(context);
    page = await context.newPage();
  });
  afterAll(() => browser.close());

  /** Runs in the page: nothing but a table of its own may be wider than a phone. */
  const tooWide = `document.documentElement.scrollWidth > document.documentElement.clientWidth
    ? ['wider than the screen'] : []`;

  test.each(Object.keys(samples) as DeskPageName[])(
    'B16 %s can be read on a phone and on a large screen',
    async (name) => {
      const complaints: string[] = [];
      for (const [place, model] of (samples[name] ?? []).entries()) {
        shown = views.render(name, model as never, frame);
        await page.goto(`${origin}/desk`);
        // What the others of a page differ in is no matter of width.
        for (const width of place === 0 ? [360, 768, 1440] : [360]) {
          await page.setViewportSize({ width, height: 800 });
          // What scripts draw is drawn anew for a width, a moment after it has changed.
          await expect
            .poll(() => page.evaluate<string[]>(tooWide), { timeout: 20_000 })
            .toEqual([]);
          const found = await axeComplaints(page, width === 768 ? rulesOfWidth : undefined);
          complaints.push(...found.map((one) => `sample ${place} at ${width} px: ${one}`));
        }
      }
      expect(complaints).toEqual([]);
    },
  );
});
