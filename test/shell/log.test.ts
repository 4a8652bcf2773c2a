/** The net beneath the habit of writing no person into a log. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logTo } from '../../engine/log.ts';

const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
const phone = fc.tuple(fc.constantFrom('13', '15', '18', '19'), digits(9)).map(([a, b]) => a + b);
const document = fc.tuple(digits(17), fc.constantFrom('0', '7', 'X', 'x')).map(([a, b]) => a + b);
const personal = fc.oneof(phone, document, digits(12));

function lineOf(write: (log: ReturnType<typeof logTo>) => void): string {
  let text = '';
  write(logTo('test', 'info', { write: (line) => (text += line) }));
  return text;
}

test('what has the form of a person’s number stands in no line, wherever it was put', () => {
  fc.assert(
    fc.property(personal, fc.constantFrom('', '号码：', 'number '), (number, before) => {
      const said = `${before}${number}，not read`;
      const lines = [
        lineOf((log) => log.warn(said)),
        lineOf((log) => log.warn({ path: '/x', what: [{ deep: said }] }, said)),
        lineOf((log) => log.error({ err: new Error(said, { cause: said }) }, 'failed')),
        lineOf((log) => log.error(new Error(said))),
      ];
      for (const line of lines) {
        expect(line).not.toContain(number);
        expect(() => JSON.parse(line)).not.toThrow();
      }
    }),
  );
});

test('what stands under a personal or secret name is replaced by that name', () => {
  const fields = {
    password: 'x1',
    phone: 'x2',
    nested: { name: 'x3', code: 'x4' },
    list: [{ token: 'x5' }],
  };
  const line = lineOf((log) => log.warn(fields, 'something'));
  expect(line).not.toMatch(/x[1-5]/);
  expect(JSON.parse(line)).toMatchObject({
    password: '[password]',
    nested: { name: '[name]', code: '[code]' },
  });
});

test('what is nobody’s stays: hashes, times, codes of carriers, places', () => {
  const hash = '5f4dcc3b5aa765d61d8327deb882cf9913800000000abcde';
  const fields = { hash, at: 1_788_829_477_123, why: 'isv.BUSINESS_LIMIT_CONTROL', ms: 12 };
  expect(JSON.parse(lineOf((log) => log.info(fields, 'p0: a message')))).toMatchObject({
    ...fields,
    ...{ name: 'test', level: 30, msg: 'p0: a message' },
  });
  const { frames, fault } = JSON.parse(lineOf((log) => log.error(new TypeError('x'))));
  expect(fault).toBe('TypeError');
  expect(frames[0]).toContain('log.test.ts');
});
