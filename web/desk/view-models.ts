/** What the desk's pages are made from: plain values, no text that a page could say by itself. */

import type { EpochMs } from '../../engine/protocol/ids.ts';
import type { KeyScope, KeyView } from '../../engine/protocol/keys.ts';
import type { City, ExamArea } from '../../engine/protocol/session.ts';
import type { Role, Scope, StaffId, StaffView } from '../../engine/protocol/staff.ts';
import type { ActModels } from './act-models.ts';
import type { DashboardModel, PoolStanding } from './dashboard-model.ts';
import type { FilesModels } from './files-models.ts';
import type { LookupModels } from './lookup-models.ts';
import type { ReportModels } from './report-models.ts';
import type {
  AlarmReason,
  DoorReason,
  InvitationReason,
  KeyReason,
  OwnReason,
  PeopleReason,
  ProofReason,
} from './wording.ts';

export type DeskFrame = {
  now: EpochMs;
  demonstration: boolean;
  /** Of the page that is shown: its entry in the menu is the present one. */
  path: string;
  /** The exam session's title; absent before there is one. */
  session: string | undefined;
  places: Places;
  /** Absent at the door. */
  signedIn?: { staff: StaffId; roles: readonly Role[]; scope: Scope; token: string };
  /** S2: whether booking runs, for whom it is one step away from standing. */
  pausable?: boolean;
};
/** Codes as people know them. */
export type Places = { cities: readonly City[]; areas: readonly ExamArea[] };

export type DeskProblem<Reason> = { reason: Reason; at?: EpochMs };
type WithProblem<Reason> = { problem?: DeskProblem<Reason> };

export type DeskModels = FilesModels &
  LookupModels &
  ActModels &
  ReportModels & {
    /** Why nothing was shown or done. */
    refused: { why: 'right' | 'form' | 'scope' | 'unknown' };
    wait: { cause: 'often' | 'exports' | 'busy' | 'away'; seconds: number };
    signIn: WithProblem<DoorReason> & {
      typed?: string;
      news?: 'idle' | 'over' | 'ended' | 'out' | 'changed' | 'welcome';
    };
    code: WithProblem<ProofReason> & { door: string };
    invitation: WithProblem<InvitationReason> & {
      staff: StaffId;
      /** The link's secret. */
      code: string;
      /** The authenticator's, in base32, and as its QR code says it. */
      secret: string;
      address: string;
    };
    invitationOver: Record<string, never>;
    /** Shown once. `own`: to somebody signed in. */
    codes: { codes: readonly string[]; own?: true };
    /** The code once more, before `action` is done with these fields. */
    prove: WithProblem<ProofReason> & {
      action: string;
      fields: readonly (readonly [name: string, value: string])[];
      token: string;
    };
    dashboard: WithProblem<AlarmReason> &
      DashboardModel &
      DeskScripts & { token: string; mayTake: boolean };
    board: { at: EpochMs; stale: boolean; sort: BoardSort; pools: readonly PoolStanding[] };
    account: {
      expiresAt: EpochMs;
      recoveryLeft: number;
      token: string;
      /** The sign-in was by a recovery code. */
      news?: 'recovery';
    };
    password: WithProblem<OwnReason> & { token: string };
    authenticator: WithProblem<OwnReason> & { token: string; secret: string; address: string };
    people: {
      /** Those within the scope of who looks. */
      people: readonly (StaffView & { own: boolean })[];
      news?: 'roles' | 'ended';
    };
    invite: WithProblem<PeopleReason> & {
      token: string;
      typed: TypedAccount;
      choices: ScopeChoices;
    };
    /** The link is shown once. */
    invited: { staff: StaffId; link: string; until: EpochMs };
    keys: WithProblem<KeyReason> & {
      token: string;
      /** Those within the scope of who looks. */
      keys: readonly KeyView[];
      typed: TypedKey;
      choices: ScopeChoices;
      news?: 'ended';
    };
    /** The secret is shown once. */
    keyMade: { label: string; secret: string };
    key: WithProblem<KeyReason> & { token: string; key: KeyView };
    person: WithProblem<PeopleReason> & {
      token: string;
      account: StaffView;
      typed: TypedAccount;
      choices: ScopeChoices;
    };
  };
/** As it was typed, to be shown again; `scope` in the form of `textOfScope`. */
export type TypedAccount = {
  staff: string;
  roles: readonly Role[];
  scope: string;
  reason: string;
};
export type TypedKey = {
  label: string;
  may: readonly KeyScope[];
  scope: string;
  reason: string;
};
/** Places within the scope of who chooses; `whole`: the city itself may be chosen too. */
export type ScopeChoices = {
  province: boolean;
  cities: readonly {
    code: string;
    name: string;
    whole: boolean;
    areas: readonly { code: string; name: string }[];
  }[];
};
/** What the first page's scripts are served as. */
export type DeskScripts = { script: string; chartScript: string };
export const boardSorts = ['place', 'capacity', 'free', 'unmet', 'soon'] as const;
export type BoardSort = (typeof boardSorts)[number];
export type DeskPageName = keyof DeskModels;
