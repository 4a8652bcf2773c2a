import { describe, expect, test } from 'vitest';
import { pendingEffects } from '../../engine/core/effects.ts';
import { ask } from '../../engine/core/partition.ts';
import type { CandidateRecord } from '../../engine/protocol/commands.ts';
import { signInMaxMs } from '../../engine/protocol/lasting.ts';
import type { CommandReply } from '../../engine/protocol/replies.ts';
import type { Settings } from '../../engine/protocol/session.ts';
import {
  signInDelayMaxMs,
  signInDelayMs,
  signInFailuresFree,
} from '../../engine/protocol/sign-in-delay.ts';
import {
  accepted,
  chinaTime,
  type Desk,
  givenDesk,
  givenEnrolledRecord,
  givenPerson,
  givenPhone,
  givenRecord,
  givenSettings,
  givenTicket,
  givenTicketRecord,
  opaque,
  refused,
} from '../given.ts';

const person = givenPerson(1);
const ticket = givenTicket(1);
const minute = 60_000;

function given(record: CandidateRecord, settings: Partial<Settings> = {}): Desk {
  const desk = givenDesk({ adopted: { settings: givenSettings(settings) } });
  accepted(desk.send({ kind: 'import-candidate', person, record }));
  return desk;
}

const rowOf = (desk: Desk) => desk.partition.candidates.get(person);
const effectsOf = (desk: Desk) => {
  const row = rowOf(desk);
  return row === undefined ? [] : pendingEffects(row, []).map((effect) => effect.kind);
};
const signIn = (desk: Desk, succeeded: boolean): CommandReply =>
  desk.send({ kind: 'record-sign-in', person, ticket, succeeded, generation: 1 });
const chooseArea = (desk: Desk, area: string, by = ticket): CommandReply =>
  desk.send({ kind: 'choose-area', person, ticket: by, area });
const requestCode = (desk: Desk, challenge: string, phone = givenPhone(1)): CommandReply =>
  desk.send({ kind: 'request-phone-code', person, challenge, phone });
const bind = (desk: Desk, challenge: string, codeMatches = true): CommandReply =>
  desk.send({ kind: 'bind-phone', person, challenge, codeMatches });
const setPassword = (desk: Desk): CommandReply =>
  desk.send({ kind: 'set-password', person, hash: '$argon2id$invented-anew' });

describe('sign-in', () => {
  test('F6 a success names the generation; failures delay and do not lock for good (D3)', () => {
    const desk = given(givenRecord(1));
    for (let failures = 1; failures <= signInFailuresFree; failures += 1) {
      expect(accepted(signIn(desk, false))).toEqual({
        ...{ kind: 'sign-in-failed', failures, retryAt: desk.now },
      });
    }
    const waits = [];
    for (let more = 0; more < 10; more += 1) {
      const outcome = accepted(signIn(desk, false));
      if (outcome.kind !== 'sign-in-failed') throw new Error('signed in');
      waits.push(outcome.retryAt - desk.now);
      expect(refused(signIn(desk, true))).toEqual({
        reason: 'sign-in-delayed',
        detail: { at: outcome.retryAt },
      });
      desk.waitUntil(outcome.retryAt);
    }
    expect(waits.slice(0, 3)).toEqual([signInDelayMs, 2 * signInDelayMs, 4 * signInDelayMs]);
    expect(waits.at(-1)).toBe(signInDelayMaxMs);
    expect(accepted(signIn(desk, true))).toEqual({ kind: 'signed-in', generation: 1 });
    expect(accepted(signIn(desk, false))).toMatchObject({ failures: 1 });
  });

  test('B2 a doubled failure counts once', () => {
    const desk = given(givenRecord(1));
    const id = opaque('once', 1);
    const attempt = { person, ticket, succeeded: false, generation: 1, id };
    const failed = { kind: 'record-sign-in', ...attempt } as const;
    expect(accepted(desk.send(failed))).toMatchObject({ failures: 1 });
    expect(accepted(desk.send(failed))).toMatchObject({ failures: 1 });
    expect(rowOf(desk)?.failures).toBe(1);
  });

  test('F2 an unknown person and an unknown ticket are refused', () => {
    const desk = given(givenRecord(1));
    const sign = { kind: 'record-sign-in', succeeded: true, generation: 1 } as const;
    expect(refused(desk.send({ ...sign, person: givenPerson(9), ticket })).reason).toBe(
      'person-unknown',
    );
    expect(refused(desk.send({ ...sign, person, ticket: givenTicket(9) })).reason).toBe(
      'ticket-unknown',
    );
  });

  test('F7 F8 what the password step needs, and nothing that names the person', () => {
    const facts = (desk: Desk) => ask(desk.partition, { kind: 'sign-in-facts', person }, desk.now);
    expect(facts(given(givenRecord(1)))).toMatchObject({
      facts: { password: { kind: 'set' }, activated: true, retryAt: 0, deviceRetryAt: 0 },
    });
    const enrolled = facts(given(givenEnrolledRecord(1)));
    expect(enrolled).toMatchObject({ facts: { password: { kind: 'initial' }, activated: false } });
    expect(JSON.stringify(enrolled)).not.toContain('name');
    expect(facts(givenDesk())).toMatchObject({ facts: null });
  });
});

