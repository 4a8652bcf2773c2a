import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  documentTypes,
  initialPasswordOf,
  normaliseActivationCode,
  normaliseDocument,
} from '../../engine/protocol/documents.ts';

const withX = '99999919850222005X';
const permit = '830000190005110116';

test.each([
  ['as printed', withX],
  ['with a small x', '99999919850222005x'],
  ['with spaces', ' 999999 19850222 005X '],
  ['with full-width digits and letter', '９９９９９９１９８５０２２２００５Ｘ'],
  ['with full-width spaces', '999999　19850222　005X'],
  ['with hyphens', '999999-19850222-005X'],
  ['with invisible marks from a paste', '\u200b999999\u00a019850222005X\ufeff'],
])('D16 a resident number is taken %s', (_how, typed) => {
  expect(normaliseDocument('resident-id', typed)).toEqual({ ok: true, number: withX });
});

test.each([
  ['type-unknown', 'library-card', withX],
  ['empty', 'resident-id', ' 　'],
  ['length', 'resident-id', '99999919850222005'],
  ['length', 'resident-id', '9'.repeat(1000)],
  ['character', 'resident-id', '9999991985022200XX'],
  ['character', 'resident-id', '99999919850222O05X'],
  ['date', 'resident-id', '999999198502300050'],
  ['date', 'resident-id', '999999298502220055'],
  ['checksum', 'resident-id', '999999198502220051'],
  ['prefix', 'residence-permit', withX],
  ['checksum', 'residence-permit', '830000190005110117'],
  ['length', 'mainland-permit', 'H0000001'],
  ['length', 'mainland-permit', 'H0000000100'],
  ['prefix', 'mainland-permit', 'K00000001'],
  ['character', 'mainland-permit', 'H0000000O'],
  ['length', 'taiwan-permit', '000000001'],
  ['character', 'taiwan-permit', '0000000O'],
  ['length', 'passport', 'DEMO1'],
  ['length', 'passport', 'DEMO123456789'],
  ['character', 'passport', 'DEMODEMO'],
  ['character', 'passport', 'DEMO/0001'],
])('D16 %s: refused with the reason, nothing is repaired (%s, %#)', (reason, type, typed) => {
  expect(normaliseDocument(type, typed)).toEqual({ ok: false, reason });
});

test('D16 a residence permit has the same construction under its own prefixes', () => {
  expect(normaliseDocument('residence-permit', permit)).toEqual({ ok: true, number: permit });
});

test('D16 document types are data', () => {
  expect(documentTypes.map((type) => [type.code, type.firstSecret])).toEqual([
    ['resident-id', 'initial-password'],
    ['residence-permit', 'initial-password'],
    ['mainland-permit', 'activation-code'],
    ['taiwan-permit', 'activation-code'],
    ['passport', 'activation-code'],
  ]);
  for (const type of documentTypes) expect(type.name && type.hint).toBeTruthy();
});

test.each([
  ['mainland-permit', ' ｈ０００ 00 001 ', 'H00000001'],
  ['taiwan-permit', '0000-0001', '00000001'],
  ['passport', 'demo00001', 'DEMO00001'],
])(
  'D16 %s: small letters, spaces and full-width digits are the same number',
  (type, typed, number) => {
    expect(normaliseDocument(type, typed)).toEqual({ ok: true, number });
  },
);

test.each([
  ['demo-0000 11', 'DEMO000011'],
  ['ＤＥＭＯ０００１', 'DEMO0001'],
  ['DEMO001', undefined],
  ['D'.repeat(21), undefined],
  ['DEMO_00011', undefined],
])('D16 an activation code as typed: %s', (typed, code) => {
  expect(normaliseActivationCode(typed)).toBe(code);
});

test('D16 one slip of a digit is always noticed', () => {
  fc.assert(
    fc.property(fc.nat(16), fc.integer({ min: 1, max: 9 }), (at, by) => {
      const digit = (Number(withX[at]) + by) % 10;
      const slipped = withX.slice(0, at) + digit + withX.slice(at + 1);
      expect(normaliseDocument('resident-id', slipped).ok).toBe(false);
    }),
  );
});

test('D16 the stored form is its own stored form, and no text makes the check throw', () => {
  fc.assert(
    fc.property(fc.constantFrom(...documentTypes), fc.string({ unit: 'binary' }), (type, text) => {
      const first = normaliseDocument(type.code, text);
      if (first.ok) expect(normaliseDocument(type.code, first.number)).toEqual(first);
    }),
  );
});

test('F8 the initial password is the last six characters, X upper-case', () => {
  const typed = normaliseDocument('resident-id', '99999919850222005x');
  expect(typed.ok && initialPasswordOf(typed.number)).toBe('22005X');
});
