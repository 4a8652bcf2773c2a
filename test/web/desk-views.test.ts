/** Pages of the desk by themselves: no holes, one heading, their words for what is wrong. */
import { expect, test } from 'vitest';
import { entriesFor, navigation } from '../../web/desk/navigation.ts';
import type { DeskFrame, DeskModels, DeskPageName } from '../../web/desk/view-models.ts';
import { createDeskViews } from '../../web/desk/views.ts';
import { nameScope, sayDesk } from '../../web/desk/wording.ts';
import { chinaTime, givenCatalogue } from '../given.ts';

const { cities, areas } = givenCatalogue();
const places = { cities, areas };
const frame: DeskFrame = {
  ...{
    now: chinaTime(0, 9),
    demonstration: true,
    path: '/desk/people',
    session: '示例考次',
    places,
  },
  signedIn: { staff: 'li.na', roles: ['system'], scope: { kind: 'province' }, token: 'a"token' },
};
const account = {
  ...{
    staff: 'wang.wu',
    roles: ['office' as const],
    scope: { kind: 'area' as const, area: '0101' },
  },
  ...{
    state: 'invited' as const,
    generation: 1,
    invitedBy: 'shell',
    invitedUntil: chinaTime(1, 9),
  },
};
const choices = {
  province: true,
  cities: [{ code: '01', name: '示例市', whole: true, areas: [{ code: '0101', name: '示例县' }] }],
};
const typed = { staff: 'li<b>', roles: ['office' as const], scope: 'area:0101', reason: '"x"' };
const link = { secret: 'JBSWY3DPEHPK3PXP', address: 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXP' };
const token = 'token';

const samples: { [Name in DeskPageName]?: DeskModels[Name][] } = {
  refused: [{ why: 'right' }, { why: 'form' }, { why: 'scope' }],
  wait: [
    { cause: 'often', seconds: 5 },
    { cause: 'busy', seconds: 1 },
    { cause: 'away', seconds: 5 },
  ],
  signIn: [
    {},
    { news: 'idle' },
    { typed: 'li', problem: { reason: 'delayed', at: chinaTime(0, 10) } },
  ],
  code: [{ door: 'door' }, { door: 'door', problem: { reason: 'code-spent' } }],
  invitation: [
    { staff: 'li.na', code: 'code', ...link },
    { staff: 'li.na', code: 'code', ...link, problem: { reason: 'common' } },
  ],
  invitationOver: [{}],
  codes: [{ codes: ['aaaa-bbbb-cccc'] }, { codes: ['aaaa-bbbb-cccc'], own: true }],
  prove: [
    { action: '/desk/people/end', fields: [['reason', '"><script>']], token },
    {
      action: '/desk/prove',
      fields: [],
      token,
      problem: { reason: 'code-wrong', at: chinaTime(0, 10) },
    },
  ],
  start: [{}],
  account: [
    { expiresAt: chinaTime(0, 21), recoveryLeft: 9, token },
    { expiresAt: chinaTime(0, 21), recoveryLeft: 0, token, news: 'recovery' },
  ],
  password: [{ token }, { token, problem: { reason: 'old-wrong' } }],
  authenticator: [
    { token, ...link },
    { token, ...link, problem: { reason: 'code-wrong' } },
  ],
  people: [
    {
      people: [
        { ...account, own: false },
        { ...account, state: 'ended', own: true },
      ],
      news: 'roles',
    },
    { people: [{ ...account, state: 'active', lastSignInAt: chinaTime(0, 8), own: false }] },
  ],
  invite: [
    { token, typed, choices },
    { token, typed, choices, problem: { reason: 'roles-unfit' } },
  ],
  invited: [{ staff: 'li.na', link: 'http://127.0.0.1/desk/invitation', until: chinaTime(1, 9) }],
  person: [
    { token, account, typed, choices },
    { token, account, typed, choices, problem: { reason: 'last-keeper' } },
  ],
};

test.each(Object.keys(samples) as DeskPageName[])('every sample of %s is a whole page', (name) => {
  const views = createDeskViews();
  for (const model of samples[name] ?? []) {
    const page = views.render(name, model as never, frame);
    expect(page.match(/<h1[ >]/g)?.length).toBe(1);
    expect(page).not.toMatch(/undefined|\[object|<script>|NaN/);
    const problem = (model as { problem?: { reason: 'common'; at?: number } }).problem;
    if (problem === undefined) continue;
    expect(page).toContain(sayDesk(problem).text);
    expect(page).toContain('<title>错误：');
  }
});

test('what somebody typed is shown as it was typed, and is nothing else', () => {
  const page = createDeskViews().render('invite', samples.invite?.[0] as never, frame);
  expect(page).toContain('value="li&lt;b&gt;"');
  expect(page).toContain('value="&quot;x&quot;"');
  expect(page).toContain('<option value="area:0101" selected>示例县</option>');
});

test('the menu shows what a role may use, and where somebody is', () => {
  const names = (roles: Parameters<typeof entriesFor>[0], path: string) =>
    entriesFor(roles, path).map(({ name, current }) => (current ? `(${name})` : name));
  expect(names(['system'], '/desk/people/invite')).toContain('(账号)');
  expect(names(['viewer'], '/desk')).toContain('(值守)');
  expect(names(['viewer'], '/desk')).not.toContain('账号');
  expect(new Set(navigation.map(({ path }) => path)).size).toBe(navigation.length);
});

test('a scope is named as people know it, and by its code where nobody does', () => {
  expect(nameScope({ kind: 'province' }, places)).toBe('全省');
  expect(nameScope({ kind: 'city', city: '01' }, places)).toBe('示例市');
  expect(nameScope({ kind: 'area', area: '0101' }, places)).toMatch(/^示例市 /);
  expect(nameScope({ kind: 'area', area: '9999' }, places)).toBe('9999');
});
