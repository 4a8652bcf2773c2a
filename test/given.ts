/**
 * What tests start from: a small province, an adopted session, invented people, and a desk that
 * carries commands through a partition the way a writer does, with the clock in the test's hand.
 * All people and numbers are invented and look it.
 */
import {
  createPartition,
  decide,
  dueCommands,
  evolve,
  type Partition,
  present,
} from '../engine/core/partition.ts';
import type {
  CandidateRecord,
  CodeAddress,
  PreparedCommand,
  TicketRecord,
} from '../engine/protocol/commands.ts';
import type { RuxiEvent } from '../engine/protocol/events.ts';
import type {
  AreaCode,
  CommandId,
  EpochMs,
  Fen,
  PersonId,
  TicketNumber,
  UnitCode,
} from '../engine/protocol/ids.ts';
import {
  type AttemptNumber,
  type OrderNumber,
  type PaymentWay,
  type ProviderName,
  placeOfNumber,
} from '../engine/protocol/payments.ts';
import type { RefusalDetail, RefusalReason } from '../engine/protocol/refusals.ts';
import type { CommandReply, Outcome } from '../engine/protocol/replies.ts';
import type {
  Adopted,
  BookingDay,
  CandidateType,
  Catalogue,
  Course,
  Settings,
} from '../engine/protocol/session.ts';
import type { StagedMark } from '../engine/protocol/sittings.ts';
import type { Act, Decider, Role } from '../engine/protocol/staff.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Midnight in China on the first booking day, 2026-06-01. */
export const firstDay: EpochMs = Date.UTC(2026, 4, 31, 16);
/** China time on booking day `day`, counted from 0. */
export function chinaTime(day: number, hour: number, minute = 0, second = 0): EpochMs {
  return firstDay + day * dayMs + hour * hourMs + minute * minuteMs + second * 1_000;
}

/** 22 characters, the same for the same words. */
export const opaque = (kind: string, number: number): string =>
  `${kind}${number}`.padEnd(22, '-').slice(0, 22);

export const unitCodes: readonly UnitCode[] = ['A', 'B', 'C', 'D'];
export const areaCodes: readonly AreaCode[] = ['0101', '0102', '0103'];

/** Three written courses a unit (`11001` to `14003`), then one of each kind that cannot be booked. */
export function givenCatalogue(): Catalogue {
  const written: Course[] = unitCodes.flatMap((unit, place) =>
    [1, 2, 3].map((number) => ({
      code: `1${place + 1}00${number}`,
      name: `示例课程${unit}${number}`,
      credits: 5,
      method: 'written',
      unit,
    })),
  );
  const others: Course[] = [
    { code: '20001', name: '示例实践课程', credits: 3, method: 'practical' },
    { code: '20002', name: '示例停考课程', credits: 3, method: 'written' },
    {
      code: '20003',
      name: '示例旧课程',
      credits: 3,
      method: 'written',
      replacedBy: ['11001', '12001'],
    },
  ];
  return {
    code: '2026-10',
    title: '示例省自学考试',
    feeFen: 3_500,
    printFrom: chinaTime(60, 0),
    units: unitCodes.map((code, place) => ({
      code,
      name: `单元${code}`,
      startsAt: chinaTime(90 + place, 9),
      endsAt: chinaTime(90 + place, 11, 30),
    })),
    cities: [{ code: '01', name: '示例市' }],
    areas: areaCodes.map((code, place) => ({
      code,
      name: `示例考区${code}`,
      city: '01',
      office: { name: '示例办公室', phone: '000-00000000', hours: '09:00–17:00' },
      position: { latitude: 30.5 + place / 4, longitude: 104 },
    })),
    courses: [...written, ...others],
    programmes: [
      {
        code: '020301K',
        name: '示例专业',
        level: '专科',
        courses: ['11001', '11002', '12001', '12002', '13001', '14001'],
        choices: [
          { name: '示例选考', courses: ['12001', '12002'], coursesMin: 1 },
          { name: '示例选修', courses: ['13001', '14001'], coursesMin: 1, creditsMin: 5 },
        ],
      },
      { code: '020302K', name: '示例无计划专业', level: '本科', courses: [] },
    ],
  };
}