describe('activation', () => {
  test('F9 F10 F12 F13 F14 D1 phone first, then the password, then every earlier sign-in ends', () => {
    const desk = given(givenEnrolledRecord(1));
    expect(refused(setPassword(desk)).reason).toBe('phone-missing');
    expect(refused(chooseArea(desk, '0101')).reason).toBe('activation-required');
    const reply = requestCode(desk, 'first');
    expect(reply).toMatchObject({
      candidate: {
        phoneCode: { expiresAt: desk.now + 5 * minute, triesLeft: 5, delivery: 'sending' },
      },
    });
    expect(effectsOf(desk)).toEqual(['send-message']);
    const note = { kind: 'note-delivery', person, challenge: 'first', attempt: 1 } as const;
    accepted(desk.send({ ...note, outcome: 'sent' }));
    accepted(desk.send({ ...note, outcome: 'failed' }));
    expect(rowOf(desk)?.phoneCode?.delivery).toBe('sent');
    expect(bind(desk, 'first')).toMatchObject({ candidate: { phone: { mask: '138****0000' } } });
    expect(effectsOf(desk)).toEqual(['settle-phone']);
    accepted(desk.send({ kind: 'note-phone-settled', person, binding: 1 }));
    accepted(desk.send({ kind: 'note-phone-settled', person, binding: 1 }));
    expect(effectsOf(desk)).toEqual([]);
    expect(setPassword(desk)).toMatchObject({ candidate: { passwordSet: true, generation: 2 } });
    expect(ask(desk.partition, { kind: 'revocations' }, desk.now + signInMaxMs)).toMatchObject({
      revocations: [{ person, generation: 2, at: desk.now }],
    });
    expect(ask(desk.partition, { kind: 'revocations' }, desk.now + signInMaxMs + 1)).toMatchObject({
      revocations: [],
    });
    expect(refused(setPassword(desk)).reason).toBe('password-set-already');
    accepted(chooseArea(desk, '0101'));
  });

  test('F12 a new candidate keeps the own password, and an imported phone counts as bound', () => {
    const desk = given(givenRecord(1));
    expect(effectsOf(desk)).toEqual(['settle-phone']);
    expect(refused(setPassword(desk)).reason).toBe('password-set-already');
    accepted(chooseArea(desk, '0101'));
  });

  test('D7 a phone code: once a minute, so many a day, five minutes, five tries', () => {
    const desk = given(givenEnrolledRecord(1));
    accepted(requestCode(desk, 'one'));
    expect(refused(requestCode(desk, 'two'))).toEqual({
      reason: 'resend-too-soon',
      detail: { at: desk.now + minute },
    });
    expect(refused(bind(desk, 'other')).reason).toBe('code-missing');
    const left = [1, 2, 3, 4, 5].map(() => refused(bind(desk, 'one', false)).detail?.triesLeft);
    expect(left).toEqual([4, 3, 2, 1, 0]);
    expect(refused(bind(desk, 'one')).reason).toBe('code-tries-used-up');
    desk.wait(minute);
    accepted(requestCode(desk, 'two'));
    expect(refused(bind(desk, 'one')).reason).toBe('code-missing');
    desk.wait(5 * minute);
    expect(refused(bind(desk, 'two')).reason).toBe('code-expired');
    accepted(requestCode(desk, 'three'));
    desk.wait(minute);
    expect(refused(requestCode(desk, 'four')).reason).toBe('codes-used-up');
    desk.waitUntil(chinaTime(1, 9));
    accepted(requestCode(desk, 'five'));
    accepted(bind(desk, 'five'));
    desk.wait(minute);
    expect(refused(requestCode(desk, 'six')).reason).toBe('phone-bound-already');
  });

  test('D1 an imported phone must be the one bound, by setting', () => {
    const record = givenEnrolledRecord(1, { importedPhone: givenPhone(1) });
    const strict = given(record);
    expect(refused(requestCode(strict, 'one', givenPhone(2))).reason).toBe(
      'phone-not-the-imported-one',
    );
    accepted(requestCode(strict, 'two'));
    const free = given(record, { importedPhoneMustMatch: false });
    accepted(requestCode(free, 'one', givenPhone(2)));
  });

  test('D1 a second code cannot bind a second phone', () => {
    const desk = given(givenEnrolledRecord(1));
    accepted(requestCode(desk, 'one'));
    // A later import brought a phone while the code was on its way.
    accepted(desk.send({ kind: 'import-candidate', person, record: givenRecord(1) }));
    expect(refused(bind(desk, 'one')).reason).toBe('phone-bound-already');
  });
});

