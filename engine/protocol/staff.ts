/**
 * Who works at the duty desk, what they may do there and where (S2–S4), and the acts they decide.
 *
 * W1 Nobody has a right that no role of theirs names, nor outside their scope. The desk hides what
 *    may not be done; the engine refuses it.
 * W2 Duties are apart: who keeps the accounts decides nothing about candidates or money, and who
 *    audits does nothing else. Nobody decides about their own account.
 * W3 What `isTwoPeoples` names is proposed by one and approved by another. Anything else is carried
 *    out at once, with its reason.
 */
import {
  type AreaCode,
  type CommandId,
  codePattern,
  type EpochMs,
  type PersonId,
  type UnitCode,
} from './ids.ts';
import type { OrderNumber } from './payments.ts';
import type { RefusalReason } from './refusals.ts';
import type { BookingDay, BookingProof, CourseCap, PoolCapacity, Remedy } from './session.ts';

/** What somebody signs in with; it also stands in the audit for whoever it was. Never given anew. */
export type StaffId = string;
export const staffIdPattern = /^(?!shell$)[a-z][a-z0-9.-]{1,31}$/;
/** Whoever has the program's own command line: the first administrator comes from there. */
export const shell = 'shell';

/**
 * Who decides, signed in with that generation. `shell` has generation 0, and `named` is what somebody
 * there calls themselves; nobody else has it.
 */
export type Decider = { by: StaffId; byGeneration: number; named?: string };
/** As journal and rows have it: an account's name, or `shell` with the other behind it. */
export const signed = ({ by, named }: Decider): string =>
  named === undefined ? by : `${by} ${named}`;

/** 查看 · 考务 · 财务 · 系统 · 审计 */
export const roles = ['viewer', 'office', 'finance', 'system', 'audit'] as const;
export type Role = (typeof roles)[number];
/** W2: these stand alone or beside `viewer` only. */
const rolesApart: readonly Role[] = ['system', 'audit'];

/** Whether one account may have all of these (W2). */
export function rolesFit(held: readonly Role[]): boolean {
  if (held.length === 0 || new Set(held).size < held.length) return false;
  return !held.some(
    (role) =>
      rolesApart.includes(role) && held.some((other) => other !== role && other !== 'viewer'),
  );
}

/** Where an account sees and acts. A county's office has its area, a city's all of its areas. */
export type Scope =
  | { kind: 'province' }
  | { kind: 'city'; city: string }
  | { kind: 'area'; area: AreaCode };

/** Written `province`, `city:01` or `area:0101`; undefined: as nothing of these. */
export function scopeOf(text: string): Scope | undefined {
  if (text === 'province') return { kind: 'province' };
  const [kind, place] = text.split(':');
  if (place === undefined || !codePattern.test(place)) return undefined;
  if (kind === 'city') return { kind, city: place };
  return kind === 'area' ? { kind, area: place } : undefined;
}

export function textOfScope(scope: Scope): string {
  switch (scope.kind) {
    case 'province':
      return 'province';
    case 'city':
      return `city:${scope.city}`;
    case 'area':
      return `area:${scope.area}`;
  }
}

/** Whether all of `asked` lies within `scope`; `cityOf` undefined: there is no such area. */
export function isWithin(
  scope: Scope,
  asked: Scope,
  cityOf: (area: AreaCode) => string | undefined,
): boolean {
  if (scope.kind === 'province') return true;
  if (scope.kind === 'area') return asked.kind === 'area' && asked.area === scope.area;
  if (asked.kind === 'province') return false;
  return scope.city === (asked.kind === 'city' ? asked.city : cityOf(asked.area));
}

