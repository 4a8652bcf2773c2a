import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const folder = new URL('../../engine/core/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));

const forbidden: [RegExp, string][] = [
  [/\bDate\b/, 'a clock'],
  [/\bperformance\b/, 'a clock'],
  [/\bTemporal\b/, 'a clock'],
  [/Math\.random/, 'chance'],
  [/\bcrypto\b/, 'chance'],
  [/fresh-id/, 'chance'],
  [/\bset(Timeout|Interval|Immediate)\b/, 'a timer'],
  [/\bqueueMicrotask\b/, 'a timer'],
  [/\b(async|await|Promise)\b/, 'a promise'],
  [/\b(process|globalThis|console|fetch|Worker)\b/, 'the world outside'],
  [/from '(?!\.\/|\.\.\/protocol\/)/, 'an import from elsewhere'],
  [/\bimport\(/, 'an import from elsewhere'],
  [/\brequire\(/, 'an import from elsewhere'],
];

/** Comments may speak of what code may not use. */
const codeOf = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');

test.each(files)('the core thinks and does nothing else: %s', (name) => {
  const code = codeOf(readFileSync(new URL(name, folder), 'utf8'));
  const found = forbidden.filter(([pattern]) => pattern.test(code)).map(([, what]) => what);
  expect(found).toEqual([]);
});

test('the check for purity reads the files and sees what is forbidden', () => {
  expect(files.length).toBeGreaterThan(10);
  const guilty = 'const at = Date.now(); // fine\nawait Math.random();';
  expect(forbidden.filter(([pattern]) => pattern.test(codeOf(guilty))).length).toBe(3);
});
