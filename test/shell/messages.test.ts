import { describe, expect, test } from 'vitest';
import {
  codeExpiresAt,
  newsExpiresAt,
  parametersOf,
  templates,
  textOf,
  variablesOf,
} from '../../engine/effects/messages.ts';
import { codeKinds, messageKinds, type NewsContent } from '../../engine/protocol/messages.ts';
import { contents, dayCloses, nextDayOpens } from '../harness/contents.ts';

describe.each(messageKinds)('%s', (kind) => {
  const text = textOf(contents[kind]);

  test('D10 F30 is one well-made text: signed, filled in, in our words', () => {
    expect(text).toMatch(/^【入席】[^【】]+。$/);
    expect(text).not.toMatch(/[{}!！]|占位|交费|你|undefined|NaN/);
    // Two pieces at most: carriers cut and count at 67 characters.
    expect([...text].length).toBeLessThanOrEqual(2 * 67);
  });

  test('its parameters are what its text was filled with, each short enough for a carrier', () => {
    const parameters = parametersOf(contents[kind]);
    expect(parameters.map(({ name }) => name)).toEqual(variablesOf(kind));
    let pattern = templates[kind];
    for (const { name, value } of parameters) {
      expect(value).toMatch(/^[\d.:]{1,6}$/);
      pattern = pattern.replace(`{${name}}`, value);
    }
    expect(text).toBe(`【入席】${pattern}`);
    // A carrier takes a variable once, and none as the whole of a text.
    expect(new Set(variablesOf(kind)).size).toBe(parameters.length);
  });
});

test('D7 a code is the only variable of its message, and its minutes count from the asking', () => {
  for (const kind of codeKinds) {
    expect(variablesOf(kind)).toEqual(['code']);
    expect(templates[kind]).toContain('获取后 5 分钟内有效');
  }
  expect(codeExpiresAt(1_000)).toBe(1_000 + 5 * 60_000);
});

test('F30 D10 the words of a day’s end: when, and whether there is a tomorrow', () => {
  expect(textOf(contents['unpaid-reminder'])).toBe(
    '【入席】您有 3 门课程还没有缴费。请在今天 22:00 前完成，过时考位会释放。如已付款，请不要再付。',
  );
  expect(
    textOf({ ...contents['unpaid-reminder'], payBefore: dayCloses + 2 * 3_600_000 }),
  ).toContain('请在今天 24:00 前完成');
  expect(textOf(contents['unpaid-reminder-last-day'])).toContain('今天是最后一天，22:00 截止');
  expect(textOf(contents['released-unpaid'])).toContain('9月9日 09:00 起可以重新报考');
  expect(textOf(contents['released-unpaid-last-day'])).toContain('不能再报');
  expect(textOf(contents['withdrawn-by-office'])).toContain('9月9日 09:00 起可以重新报考');
  expect(textOf(contents['withdrawn-by-office-last-day'])).toContain('不能再报');
});

test('F31 D11 money is told to the fen', () => {
  expect(textOf(contents['refund-succeeded'])).toContain('退费成功，105.05 元已退');
  expect(textOf(contents['late-payment-refunding'])).toContain('您的 105.05 元在截止后才到账');
});

test('F30 a reminder is none any more at the close; other news is told for a day', () => {
  const expiry = (content: NewsContent) => newsExpiresAt(content, nextDayOpens);
  expect(expiry(contents['unpaid-reminder'])).toBe(dayCloses);
  expect(expiry(contents['refund-succeeded'])).toBe(nextDayOpens + 24 * 3_600_000);
});