/** Every right, with the roles that have it. */
export const rights = {
  /** The desk with its counts, pools, health and alarms; nothing that names a person. */
  'see-desk': ['viewer', 'office', 'finance', 'system', 'audit'],
  'acknowledge-alarms': ['office', 'finance', 'system'],
  /** Who holds what, masked; a candidate by document, ticket or phone. */
  'see-candidates': ['office', 'finance', 'audit'],
  /** A number in full, by step-up, and logged. */
  'see-in-full': ['office'],
  'see-orders': ['office', 'finance', 'audit'],
  'export-people': ['office', 'audit'],
  'export-orders': ['office', 'finance', 'audit'],
  'set-window': ['office'],
  'set-pools': ['office'],
  'publish-notices': ['office'],
  'set-paying': ['finance', 'office'],
  'act-for-candidates': ['office'],
  'request-refunds': ['office', 'finance'],
  import: ['office'],
  'keep-accounts': ['system'],
  /** Keys of other systems for the read-only interface. */
  'keep-keys': ['system'],
  'see-audit': ['audit'],
} as const satisfies Record<string, readonly Role[]>;
export type Right = keyof typeof rights;

export const hasRight = (held: readonly Role[], right: Right): boolean =>
  held.some((role) => (rights[right] as readonly Role[]).includes(role));

/** One pool, or all of an area. */
export type PoolsOf = { area: AreaCode; unit?: UnitCode };

/**
 * What staff decide. An act is data, so that it can be proposed, shown with what it would change,
 * approved by another, carried to its books and found in the audit.
 *
 * `from`: what stood there when it was thought of. Whoever changes that in between has been at work on
 * the same thing, and the act is refused `changed-meanwhile` rather than undoing theirs.
 */
export type Act =
  /** Pause is one step; `reason` and `newsBy` are what candidates read. */
  | { kind: 'pause-window'; shown: string; newsBy: EpochMs }
  | { kind: 'open-window' }
  /** The whole calendar: to close early, extend, add a day, postpone tonight's release (S2). */
  | { kind: 'set-calendar'; from: BookingDay[]; calendar: BookingDay[] }
  | { kind: 'pause-pools'; pools: PoolsOf[]; shown: string; newsBy: EpochMs }
  | { kind: 'open-pools'; pools: PoolsOf[] }
  | { kind: 'set-paying'; to: 'open' | 'paused'; shown: string }
  /** B1: when messages are slow. */
  | { kind: 'set-hold'; holdMs: number; holdMaxMs: number }
  | { kind: 'set-booking-proof'; to: BookingProof }
  /** `from` names the same pools, without those that there were not. */
  | { kind: 'set-capacity'; changes: CapacityChange[] }
  | { kind: 'set-course-caps'; area: AreaCode; from: CourseCap[]; caps: CourseCap[] }
  /** Confirmed or saved and unpaid in these areas, with no live attempt: freed now. */
  | { kind: 'release-unpaid'; areas: AreaCode[] }
  /** On every open page until `until`; empty text takes it away. */
  | { kind: 'publish-notice'; text: string; until: EpochMs }
  /**
   * S4, for one candidate. `area` is the one that the person claims, and is compared with that; without
   * a claim it is absent, and the province's office acts.
   */
  | ({ kind: 'unbind-phone-for' } & OnPerson)
  /** As after enrolment: the initial password, and a phone to be bound. */
  | ({ kind: 'reset-to-activation' } & OnPerson)
  | ({ kind: 'end-sign-ins-for' } & OnPerson)
  | { kind: 'withdraw-for'; person: PersonId; area: AreaCode; order: OrderNumber }
  | { kind: 'refund-for'; person: PersonId; area: AreaCode; order: OrderNumber }
  /**
   * S5: no exam can be held in the area, or in these units of it (none named: in all), and what becomes of
   * who is registered there; or it can after all. `from`: the act that said it last, 0 if none has.
   */
  | {
      kind: 'withdraw-area';
      area: AreaCode;
      units: UnitCode[];
      from: number;
      remedy: Remedy;
      shown: string;
    };
export type ActKind = Act['kind'];
export type CapacityChange = {
  area: AreaCode;
  from: PoolCapacity[];
  capacities: PoolCapacity[];
};
type OnPerson = { person: PersonId; area?: AreaCode };