describe('unbinding', () => {
  const requestUnbind = (desk: Desk, challenge: string): CommandReply =>
    desk.send({ kind: 'request-unbind-code', person, challenge });
  const unbind = (desk: Desk, challenge: string, codeMatches = true): CommandReply =>
    desk.send({ kind: 'unbind-phone', person, challenge, codeMatches });
  /** Signed in, with an area chosen and nothing owed. */
  function givenBound(settings: Partial<Settings> = {}): Desk {
    const desk = given(givenRecord(1), settings);
    accepted(desk.send({ kind: 'note-phone-settled', person, binding: 1 }));
    accepted(chooseArea(desk, '0101'));
    return desk;
  }

  test('F42 R8 a code to the old phone unbinds it; registering further is blocked until the next', () => {
    const desk = givenBound();
    expect(requestUnbind(desk, 'one')).toMatchObject({
      candidate: { phoneCode: { purpose: 'unbinding-code', phoneMask: '138****0000' } },
    });
    const row = rowOf(desk);
    expect(row && pendingEffects(row, [])).toMatchObject([
      { kind: 'send-message', code: 'unbinding-code', phone: givenPhone(1) },
    ]);
    expect(refused(unbind(desk, 'one', false))).toEqual({
      ...{ reason: 'code-wrong', detail: { triesLeft: 4 } },
    });
    const reply = unbind(desk, 'one');
    expect(reply).toMatchObject({ candidate: { claim: { number: 2, area: '0101' } } });
    expect(reply).not.toMatchObject({ candidate: { phone: expect.anything() } });
    // DESIGN: an unbinding shuts out what was signed in before it.
    expect(rowOf(desk)).toMatchObject({ fence: { area: '0101', claim: 1 }, phone: undefined });
    expect(effectsOf(desk)).toEqual(['release-phone', 'fence-area']);
    expect(refused(chooseArea(desk, '0101')).reason).toBe('phone-missing');
    expect(refused(unbind(desk, 'one')).reason).toBe('phone-missing');
    expect(refused(requestUnbind(desk, 'two')).reason).toBe('phone-missing');
    for (const binding of [2, 1, 1])
      accepted(desk.send({ kind: 'note-phone-released', person, binding }));
    expect(effectsOf(desk)).toEqual(['fence-area']);
  });

  test('F11 D1 another is bound without a new password, and whatever the record says', () => {
    const desk = givenBound();
    accepted(requestUnbind(desk, 'one'));
    accepted(unbind(desk, 'one'));
    desk.wait(minute);
    const reply = requestCode(desk, 'two', givenPhone(2));
    expect(reply).not.toMatchObject({ candidate: { importedPhoneMask: expect.anything() } });
    accepted(bind(desk, 'two'));
    expect(rowOf(desk)).toMatchObject({ phone: givenPhone(2), bindings: 2, generation: 1 });
    // The note of the first binding is late and says nothing of the second.
    accepted(desk.send({ kind: 'note-phone-settled', person, binding: 1 }));
    expect(rowOf(desk)?.phoneSettled).toBe(false);
    accepted(chooseArea(desk, '0101'));
  });

  test('F42 S1 a later import does not bind the unbound phone again', () => {
    const desk = givenBound();
    accepted(requestUnbind(desk, 'one'));
    accepted(unbind(desk, 'one'));
    const record = givenRecord(1, { hasPhoto: false });
    accepted(desk.send({ kind: 'import-candidate', person, record }));
    expect(rowOf(desk)).toMatchObject({ phone: undefined, bindings: 1 });
  });

  test('D7 a code is good for its purpose only, and both kinds count together', () => {
    const desk = givenBound();
    accepted(requestUnbind(desk, 'one'));
    expect(refused(bind(desk, 'one')).reason).toBe('code-missing');
    expect(refused(requestUnbind(desk, 'two')).reason).toBe('resend-too-soon');
    accepted(unbind(desk, 'one'));
    accepted(requestCode(desk, 'three', givenPhone(2)));
    expect(refused(unbind(desk, 'three')).reason).toBe('phone-missing');
    accepted(bind(desk, 'three'));
    accepted(requestUnbind(desk, 'four'));
    desk.wait(minute);
    expect(refused(requestUnbind(desk, 'five')).reason).toBe('codes-used-up');
  });

  test('F42 once activated stays activated: a sign-in without a phone still sees seats and payment', () => {
    const desk = givenBound();
    accepted(requestUnbind(desk, 'one'));
    accepted(unbind(desk, 'one'));
    expect(ask(desk.partition, { kind: 'sign-in-facts', person }, desk.now)).toMatchObject({
      facts: { activated: true },
    });
  });
});

