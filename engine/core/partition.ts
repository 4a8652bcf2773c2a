/**
 * One partition's books and the way through them: `decide` judges a command, `evolve` carries out
 * what was decided, `present` puts the state that follows beside the answer. All is synchronous
 * and deterministic; instants and ids arrive on the command.
 *
 * P1 `decide`, `present` and `ask` change nothing. `evolve` cannot refuse.
 * P2 An event changes exactly one row and stamps it with the event's own journal index. Indices
 *    number events, not batches: two events of one batch may change the same row.
 * P3 Recovery: `loadRow` every stored row (of candidates and phones those that are needed), then
 *    each journal event is skipped where `rowOfEvent(...).lastIndex >= index` and else evolved; at
 *    the end `rebuild` once. No rule is asked again.
 * P4 Candidates and phones are here only while loaded: `rowsNeeded` and `rowsOfEvent` say which
 *    must be, or be known to be absent, beforehand. All registrations stay.
 */
import type {
  AdoptImport,
  BeginReconciliation,
  ExpireHolds,
  PreparedCommand,
  ReleaseUnpaid,
  RemindUnpaid,
  Sequenced,
} from '../protocol/commands.ts';
import type { RuxiEvent } from '../protocol/events.ts';
import type { AreaCode, EpochMs, PartitionName, PersonId, PhoneIndex } from '../protocol/ids.ts';
import { signInMaxMs } from '../protocol/lasting.ts';
import type { Refused } from '../protocol/refusals.ts';
import type {
  Accepted,
  AreaCounts,
  CommandReply,
  Query,
  QueryAnswer,
  Revocation,
} from '../protocol/replies.ts';
import {
  type ActBook,
  actsShown,
  actViewOf,
  decideApproveAct,
  decideNoteActCarried,
  decideProposeAct,
  decideWithdrawAct,
  evolveAct,
} from './acts.ts';
import { decideActOnArea } from './acts-on-areas.ts';
import { decideOnAlarm, evolveAlarms } from './alarms.ts';
import {
  type AreaBook,
  addRegistration,
  balanceOf,
  capacitiesOfImport,
  countsOf,
  createAreaBook,
  decideExpireHolds,
  decideFenceArea,
  decideSetCapacity,
  decideSetCourseCaps,
  decideVacateArea,
  evolveCapacitySet,
  evolveCourseCapsSet,
  recount,
} from './area-book.ts';
import { type Asides, decideSetAside, evolveSetAside } from './asides.ts';
import { unreachable } from './assert.ts';
import {
  candidateViewOf,
  decideOnCandidate,
  evolveCandidate,
  inFullOf,
  signInFactsOf,
} from './candidate-book.ts';
import { decideReleaseUnpaid, decideRemindUnpaid, nextUnpaidDue, tidyUnpaid } from './day-close.ts';
import { nextDue, tidy } from './deadlines.ts';
import { accept, type Decision, outdated, refuse } from './decision.ts';
import { digestOf } from './digest.ts';
import { addNews, type Effect } from './effects.ts';
import { foresee } from './foresee.ts';
import { decideOnImport, evolveImports, type Imports, importViews } from './imports.ts';
import { done, keptAnswer } from './kept-answers.ts';
import { decideOnKey, evolveKeys, type KeyBook, keyListOf } from './key-book.ts';
import {
  decideNoteAttemptClosed,
  decideNoteNews,
  decideNotePayment,
  decideNoteRefund,
} from './orders.ts';
import { paymentsIn } from './payment-lines.ts';
import { decideOnPhone, evolvePhone, peopleOn } from './phone-book.ts';
import { registeredIn } from './registered.ts';
import {
  decideBookingDelivery,
  decideOnRegistration,
  evolveRegistration,
  sharePairs,
  viewOf,
} from './registration.ts';
import { reportIn } from './report.ts';
import {
  isOnCandidate,
  isOnImport,
  isOnPhone,
  isOnRegistration,
  isOnStaff,
  isOnStaging,
  type RowNeed,
} from './row-needs.ts';
import type {
  AdoptedRow,
  AlarmsRow,
  CandidateRow,
  PhoneRow,
  RegistrationRow,
  Row,
  SessionRow,
} from './rows.ts';
import { compileRules, type Rules } from './rules.ts';
import {
  decideAdopt,
  decideBeginReconciliation,
  decideInstallCatalogue,
  decideInstallSession,
  decideNoteAdopted,
  decideNoteExport,
  decideNoteReconciled,
  evolveSession,
  nextBills,
} from './session-book.ts';
import { paidOrderIn } from './slips.ts';
import {
  decideOnStaff,
  decideShowInFull,
  evolveStaff,
  type StaffBook,
  staffFactsOf,
  staffListOf,
} from './staff-book.ts';
import {
  createStaging,
  decideStageCandidates,
  decideStageGrades,
  decideStageMarks,
  decideTakeStaged,
  evolveStaging,
  isAdoptedBefore,
  isTaking,
  noteTaken,
  type Staging,
  slicesToTake,
  stagingView,
  type TakeStagedBody,
} from './staging.ts';
import { withdrawalIn } from './withdrawal-view.ts';
import { decideNoteMoved, decideReceiveSeats, decideRefundMoved } from './withdrawals.ts';