export function givenSettings(overrides: Partial<Settings> = {}): Settings {
  return {
    foreignCourse: 'warn',
    importedPhoneMustMatch: true,
    holdMs: 5 * minuteMs,
    holdMaxMs: 10 * minuteMs,
    codeTriesMax: 5,
    codeResendAfterMs: minuteMs,
    bookingCodesPerDayMax: 5,
    accountCodesPerDayMax: 3,
    messagesPerPhonePerDayMax: 4,
    peoplePerPhoneMax: 2,
    areaMovesPerDayMax: 3,
    paymentMs: 30 * minuteMs,
    releaseGraceMs: 30 * minuteMs,
    remindBeforeMs: [3 * hourMs, hourMs],
    billsAfterMs: 13 * hourMs,
    bookingProof: 'code',
    ...overrides,
  };
}

/** F34: four days, 09:00–22:00. */
export function givenCalendar(): BookingDay[] {
  return [0, 1, 2, 3].map((day) => ({ opensAt: chinaTime(day, 9), closesAt: chinaTime(day, 22) }));
}

export function givenAdopted(overrides: Partial<Adopted> = {}): Adopted {
  return {
    number: 1,
    catalogue: givenCatalogue(),
    calendar: givenCalendar(),
    settings: givenSettings(),
    window: { state: 'open', pausedMs: 0 },
    ...overrides,
  };
}

export const givenPerson = (number: number): PersonId => opaque('person', number);
export const givenTicket = (number: number): TicketNumber => String(10_000_000_000 + number);

export function givenPhone(number: number): CodeAddress {
  return { sealed: `sealed-${number}`, index: opaque('phone', number), mask: '138****0000' };
}

export function givenTicketRecord(
  number: number,
  overrides: Partial<TicketRecord> = {},
): TicketRecord {
  return {
    number: givenTicket(number),
    programme: '020301K',
    status: 'active',
    passed: [],
    ...overrides,
  };
}

/** A new candidate (F7) with one ticket and a phone on file: may choose an area at once. */
export function givenRecord(
  number: number,
  overrides: Partial<CandidateRecord> = {},
): CandidateRecord {
  return {
    kind: 'new',
    documentType: 'resident-id',
    document: `sealed-document-${number}`,
    documentMask: '510*************00',
    name: `sealed-name-${number}`,
    nameMask: '示 *',
    candidateType: 'open',
    hasPhoto: true,
    tickets: [givenTicketRecord(number)],
    importedPhone: givenPhone(number),
    passwordHash: '$argon2id$invented',
    ...overrides,
  };
}

/** The same without phone and password (F8): everything is still to be done. */
export function givenEnrolledRecord(
  number: number,
  overrides: Partial<CandidateRecord> = {},
): CandidateRecord {
  const { importedPhone, passwordHash, ...record } = givenRecord(number);
  return { ...record, kind: 'enrolled', ...overrides };
}

type WithoutEnvelope<C> = C extends PreparedCommand ? Omit<C, 'id' | 'answerBy' | 'epoch'> : never;
type Envelope = { id: CommandId; answerBy: EpochMs; epoch: number; olderEpoch: boolean };
export type Asked = WithoutEnvelope<PreparedCommand> & Partial<Envelope>;

export type Entry = { index: number; at: EpochMs; event: RuxiEvent };

/** A partition with a clock in the test's hand and a journal to recover from. */
export class Desk {
  partition: Partition;
  now: EpochMs;
  readonly journal: Entry[] = [];
  private sent = 0;
  private index = 0;

  constructor(name = 'p0', now: EpochMs = chinaTime(0, 10)) {
    this.partition = createPartition(name);
    this.now = now;
  }

  /** One command through decide, evolve and present. Absent envelope fields are filled in. */
  send(asked: Asked): CommandReply {
    this.sent += 1;
    const { olderEpoch = false, ...command } = {
      id: opaque('command', this.sent),
      answerBy: this.now + 30_000,
      epoch: 1,
      ...asked,
    };
    return this.carry(command as PreparedCommand, olderEpoch);
  }