describe('a new password', () => {
  const change = (desk: Desk, generation: number): CommandReply =>
    desk.send({ kind: 'change-password', person, hash: '$argon2id$invented-anew', generation });
  const requestReset = (desk: Desk, challenge: string): CommandReply =>
    desk.send({ kind: 'request-reset-code', person, challenge });
  const prove = (desk: Desk, challenge: string, codeMatches = true, id = opaque('proof', 1)) =>
    desk.send({ kind: 'prove-reset-code', person, challenge, codeMatches, id });
  const reset = (desk: Desk, proof = opaque('proof', 1)): CommandReply =>
    desk.send({ kind: 'reset-password', person, proof, hash: '$argon2id$invented-anew' });

  test('F43 ends every sign-in of the person, fences the area, and is made once', () => {
    const desk = given(givenRecord(1));
    accepted(chooseArea(desk, '0101'));
    accepted(change(desk, 1));
    // The old password was compared before, and its answer comes after.
    expect(refused(signIn(desk, true)).reason).toBe('changed-meanwhile');
    expect(rowOf(desk)).toMatchObject({
      ...{ passwordHash: '$argon2id$invented-anew', generation: 2, fence: { claim: 1 } },
    });
    expect(refused(change(desk, 1)).reason).toBe('changed-meanwhile');
    const enrolled = given(givenEnrolledRecord(1));
    expect(refused(change(enrolled, 1)).reason).toBe('activation-required');
  });

  test('F43 D3 wrong old passwords delay it like sign-ins from a known device', () => {
    const desk = given(givenRecord(1));
    for (let times = 0; times <= signInFailuresFree; times += 1)
      accepted(
        desk.send({
          ...{ kind: 'record-sign-in', person, ticket, succeeded: false },
          ...{ generation: 1, device: 1 },
        }),
      );
    const at = desk.now + signInDelayMs;
    expect(refused(change(desk, 1))).toEqual({ reason: 'sign-in-delayed', detail: { at } });
    desk.waitUntil(at);
    accepted(change(desk, 1));
  });

  test('D3 a code to the bound phone stands for the old password, once', () => {
    const desk = given(givenRecord(1));
    const sent = accepted(requestReset(desk, 'one'));
    expect(sent).toEqual({
      kind: 'reset-code',
      challenge: 'one',
      expiresAt: desk.now + 5 * minute,
      resendFrom: desk.now + minute,
    });
    const row = rowOf(desk);
    expect(row && pendingEffects(row, [])).toContainEqual(
      expect.objectContaining({ kind: 'send-message', code: 'password-code' }),
    );
    const note = { kind: 'note-delivery', person, challenge: 'one', attempt: 1 } as const;
    accepted(desk.send({ ...note, outcome: 'sent' }));
    expect(effectsOf(desk)).toEqual(['settle-phone']);
    expect(refused(reset(desk)).reason).toBe('code-missing');
    expect(refused(prove(desk, 'one', false, opaque('wrong', 1))).reason).toBe('code-wrong');
    accepted(prove(desk, 'one'));
    accepted(prove(desk, 'one'));
    expect(refused(prove(desk, 'one', true, opaque('again', 1))).reason).toBe('code-missing');
    expect(refused(reset(desk, opaque('other', 1))).reason).toBe('code-missing');
    accepted(reset(desk));
    expect(rowOf(desk)).toMatchObject({ generation: 2, resetProof: undefined });
    expect(refused(reset(desk)).reason).toBe('code-missing');
  });

  test('D3 asked again too soon the live code is named, whoever asked; its proof has ten minutes', () => {
    const desk = given(givenRecord(1));
    accepted(requestReset(desk, 'one'));
    desk.wait(minute - 1);
    expect(accepted(requestReset(desk, 'two'))).toMatchObject({ challenge: 'one' });
    desk.wait(1);
    expect(accepted(requestReset(desk, 'two'))).toMatchObject({ challenge: 'two' });
    accepted(prove(desk, 'two'));
    // Another asking takes the proof from nobody.
    accepted(requestReset(desk, 'three'));
    desk.wait(10 * minute - 1);
    const late = given(givenRecord(1));
    accepted(requestReset(late, 'one'));
    accepted(prove(late, 'one'));
    late.wait(10 * minute);
    expect(refused(reset(late)).reason).toBe('code-expired');
    accepted(reset(desk));
  });

  test('D7 reset codes are capped per day, apart from those of who is signed in', () => {
    const desk = given(givenEnrolledRecord(1));
    for (const challenge of ['one', 'two', 'three']) {
      accepted(requestReset(desk, challenge));
      desk.wait(minute);
    }
    expect(refused(requestReset(desk, 'four')).reason).toBe('codes-used-up');
    accepted(requestCode(desk, 'mine'));
    desk.waitUntil(chinaTime(1, 9));
    accepted(requestReset(desk, 'four'));
  });

  test('D3 a phone that was unbound proves nothing any more', () => {
    const desk = given(givenRecord(1));
    accepted(requestReset(desk, 'one'));
    accepted(prove(desk, 'one'));
    accepted(desk.send({ kind: 'request-unbind-code', person, challenge: 'unbind' }));
    accepted(desk.send({ kind: 'unbind-phone', person, challenge: 'unbind', codeMatches: true }));
    expect(refused(reset(desk)).reason).toBe('code-missing');
  });
});

