/**
 * One person: tickets, sign-in, phone, account codes, and the claim that says in which exam area
 * the person registers (R1).
 *
 * K1 Every choice of an area, repeated or failed ones too, uses up a claim number.
 * K2 While a move runs the old area stays claimed; the end of the move gives either the new area
 *    under the move's number or the old one under a new number.
 * K3 A fence is due for the claim that was valid when the reason for it arose; later commands come
 *    under a higher number.
 * K4 What somebody who is not signed in may ask (D3) is decided and counted alike whether a phone
 *    is bound or not; the writer asks this book about people nobody knows, too (D2).
 */
import type {
  ActOnCandidate,
  BindPhone,
  CandidateCommand,
  CandidateRecord,
  ChangePassword,
  ChooseArea,
  CodeAddress,
  EndSignIns,
  ImportCandidate,
  MoveFor,
  NoteDelivery,
  NoteVacated,
  Prepared,
  ProveResetCode,
  RecordSignIn,
  RequestPhoneCode,
  RequestResetCode,
  RequestUnbindCode,
  ResetPassword,
  Sequenced,
  SetPassword,
  SignOut,
  UnbindPhone,
} from '../protocol/commands.ts';
import type { CandidateEvent, PasswordSet, PhoneCodePurpose } from '../protocol/events.ts';
import type { AreaCode, ChallengeId, EpochMs } from '../protocol/ids.ts';
import { signInMaxMs } from '../protocol/lasting.ts';
import type { CandidateView, ShownInFull, SignInFacts } from '../protocol/replies.ts';
import { signInDelayAfter } from '../protocol/sign-in-delay.ts';
import { commandOfAct } from '../protocol/staff.ts';
import { assert, unreachable } from './assert.ts';
import { accept, answerTo, type Decision, outdated, refuse, repeated } from './decision.ts';
import { done, keep, keptAnswer } from './kept-answers.ts';
import { type CandidateRow, newCandidate, type PhoneCode, type ResetCode } from './rows.ts';
import { chinaDay, isWithdrawn, type Rules, windowRefusal } from './rules.ts';

export type CandidateBookCommand = Prepared<CandidateCommand> | NoteDelivery;

/** Time to think of a new password once the code has proved the phone. */
const proofMs = 10 * 60_000;
/** Single sign-ins a row remembers as signed out; one more ends all of the person's. */
const signedOutMax = 8;

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
    switch (command.kind) {
      case 'request-phone-code':
        return requestPhoneCode(rules, row, command, at);
      case 'bind-phone':
        return bindPhone(rules, row, command, at);
      case 'request-unbind-code':
        return requestUnbindCode(rules, row, command, at);
      case 'unbind-phone':
        return unbindPhone(rules, row, command, at);
      case 'request-reset-code':
        return requestResetCode(rules, row, command, at);
      case 'prove-reset-code':
        return proveResetCode(rules, row, command, at);
      case 'choose-area':
        return chooseArea(rules, row, command, at);
      default:
        return unreachable(command);
    }
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
      if (row.phone === undefined || row.phoneSettled || row.bindings !== command.binding)
        return accept(done);
      return accept(done, { kind: 'phone-settled', person });
    case 'note-phone-released': {
      const { binding } = command;
      if (!row.phonesLeft.some((left) => left.binding === binding)) return accept(done);
      return accept(done, { kind: 'phone-released', person, binding });
    }
    case 'change-password':
      return changePassword(row, command, at);
    case 'reset-password':
      return resetPassword(row, command, at);
    case 'end-sign-ins':
      return endSignIns(row, command, at);
    case 'sign-out':
      return signOut(row, command, at);
    case 'act-on-candidate':
      return actFor(row, command, at);
    case 'move-for':
      return moveFor(row, command);
    case 'note-delivery': {
      const { challenge, attempt, outcome } = command;
      if (sendingCode(row, challenge) === undefined) return accept(done);
      return accept(done, { kind: 'account-delivery-noted', person, challenge, attempt, outcome });
    }
    default:
      return unreachable(command);
  }
}