export type Partition = {
  name: PartitionName;
  /** Only where the session is owned. */
  session: SessionRow | undefined;
  adopted: AdoptedRow | undefined;
  /** `adopted`, made quick to ask. */
  rules: Rules | undefined;
  areas: Map<AreaCode, AreaBook>;
  candidates: Map<PersonId, CandidateRow>;
  phones: Map<PhoneIndex, PhoneRow>;
  /** People with ended sign-ins, as far as their rows passed through here; longest ago first. */
  revocations: Map<PersonId, Revocation>;
  asides: Asides;
  /** Who works at the desk; where the session is owned. */
  staff: StaffBook;
  /** Of other systems; there too. */
  keys: KeyBook;
  /** Only where the session is owned. */
  imports: Imports;
  staging: Staging;
  /** What they decided; there too. */
  acts: ActBook;
  /** Which alarms they have taken; there too, once there is one. */
  alarms: AlarmsRow | undefined;
};
/** The writer answers the others itself. */
export type CoreQuery = Exclude<
  Query,
  {
    kind: 'spend-once' | 'status' | 'messages' | 'channels' | 'candidates' | 'journal' | 'timeline';
  }
>;
export type DueCommand =
  | TakeStagedBody
  | Pick<ExpireHolds | ReleaseUnpaid | RemindUnpaid, 'kind' | 'area'>
  | Pick<BeginReconciliation, 'kind' | 'day'>;

export function createPartition(name: PartitionName): Partition {
  return {
    name,
    session: undefined,
    adopted: undefined,
    rules: undefined,
    areas: new Map(),
    candidates: new Map(),
    phones: new Map(),
    asides: new Map(),
    staff: new Map(),
    keys: new Map(),
    imports: new Map(),
    staging: createStaging(),
    acts: new Map(),
    alarms: undefined,
    revocations: new Map(),
  };
}

