/** What the desk's pages are made from: plain values, no text that a page could say by itself. */
import type { EpochMs } from '../../engine/protocol/ids.ts';
import type { City, ExamArea } from '../../engine/protocol/session.ts';
import type { Role, Scope, StaffId } from '../../engine/protocol/staff.ts';
import type { DoorReason, InvitationReason, ProofReason } from './wording.ts';

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
};
/** Codes as people know them. */
export type Places = { cities: readonly City[]; areas: readonly ExamArea[] };

export type DeskProblem<Reason> = { reason: Reason; at?: EpochMs };
type WithProblem<Reason> = { problem?: DeskProblem<Reason> };

export type DeskModels = {
  /** Why nothing was shown or done: no role has the right, or the form is too old. */
  refused: { why: 'right' | 'form' | 'scope' };
  wait: { cause: 'often' | 'busy' | 'away'; seconds: number };
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
  start: Record<string, never>;
};
export type DeskPageName = keyof DeskModels;