/** What cannot be judged without the session's settings. */
const kindsBySession = [
  'request-phone-code',
  'bind-phone',
  'choose-area',
  'request-unbind-code',
  'unbind-phone',
  'request-reset-code',
  'prove-reset-code',
] as const;
type BySession = Extract<CandidateBookCommand, { kind: (typeof kindsBySession)[number] }>;

const bySession = (command: CandidateBookCommand): command is BySession =>
  kindsBySession.some((kind) => kind === command.kind);

/** Safe to repeat: the same record again changes nothing. */
function importCandidate(row: CandidateRow | undefined, command: ImportCandidate): Decision {
  const { person, record } = command;
  if (row !== undefined && JSON.stringify(row.record) === JSON.stringify(record))
    return accept(done);
  return accept(done, { kind: 'candidate-imported', person, record });
}

function recordSignIn(row: CandidateRow, command: RecordSignIn, at: EpochMs): Decision {
  const { person, generation } = row;
  // The password was changed while it was compared: it is not the person's any more (F43).
  if (command.succeeded && command.generation !== generation) return refuse('changed-meanwhile');
  if (!row.record.tickets.some((ticket) => ticket.number === command.ticket))
    return refuse('ticket-unknown');
  // Proof from before a password was changed is none: whoever knew the old one is a stranger now.
  const device = command.device === generation;
  const delayedUntil = device ? row.deviceRetryAt : row.retryAt;
  if (at < delayedUntil) return refuse('sign-in-delayed', { at: delayedUntil });

  if (command.succeeded) {
    const answer = answerTo(command, { kind: 'signed-in', generation });
    return accept(answer.outcome, { kind: 'sign-in-succeeded', person, device, answer });
  }
  const failures = (device ? row.deviceFailures : row.failures) + 1;
  const retryAt = at + signInDelayAfter(failures);
  const answer = answerTo(command, { kind: 'sign-in-failed', failures, retryAt });
  const failed = { kind: 'sign-in-failed', person, device, failures, retryAt, answer } as const;
  return accept(answer.outcome, failed);
}

function requestPhoneCode(
  rules: Rules,
  row: CandidateRow,
  command: Prepared<RequestPhoneCode>,
  at: EpochMs,
): Decision {
  const { settings } = rules;
  const { phone } = command;
  const early = noPhoneCodeNow(rules, row, at);
  if (early !== undefined) return early;
  if (row.phone !== undefined) return refuse('phone-bound-already');
  const { importedPhone } = row.record;
  // Who has unbound a phone has proved it, or been to the office: the record has had its say.
  if (
    settings.importedPhoneMustMatch &&
    row.bindings === 0 &&
    importedPhone !== undefined &&
    importedPhone.index !== phone.index
  )
    return refuse('phone-not-the-imported-one');

  return accept(done, phoneCodeIssued(rules, row, command, 'binding-code', phone, at));
}

/** F42: the phone that is bound proves that it is still the person's. */
function requestUnbindCode(
  rules: Rules,
  row: CandidateRow,
  command: RequestUnbindCode,
  at: EpochMs,
): Decision {
  if (row.phone === undefined) return refuse('phone-missing');
  const early = noPhoneCodeNow(rules, row, at);
  if (early !== undefined) return early;
  return accept(done, phoneCodeIssued(rules, row, command, 'unbinding-code', row.phone, at));
}

/** D7: the daily cap of account codes, and the wait between two. */
function noPhoneCodeNow(rules: Rules, row: CandidateRow, at: EpochMs): Decision | undefined {
  const { accountCodesPerDayMax, codeResendAfterMs } = rules.settings;
  if (row.codesDay === chinaDay(at) && row.codesOnDay >= accountCodesPerDayMax)
    return refuse('codes-used-up');
  const resendFrom = row.phoneCode === undefined ? 0 : row.phoneCode.sentAt + codeResendAfterMs;
  return at < resendFrom ? refuse('resend-too-soon', { at: resendFrom }) : undefined;
}

function phoneCodeIssued(
  rules: Rules,
  { person }: CandidateRow,
  command: Prepared<RequestPhoneCode> | RequestUnbindCode,
  purpose: PhoneCodePurpose,
  phone: CodeAddress,
  at: EpochMs,
): CandidateEvent {
  const { challenge } = command;
  const expiresAt = at + rules.settings.holdMs;
  const answer = answerTo(command, done);
  return {
    kind: 'phone-code-issued',
    ...{ person, purpose, challenge, phone, expiresAt, sentAt: at, day: chinaDay(at), answer },
  };
}