/** B2 first, then the reasons in the order of `refusalReasons`. */
export function decide(partition: Partition, given: Sequenced): Decision {
  const { command, at } = given;
  const { rules } = partition;
  switch (command.kind) {
    case 'choose-course':
    case 'drop-course':
    case 'hold-seats':
    case 'send-code':
    case 'resend-code':
    case 'save-seats':
    case 'save-by-password':
    case 'give-up-seats':
    case 'confirm-registration':
    case 'withdraw-order':
    case 'start-payment':
    case 'stop-payment':
    case 'request-refund':
      return decideOnRegistration(rules, bookOf(partition, command.area), given, command);
    case 'import-candidate':
    case 'record-sign-in':
    case 'request-phone-code':
    case 'bind-phone':
    case 'set-password':
    case 'choose-area':
    case 'note-vacated':
    case 'note-fenced':
    case 'note-phone-settled':
    case 'request-unbind-code':
    case 'unbind-phone':
    case 'note-phone-released':
    case 'change-password':
    case 'request-reset-code':
    case 'prove-reset-code':
    case 'reset-password':
    case 'end-sign-ins':
    case 'sign-out':
    case 'act-on-candidate':
    case 'move-for':
      return decideOnCandidate(rules, partition.candidates.get(command.person), given, command);
    case 'join-phone':
    case 'settle-phone':
    case 'take-message':
    case 'release-phone':
      return decideOnPhone(rules, partition.phones.get(command.phone), given, command);
    case 'invite-staff':
    case 'accept-invitation':
    case 'record-staff-sign-in':
    case 'set-roles':
    case 'end-account':
    case 'change-staff-password':
    case 'renew-totp':
    case 'renew-recovery-codes':
    case 'end-staff-sign-ins':
      return decideOnStaff(partition.staff, partition.adopted, given, command);
    case 'show-in-full':
      return decideShowInFull(partition.staff, partition.adopted, given, command);
    case 'propose-act':
      return decideProposeAct(partition, given, command);
    default:
  }
  const early = outdated(given);
  if (early !== undefined) return early;
  switch (command.kind) {
    case 'note-delivery':
      return command.area === undefined
        ? decideOnCandidate(rules, partition.candidates.get(command.person), given, command)
        : decideBookingDelivery(bookOf(partition, command.area), command);
    case 'vacate-area':
      return decideVacateArea(bookOf(partition, command.area), command);
    case 'fence-area':
      return decideFenceArea(bookOf(partition, command.area), command);
    case 'expire-holds':
      // Without a session nothing was ever held.
      return rules === undefined
        ? accept(done)
        : decideExpireHolds(rules, bookOf(partition, command.area), at);
    case 'release-unpaid':
      return rules === undefined
        ? accept(done)
        : decideReleaseUnpaid(rules, bookOf(partition, command.area), at);
    case 'remind-unpaid':
      return rules === undefined
        ? accept(done)
        : decideRemindUnpaid(rules, bookOf(partition, command.area), at);
    case 'set-capacity':
      return decideSetCapacity(partition.areas.get(command.area), command);
    case 'set-course-caps':
      return decideSetCourseCaps(partition.areas.get(command.area), command);
    case 'act-on-area':
      if (rules === undefined) return refuse('session-missing');
      return decideActOnArea(rules, bookOf(partition, command.area), command, at);
    case 'make-key':
    case 'end-key':
      return decideOnKey(partition, command);
    case 'acknowledge-alarm':
    case 'note-alarm-ended':
      return decideOnAlarm(partition, command);
    case 'note-export':
      return decideNoteExport(partition, command);
    case 'approve-act':
      return decideApproveAct(partition, command, at);
    case 'withdraw-act':
      return decideWithdrawAct(partition, command, at);
    case 'note-act-carried':
      return decideNoteActCarried(partition.acts, command);
    case 'note-payment':
      return decideNotePayment(rules, bookOf(partition, command.area), command);
    case 'receive-seats':
      return decideReceiveSeats(rules, bookOf(partition, command.area), command);
    case 'note-moved':
      return decideNoteMoved(rules, bookOf(partition, command.area), command);
    case 'refund-moved':
      return decideRefundMoved(bookOf(partition, command.area), command);
    case 'note-attempt-closed':
      return decideNoteAttemptClosed(bookOf(partition, command.area), command);
    case 'note-refund':
      return rules === undefined
        ? refuse('session-missing')
        : decideNoteRefund(rules, bookOf(partition, command.area), command, at);
    case 'note-news':
      return decideNoteNews(bookOf(partition, command.area), command);
    case 'install-session':
      return decideInstallSession(partition.session, command);
    case 'install-catalogue':
      return decideInstallCatalogue(partition, command);
    case 'adopt':
      return decideAdopt(partition.adopted, command);
    case 'note-adopted':
      return decideNoteAdopted(partition.session, command);
    case 'set-aside':
      return decideSetAside(partition.asides, command);
    case 'begin-reconciliation':
      return decideBeginReconciliation(partition.session, command, at);
    case 'note-reconciled':
      return decideNoteReconciled(partition.session, command);
    case 'begin-import':
    case 'close-import':
    case 'apply-import':
    case 'drop-import':
    case 'note-import-adopted':
      return decideOnImport(partition, command);
    case 'stage-candidates':
      return decideStageCandidates(partition.staging, partition.candidates, command);
    case 'stage-grades':
      return decideStageGrades(partition.staging, partition.candidates, command);
    case 'stage-marks':
      return decideStageMarks(partition.staging, command);
    case 'adopt-import':
      return decideAdoptImport(partition, command);
    case 'take-staged':
      return decideTakeStaged(partition.staging, partition, command);
    default:
      return unreachable(command);
  }
}

