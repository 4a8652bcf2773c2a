/**
 * One person: tickets, sign-in, phone, account codes, and the claim that says in which exam area
 * the person registers (R1).
 *
 * K1 Every choice of an area, repeated or failed ones too, uses up a claim number.
 * K2 While a move runs the old area stays claimed; the end of the move gives either the new area
 *    under the move's number or the old one under a new number.
 * K3 A fence is due for the claim that was valid when the reason for it arose; later commands come
 *    under a higher number.
 */
import type {
  BindPhone,
  CandidateCommand,
  CandidateRecord,
  ChooseArea,
  ImportCandidate,
  NoteDelivery,
  NoteVacated,
  Prepared,
  RecordSignIn,
  RequestPhoneCode,
  Sequenced,
  SetPassword,
} from '../protocol/commands.ts';
import type { CandidateEvent } from '../protocol/events.ts';
import type { EpochMs } from '../protocol/ids.ts';
import type { CandidateView, SignInFacts } from '../protocol/replies.ts';
import { signInDelayAfter } from '../protocol/sign-in-delay.ts';
import { assert, unreachable } from './assert.ts';
import { accept, answerTo, type Decision, outdated, refuse, repeated } from './decision.ts';
import { done, keep } from './kept-answers.ts';
import { type CandidateRow, newCandidate } from './rows.ts';
import { chinaDay, type Rules, windowRefusal } from './rules.ts';

export type CandidateBookCommand = Prepared<CandidateCommand> | NoteDelivery;

export function decideOnCandidate(
  rules: Rules | undefined,
  row: CandidateRow | undefined,
  given: Sequenced,
  command: CandidateBookCommand,
): Decision {
  const { at } = given;
  const early = repeated(row, command) ?? outdated(given);
  if (early !== undefined) return early;
  if (command.kind === 'import-candidate') return importCandidate(row, command);
  if (bySession(command)) {
    if (rules === undefined) return refuse('session-missing');
    if (row === undefined) return refuse('person-unknown');
    if (command.kind === 'request-phone-code') return requestPhoneCode(rules, row, command, at);
    if (command.kind === 'bind-phone') return bindPhone(rules, row, command, at);
    return chooseArea(rules, row, command, at);
  }
  if (row === undefined) return refuse('person-unknown');
  const { person } = row;
  switch (command.kind) {
    case 'record-sign-in':
      return recordSignIn(row, command, at);
    case 'set-password':
      return setPassword(row, command, at);
    case 'note-vacated':
      return noteVacated(row, command);
    case 'note-fenced':
      if (row.fence?.claim !== command.claim) return accept(done);
      return accept(done, { kind: 'fence-settled', person, claim: command.claim });
    case 'note-phone-settled':
      if (row.phone === undefined || row.phoneSettled) return accept(done);
      return accept(done, { kind: 'phone-settled', person });
    case 'note-delivery': {
      const { challenge, attempt, outcome } = command;
      const { phoneCode } = row;
      if (phoneCode?.challenge !== challenge || phoneCode.delivery !== 'sending')
        return accept(done);
      return accept(done, { kind: 'account-delivery-noted', person, challenge, attempt, outcome });
    }
    default:
      return unreachable(command);
  }
}

type BySession = Prepared<RequestPhoneCode | BindPhone | ChooseArea>;

function bySession(command: CandidateBookCommand): command is BySession {
  const { kind } = command;
  return kind === 'request-phone-code' || kind === 'bind-phone' || kind === 'choose-area';
}

/** Safe to repeat: the same record again changes nothing. */
function importCandidate(row: CandidateRow | undefined, command: ImportCandidate): Decision {
  const { person, record } = command;
  if (row !== undefined && JSON.stringify(row.record) === JSON.stringify(record))
    return accept(done);
  return accept(done, { kind: 'candidate-imported', person, record });
}

function recordSignIn(row: CandidateRow, command: RecordSignIn, at: EpochMs): Decision {
  const { person, generation } = row;
  if (!row.record.tickets.some((ticket) => ticket.number === command.ticket))
    return refuse('ticket-unknown');
  if (at < row.retryAt) return refuse('sign-in-delayed', { at: row.retryAt });

  if (command.succeeded) {
    const answer = answerTo(command, { kind: 'signed-in', generation });
    return accept(answer.outcome, { kind: 'sign-in-succeeded', person, answer });
  }
  const failures = row.failures + 1;
  const retryAt = at + signInDelayAfter(failures);
  const answer = answerTo(command, { kind: 'sign-in-failed', failures, retryAt });
  return accept(answer.outcome, { kind: 'sign-in-failed', person, failures, retryAt, answer });
}