function bindPhone(
  rules: Rules,
  row: CandidateRow,
  command: Prepared<BindPhone>,
  at: EpochMs,
): Decision {
  const { person } = row;
  const wrong = notTheCode(rules, row, command, 'binding-code', at);
  if (wrong !== undefined) return wrong;
  if (row.phone !== undefined) return refuse('phone-bound-already');

  return accept(done, { kind: 'phone-bound', person, at, answer: answerTo(command, done) });
}

/** F42: seats and payment stay; what R8 asks for is missing until another phone is bound. */
function unbindPhone(
  rules: Rules,
  row: CandidateRow,
  command: Prepared<UnbindPhone>,
  at: EpochMs,
): Decision {
  const { person } = row;
  if (row.phone === undefined) return refuse('phone-missing');
  const wrong = notTheCode(rules, row, command, 'unbinding-code', at);
  if (wrong !== undefined) return wrong;

  return accept(done, { kind: 'phone-unbound', person, answer: answerTo(command, done) });
}

function notTheCode(
  rules: Rules,
  row: CandidateRow,
  command: Prepared<BindPhone | UnbindPhone>,
  purpose: PhoneCodePurpose,
  at: EpochMs,
): Decision | undefined {
  const { person } = row;
  const code = row.phoneCode?.purpose === purpose ? row.phoneCode : undefined;
  return notThisCode(rules, code, command, at, { kind: 'phone-code-mistyped', person });
}

/** Undefined: it is the code. A wrong one uses up a try. */
function notThisCode(
  rules: Rules,
  code: ResetCode | undefined,
  { challenge, codeMatches }: { challenge: ChallengeId; codeMatches: boolean },
  at: EpochMs,
  mistyped: CandidateEvent,
): Decision | undefined {
  const { codeTriesMax } = rules.settings;
  if (code === undefined || code.challenge !== challenge) return refuse('code-missing');
  if (code.triesUsed >= codeTriesMax) return refuse('code-tries-used-up');
  // Equal is too late, as everywhere.
  if (code.expiresAt <= at) return refuse('code-expired');
  if (codeMatches && code.phone !== undefined) return undefined;
  const { reply } = refuse('code-wrong', { triesLeft: codeTriesMax - code.triesUsed - 1 });
  return { reply, events: [mistyped] };
}

/**
 * D3. Asked again too soon, the live code is named instead of refusing: whoever asked before may
 * have been somebody else, and the code that came to the phone is still the right one.
 */
function requestResetCode(
  rules: Rules,
  row: CandidateRow,
  command: RequestResetCode,
  at: EpochMs,
): Decision {
  const { accountCodesPerDayMax, codeResendAfterMs, holdMs } = rules.settings;
  const { person, resetCode } = row;
  const resendFrom = resetCode === undefined ? 0 : resetCode.sentAt + codeResendAfterMs;
  if (resetCode !== undefined && at < resendFrom) {
    const { challenge, expiresAt } = resetCode;
    return accept({ kind: 'reset-code', challenge, expiresAt, resendFrom });
  }
  const day = chinaDay(at);
  // Apart from the codes of those who are signed in: a stranger's asking must not use theirs up.
  if (row.resetsDay === day && row.resetsOnDay >= accountCodesPerDayMax)
    return refuse('codes-used-up');

  const { challenge } = command;
  const expiresAt = at + holdMs;
  const outcome = { challenge, expiresAt, resendFrom: at + codeResendAfterMs };
  const answer = answerTo(command, { kind: 'reset-code', ...outcome });
  return accept(answer.outcome, {
    kind: 'reset-code-issued',
    ...{ person, challenge, expiresAt, sentAt: at, day, answer },
  });
}

/** The code is spent; its proof is good for one new password. */
function proveResetCode(
  rules: Rules,
  row: CandidateRow,
  command: Prepared<ProveResetCode>,
  at: EpochMs,
): Decision {
  const { person, resetCode } = row;
  const mistyped = { kind: 'reset-code-mistyped', person } as const;
  const wrong = notThisCode(rules, resetCode, command, at, mistyped);
  if (wrong !== undefined) return wrong;

  const answer = answerTo(command, done);
  const proof = { proof: command.id, until: at + proofMs };
  return accept(done, { kind: 'reset-code-proven', person, ...proof, answer });
}