  carry(command: PreparedCommand, olderEpoch = false): CommandReply {
    const { now: at, partition, index: sequence } = this;
    if (command.kind === 'take-staged') this.loadSlice(command.slice);
    const { reply, events } = decide(partition, { sequence, at, olderEpoch, command });
    for (const event of events) {
      this.index += 1;
      this.journal.push({ index: this.index, at, event });
      evolve(partition, event, at, this.index);
    }
    return present(partition, command, reply, at);
  }

  /** As a writer does: a slice is in memory before it is taken. */
  private loadSlice(index: number): void {
    const event = this.journal[index - 1]?.event;
    if (event?.kind === 'people-staged' || event?.kind === 'marks-staged')
      this.partition.staging.loaded.slices.set(index, event);
  }

  /** Sets the clock forward and carries out what has become due, like a writer's timer. */
  wait(ms: number): void {
    this.now += ms;
    this.runTimers();
  }

  runTimers(): void {
    for (;;) {
      let carried = 0;
      for (const command of dueCommands(this.partition, this.now)) {
        this.send(command);
        carried += 1;
      }
      if (carried === 0) return;
    }
  }

  waitUntil(at: EpochMs): void {
    this.wait(at - this.now);
  }
}

/** A desk that has adopted the session; every area has `capacity` seats a unit. */
export function givenDesk(options: { adopted?: Partial<Adopted>; capacity?: number } = {}): Desk {
  const desk = new Desk();
  desk.send({ kind: 'adopt', adopted: givenAdopted(options.adopted) });
  const capacity = options.capacity ?? 10;
  for (const area of areaCodes) {
    const capacities = unitCodes.map((unit) => ({ unit, capacity }));
    desk.send({ kind: 'set-capacity', area, capacities });
  }
  return desk;
}

/** One person registering in one area: remembers the revision, as a page does. */
export class Visitor {
  readonly desk: Desk;
  readonly person: PersonId;
  area: AreaCode;
  claim = 1;
  ticket: TicketNumber;
  readonly phone: CodeAddress;
  candidateType: CandidateType = 'open';
  challenge = '';
  private codes = 0;

  constructor(desk: Desk, number: number, area: AreaCode = '0101') {
    this.desk = desk;
    this.person = givenPerson(number);
    this.ticket = givenTicket(number);
    this.phone = givenPhone(number);
    this.area = area;
  }

  get row() {
    return this.desk.partition.areas.get(this.area)?.registrations.get(this.person);
  }

  /** The units this ticket has chosen, as a page would name them. */
  get chosen(): UnitCode[] {
    const places = this.row?.places ?? [];
    return places.flatMap(({ unit, ticket, chosen }) =>
      chosen !== undefined && ticket === this.ticket ? [unit] : [],
    );
  }

  /** The envelope of a registration command, made from the present revision. */
  from() {
    const { area, person, claim, ticket } = this;
    return { area, person, claim, ticket, revision: this.row?.revision ?? 0 };
  }

  choose(
    course: string,
    replace = false,
    more: Partial<Envelope & { revision: number }> = {},
  ): CommandReply {
    const programme = '020301K';
    const { candidateType } = this;
    return this.desk.send({
      kind: 'choose-course',
      ...this.from(),
      programme,
      candidateType,
      course,
      replace,
      ...more,
    });
  }

  drop(unit: UnitCode): CommandReply {
    return this.desk.send({ kind: 'drop-course', ...this.from(), unit });
  }

  hold(): CommandReply {
    const { challenge, phone } = this.withChallenge();
    return this.desk.send({ kind: 'hold-seats', ...this.from(), challenge, phone });
  }

  sendCode(): CommandReply {
    const { challenge, phone } = this.withChallenge();
    return this.desk.send({ kind: 'send-code', ...this.from(), challenge, phone });
  }

  resend(): CommandReply {
    return this.desk.send({ kind: 'resend-code', ...this.from() });
  }