/** All in one batch: capacities of this partition's areas, and that people's slices count. */
function decideAdoptImport(partition: Partition, command: AdoptImport): Decision {
  const { staging, areas } = partition;
  if (isAdoptedBefore(staging, command)) return accept(done);
  if (isTaking(staging, command)) return refuse('import-running');
  const { import: number, to } = command;
  const set = command.capacities.flatMap(
    (one) => capacitiesOfImport(areas.get(one.area), one) ?? [],
  );
  return {
    ...accept(done),
    events: [...set, { kind: 'import-adopted', import: number, to }],
  };
}

/** `index` is the event's own (P2); `at` the instant its command was decided at. */
export function evolve(partition: Partition, event: RuxiEvent, at: EpochMs, index: number): Row {
  const row = apply(partition, event, at, index);
  row.lastIndex = index;
  return row;
}

function apply(partition: Partition, event: RuxiEvent, at: EpochMs, index: number): Row {
  if (isOnRegistration(event))
    return evolveRegistration(partition.rules, ensureBook(partition, event.area), event, at, index);
  if (isOnCandidate(event)) {
    const row = evolveCandidate(partition.candidates.get(event.person), event);
    partition.candidates.set(event.person, row);
    if (event.kind === 'candidate-imported') noteTaken(partition.staging, event.person);
    noteRevocation(partition, row);
    forgetRevocations(partition, at);
    return row;
  }
  if (isOnPhone(event)) {
    const row = evolvePhone(partition.phones.get(event.phone), event, at);
    partition.phones.set(event.phone, row);
    return row;
  }
  if (isOnStaff(event)) {
    const row = evolveStaff(partition.staff.get(event.staff), event, at);
    partition.staff.set(event.staff, row);
    return row;
  }
  if (isOnImport(event)) return evolveImports(partition.imports, event, at);
  if (isOnStaging(event)) return evolveStaging(partition.staging, event, index);
  switch (event.kind) {
    case 'capacity-set':
      return evolveCapacitySet(ensureBook(partition, event.area), event, index);
    case 'course-caps-set':
      return evolveCourseCapsSet(ensureBook(partition, event.area), event, index);
    case 'session-installed':
    case 'catalogue-installed':
    case 'session-acted':
    case 'adoption-noted':
    case 'reconciliation-begun':
    case 'day-reconciled':
    case 'export-noted':
      partition.session = evolveSession(partition.session, event);
      return partition.session;
    case 'session-adopted': {
      const { adopted } = event;
      const row = partition.adopted ?? { table: 'adopted', lastIndex: 0, adopted };
      row.adopted = adopted;
      return adopt(partition, row);
    }
    case 'payment-set-aside':
      return evolveSetAside(partition.asides, event, at);
    case 'key-made':
    case 'key-ended':
      return evolveKeys(partition.keys, event, at);
    case 'alarm-acknowledged':
    case 'alarm-ended':
      partition.alarms = evolveAlarms(partition.alarms, event, at);
      return partition.alarms;
    case 'act-proposed':
    case 'act-decided':
    case 'act-withdrawn':
    case 'act-carried':
      return evolveAct(partition.acts, event, at);
    default:
      return unreachable(event);
  }
}

/** The full reply with the present view (B2): call it once the decision's events have evolved. */
export function present(
  partition: Partition,
  command: PreparedCommand,
  reply: Accepted | Refused,
  at: EpochMs,
): CommandReply {
  const { rules } = partition;
  const { id } = command;
  switch (command.kind) {
    case 'choose-course':
    case 'drop-course':
    case 'hold-seats':
    case 'send-code':
    case 'resend-code':
    case 'save-seats':
    case 'save-by-password':
    case 'give-up-seats':
    case 'confirm-registration':
    case 'withdraw-order':
    case 'start-payment':
    case 'stop-payment':
    case 'request-refund': {
      const row = registrationIn(partition, command.area, command.person);
      if (rules === undefined || row === undefined) return { id, ...reply };
      return { id, ...reply, registration: viewOf(rules, row, at) };
    }
    case 'record-sign-in':
    case 'request-phone-code':
    case 'bind-phone':
    case 'set-password':
    case 'choose-area':
    case 'request-unbind-code':
    case 'unbind-phone': {
      const row = partition.candidates.get(command.person);
      if (reply.kind === 'refused' || row === undefined) return { id, ...reply };
      return { id, ...reply, candidate: candidateViewOf(rules, row) };
    }
    default:
      return { id, ...reply };
  }
}