/** D1: the binding comes before the password. */
function setPassword(row: CandidateRow, command: SetPassword, at: EpochMs): Decision {
  if (row.phone === undefined) return refuse('phone-missing');
  if (row.passwordHash !== undefined) return refuse('password-set-already');

  return accept(done, passwordSet(row, command, at));
}

/** F43. The old password was right for the sign-ins of that generation only. */
function changePassword(row: CandidateRow, command: ChangePassword, at: EpochMs): Decision {
  if (command.generation !== row.generation) return refuse('changed-meanwhile');
  if (row.passwordHash === undefined) return refuse('activation-required');
  if (at < row.deviceRetryAt) return refuse('sign-in-delayed', { at: row.deviceRetryAt });

  return accept(done, passwordSet(row, command, at));
}

/** D3: the phone was proved instead of the old password. */
function resetPassword(row: CandidateRow, command: ResetPassword, at: EpochMs): Decision {
  const { resetProof } = row;
  if (resetProof === undefined || resetProof.proof !== command.proof) return refuse('code-missing');
  if (resetProof.until <= at) return refuse('code-expired');

  return accept(done, passwordSet(row, command, at));
}

/** Whichever way it came: every sign-in of the person ends, and the area is fenced. */
function passwordSet(
  { person, generation }: CandidateRow,
  command: SetPassword | ChangePassword | ResetPassword,
  at: EpochMs,
): PasswordSet {
  const { hash } = command;
  const answer = answerTo(command, done);
  return { kind: 'password-set', person, hash, generation: generation + 1, at, answer };
}

function endSignIns(row: CandidateRow, command: EndSignIns, at: EpochMs): Decision {
  const { person } = row;
  if (command.generation !== row.generation) return refuse('changed-meanwhile');

  const generation = row.generation + 1;
  const answer = answerTo(command, { kind: 'signed-in', generation });
  return accept(answer.outcome, { kind: 'sign-ins-ended', person, generation, at, answer });
}

function signOut(row: CandidateRow, command: SignOut, at: EpochMs): Decision {
  const { person } = row;
  const { nonce } = command;
  const until = Math.min(command.until, at + signInMaxMs);
  const still = stillSignedOut(row, at);
  if (until <= at || still.some((one) => one.nonce === nonce)) return accept(done);
  const answer = answerTo(command, done);
  if (still.length < signedOutMax)
    return accept(done, { kind: 'signed-out', person, nonce, until, at, answer });

  const generation = row.generation + 1;
  return accept(done, { kind: 'sign-ins-ended', person, generation, at, answer });
}

/** Those that would still be sign-ins. */
const stillSignedOut = (row: CandidateRow, at: EpochMs): CandidateRow['signedOut'] =>
  row.signedOut.filter(({ until }) => at < until);

/**
 * S4: staff act for the person. The claim is compared here, since it says whose office may: theirs is the
 * area that the act names, and without one the province's.
 */
function actFor(row: CandidateRow, command: ActOnCandidate, at: EpochMs): Decision {
  const { person, generation } = row;
  const { part, area } = command;
  const by = commandOfAct(command.act);
  const kept = keptAnswer(row, by);
  if (kept !== undefined) return accept(kept.outcome);
  if (row.moving !== undefined) return refuse('area-move-running');
  if (row.claim?.area !== area) return refuse('claim-elsewhere');
  const answer = { ...answerTo(command, done), command: by };
  switch (part) {
    case 'unbind-phone-for': {
      const recorded = row.bindings === 0 && row.record.importedPhone !== undefined;
      if (row.phone === undefined && !recorded) return refuse('phone-missing');
      return accept(done, { kind: 'phone-unbound-for', person, answer });
    }
    case 'reset-to-activation':
      return accept(done, {
        ...{ kind: 'activation-reset', person, generation: generation + 1, at, answer },
      });
    case 'end-sign-ins-for':
      return accept(done, {
        ...{ kind: 'sign-ins-ended', person, generation: generation + 1, at, answer },
      });
    default:
      return unreachable(part);
  }
}