describe('sign-ins that end', () => {
  const revocations = (desk: Desk) => {
    const answer = ask(desk.partition, { kind: 'revocations' }, desk.now);
    return answer.kind === 'revocations' ? answer.revocations : [];
  };
  const signOut = (desk: Desk, number: number, until = desk.now + signInMaxMs): CommandReply =>
    desk.send({ kind: 'sign-out', person, nonce: opaque('nonce', number), until });

  test('F43 all but the one that asks, which goes on in the new generation', () => {
    const desk = given(givenRecord(1));
    const end = { kind: 'end-sign-ins', person, generation: 1 } as const;
    const id = opaque('end', 1);
    expect(accepted(desk.send({ ...end, id }))).toEqual({ kind: 'signed-in', generation: 2 });
    expect(accepted(desk.send({ ...end, id }))).toEqual({ kind: 'signed-in', generation: 2 });
    expect(refused(desk.send(end)).reason).toBe('changed-meanwhile');
    expect(revocations(desk)).toEqual([{ person, generation: 2, at: desk.now, signedOut: [] }]);
  });

  test('a signed-out sign-in is remembered for as long as it could have lasted', () => {
    const desk = given(givenRecord(1));
    const until = desk.now + minute;
    accepted(signOut(desk, 1, until));
    const events = desk.journal.length;
    accepted(signOut(desk, 1, until));
    accepted(signOut(desk, 2, desk.now));
    expect(desk.journal.length).toBe(events);
    expect(revocations(desk)).toEqual([
      { person, generation: 1, at: 0, signedOut: [{ nonce: opaque('nonce', 1), until }] },
    ]);
    desk.wait(minute);
    expect(revocations(desk)).toEqual([]);
  });

  test('more than a row remembers end all of the person, rather than forget one', () => {
    const desk = given(givenRecord(1));
    for (let number = 1; number <= 8; number += 1) accepted(signOut(desk, number));
    expect(rowOf(desk)).toMatchObject({ generation: 1, signedOut: { length: 8 } });
    accepted(signOut(desk, 9));
    expect(rowOf(desk)).toMatchObject({ generation: 2, signedOut: [] });
  });

  test('D3 a known device is not delayed by what others fail at, and its own failures are its own', () => {
    const desk = given(givenRecord(1));
    const from = (device: number, succeeded: boolean): CommandReply =>
      desk.send({ kind: 'record-sign-in', person, ticket, succeeded, generation: 1, device });
    for (let times = 0; times <= signInFailuresFree; times += 1) accepted(signIn(desk, false));
    expect(refused(signIn(desk, true)).reason).toBe('sign-in-delayed');
    accepted(from(1, true));
    // Neither frees the others, nor is a device known that knew an earlier password.
    expect(refused(signIn(desk, true)).reason).toBe('sign-in-delayed');
    expect(refused(from(0, true)).reason).toBe('sign-in-delayed');
    for (let times = 0; times <= signInFailuresFree; times += 1) accepted(from(1, false));
    const at = desk.now + signInDelayMs;
    expect(refused(from(1, true))).toEqual({ reason: 'sign-in-delayed', detail: { at } });
    expect(ask(desk.partition, { kind: 'sign-in-facts', person }, desk.now)).toMatchObject({
      facts: { generation: 1, deviceRetryAt: at },
    });
  });
});

