import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeFormat, importFormats } from '../../engine/import/formats.ts';
import { Problems, readTable } from '../../engine/import/table.ts';

test.each(importFormats)('S1 $kind: the documentation says what the program checks', (format) => {
  const page = readFileSync(new URL('../../docs/importing.md', import.meta.url), 'utf8');
  expect(page).toContain(describeFormat(format));
});

test.each(importFormats)('S1 $kind: the example is a right line', async (format) => {
  const header = format.columns.map(({ title }) => title).join(',');
  const text = `${header}\n${format.example}\n`;
  const source = {
    name: 'example.csv',
    async *open() {
      yield new TextEncoder().encode(text);
    },
  };
  const problems = new Problems();
  const rows = [];
  for await (const row of readTable(source, format, problems)) rows.push(row);
  problems.refuseIfAny();
  expect(rows).toHaveLength(1);
});