/** R1: decided here, before any seat is asked for. */
function chooseArea(rules: Rules, row: CandidateRow, command: ChooseArea, at: EpochMs): Decision {
  const { area } = command;
  const { person, claim, record } = row;
  if (!rules.areas.has(area)) return refuse('area-unknown');
  if (isWithdrawn(rules, area)) return refuse('area-withdrawn');
  const shut = windowRefusal(rules, record.candidateType, area, at);
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

/**
 * S5. The end comes as that of any other move, when the old area has been asked. One that the person has
 * begun ends first.
 */
function moveFor({ person, moving, claim, claimsGiven }: CandidateRow, command: MoveFor): Decision {
  const { act, from, to } = command;
  if (moving?.act === act && moving.from === from && moving.to === to)
    return accept({ kind: 'claiming', claim: moving.number, from, to });
  if (moving !== undefined) return refuse('area-move-running');
  if (claim?.area !== from) return refuse('claim-elsewhere');
  const number = claimsGiven + 1;
  return accept(
    { kind: 'claiming', claim: number, from, to },
    { kind: 'area-move-for', person, number, from, to, act },
  );
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

/** Of areas left before; who moved more often has nothing in the oldest. */
const areasLeftMax = 8;

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
      countFailures(row, event.device, 0, 0);
      return row;
    case 'sign-in-failed':
      countFailures(row, event.device, event.failures, event.retryAt);
      return row;
    case 'phone-code-issued': {
      const { purpose, challenge, phone, expiresAt, sentAt, day } = event;
      row.codesOnDay = row.codesDay === day ? row.codesOnDay + 1 : 1;
      row.codesDay = day;
      const code = { challenge, phone, expiresAt, sentAt };
      row.phoneCode = { purpose, ...code, triesUsed: 0, delivery: 'sending' };
      return row;
    }
    case 'phone-code-mistyped':
      assert(row.phoneCode !== undefined, 'only a live code is mistyped');
      row.phoneCode.triesUsed += 1;
      return row;
    case 'phone-bound':
      assert(row.phoneCode !== undefined, 'a code proved the phone');
      hasPhone(row, row.phoneCode.phone);
      row.phoneCode = undefined;
      return row;
    case 'phone-settled':
      row.phoneSettled = true;
      return row;
    case 'phone-unbound':
      assert(row.phone !== undefined, 'only a bound phone is unbound');
      unbind(row);
      fence(row);
      return row;
    case 'phone-unbound-for':
      unbind(row);
      fence(row);
      return row;
    case 'activation-reset':
      row.passwordHash = row.record.passwordHash;
      endedSince(row, event.generation, event.at);
      unbind(row);
      fence(row);
      return row;
    case 'phone-released':
      row.phonesLeft = row.phonesLeft.filter(({ binding }) => binding !== event.binding);
      return row;
    case 'reset-code-issued': {
      const { challenge, expiresAt, sentAt, day } = event;
      row.resetsOnDay = row.resetsDay === day ? row.resetsOnDay + 1 : 1;
      row.resetsDay = day;
      const code = { challenge, phone: row.phone, expiresAt, sentAt };
      row.resetCode = { ...code, triesUsed: 0, delivery: 'sending' };
      return row;
    }
    case 'reset-code-mistyped':
      assert(row.resetCode !== undefined, 'only a live code is mistyped');
      row.resetCode.triesUsed += 1;
      return row;
    case 'reset-code-proven':
      row.resetCode = undefined;
      row.resetProof = { proof: event.proof, until: event.until };
      return row;
    case 'password-set':
      row.passwordHash = event.hash;
      endedSince(row, event.generation, event.at);
      forgetReset(row);
      fence(row);
      return row;
    case 'sign-ins-ended':
      endedSince(row, event.generation, event.at);
      return row;
    case 'signed-out': {
      const { nonce, until, at } = event;
      row.signedOut = [...stillSignedOut(row, at), { nonce, until }];
      return row;
    }
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
    case 'area-move-for': {
      const { number, from, to, act } = event;
      row.claimsGiven = number;
      row.moving = { number, from, to, act };
      return row;
    }
    case 'area-move-ended':
      row.claimsGiven = Math.max(row.claimsGiven, event.number);
      row.claim = { number: event.number, area: event.area };
      if (row.moving !== undefined)
        row.areasLeft = [row.moving.from, ...row.areasLeft]
          .filter((area, at, all) => area !== event.area && all.indexOf(area) === at)
          .slice(0, areasLeftMax);
      row.moving = undefined;
      return row;
    case 'fence-settled':
      if (row.fence?.claim === event.claim) row.fence = undefined;
      return row;
    case 'account-delivery-noted': {
      const code = sendingCode(row, event.challenge);
      if (code !== undefined) code.delivery = event.outcome;
      return row;
    }
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
  if (record.kind === 'new' && record.importedPhone !== undefined && row.bindings === 0)
    hasPhone(row, record.importedPhone);
  if (died) fence(row);
  return row;
}

function hasPhone(row: CandidateRow, phone: CodeAddress): void {
  row.phone = phone;
  row.bindings += 1;
  row.phoneSettled = false;
}

/** What the record says of a phone is settled with it: the next one need not be that (D1, S4). */
function unbind(row: CandidateRow): void {
  if (row.phone !== undefined)
    row.phonesLeft.push({ phone: row.phone.index, binding: row.bindings });
  else if (row.bindings === 0) row.bindings = 1;
  row.phone = undefined;
  row.phoneSettled = false;
  row.phoneCode = undefined;
  forgetReset(row);
}

/** What proves a phone that is no longer bound, or a password that is no longer forgotten. */
function forgetReset(row: CandidateRow): void {
  row.resetCode = undefined;
  row.resetProof = undefined;
}

function endedSince(row: CandidateRow, generation: number, at: EpochMs): void {
  row.generation = generation;
  row.endedAt = at;
  // They are below the generation now; and no device has failed in the new one.
  row.signedOut = [];
  countFailures(row, true, 0, 0);
}

function countFailures(row: CandidateRow, device: boolean, failures: number, retryAt: number) {
  if (device) Object.assign(row, { deviceFailures: failures, deviceRetryAt: retryAt });
  else Object.assign(row, { failures, retryAt });
}

/** The code whose message is on its way under this challenge. */
function sendingCode(row: CandidateRow, challenge: ChallengeId): PhoneCode | ResetCode | undefined {
  return [row.phoneCode, row.resetCode].find(
    (code) => code?.challenge === challenge && code.delivery === 'sending',
  );
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
  if (record.importedPhone !== undefined && row.bindings === 0)
    view.importedPhoneMask = record.importedPhone.mask;
  if (claim !== undefined) view.claim = { number: claim.number, area: claim.area };
  if (moving !== undefined)
    view.moving = { number: moving.number, from: moving.from, to: moving.to };
  if (row.areasLeft.length > 0) view.areasLeft = row.areasLeft;
  if (phoneCode !== undefined && rules !== undefined) {
    const { codeResendAfterMs, codeTriesMax } = rules.settings;
    view.phoneCode = {
      purpose: phoneCode.purpose,
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
  const { record, passwordHash, retryAt, deviceRetryAt, generation } = row;
  const { tickets, activationDigest: digest } = record;
  const activated = passwordHash !== undefined && row.bindings > 0;
  const { candidateType } = record;
  const common = { tickets, candidateType, retryAt, deviceRetryAt, generation, activated };
  if (passwordHash !== undefined)
    return { ...common, password: { kind: 'set', hash: passwordHash } };
  if (digest !== undefined) return { ...common, password: { kind: 'activation-code', digest } };
  return { ...common, password: { kind: 'initial' } };
}

/** Still sealed: the writer opens it. Null: the person has nothing to do with that area. */
export function inFullOf(row: CandidateRow, area: AreaCode | undefined): ShownInFull | null {
  const { record, phone, claim, areasLeft } = row;
  if (area !== undefined && claim?.area !== area && !areasLeft.includes(area)) return null;
  const { documentType, document, name } = record;
  const shown = { documentType, document, name };
  return { ...shown, ...(phone === undefined ? {} : { phone: phone.sealed }) };
}
