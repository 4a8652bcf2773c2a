import fc from 'fast-check';
import { expect, test } from 'vitest';
import { documentMask, nameMask, phoneMask, ticketMask } from '../../engine/protocol/masks.ts';

test.each([
  [documentMask, '99999919850222005X', '999*************5X'],
  [documentMask, 'E12345678', 'E*******8'],
  [documentMask, 'E12', '***'],
  [ticketMask, '012500000037', '0125******37'],
  [phoneMask, '19900000000', '199****0000'],
  [phoneMask, '12345', '*****'],
  [nameMask, '王示例', '王 * 例'],
  [nameMask, '张演', '张 *'],
  [nameMask, '欧阳示例', '欧 * 例'],
  [nameMask, '𠮷示例', '𠮷 * 例'],
  [nameMask, '张', '*'],
  [nameMask, '', '*'],
])('D2 a mask shows head and tail and nothing between (%#)', (mask, text, shown) => {
  expect(mask(text)).toBe(shown);
});

test('D2 whatever the text, a mask shows at most what it says', () => {
  const most = new Map([
    [documentMask, 5],
    [ticketMask, 6],
    [phoneMask, 7],
    [nameMask, 2],
  ]);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
      const plain = text.replaceAll('*', '').replaceAll(' ', '');
      for (const [mask, count] of most) {
        const shown = [...mask(plain).replaceAll('*', '').replaceAll(' ', '')];
        expect(shown.length).toBeLessThanOrEqual(count);
        expect(shown.length).toBeLessThan(Math.max(1, [...plain].length));
      }
    }),
  );
});

test('D2 the mask of a document shows less than the initial password', () => {
  expect(documentMask('99999919850222005X')).not.toContain('005X');
});
