import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { loadKeys } from '../../engine/store/keys.ts';
import { openVault, type Vault } from '../../engine/store/vault.ts';
import { givenPerson, opaque } from '../given.ts';

const folders: string[] = [];
const opened: Vault[] = [];
const givenFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'ruxi-vault-'));
  folders.push(folder);
  return folder;
};
const openIn = (folder: string): Vault => {
  const vault = openVault(folder, loadKeys(folder));
  opened.push(vault);
  return vault;
};
afterEach(async () => {
  for (const vault of opened.splice(0)) await vault.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

test('keys are made once, for the owner alone, and are found again', () => {
  const folder = join(givenFolder(), 'keys');
  const made = loadKeys(folder);
  const all = Object.values(made);
  expect(all.every((key) => key.length === 32)).toBe(true);
  expect(new Set(all.map((key) => key.toString('hex'))).size).toBe(6);
  expect(loadKeys(folder)).toEqual(made);
  for (const name of ['index', 'master', 'code', 'cookie', 'slip', 'audit'])
    expect(statSync(join(folder, `${name}.key`)).mode & 0o777).toBe(0o600);
});

test('a key of the wrong length is refused and left as it is', () => {
  const folder = givenFolder();
  loadKeys(folder);
  const file = join(folder, 'master.key');
  writeFileSync(file, Buffer.alloc(31, 1));
  expect(() => loadKeys(folder)).toThrow('master key is 31 bytes');
  expect(readFileSync(file).length).toBe(31);
});

test('what is sealed opens for its person, after a restart too, and for nobody else', async () => {
  const folder = givenFolder();
  const vault = openIn(folder);
  const sealed = vault.seal(givenPerson(1), '示例姓名');
  const other = vault.seal(givenPerson(2), '示例姓名');
  expect(vault.settled).toBe(false);
  await vault.settle();
  expect(vault.settled).toBe(true);
  await opened.pop()?.close();

  const again = openIn(folder);
  expect(again.open(givenPerson(1), sealed)).toBe('示例姓名');
  expect(() => again.open(givenPerson(1), other)).toThrow();
  expect(() => again.open(givenPerson(2), sealed)).toThrow();
  expect(again.open(givenPerson(3), sealed)).toBeUndefined();
});

test('sealing twice shows nothing of the text being the same, and changed text does not open', () => {
  const vault = openIn(givenFolder());
  const person = givenPerson(1);
  const one = vault.seal(person, '13900000000');
  expect(vault.seal(person, '13900000000')).not.toBe(one);
  for (let at = 0; at < one.length; at += 7) {
    const letter = one[at] === 'A' ? 'B' : 'A';
    const changed = one.slice(0, at) + letter + one.slice(at + 1);
    expect(() => vault.open(person, changed)).toThrow();
  }
});

test('an erased person is erased for good, and may come back with a new key', async () => {
  const folder = givenFolder();
  const vault = openIn(folder);
  const sealed = vault.seal(givenPerson(1), '示例');
  const other = vault.seal(givenPerson(2), '留下');
  await vault.erase(givenPerson(1));
  expect(vault.open(givenPerson(1), sealed)).toBeUndefined();
  expect(vault.open(givenPerson(2), other)).toBe('留下');
  const later = vault.seal(givenPerson(1), '回来');
  await vault.settle();
  expect(vault.open(givenPerson(1), later)).toBe('回来');
  expect(() => vault.open(givenPerson(1), sealed)).toThrow();
});

test('a key that another process made meanwhile is not written over', async () => {
  const folder = givenFolder();
  const one = openIn(folder);
  const two = openIn(folder);
  const sealed = one.seal(givenPerson(1), '一');
  two.seal(givenPerson(1), '二');
  await one.settle();
  await expect(two.settle()).rejects.toThrow('another process');
  expect(one.open(givenPerson(1), sealed)).toBe('一');
});

test('keys made while others are being written are settled by the next call', async () => {
  const folder = givenFolder();
  const vault = openIn(folder);
  const texts = new Map<number, string>();
  const settles: Promise<void>[] = [];
  for (let number = 0; number < 200; number += 1) {
    texts.set(number, vault.seal(givenPerson(number), `text ${number}`));
    if (number % 50 === 0) settles.push(vault.settle());
  }
  await Promise.all([...settles, vault.settle()]);
  await opened.pop()?.close();
  const again = openIn(folder);
  for (const [number, sealed] of texts)
    expect(again.open(givenPerson(number), sealed)).toBe(`text ${number}`);
});

test('D7 a code is six digits, the same for the same challenge under the same key', () => {
  const folder = givenFolder();
  const vault = openIn(folder);
  const codes = Array.from({ length: 500 }, (_, at) => vault.smsCodeOf(opaque('challenge', at)));
  expect(codes.every((code) => /^\d{6}$/.test(code))).toBe(true);
  expect(new Set(codes).size).toBeGreaterThan(490);
  expect(openIn(folder).smsCodeOf(opaque('challenge', 3))).toBe(codes[3]);
  expect(openIn(givenFolder()).smsCodeOf(opaque('challenge', 3))).not.toBe(codes[3]);
});

test('people and phones are found by number, apart from each other', () => {
  const vault = openIn(givenFolder());
  expect(vault.personIdOf('resident-id', '1')).toMatch(/^[A-Za-z0-9_-]{22}$/);
  expect(vault.personIdOf('resident-id', '1')).not.toBe(vault.personIdOf('residence-permit', '1'));
  expect(vault.phoneIndexOf('1')).not.toBe(vault.personIdOf('resident-id', '1'));
});
