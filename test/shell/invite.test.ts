/** The first administrator of all, on a real engine: nobody has a password before they set it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Postbox } from '../../engine/bus/postbox.ts';
import { inviteFirst, inviteStaff } from '../../engine/invite.ts';
import type { AcceptInvitation } from '../../engine/protocol/commands.ts';
import { invitationDigest } from '../../engine/protocol/invitations.ts';
import { opaque } from '../given.ts';
import { type EngineHere, startEngineHere } from '../harness/engine.ts';

const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
let here: EngineHere;
let postbox: Postbox;
beforeAll(async () => {
  here = await startEngineHere({ RUXI_DEMO_PROVINCE: 'no' });
  postbox = new Postbox(here.bus, 10_000);
});
afterAll(() => here.stop());

const { layout } = { layout: { session: 'p0', areas: ['p0'], people: ['p0'], phones: ['p0'] } };
let commands = 0;
async function accept(path: string): Promise<string> {
  commands += 1;
  const link = new URL(path, 'http://desk');
  const command: AcceptInvitation = {
    ...{ kind: 'accept-invitation', staff: link.searchParams.get('staff') ?? '' },
    ...{
      digest: invitationDigest(link.searchParams.get('code') ?? ''),
      hash: '$argon2id$invented',
    },
    ...{ secret, step: 100, recovery: [opaque('way', 1)] },
    ...{ id: opaque('accept', commands), answerBy: Date.now() + 10_000, epoch: 0 },
  };
  const reply = await postbox.post('p0', command);
  return reply.kind === 'refused' ? reply.reason : reply.kind;
}

test('S4 who starts the program gets a link until somebody keeps the accounts, and no longer', async () => {
  const first = await inviteFirst(here.bus, layout);
  const again = await inviteFirst(here.bus, layout);
  if (first?.kind !== 'invited' || again?.kind !== 'invited') return expect.unreachable();
  expect(first.path).toMatch(/^\/desk\/invitation\?staff=admin&code=[\w-]{32}$/);
  // The newer one voids the older.
  expect(await accept(first.path)).toBe('invitation-over');
  expect(await accept(again.path)).toBe('accepted');
  expect(await accept(again.path)).toBe('invitation-over');
  expect(await inviteFirst(here.bus, layout)).toBeUndefined();
});

test('S3 the authenticator’s secret is sealed in row and journal, and opened for the sign-in alone', async () => {
  const asked = { id: opaque('ask', 1), answerBy: Date.now() + 10_000 };
  const query = { kind: 'staff-facts', staff: 'admin' } as const;
  const facts = await postbox.post('p0', { ...asked, query });
  expect(facts).toMatchObject({ facts: { state: 'active', secret, step: 100, recoveryLeft: 1 } });
  await here.engine.stop();
  const { readFileSync, readdirSync } = await import('node:fs');
  const { join } = await import('node:path');
  const folder = join(here.config.dataFolder, 'p0');
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
  expect(files.some((bytes) => bytes.includes('admin'))).toBe(true);
  expect(files.some((bytes) => bytes.includes(secret))).toBe(false);
});

test('S4 the command line is refused what no account may have', async () => {
  const other = await startEngineHere({ RUXI_DEMO_PROVINCE: 'no' });
  const who = { staff: 'li.na', scope: { kind: 'province' as const }, reason: '示例' };
  const both = { ...who, roles: ['system' as const, 'office' as const] };
  expect(await inviteStaff(other.bus, layout, both)).toEqual({ kind: 'not', why: 'roles-unfit' });
  const area = {
    ...who,
    roles: ['office' as const],
    scope: { kind: 'area' as const, area: '0101' },
  };
  // There is no catalogue yet.
  expect(await inviteStaff(other.bus, layout, area)).toEqual({ kind: 'not', why: 'area-unknown' });
  await other.stop();
});