  save(
    units: UnitCode[] = this.chosen,
    codeMatches = true,
    more: Partial<Envelope & { revision: number }> = {},
  ): CommandReply {
    const { challenge } = this;
    return this.desk.send({
      kind: 'save-seats',
      ...this.from(),
      challenge,
      units,
      codeMatches,
      ...more,
    });
  }

  saveByPassword(passwordMatches = true, units: UnitCode[] = this.chosen): CommandReply {
    const { challenge } = this;
    const typed = { challenge, passwordMatches, units };
    return this.desk.send({ kind: 'save-by-password', ...this.from(), ...typed });
  }

  giveUp(units: UnitCode[]): CommandReply {
    return this.desk.send({ kind: 'give-up-seats', ...this.from(), units });
  }

  /** 确认报考信息. */
  confirm(more: Partial<Envelope & { revision: number }> = {}): CommandReply {
    return this.desk.send({ kind: 'confirm-registration', ...this.from(), ...more });
  }

  /** The number of the ticket's newest order. */
  get order(): OrderNumber {
    const orders = this.row?.orders.filter(({ ticket }) => ticket === this.ticket) ?? [];
    return orders.at(-1)?.number ?? 'NONE_0_0_0';
  }

  withdraw(order = this.order): CommandReply {
    return this.desk.send({ kind: 'withdraw-order', ...this.from(), order });
  }

  startPayment(provider: ProviderName = 'sandbox', order = this.order): CommandReply {
    const way: PaymentWay = 'scan';
    return this.desk.send({ kind: 'start-payment', ...this.from(), order, provider, way });
  }

  /** Starts an attempt; its number. */
  pay(provider: ProviderName = 'sandbox'): AttemptNumber {
    const outcome = accepted(this.startPayment(provider));
    if (outcome.kind !== 'payment-started') throw new Error(outcome.kind);
    return outcome.attempt;
  }

  stopPayment(order = this.order): CommandReply {
    return this.desk.send({ kind: 'stop-payment', ...this.from(), order });
  }

  requestRefund(order = this.order): CommandReply {
    return this.desk.send({ kind: 'request-refund', ...this.from(), order });
  }

  /** Chooses, holds and saves. */
  take(...courses: string[]): CommandReply {
    for (const course of courses) accepted(this.choose(course));
    accepted(this.hold());
    return this.save();
  }

  private withChallenge(): Visitor {
    this.codes += 1;
    this.challenge = opaque(`code${this.person.slice(0, 10)}`, this.codes);
    return this;
  }
}

/** The command line, as somebody there. */
export const shellAs = (named: string) => ({ by: 'shell', byGeneration: 0, named });

/** One act by the command line, and by another there if it is two people's. */
export function actFromShell(desk: Pick<Desk, 'send'>, act: Act): void {
  const by = shellAs('示例甲');
  const outcome = accepted(
    desk.send({ kind: 'propose-act', act, reason: '示例', foreseen: [], ...by }),
  );
  if (outcome.kind !== 'act' || outcome.decided) return;
  const { number } = outcome;
  accepted(desk.send({ kind: 'approve-act', number, ...shellAs('示例乙') }));
}

/** Whoever keeps all accounts: invited by the command line, and the invitation accepted. */
export function givenKeeper(desk: Desk, staff = 'keeper', roles: Role[] = ['system']): void {
  const scope = { kind: 'province' } as const;
  const digest = opaque(`link${staff}`, 1);
  const shell = { anew: false, by: 'shell', byGeneration: 0, reason: '示例' };
  accepted(desk.send({ kind: 'invite-staff', staff, roles, scope, digest, ...shell }));
  acceptInvitation(desk, staff, digest);
}
/** Who decides, as their account is by now. */
export const deciding = (desk: Desk, staff: string): Pick<Decider, 'by' | 'byGeneration'> => ({
  by: staff,
  byGeneration: desk.partition.staff.get(staff)?.generation ?? 0,
});
export function acceptInvitation(desk: Desk, staff: string, digest: string): void {
  accepted(
    desk.send({
      ...({ kind: 'accept-invitation', staff, digest, hash: `hash of ${staff}` } as const),
      ...{ sealedSecret: `sealed for ${staff}`, step: 100 },
      recovery: [opaque(`way${staff}`, 1), opaque(`way${staff}`, 2)],
    }),
  );
}