test('D16 an activation code stands for the initial password until there is one of one’s own', () => {
  const digest = opaque('digest', 1);
  const desk = given(givenEnrolledRecord(1, { activationDigest: digest }));
  const facts = () => ask(desk.partition, { kind: 'sign-in-facts', person }, desk.now);
  expect(facts()).toMatchObject({ facts: { password: { kind: 'activation-code', digest } } });
  accepted(requestCode(desk, 'one'));
  accepted(bind(desk, 'one'));
  accepted(setPassword(desk));
  expect(facts()).toMatchObject({ facts: { password: { kind: 'set' } } });
});

describe('the claim', () => {
  test.each([
    [
      'R4 a graduated ticket',
      { tickets: [givenTicketRecord(1, { status: 'graduated' })] },
      'ticket-dead',
    ],
    [
      'R4 a transferred ticket',
      { tickets: [givenTicketRecord(1, { status: 'transferred' })] },
      'ticket-dead',
    ],
    ['R6 no photo on file', { hasPhoto: false }, 'photo-missing'],
    ['F2 a ticket of somebody else', { tickets: [givenTicketRecord(9)] }, 'ticket-unknown'],
  ] as const)('%s cannot register, and is told why', (_, overrides, reason) => {
    const record = givenRecord(1, overrides as Partial<CandidateRecord>);
    expect(refused(chooseArea(given(record), '0101')).reason).toBe(reason);
  });

  test('R8 without a bound phone there is no registering', () => {
    const { importedPhone, ...record } = givenRecord(1);
    expect(importedPhone).toBeDefined();
    expect(refused(chooseArea(given(record), '0101')).reason).toBe('phone-missing');
  });

  test('F22 an area the session does not know is refused', () => {
    expect(refused(chooseArea(given(givenRecord(1)), '9999')).reason).toBe('area-unknown');
  });

  test('R1 every choice gets a new number, the same area again too', () => {
    const desk = given(givenRecord(1));
    expect(accepted(chooseArea(desk, '0101'))).toEqual({ kind: 'claimed', claim: 1, area: '0101' });
    expect(accepted(chooseArea(desk, '0101'))).toEqual({ kind: 'claimed', claim: 2, area: '0101' });
  });

  test('R1 a move waits for the old area: left, the new one is claimed under the move’s number', () => {
    const desk = given(givenRecord(1));
    accepted(chooseArea(desk, '0101'));
    const reply = chooseArea(desk, '0102');
    expect(accepted(reply)).toEqual({ kind: 'claiming', claim: 2, from: '0101', to: '0102' });
    expect(reply).toMatchObject({
      candidate: { claim: { number: 1, area: '0101' }, moving: { number: 2, to: '0102' } },
    });
    expect(effectsOf(desk)).toContain('vacate-area');
    expect(refused(chooseArea(desk, '0103')).reason).toBe('area-move-running');
    const note = { kind: 'note-vacated', person, claim: 2, vacated: true } as const;
    accepted(desk.send({ ...note, claim: 1 }));
    expect(rowOf(desk)?.moving).toBeDefined();
    accepted(desk.send(note));
    accepted(desk.send(note));
    expect(rowOf(desk)).toMatchObject({ claim: { number: 2, area: '0102' }, moving: undefined });
    expect(effectsOf(desk)).not.toContain('vacate-area');
  });

  test('D11 areas that were left are remembered, the last one first, and not while claimed', () => {
    const desk = given(givenRecord(1));
    accepted(chooseArea(desk, '0101'));
    for (const [area, left] of [
      ['0102', ['0101']],
      ['0103', ['0102', '0101']],
      ['0101', ['0103', '0102']],
    ] as const) {
      accepted(chooseArea(desk, area));
      const claim = rowOf(desk)?.moving?.number ?? 0;
      accepted(desk.send({ kind: 'note-vacated', person, claim, vacated: true }));
      expect(rowOf(desk)?.areasLeft).toEqual(left);
    }
  });

  test('R1 D6 refused, the old area stays claimed under a new number', () => {
    const desk = given(givenRecord(1));
    accepted(chooseArea(desk, '0101'));
    accepted(chooseArea(desk, '0102'));
    accepted(desk.send({ kind: 'note-vacated', person, claim: 2, vacated: false }));
    expect(rowOf(desk)).toMatchObject({ claim: { number: 3, area: '0101' }, claimsGiven: 3 });
    // A late "yes" to the ended move means nothing.
    accepted(desk.send({ kind: 'note-vacated', person, claim: 2, vacated: true }));
    expect(rowOf(desk)?.claim).toEqual({ number: 3, area: '0101' });
  });

  test('R1 moves are capped per day', () => {
    const desk = given(givenRecord(1));
    accepted(chooseArea(desk, '0101'));
    for (const area of ['0102', '0103', '0101']) {
      accepted(chooseArea(desk, area));
      const claim = rowOf(desk)?.moving?.number ?? 0;
      accepted(desk.send({ kind: 'note-vacated', person, claim, vacated: true }));
    }
    expect(refused(chooseArea(desk, '0102')).reason).toBe('area-moves-used-up');
    accepted(chooseArea(desk, '0101'));
    desk.waitUntil(chinaTime(1, 9));
    accepted(chooseArea(desk, '0102'));
  });

  test('R4 a ticket that died fences the area and renews the claim', () => {
    const desk = given(givenRecord(1));
    accepted(chooseArea(desk, '0101'));
    const dead = givenRecord(1, { tickets: [givenTicketRecord(1, { status: 'graduated' })] });
    accepted(desk.send({ kind: 'import-candidate', person, record: dead }));
    expect(rowOf(desk)).toMatchObject({
      fence: { area: '0101', claim: 1 },
      claim: { number: 2, area: '0101' },
    });
    expect(effectsOf(desk)).toContain('fence-area');
    accepted(desk.send({ kind: 'note-fenced', person, claim: 9 }));
    expect(rowOf(desk)?.fence).toBeDefined();
    accepted(desk.send({ kind: 'note-fenced', person, claim: 1 }));
    expect(rowOf(desk)?.fence).toBeUndefined();
  });

  test('R4 a ticket that dies during a move fences the old area and leaves the move its number', () => {
    const desk = given(givenRecord(1));
    accepted(chooseArea(desk, '0101'));
    accepted(chooseArea(desk, '0102'));
    const dead = givenRecord(1, { tickets: [] });
    accepted(desk.send({ kind: 'import-candidate', person, record: dead }));
    expect(rowOf(desk)).toMatchObject({
      fence: { area: '0101', claim: 1 },
      moving: { number: 2 },
      claimsGiven: 2,
    });
  });
});

