import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import {
  checkNativeBinaries,
  hashOf,
  type NativeHashes,
  nativeBinaries,
} from '../engine/native-binaries.ts';

const root = new URL('..', import.meta.url).pathname;
const recorded = JSON.parse(
  readFileSync(join(root, 'engine/native-hashes.json'), 'utf8'),
) as NativeHashes;
const folder = mkdtempSync(join(tmpdir(), 'ruxi-native-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('every installed binary is the recorded one, whatever its platform', () => {
  const installed = nativeBinaries(root);
  expect(installed.length).toBeGreaterThan(0);
  for (const path of installed)
    expect(`${path} ${recorded[path]}`).toBe(`${path} ${hashOf(join(root, path))}`);
});

test('the recorded list covers each platform that a Node comes along for', () => {
  for (const platform of ['linux-x64', 'linux-arm64', 'win32-x64']) {
    for (const name of ['lmdb', 'argon2', 'uWebSockets']) {
      const found = Object.keys(recorded).filter(
        (path) => path.includes(name) && path.replaceAll('_', '-').includes(platform),
      );
      expect(`${name} ${platform}: ${found.length > 0}`).toBe(`${name} ${platform}: true`);
    }
  }
});

test('a binary that is changed by one byte, or unknown, stops the start and is named', () => {
  const path = 'node_modules/argon2/prebuilds/linux-x64/argon2.glibc.node';
  cpSync(join(root, path), join(folder, path), { recursive: true });
  checkNativeBinaries(folder, recorded, 'linux-x64');
  expect(() => checkNativeBinaries(folder, {}, 'linux-x64')).toThrow(path);
  appendFileSync(join(folder, path), '\0');
  expect(() => checkNativeBinaries(folder, recorded, 'linux-x64')).toThrow(path);
});

test('a binary for another platform, which nothing here can load, does not stop the start', () => {
  const path = 'node_modules/argon2/prebuilds/linux-x64/argon2.glibc.node';
  cpSync(join(root, path), join(folder, path), { recursive: true });
  expect(() => checkNativeBinaries(folder, {}, 'win32-x64')).not.toThrow();
});