/** One act of each kind, such as may be decided at 10:00 on the first day. */
export const givenActs: Act[] = [
  { kind: 'set-calendar', from: givenCalendar(), calendar: givenCalendar().slice(0, 3) },
  { kind: 'pause-window', shown: '示例', newsBy: chinaTime(0, 12) },
  { kind: 'open-window' },
  {
    kind: 'pause-pools',
    pools: [{ area: '0101' }, { area: '0102', unit: 'A' }],
    ...{ shown: '示例', newsBy: chinaTime(0, 12) },
  },
  { kind: 'open-pools', pools: [{ area: '0101' }] },
  { kind: 'set-paying', to: 'paused', shown: '示例' },
  { kind: 'set-hold', holdMs: 8 * minuteMs, holdMaxMs: 15 * minuteMs },
  { kind: 'set-booking-proof', to: 'password' },
  {
    kind: 'set-capacity',
    changes: [
      {
        area: '0101',
        from: [{ unit: 'A', capacity: 10 }],
        capacities: [
          { unit: 'A', capacity: 12 },
          { unit: 'A', capacity: 2, candidateType: 'applied' },
        ],
      },
    ],
  },
  { kind: 'set-course-caps', area: '0101', from: [], caps: [{ course: '11001', cap: 9 }] },
  { kind: 'release-unpaid', areas: ['0101', '0102'] },
  { kind: 'publish-notice', text: '示例公告', until: chinaTime(0, 20) },
  { kind: 'unbind-phone-for', person: givenPerson(1), area: '0101' },
  { kind: 'reset-to-activation', person: givenPerson(1) },
  { kind: 'end-sign-ins-for', person: givenPerson(1), area: '0101' },
  { kind: 'withdraw-for', person: givenPerson(1), area: '0101', order: 'DEMO_0101_1_1' },
  { kind: 'refund-for', person: givenPerson(1), area: '0101', order: 'DEMO_0101_1_1' },
  {
    ...({ kind: 'withdraw-area', area: '0101', units: ['A'], from: 0, shown: '示例' } as const),
    remedy: { kind: 'move', to: ['0102', '0103'] },
  },
];

/** A provider's word that an attempt was paid. */
export const givenPayment = (attempt: AttemptNumber, amountFen: Fen, number = 1) => ({
  ...({
    kind: 'note-payment',
    area: placeOfNumber(attempt)?.area ?? '',
    provider: 'sandbox',
  } as const),
  attempt,
  ...{ transaction: `T${attempt}.${number}`, amountFen, paidAt: firstDay },
});

/** Import `number`, of one slice, from staging to the rows. */
export function markSeats(
  desk: Desk,
  number: number,
  area: AreaCode,
  marks: readonly StagedMark[],
): void {
  const part = { import: number, slice: 0, area, marks: [...marks] };
  accepted(desk.send({ kind: 'stage-marks', ...part }));
  const heard = { import: number, to: 'applied' as const, capacities: [] };
  accepted(desk.send({ kind: 'adopt-import', ...heard }));
  desk.runTimers();
}

/** One fact that nobody takes. */
export const givenAside = (number: number) =>
  ({
    key: `aside.${number}`,
    provider: 'alipay',
    why: 'amount-differs',
    attempt: `DEMO_0101_${number}_1_1`,
    transaction: `T${number}`,
    amountFen: 1,
  }) as const;

export function accepted(reply: CommandReply): Outcome {
  if (reply.kind !== 'accepted') throw new Error(`refused: ${reply.reason}`);
  return reply.outcome;
}

export function refused(reply: CommandReply): { reason: RefusalReason; detail?: RefusalDetail } {
  if (reply.kind !== 'refused') throw new Error(`accepted: ${reply.outcome.kind}`);
  const { reason, detail } = reply;
  return detail === undefined ? { reason } : { reason, detail };
}