export function ask(partition: Partition, query: CoreQuery, at: EpochMs): QueryAnswer {
  const { rules } = partition;
  switch (query.kind) {
    case 'registration': {
      const row = registrationIn(partition, query.area, query.person);
      const none = { revision: 0, seats: [], draft: [], orders: [] };
      const known = rules !== undefined && row !== undefined;
      return { kind: query.kind, registration: known ? viewOf(rules, row, at) : none };
    }
    case 'candidate': {
      const row = partition.candidates.get(query.person);
      return { kind: query.kind, candidate: row ? candidateViewOf(rules, row) : null };
    }
    case 'sign-in-facts': {
      const row = partition.candidates.get(query.person);
      return { kind: query.kind, facts: row ? signInFactsOf(row) : null };
    }
    case 'outcome': {
      const { area, person, command, answerBy } = query;
      const row =
        area === undefined
          ? partition.candidates.get(person)
          : registrationIn(partition, area, person);
      const kept = row && keptAnswer(row, command);
      const state =
        kept !== undefined
          ? ({ kind: 'kept', outcome: kept.outcome } as const)
          : ({ kind: at <= answerBy ? 'checking' : 'absent' } as const);
      if (rules === undefined || row?.table !== 'registrations') return { kind: query.kind, state };
      return { kind: query.kind, state, registration: viewOf(rules, row, at) };
    }
    case 'counts':
      return {
        kind: query.kind,
        counts: [...partition.areas.keys()].flatMap((area) => countsIn(partition, area, at) ?? []),
      };
    case 'balance':
      return { kind: query.kind, pools: booksOf(partition, query.area).flatMap(balanceOf) };
    case 'payments':
      return paymentsIn(partition.areas, query);
    case 'asides': {
      const asides = [...partition.asides.values()].reverse().slice(0, asidesShownMax);
      return {
        kind: query.kind,
        asides: asides.map(({ table, lastIndex, key, ...shown }) => shown),
        reconciled: partition.session?.reconciled ?? [],
      };
    }
    case 'session':
      return { kind: query.kind, adopted: partition.adopted?.adopted ?? null };
    case 'revocations': {
      const revocations = [...partition.revocations.values()]
        .map((one) => ({ ...one, signedOut: one.signedOut.filter(({ until }) => at < until) }))
        .filter((one) => at - one.at <= signInMaxMs || one.signedOut.length > 0);
      return { kind: query.kind, revocations };
    }
    case 'in-full': {
      const row = partition.candidates.get(query.person);
      return { kind: query.kind, shown: row ? inFullOf(row, query.area) : null };
    }
    case 'order-state':
      return { kind: query.kind, paid: paidOrderIn(partition.areas.get(query.area), query) };
    case 'registrations':
      return registeredIn(rules, partition.areas.get(query.area), query, at);
    case 'report':
      return reportIn(rules, partition.areas.get(query.area), query, at);
    case 'phone':
      return { kind: query.kind, people: peopleOn(partition.phones.get(query.phone), at) };
    case 'staff-facts': {
      const row = partition.staff.get(query.staff);
      return { kind: query.kind, facts: row ? staffFactsOf(row) : null };
    }
    case 'staff-list':
      return { kind: query.kind, staff: staffListOf(partition.staff) };
    case 'keys':
      return { kind: query.kind, keys: keyListOf(partition.keys) };
    case 'alarms': {
      const { lastIndex: index = 0, acknowledged = [] } = partition.alarms ?? {};
      return { kind: query.kind, index, acknowledged };
    }
    case 'imports': {
      const { imports, staging } = partition;
      return { kind: query.kind, imports: importViews(imports), staging: stagingView(staging) };
    }
    case 'acts':
      return { kind: query.kind, ...actsShown(partition, query, at) };
    case 'act': {
      const row = partition.acts.get(query.number);
      return { kind: query.kind, act: row ? actViewOf(row, at) : null };
    }
    case 'withdrawal': {
      const { kind, area, units } = query;
      return { kind, withdrawal: withdrawalIn(rules, bookOf(partition, area), units, at) };
    }
    case 'foresee':
      return { kind: query.kind, foreseen: foresee(partition.areas, query.act, rules, at) };
    default:
      return unreachable(query);
  }
}

