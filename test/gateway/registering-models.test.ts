import { expect, test } from 'vitest';
import type { CandidateView, RegistrationView } from '../../engine/protocol/replies.ts';
import { indexSession } from '../../gateway/catalogue.ts';
import { adviceOn, unitCards } from '../../gateway/registering/models.ts';
import { province } from './registering-province.ts';

const session = indexSession(province());
const ticket = '010524100031';
const counts = {
  area: '0124',
  version: 1,
  at: 0,
  free: [1164, 86, 0, 1702],
  capacity: [2400, 2400, 2400, 2400],
};
const candidate: CandidateView = {
  person: 'p'.repeat(22),
  kind: 'enrolled',
  documentMask: '510*************31',
  name: '王试婷',
  nameMask: '王 * 婷',
  hasPhoto: true,
  candidateType: 'open',
  tickets: [
    {
      number: ticket,
      programme: '080901',
      status: 'active',
      passed: [{ course: '00023', grade: 61 }],
    },
  ],
  passwordSet: true,
  generation: 1,
};

test('F24 F32 each unit shows its pool and what stands in it, held before draft, swap over saved', () => {
  const registration: RegistrationView = {
    revision: 4,
    seats: [
      { unit: 'A', course: '00023', ticket, state: { kind: 'saved' } },
      { unit: 'B', course: '02331', ticket, state: { kind: 'held', until: 99 } },
    ],
    draft: [
      { unit: 'A', course: '15043', ticket },
      { unit: 'B', course: '02331', ticket },
      { unit: 'C', course: '02324', ticket },
    ],
    orders: [],
  };
  const cards = unitCards(session, registration, candidate, ticket, counts);
  expect(cards.map((card) => card.own)).toMatchObject([
    { kind: 'swap', saved: { code: '00023' }, course: { code: '15043' } },
    { kind: 'held', course: { code: '02331', name: '数据结构' }, until: 99 },
    { kind: 'draft', course: { code: '02324' } },
    { kind: 'empty' },
  ]);
  expect(cards.map((card) => card.pool?.level)).toEqual(['plenty', 'scarce', 'full', 'plenty']);
  expect(cards.map((card) => card.unit.place)).toEqual([1, 2, 3, 4]);
});

test('before the first counts arrive the pools are unknown, not empty', () => {
  const nothing = { revision: 0, seats: [], draft: [], orders: [] };
  const cards = unitCards(session, nothing, candidate, ticket, undefined);
  expect(cards.every((card) => card.pool === undefined)).toBe(true);
});

test('R3 a passed course is warned about with its grade', () => {
  expect(adviceOn(session, candidate, ticket, '00023')).toEqual({ passedGrade: 61 });
});

test('D8 a course outside the plan is foreign; without a plan none is', () => {
  expect(adviceOn(session, candidate, ticket, '03709').foreign).toBe(true);
  expect(adviceOn(session, candidate, ticket, '02331').foreign).toBeUndefined();
  const [record] = candidate.tickets;
  const unplanned = { ...candidate, tickets: record ? [{ ...record, programme: '999999' }] : [] };
  expect(adviceOn(session, unplanned, ticket, '03709').foreign).toBeUndefined();
});
