import { expect, test } from 'vitest';
import { ticketMask } from '../../engine/protocol/masks.ts';
import { createCookies } from '../../gateway/cookies.ts';
import { commonWords } from '../../gateway/sign-in/common-passwords.ts';
import { decoyTickets } from '../../gateway/sign-in/decoys.ts';
import { isInitialPassword, passwordProblem } from '../../gateway/sign-in/passwords.ts';

const own = {
  documentNumber: '99999919850101001X',
  tickets: ['012500000137', '130400004226'],
  phoneMask: '138****2907',
};
const problem = (password: string, again = password) => passwordProblem(password, again, own);

test.each([
  ['short', 'Kd7-hjw2m', 'too-short'],
  ['nine Chinese characters', '山川河流日月星辰风', 'too-short'],
  ['too long', `Kd7-hjw2m${'-q8v'.repeat(40)}`, 'too-long'],
  ['the document number', 'Kd-999999-hjw', 'personal'],
  ['its end, with a small x', 'kd-01001x-hjw', 'personal'],
  ['a ticket number', 'Kd7 000137 hjw', 'personal'],
  ['another ticket of theirs', 'hjw 004226 Kd7', 'personal'],
  ['the beginning of the phone number', 'Kd7 138555 hjw', 'personal'],
  ['the end of the phone number', 'Kd7 552907 hjw', 'personal'],
  ['a listed password', 'iloveyou1314', 'common'],
  ['one in shapes', 'P@ssw0rd2024', 'common'],
  ['pinyin and a number', 'woaini5201314', 'common'],
  ['a name and a year', 'zhangwei1990', 'common'],
  ['a birthday', '19900101aaa', 'common'],
  ['the keyboard', 'qwertyuiop', 'common'],
  ['the keyboard in columns', '1qaz2wsx3edc', 'common'],
  ['counting', '1234567890', 'common'],
  ['counting down', '0987654321', 'common'],
  ['one letter', 'aaaaaaaaaa', 'common'],
  ['a pair', '5656565656', 'common'],
  ['a word thrice', 'dragondragondragon', 'common'],
  ['a passphrase', 'correct horse battery staple', undefined],
  ['a Chinese passphrase', '清晨的粥配咸菜和豆浆', undefined],
  ['random', 'Kd7-hjw2mQ', undefined],
] as const)('D4 a new password that is %s', (_, password, expected) => {
  expect(problem(password)).toBe(expected);
});

test('F13 the new password is typed twice the same', () => {
  expect(problem('Kd7-hjw2mQ', 'Kd7-hjw2mq')).toBe('not-the-same');
});

test('D4 the list holds about a thousand words, each in the form it is compared in', () => {
  expect(commonWords.size).toBeGreaterThan(1000);
  for (const word of commonWords) expect(word).toMatch(/^[a-z0-9]{3,16}$/);
});

test('F8 the initial password is the last six of the number; a small x will do', () => {
  for (const typed of ['01001X', '01001x', ' 01001X', '０１００１ｘ']) {
    expect(isInitialPassword(typed, own.documentNumber)).toBe(true);
  }
  for (const typed of ['', '010010', '1001X', '101001X', own.documentNumber]) {
    expect(isInitialPassword(typed, own.documentNumber)).toBe(false);
  }
});

const { keyed } = createCookies(Buffer.alloc(32, 7), false);
const areas = Array.from({ length: 183 }, (_, at) => String(101 + at).padStart(4, '0'));
const programmes = Array.from({ length: 44 }, (_, at) => `0203${at}K`);
const decoysOf = (number: string, ofAreas = areas, ofProgrammes = programmes) =>
  decoyTickets(keyed, 'resident-id', number, ofAreas, ofProgrammes);

test('D2 an unknown number gets the same plausible tickets every time', () => {
  for (let person = 0; person < 200; person += 1) {
    const number = `9999991985${String(person).padStart(8, '0')}`;
    const tickets = decoysOf(number);
    expect(decoysOf(number)).toEqual(tickets);
    for (const { ticket, programme } of tickets) {
      expect(ticket).toMatch(/^[0-9]{12}$/);
      expect(ticketMask(ticket)).toMatch(/^[0-9]{4}\*{6}[0-9]{2}$/);
      expect(areas).toContain(ticket.slice(0, 4));
      expect(programmes).toContain(programme);
    }
  }
});

test('D2 mostly one ticket, sometimes two, spread over areas and programmes', () => {
  const all = Array.from({ length: 2000 }, (_, person) =>
    decoysOf(`9999991985${String(person).padStart(8, '0')}`),
  );
  const withTwo = all.filter((tickets) => tickets.length === 2).length;
  expect(withTwo).toBeGreaterThan(60);
  expect(withTwo).toBeLessThan(200);
  expect(new Set(all.flat().map(({ programme }) => programme)).size).toBe(programmes.length);
  expect(new Set(all.flat().map(({ ticket }) => ticket.slice(0, 4))).size).toBeGreaterThan(170);
});

test('D2 a new programme takes over few decoys, a removed one gives up only its own', () => {
  const fewer = programmes.slice(1);
  for (let person = 0; person < 300; person += 1) {
    const number = `9999991985${String(person).padStart(8, '0')}`;
    const [before] = decoysOf(number);
    const [after] = decoysOf(number, areas, fewer);
    expect(after?.ticket).toBe(before?.ticket);
    if (before?.programme !== programmes[0]) expect(after?.programme).toBe(before?.programme);
  }
});