const asidesShownMax = 1_000;

/** One area's counts, as published after a flush; undefined before a session or for an unknown area. */
export function countsIn(
  partition: Partition,
  area: AreaCode,
  at: EpochMs,
): AreaCounts | undefined {
  const book = partition.areas.get(area);
  if (partition.rules === undefined || book === undefined) return undefined;
  return countsOf(partition.rules, book, at);
}

/**
 * What timers are to bring, each command a slice of the work: whoever has carried out enough of them
 * for once stops asking, and asks anew a moment later.
 */
export function* dueCommands(partition: Partition, at: EpochMs): Generator<DueCommand> {
  const { rules, areas, session } = partition;
  const bills = session && nextBills(session);
  if (bills !== undefined && bills.at <= at) yield { kind: 'begin-reconciliation', day: bills.day };
  yield* slicesToTake(partition.staging, slicesAtOnce);
  if (rules === undefined) return;
  for (const book of areas.values()) {
    const { area } = book;
    if (tidy(rules, area, book.queues, at)) yield { kind: 'expire-holds', area };
    const { release, remind } = tidyUnpaid(rules, book, at);
    if (release) yield { kind: 'release-unpaid', area };
    if (remind) yield { kind: 'remind-unpaid', area };
  }
}

/** More than one batch takes. */
const slicesAtOnce = 16;

/** News that nobody has been told yet, until there is `enough`: more than a lane takes at a time. */
export function untoldNews(partition: Partition, enough: number): Effect[] {
  const untold: Effect[] = [];
  for (const { registrations } of partition.areas.values()) {
    for (const row of registrations.values()) {
      addNews(row, untold);
      if (untold.length >= enough) return untold;
    }
  }
  return untold;
}

/** The instant at which to ask `dueCommands` next; early rather than late. */
export function nextDeadline(partition: Partition): EpochMs | undefined {
  const { rules, areas, session } = partition;
  if (slicesToTake(partition.staging, 1).length > 0) return 0;
  let next = (session && nextBills(session)?.at) ?? Number.POSITIVE_INFINITY;
  if (rules !== undefined) {
    for (const book of areas.values())
      next = Math.min(next, nextDue(rules, book.area, book.queues), nextUnpaidDue(rules, book));
  }
  return next === Number.POSITIVE_INFINITY ? undefined : next;
}

/** The row an event would change, if it is here: recovery skips what the row already holds. */
export function rowOfEvent(partition: Partition, event: RuxiEvent): Row | undefined {
  if (isOnRegistration(event)) return registrationIn(partition, event.area, event.person);
  if (isOnCandidate(event)) return partition.candidates.get(event.person);
  if (isOnPhone(event)) return partition.phones.get(event.phone);
  if (isOnStaff(event)) return partition.staff.get(event.staff);
  if (isOnImport(event)) return partition.imports.get(event.import);
  if (isOnStaging(event)) return partition.staging.row;
  switch (event.kind) {
    case 'capacity-set':
    case 'course-caps-set':
      return partition.areas.get(event.area)?.row;
    case 'session-installed':
    case 'catalogue-installed':
    case 'session-acted':
    case 'adoption-noted':
    case 'reconciliation-begun':
    case 'day-reconciled':
    case 'export-noted':
      return partition.session;
    case 'session-adopted':
      return partition.adopted;
    case 'payment-set-aside':
      return partition.asides.get(event.key);
    case 'key-made':
    case 'key-ended':
      return partition.keys.get(event.apiKey);
    case 'alarm-acknowledged':
    case 'alarm-ended':
      return partition.alarms;
    case 'act-proposed':
    case 'act-decided':
    case 'act-withdrawn':
    case 'act-carried':
      return partition.acts.get(event.number);
    default:
      return unreachable(event);
  }
}