function requestPhoneCode(
  rules: Rules,
  row: CandidateRow,
  command: Prepared<RequestPhoneCode>,
  at: EpochMs,
): Decision {
  const { settings } = rules;
  const { person, phoneCode, record } = row;
  const { challenge, phone } = command;
  const day = chinaDay(at);
  if (row.codesDay === day && row.codesOnDay >= settings.accountCodesPerDayMax)
    return refuse('codes-used-up');
  const resendFrom = phoneCode === undefined ? 0 : phoneCode.sentAt + settings.codeResendAfterMs;
  if (at < resendFrom) return refuse('resend-too-soon', { at: resendFrom });
  if (row.phone !== undefined) return refuse('phone-bound-already');
  const { importedPhone } = record;
  if (
    settings.importedPhoneMustMatch &&
    importedPhone !== undefined &&
    importedPhone.index !== phone.index
  )
    return refuse('phone-not-the-imported-one');

  return accept(done, {
    kind: 'phone-code-issued',
    person,
    challenge,
    phone,
    expiresAt: at + settings.holdMs,
    sentAt: at,
    day,
    answer: answerTo(command, done),
  });
}

function bindPhone(
  rules: Rules,
  row: CandidateRow,
  command: Prepared<BindPhone>,
  at: EpochMs,
): Decision {
  const { codeTriesMax } = rules.settings;
  const { person, phoneCode } = row;
  if (phoneCode === undefined || phoneCode.challenge !== command.challenge)
    return refuse('code-missing');
  if (phoneCode.triesUsed >= codeTriesMax) return refuse('code-tries-used-up');
  // Equal is too late, as everywhere.
  if (phoneCode.expiresAt <= at) return refuse('code-expired');
  if (!command.codeMatches) {
    const { reply } = refuse('code-wrong', { triesLeft: codeTriesMax - phoneCode.triesUsed - 1 });
    return { reply, events: [{ kind: 'phone-code-mistyped', person }] };
  }
  if (row.phone !== undefined) return refuse('phone-bound-already');

  return accept(done, { kind: 'phone-bound', person, at, answer: answerTo(command, done) });
}

/** D1: the binding comes before the password. */
function setPassword(row: CandidateRow, command: SetPassword, at: EpochMs): Decision {
  if (row.phone === undefined) return refuse('phone-missing');
  if (row.passwordHash !== undefined) return refuse('password-set-already');

  const { person, generation } = row;
  return accept(done, {
    kind: 'password-set',
    person,
    hash: command.hash,
    generation: generation + 1,
    at,
    answer: answerTo(command, done),
  });
}

/** R1: decided here, before any seat is asked for. */
function chooseArea(rules: Rules, row: CandidateRow, command: ChooseArea, at: EpochMs): Decision {
  const { area } = command;
  const { person, claim, record } = row;
  if (!rules.areas.has(area)) return refuse('area-unknown');
  const shut = windowRefusal(rules, at);
  if (shut !== undefined) return { reply: shut, events: [] };
  if (row.passwordHash === undefined) return refuse('activation-required');
  const ticket = record.tickets.find((one) => one.number === command.ticket);
  if (ticket === undefined) return refuse('ticket-unknown');
  if (ticket.status !== 'active') return refuse('ticket-dead', { ticket: ticket.number });
  if (!record.hasPhoto) return refuse('photo-missing');
  if (row.phone === undefined) return refuse('phone-missing');
  if (row.moving !== undefined) return refuse('area-move-running');

  const number = row.claimsGiven + 1;
  if (claim === undefined || claim.area === area) {
    const answer = answerTo(command, { kind: 'claimed', claim: number, area });
    return accept(answer.outcome, { kind: 'area-claimed', person, number, area, answer });
  }
  const day = chinaDay(at);
  if (row.movesDay === day && row.movesOnDay >= rules.settings.areaMovesPerDayMax)
    return refuse('area-moves-used-up');
  const from = claim.area;
  const answer = answerTo(command, { kind: 'claiming', claim: number, from, to: area });
  return accept(answer.outcome, {
    kind: 'area-move-started',
    ...{ person, number, from, to: area, day, answer },
  });
}

/** A note about an earlier move is late: that move has ended. */
function noteVacated(row: CandidateRow, command: NoteVacated): Decision {
  const { person, moving } = row;
  if (moving?.number !== command.claim) return accept(done);
  return accept(done, {
    kind: 'area-move-ended',
    person,
    number: command.vacated ? moving.number : row.claimsGiven + 1,
    area: command.vacated ? moving.to : moving.from,
  });
}

