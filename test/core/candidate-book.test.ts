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
  desk.send({ kind: 'record-sign-in', person, ticket, succeeded });
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
    const failed = { kind: 'record-sign-in', person, ticket, succeeded: false, id } as const;
    expect(accepted(desk.send(failed))).toMatchObject({ failures: 1 });
    expect(accepted(desk.send(failed))).toMatchObject({ failures: 1 });
    expect(rowOf(desk)?.failures).toBe(1);
  });

  test('F2 an unknown person and an unknown ticket are refused', () => {
    const desk = given(givenRecord(1));
    const sign = { kind: 'record-sign-in', succeeded: true } as const;
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
      facts: { password: { kind: 'set' }, phoneBound: true, kind: 'new', retryAt: 0 },
    });
    const enrolled = facts(given(givenEnrolledRecord(1)));
    expect(enrolled).toMatchObject({ facts: { password: { kind: 'initial' }, phoneBound: false } });
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
    accepted(desk.send({ kind: 'note-phone-settled', person }));
    accepted(desk.send({ kind: 'note-phone-settled', person }));
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
