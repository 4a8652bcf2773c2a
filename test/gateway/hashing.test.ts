import argon2 from 'argon2';
import { afterAll, expect, test } from 'vitest';
import { startHashing, waitingMax } from '../../gateway/hashing/hashing.ts';

const hashing = startHashing();
const salt = Buffer.alloc(16, 5);
afterAll(() => hashing.stop());

test('F7 a password is verified against its hash, and only the right one', async () => {
  const hashed = await hashing.hash('correct horse 入席', salt);
  if (hashed.kind !== 'hashed') throw new Error(hashed.kind);
  expect(hashed.hash).toMatch(/^\$argon2id\$v=19\$m=19456,p=1,t=2\$/);
  expect(await hashing.verify(hashed.hash, 'correct horse 入席')).toEqual({
    kind: 'verified',
    matches: true,
  });
  expect(await hashing.verify(hashed.hash, 'Correct horse 入席')).toEqual({
    kind: 'verified',
    matches: false,
  });
});

test('B2 the same password and salt give the same hash, so a form sent twice is one command', async () => {
  expect(await hashing.hash('twice', salt)).toEqual(await hashing.hash('twice', salt));
});

test('F7 a hash from elsewhere is verified by its own cost', async () => {
  const hash = await argon2.hash('imported', { memoryCost: 8192, timeCost: 3, parallelism: 1 });
  expect(await hashing.verify(hash, 'imported')).toMatchObject({ matches: true });
});

test('a hash that cannot be read is a fault, not a wrong password', async () => {
  expect(await hashing.verify('no hash', 'x')).toEqual({ kind: 'failed' });
});

test('over the bound the answer is busy at once, with a wait', async () => {
  const own = startHashing();
  const answers = Array.from({ length: waitingMax + 2 }, () => own.hash('x', salt));
  expect(own.waiting()).toBe(waitingMax);
  const busy = await own.hash('one too many', salt);
  expect(busy.kind).toBe('busy');
  expect(busy).toHaveProperty('waitMs', expect.any(Number));
  await own.stop();
  // Nobody is left waiting for ever.
  expect((await Promise.all(answers)).some(({ kind }) => kind === 'failed')).toBe(true);
});

test('whoever works at the desk goes before those who wait, and finds room when they have none', async () => {
  const own = startHashing();
  own.setConcurrency(1);
  const done: string[] = [];
  const note = (who: string) => () => done.push(who);
  const crowd = Array.from({ length: waitingMax + 1 }, () => own.hash('x', salt));
  expect((await own.hash('one too many', salt)).kind).toBe('busy');
  const [, next] = crowd;
  const desk = own.first.hash('desk', salt);
  await Promise.race([desk.then(note('desk')), next?.then(note('next'))]);
  expect([done, (await desk).kind]).toEqual([['desk'], 'hashed']);
  await own.stop();
  await Promise.all(crowd);
});

test('a hashing process that dies is replaced', async () => {
  const own = startHashing();
  await own.hash('warm', salt);
  const pid = own.processId();
  if (pid === undefined) throw new Error('a hashing process that works has an id');
  const lost = own.hash('lost', salt);
  process.kill(pid, 'SIGKILL');
  expect(await lost).toEqual({ kind: 'failed' });
  expect(await own.hash('after', salt)).toMatchObject({ kind: 'hashed' });
  expect(own.processId()).not.toBe(pid);
  await own.stop();
});