export function evolveCandidate(
  known: CandidateRow | undefined,
  event: CandidateEvent,
): CandidateRow {
  if (event.kind === 'candidate-imported') return imported(known, event.person, event.record);
  assert(known !== undefined, 'a candidate is imported before anything happens to it');
  const row = known;
  if ('answer' in event) keep(row, event.answer);
  switch (event.kind) {
    case 'sign-in-succeeded':
      row.failures = 0;
      row.retryAt = 0;
      return row;
    case 'sign-in-failed':
      row.failures = event.failures;
      row.retryAt = event.retryAt;
      return row;
    case 'phone-code-issued': {
      const { challenge, phone, expiresAt, sentAt, day } = event;
      row.codesOnDay = row.codesDay === day ? row.codesOnDay + 1 : 1;
      row.codesDay = day;
      row.phoneCode = { challenge, phone, expiresAt, sentAt, triesUsed: 0, delivery: 'sending' };
      return row;
    }
    case 'phone-code-mistyped':
      assert(row.phoneCode !== undefined, 'only a live code is mistyped');
      row.phoneCode.triesUsed += 1;
      return row;
    case 'phone-bound':
      row.phone = row.phoneCode?.phone;
      row.phoneSettled = false;
      row.phoneCode = undefined;
      return row;
    case 'phone-settled':
      row.phoneSettled = true;
      return row;
    case 'password-set':
      row.passwordHash = event.hash;
      row.generation = event.generation;
      row.endedAt = event.at;
      fence(row);
      return row;
    case 'area-claimed':
      row.claimsGiven = event.number;
      row.claim = { number: event.number, area: event.area };
      return row;
    case 'area-move-started': {
      const { number, from, to, day } = event;
      row.claimsGiven = number;
      row.moving = { number, from, to };
      row.movesOnDay = row.movesDay === day ? row.movesOnDay + 1 : 1;
      row.movesDay = day;
      return row;
    }
    case 'area-move-ended':
      row.claimsGiven = Math.max(row.claimsGiven, event.number);
      row.claim = { number: event.number, area: event.area };
      row.moving = undefined;
      return row;
    case 'fence-settled':
      if (row.fence?.claim === event.claim) row.fence = undefined;
      return row;
    case 'account-delivery-noted':
      if (row.phoneCode !== undefined) row.phoneCode.delivery = event.outcome;
      return row;
    default:
      return unreachable(event);
  }
}

/** A later import replaces the record; what the person did since (phone, password, claim) stays. */
function imported(
  known: CandidateRow | undefined,
  person: string,
  record: CandidateRecord,
): CandidateRow {
  const row = known ?? newCandidate(person, record);
  const died = row.record.tickets.some(
    (before) =>
      before.status === 'active' &&
      !record.tickets.some((now) => now.number === before.number && now.status === 'active'),
  );
  row.record = record;
  row.passwordHash ??= record.passwordHash;
  // F12: a new candidate's phone was proven at enrolment; it still needs its place at the PhoneBook.
  if (record.kind === 'new') row.phone ??= record.importedPhone;
  if (died) fence(row);
  return row;
}

/** K3. While a move runs its end brings the higher number by itself. */
function fence(row: CandidateRow): void {
  const { claim } = row;
  if (claim === undefined) return;
  row.fence = { area: claim.area, claim: claim.number };
  if (row.moving !== undefined) return;
  row.claimsGiven += 1;
  row.claim = { number: row.claimsGiven, area: claim.area };
}

/** The name is the row's sealed one; whoever holds the keys opens it. */
export function candidateViewOf(rules: Rules | undefined, row: CandidateRow): CandidateView {
  const { person, record, phone, claim, moving, phoneCode } = row;
  const view: CandidateView = {
    person,
    kind: record.kind,
    documentMask: record.documentMask,
    name: record.name,
    nameMask: record.nameMask,
    hasPhoto: record.hasPhoto,
    candidateType: record.candidateType,
    tickets: record.tickets,
    passwordSet: row.passwordHash !== undefined,
    generation: row.generation,
  };
  if (phone !== undefined) view.phone = phone;
  if (record.importedPhone !== undefined) view.importedPhoneMask = record.importedPhone.mask;
  if (claim !== undefined) view.claim = { number: claim.number, area: claim.area };
  if (moving !== undefined)
    view.moving = { number: moving.number, from: moving.from, to: moving.to };
  if (phoneCode !== undefined && rules !== undefined) {
    const { codeResendAfterMs, codeTriesMax } = rules.settings;
    view.phoneCode = {
      challenge: phoneCode.challenge,
      phoneMask: phoneCode.phone.mask,
      expiresAt: phoneCode.expiresAt,
      resendFrom: phoneCode.sentAt + codeResendAfterMs,
      triesLeft: Math.max(0, codeTriesMax - phoneCode.triesUsed),
      delivery: phoneCode.delivery,
    };
  }
  return view;
}

export function signInFactsOf(row: CandidateRow): SignInFacts {
  const { record, passwordHash } = row;
  return {
    tickets: record.tickets,
    password:
      passwordHash === undefined ? { kind: 'initial' } : { kind: 'set', hash: passwordHash },
    retryAt: row.retryAt,
    phoneBound: row.phone !== undefined,
    kind: record.kind,
  };
}