/**
 * A stored row comes in; `adopted` best before the registrations, so that they share what the
 * session knows. Counts and deadlines wait for `rebuild`; candidates and phones have none.
 */
export function loadRow(partition: Partition, row: Row): void {
  switch (row.table) {
    case 'registrations':
      sharePairs(partition.rules, row);
      addRegistration(ensureBook(partition, row.area), row);
      return;
    case 'areas':
      ensureBook(partition, row.area).row = row;
      return;
    case 'candidates':
      partition.candidates.set(row.person, row);
      noteRevocation(partition, row);
      return;
    case 'phones':
      partition.phones.set(row.phone, row);
      return;
    case 'session':
      partition.session = row;
      return;
    case 'adopted':
      adopt(partition, row);
      return;
    case 'asides':
      partition.asides.set(row.key, row);
      return;
    case 'acts':
      partition.acts.set(row.number, row);
      return;
    case 'staff':
      partition.staff.set(row.staff, row);
      return;
    case 'keys':
      partition.keys.set(row.apiKey, row);
      return;
    case 'alarms':
      partition.alarms = row;
      return;
    case 'imports':
      partition.imports.set(row.number, row);
      return;
    case 'stagings':
      partition.staging.row = row;
      return;
    default:
      unreachable(row);
  }
}

/** The caller knows that the row is in the store as it is here. */
export function forgetRow(partition: Partition, need: RowNeed): void {
  partition[need.table].delete(need.key);
}

/** Counts and deadlines anew from the rows: the end of recovery. */
export function rebuild(partition: Partition): void {
  for (const book of partition.areas.values()) recount(book);
}

/** Every row that is here. */
export function* residentRows(partition: Partition): Generator<Row> {
  for (const book of partition.areas.values()) {
    if (book.row !== undefined) yield book.row;
    yield* book.registrations.values();
  }
  yield* partition.candidates.values();
  yield* partition.phones.values();
  yield* partition.asides.values();
  yield* partition.staff.values();
  yield* partition.keys.values();
  yield* partition.imports.values();
  if (partition.staging.row !== undefined) yield partition.staging.row;
  yield* partition.acts.values();
  if (partition.alarms !== undefined) yield partition.alarms;
  if (partition.session !== undefined) yield partition.session;
  if (partition.adopted !== undefined) yield partition.adopted;
}

/** Of the rows that are here; to compare whole partitions, load all or give `digestOf` the store's. */
export function digest(partition: Partition): string {
  return digestOf(residentRows(partition));
}

function adopt(partition: Partition, row: AdoptedRow): AdoptedRow {
  partition.adopted = row;
  partition.rules = compileRules(row.adopted);
  return row;
}

function booksOf({ areas }: Partition, area: AreaCode | undefined): AreaBook[] {
  if (area === undefined) return [...areas.values()];
  const book = areas.get(area);
  return book === undefined ? [] : [book];
}

function bookOf(partition: Partition, area: AreaCode): AreaBook {
  return partition.areas.get(area) ?? createAreaBook(area);
}

function ensureBook(partition: Partition, area: AreaCode): AreaBook {
  let book = partition.areas.get(area);
  if (book === undefined) {
    book = createAreaBook(area);
    partition.areas.set(area, book);
  }
  return book;
}

function registrationIn(
  partition: Partition,
  area: AreaCode,
  person: PersonId,
): RegistrationRow | undefined {
  return partition.areas.get(area)?.registrations.get(person);
}

function noteRevocation(partition: Partition, row: CandidateRow): void {
  const { person, generation, endedAt: at, signedOut } = row;
  if (at === 0 && signedOut.length === 0) return;
  const known = partition.revocations.get(person);
  if (known?.generation === generation && known.signedOut === signedOut) return;
  partition.revocations.delete(person);
  partition.revocations.set(person, { person, generation, at, signedOut });
}

/** More go than come: what no cookie can be old enough for need not be told any more. */
function forgetRevocations({ revocations }: Partition, now: EpochMs): void {
  let looks = 2;
  for (const [person, { at, signedOut }] of revocations) {
    const told = now - at > signInMaxMs && signedOut.every(({ until }) => until <= now);
    if (told) revocations.delete(person);
    looks -= 1;
    if (!told || looks === 0) return;
  }
}