/** What an act is to one area, or to one person: what its books are told. */
export type AreaPart =
  | { kind: 'set-capacity'; from: PoolCapacity[]; capacities: PoolCapacity[] }
  | { kind: 'set-course-caps'; from: CourseCap[]; caps: CourseCap[] }
  /** What has stood unpaid since before then. */
  | { kind: 'release-unpaid'; before: EpochMs }
  | { kind: 'withdraw-for'; person: PersonId; order: OrderNumber }
  | { kind: 'refund-for'; person: PersonId; order: OrderNumber }
  /** What is to be done the session says, as the area has adopted it. */
  | { kind: 'withdraw-area' };
export type PersonPart = Extract<
  Act,
  { kind: 'unbind-phone-for' | 'reset-to-activation' | 'end-sign-ins-for' }
>['kind'];

export const rightOf: Record<ActKind, Right> = {
  'pause-window': 'set-window',
  'open-window': 'set-window',
  'set-calendar': 'set-window',
  'pause-pools': 'set-window',
  'open-pools': 'set-window',
  'set-paying': 'set-paying',
  'set-hold': 'set-window',
  'set-booking-proof': 'set-window',
  'set-capacity': 'set-pools',
  'set-course-caps': 'set-pools',
  'release-unpaid': 'set-pools',
  'publish-notice': 'publish-notices',
  'unbind-phone-for': 'act-for-candidates',
  'reset-to-activation': 'act-for-candidates',
  'end-sign-ins-for': 'act-for-candidates',
  'withdraw-for': 'act-for-candidates',
  'refund-for': 'request-refunds',
  'withdraw-area': 'set-pools',
};

/** W3, S2: what cannot be taken back, or is seen by the whole province. Pause is one step. */
export const isTwoPeoples: Record<ActKind, boolean> = {
  'pause-window': false,
  'open-window': false,
  'set-calendar': true,
  'pause-pools': false,
  'open-pools': false,
  'set-paying': true,
  'set-hold': false,
  'set-booking-proof': true,
  'set-capacity': true,
  'set-course-caps': true,
  'release-unpaid': true,
  'publish-notice': true,
  'unbind-phone-for': false,
  'reset-to-activation': false,
  'end-sign-ins-for': false,
  'withdraw-for': false,
  'refund-for': false,
  'withdraw-area': true,
};

/** Where an act reaches: its decider's scope must hold all of these. */
export function scopesOf(act: Act): Scope[] {
  const inArea = (area: AreaCode): Scope => ({ kind: 'area', area });
  switch (act.kind) {
    case 'pause-pools':
    case 'open-pools':
      return act.pools.map(({ area }) => inArea(area));
    case 'set-capacity':
      return act.changes.map(({ area }) => inArea(area));
    case 'set-course-caps':
    case 'withdraw-for':
    case 'refund-for':
      return [inArea(act.area)];
    case 'release-unpaid':
      return act.areas.map(inArea);
    case 'withdraw-area':
      return [act.area, ...targetsOf(act.remedy)].map(inArea);
    case 'unbind-phone-for':
    case 'reset-to-activation':
    case 'end-sign-ins-for':
      return [act.area === undefined ? { kind: 'province' } : inArea(act.area)];
    default:
      return [{ kind: 'province' }];
  }
}

/** The areas that people may be moved to. */
export const targetsOf = (remedy: Remedy): AreaCode[] => (remedy.kind === 'move' ? remedy.to : []);

/** What is about the session everybody may know; of areas those in scope; of people who may see them. */
export function seesAct(
  held: readonly Role[],
  within: (asked: Scope) => boolean,
  act: Act,
): boolean {
  const scopes = scopesOf(act);
  if ('person' in act) return hasRight(held, 'see-candidates') && scopes.every(within);
  return scopes.every(({ kind }) => kind === 'province') || scopes.some(within);
}

export type ActState =
  | { kind: 'proposed' }
  /** Decided; `open`: books that have not answered so far. */
  | { kind: 'decided'; open: number }
  | { kind: 'done' }
  | { kind: 'withdrawn'; by: StaffId }
  | { kind: 'expired' };
