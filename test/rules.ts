/**
 * Which rule is proven by which test. Reads the rules and the claimed ones from rules.md, and the
 * names of all tests from vitest; a test cites a rule by starting its name with the rule's id.
 *
 * Prints every rule with the tests that cite it, and fails for a claimed rule that none cites and
 * for a cited rule that does not exist.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const text = readFileSync(new URL('rules.md', import.meta.url), 'utf8');

const rules = [...text.matchAll(/^- \*\*([FRDSB]\d+)\*\* (.*)$/gm)].map((found) => ({
  id: String(found[1]),
  sentence: String(found[2]),
}));
const known = new Set(rules.map((rule) => rule.id));
const claimed = readClaimed(text.slice(text.indexOf('\n## Claimed\n')));
const citations = readCitations();

for (const { id, sentence } of rules) {
  const mark = claimed.has(id) ? 'claimed' : 'later';
  console.log(`${id.padEnd(4)} ${mark.padEnd(8)} ${shorten(sentence, 90)}`);
  for (const test of citations.get(id) ?? []) console.log(`              ${test}`);
}

const unproven = [...claimed].filter((id) => !citations.has(id));
const unknown = [...citations.keys()].filter((id) => !known.has(id));
for (const id of unproven) console.error(`rule ${id} is claimed and no test cites it`);
for (const id of unknown) console.error(`a test cites ${id}, which is not in rules.md`);
console.log(
  `${rules.length} rules, ${claimed.size} claimed, ${claimed.size - unproven.length} of them cited by tests`,
);
process.exitCode = unproven.length + unknown.length === 0 ? 0 : 1;

/** Single ids and ranges of one letter: `F1–F3, D5`. */
function readClaimed(section: string): Set<string> {
  const ids = new Set<string>();
  for (const [, letter, first, , last] of section.matchAll(
    /\b([FRDSB])(\d+)(?:–([FRDSB])(\d+))?\b/g,
  )) {
    for (let number = Number(first); number <= Number(last ?? first); number += 1) {
      const id = `${letter}${number}`;
      if (!known.has(id)) throw new Error(`rules.md claims ${id}, which it does not have`);
      ids.add(id);
    }
  }
  if (ids.size === 0) throw new Error('rules.md claims no rule');
  return ids;
}

/** A name may stand below others (`suite > test`); the ids may open any of them. */
function readCitations(): Map<string, string[]> {
  const listed = execFileSync(process.execPath, [
    `${root}node_modules/vitest/vitest.mjs`,
    // Run and not only parsed: the tests of a contract suite stand in another file than its callers.
    ...['list', '--json', '--staticParse=false', '--root', root],
  ]);
  const tests = JSON.parse(listed.toString()) as { name: string; file: string }[];
  const found = new Map<string, string[]>();
  for (const { name, file } of tests) {
    const ids = name
      .split(' > ')
      .flatMap((part) => /^(?:[FRDSB]\d+[ ,:]+)+/.exec(part)?.[0].match(/[FRDSB]\d+/g) ?? []);
    for (const id of new Set(ids)) {
      const tests = found.get(id) ?? [];
      found.set(id, [...tests, `${relative(root, file)}: ${name}`]);
    }
  }
  return found;
}

function shorten(sentence: string, length: number): string {
  return sentence.length <= length ? sentence : `${sentence.slice(0, length - 1)}…`;
}
