import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSlipCodes, type OrderPlace } from '../../gateway/slip/codes.ts';

const codes = createSlipCodes(Buffer.alloc(32, 1));
const content = 'content---------------';
const order: OrderPlace = { area: '0124', registration: 417, place: 1 };
const code = codes.codeOf(order, content);

const anyOrder: fc.Arbitrary<OrderPlace> = fc.record({
  area: fc.stringMatching(/^[0-9A-Z]{1,16}$/),
  registration: fc.integer({ min: 0, max: 9_999_999 }),
  place: fc.integer({ min: 0, max: 999 }),
});
const anyContent = fc.stringMatching(/^[A-Za-z0-9_-]{22}$/);

test('F41 a code is 24 letters and digits that cannot be taken for one another', () => {
  expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{24}$/);
  const largest = { area: 'ZZZZ', registration: 9_999_999, place: 999 };
  expect(codes.codeOf(largest, content)).toHaveLength(24);
  // Areas by the codes of counties, and the longest there may be.
  expect(codes.codeOf({ ...largest, area: '510124' }, content)).toHaveLength(32);
  expect(codes.codeOf({ ...largest, area: 'Z'.repeat(16) }, content)).toHaveLength(40);
});

test('F41 every order is found again in its code, and what was signed is known', () => {
  fc.assert(
    fc.property(anyOrder, anyContent, anyContent, (place, said, other) => {
      const read = codes.read(codes.codeOf(place, said));
      expect(read?.order).toEqual(place);
      expect(read?.signs(said)).toBe(true);
      expect(read?.signs(other)).toBe(said === other);
      expect(read?.signs('')).toBe(false);
    }),
  );
});

const grouped = code.match(/.{4}/g) ?? [];
test.each([
  ['lower case', code.toLowerCase()],
  ['dashes', grouped.join('-')],
  ['other dashes', grouped.join('–')],
  ['spaces around and between', `  ${grouped.join(' ')}\t`],
  ['a Chinese space', grouped.join('　')],
  [
    'full width, as a Chinese keyboard gives it',
    code.replaceAll(/./g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0)),
  ],
])('F41 typed by hand it may have %s', (_, typed) => {
  expect(codes.read(typed)?.text).toBe(code);
  expect(codes.read(typed)?.signs(content)).toBe(true);
});

test('F41 O stands for 0, and I and L for 1', () => {
  const both = Array.from({ length: 200 }, (_, registration) =>
    codes.codeOf({ ...order, registration }, content),
  ).find((one) => one.includes('0') && one.includes('1'));
  for (const one of ['I', 'L', 'i', 'l']) {
    const typed = both?.replaceAll('0', 'o').replaceAll('1', one) ?? '';
    expect(codes.read(typed)?.text).toBe(both);
  }
});

test.each([
  '',
  'K7QM',
  code.slice(1),
  `${code}0`,
  `${code}00000000`.slice(0, 31),
  `U${code.slice(1)}`,
  `!${code.slice(1)}`,
  `中${code.slice(1)}`,
  '0'.repeat(16),
  '0'.repeat(48),
  'A'.repeat(100_000),
])('what is no code is read as none: %.30s', (typed) => {
  expect(codes.read(typed)).toBeUndefined();
});

test('F41 a code that was changed anywhere signs nothing any more', () => {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  for (let at = 0; at < code.length; at += 1) {
    for (const character of alphabet) {
      if (character === code[at]) continue;
      const changed = codes.read(code.slice(0, at) + character + code.slice(at + 1));
      expect(changed?.signs(content)).toBe(false);
    }
  }
});

test('F41 a guess reads as some order that there could be, and signs nothing', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^([0-9A-HJKMNP-TV-Z]{8}){3,5}$/), anyContent, (guess, said) => {
      const read = codes.read(guess);
      expect(read?.order.area).toMatch(/^[0-9A-Z]{1,16}$/);
      expect(read?.order.registration).toBeLessThan(10_000_000);
      expect(read?.order.place).toBeLessThan(1_000);
      expect(read?.signs(said)).toBe(false);
    }),
  );
});

test('another key’s codes are worth nothing', () => {
  const others = createSlipCodes(Buffer.alloc(32, 2));
  expect(others.codeOf(order, content)).not.toBe(code);
  expect(others.read(code)?.signs(content)).toBe(false);
});

test('D2 a code tells nothing without the key: neighbours in one area have nothing in common', () => {
  const many = Array.from({ length: 400 }, (_, registration) =>
    codes.codeOf({ ...order, registration }, content),
  );
  expect(new Set(many).size).toBe(400);
  for (let at = 0; at < 24; at += 1) {
    // Each place of the code takes on nearly every character.
    expect(new Set(many.map((one) => one[at])).size).toBeGreaterThan(26);
  }
});