/** Longer than it takes to fetch a colleague, shorter than a day changes its mind. */
export const proposalMs = 30 * 60_000;

/** An act with everything the desk and the audit show of it. */
export type ActView = {
  number: number;
  at: EpochMs;
  act: Act;
  by: StaffId;
  reason: string;
  /** What the dry run said it would change, as the proposer saw it. */
  foreseen: ForeseenLine[];
  andBy?: StaffId;
  decidedAt?: EpochMs;
  state: ActState;
  /** Areas, or the person's book, that refused their part. */
  refused: { where: string; reason: RefusalReason }[];
  /** What its books changed, and what they left alone because a payment may still come. */
  changed: number;
  left: number;
};
/** One number of a dry run; `unit`: of that unit alone. */
export type ForeseenLine = { what: Foreseen; count: number; unit?: UnitCode };
export const foreseen = [
  // Registrations: with a hold whose clock stops, and with seats that are saved or to be paid.
  'holding',
  'unpaid',
  'unpaid-seats',
  // Payments that may come in any moment.
  'live-payments',
  // Seats more, and fewer; pools that have more taken than they shall have.
  'seats-added',
  'seats-removed',
  'pools-too-small',
  'caps-too-small',
  // People with a seat in a withdrawn area (S5), and those of them who have paid.
  'people',
  'people-paid',
  // Orders: that can still be paid, and that are.
  'orders-confirmed',
  'orders-paid',
  'fee-fen',
  // A withdrawn area (S5): seats there as they stand.
  'seats-held',
  'seats-saved',
  'seats-confirmed',
  'seats-paid',
  'seats-refunding',
  // Seats free in the areas that people are to be moved to, all together.
  'target-free',
  // People who find a seat in every unit there, and those who do not, with what these have paid.
  'people-fit',
  'people-left',
  'left-fen',
] as const;
export type Foreseen = (typeof foreseen)[number];

/** Stands for the act where books keep by what command they were changed. */
export const commandOfAct = (number: number): CommandId => `act-${number}`.padEnd(22, '-');

/** Of what candidates read, and of why somebody at the desk did what. */
export const shownMax = 300;
export const reasonMax = 200;
export const noticeMax = 300;

/** An account as those who keep them see it, and as every gateway knows it. */
export type StaffView = {
  staff: StaffId;
  roles: Role[];
  scope: Scope;
  state: StaffState;
  /** Sign-ins of a lower one are ended. */
  generation: number;
  /** As it was signed. */
  invitedBy: string;
  /** While it is invited: until when the link is good. */
  invitedUntil?: EpochMs;
  lastSignInAt?: EpochMs;
};
export type StaffState = 'invited' | 'active' | 'ended';

/** A one-time link is good for a day. */
export const invitationMs = 24 * 3_600_000;
/** Recovery codes handed out at a time, each good once in place of a code from the authenticator. */
export const recoveryCodes = 10;
/** How long one code of an authenticator stands; its number since 1970 is its step. */
export const totpStepMs = 30_000;

/**
 * From where a password or a code was tried. Failures are counted for each apart, so that nobody who
 * only reaches the door keeps somebody waiting who has signed in from that browser before (`known`), or
 * is signed in (`inside`).
 */
export const signInPlaces = ['door', 'known', 'inside'] as const;
export type SignInPlace = (typeof signInPlaces)[number];

/** What the sign-in of an account is checked with; nothing of it ever stands on a page. */
export type StaffFacts = {
  state: StaffState;
  generation: number;
  /** argon2id in PHC form, and the authenticator's secret in base32; absent until accepted. */
  hash?: string;
  secret?: string;
  /** The last step that was used: it and all before it are spent. */
  step: number;
  /** Recovery codes that are left. */
  recoveryLeft: number;
  retryAt: Record<SignInPlace, EpochMs>;
  invitation?: { digest: string; until: EpochMs };
};