describe('import', () => {
  test('S1 the same record again changes nothing; a new one keeps what the person did since', () => {
    const desk = given(givenEnrolledRecord(1));
    const events = desk.journal.length;
    accepted(desk.send({ kind: 'import-candidate', person, record: givenEnrolledRecord(1) }));
    expect(desk.journal.length).toBe(events);
    accepted(requestCode(desk, 'one'));
    accepted(bind(desk, 'one'));
    accepted(setPassword(desk));
    accepted(chooseArea(desk, '0101'));
    const record = givenEnrolledRecord(1, { hasPhoto: false, importedPhone: givenPhone(2) });
    accepted(desk.send({ kind: 'import-candidate', person, record }));
    expect(rowOf(desk)).toMatchObject({
      passwordHash: '$argon2id$invented-anew',
      phone: givenPhone(1),
      claim: { number: 1 },
      fence: undefined,
    });
    expect(refused(chooseArea(desk, '0101')).reason).toBe('photo-missing');
  });

  test('F21 the view has masks and the sealed name, as the row has them', () => {
    const desk = given(givenRecord(1));
    expect(ask(desk.partition, { kind: 'candidate', person }, desk.now)).toMatchObject({
      candidate: { name: 'sealed-name-1', nameMask: '示 *', documentMask: '510*************00' },
    });
    const unknown = { kind: 'candidate', person: givenPerson(9) } as const;
    expect(ask(desk.partition, unknown, desk.now)).toMatchObject({ candidate: null });
  });
});
