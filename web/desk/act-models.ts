/** What the pages of acts are made from. */
import type { EpochMs, PersonId } from '../../engine/protocol/ids.ts';
import type { RefusalReason } from '../../engine/protocol/refusals.ts';
import type { ExitSum, WithdrawalView } from '../../engine/protocol/replies.ts';
import type {
  AreaWithdrawal,
  BookingDay,
  BookingProof,
  CandidateType,
  ExamUnit,
  PublicNotice,
  Window,
} from '../../engine/protocol/session.ts';
import type { Act, ActKind, ActView, ForeseenLine, Scope } from '../../engine/protocol/staff.ts';
import type { EventNames } from './event-words.ts';
import type { AreaName } from './lookup-models.ts';
import type { DeskProblem } from './view-models.ts';
import type { ActReason } from './wording.ts';

type WithProblem = { problem?: DeskProblem<ActReason> };
type Named = { units: readonly ExamUnit[] };
type Fields = readonly (readonly [name: string, value: string])[];

/** What may be done here, by right and scope. */
export type May = Partial<Record<ActKind, boolean>>;
export type AreaPaused = {
  area: AreaName;
  pools: readonly { unit?: string; reason: string; newsBy: EpochMs }[];
};

export type DayState = 'over' | 'begun' | 'ahead';

/** S5. `isOpen`: nothing is withdrawn; the numbers say who would be concerned. */
export type WithdrawalProgress = Omit<
  WithdrawalView,
  'act' | 'pools' | 'demand' | 'moved' | 'leftLines'
> & {
  isOpen: boolean;
  moved: readonly ({ area: string } & ExitSum)[];
  leftLines: readonly LeftModel[];
};
export type LeftModel = {
  person: PersonId;
  nameMask: string;
  documentMask: string;
  seats: readonly { unit: string; code: string; name: string }[];
  feeFen: number;
  declined: readonly { area: string; reason: RefusalReason }[];
};

export type ActModels = {
  acts: Named & {
    waiting: readonly ActView[];
    acts: readonly ActView[];
    /** Where the next page begins. */
    next: number | undefined;
  };
  act: Named &
    WithProblem & {
      act: ActView;
      /** The dry run once more, while it waits. */
      now: readonly ForeseenLine[];
      token: string;
      /** Not by who has proposed it. */
      mayApprove: boolean;
      mayWithdraw: boolean;
      /** S5: of a withdrawn area, while this act is what stands. */
      progress?: WithdrawalProgress;
    };
  /** Before it is proposed: what it says, and what it would change. */
  actPreview: Named &
    WithProblem & {
      act: Act;
      foreseen: readonly ForeseenLine[];
      fields: Fields;
      token: string;
      twoPeople: boolean;
      reason: string;
    };
  /** What was typed makes no act. */
  actUnfit: { problem: DeskProblem<ActReason> };
  window: {
    token: string;
    may: May;
    window: Window;
    payingPaused?: { reason: string };
    notice?: PublicNotice;
    paused: readonly AreaPaused[];
    holdMs: number;
    holdMaxMs: number;
    bookingProof: BookingProof;
    cities: readonly { code: string; name: string }[];
  };
  calendar: {
    token: string;
    days: readonly (BookingDay & { state: DayState })[];
    mayChange: boolean;
  };
  pools: Named & {
    token: string;
    area: AreaName;
    may: May;
    pools: readonly {
      unit: string;
      candidateType?: CandidateType;
      capacity: number;
      taken: number;
    }[];
    caps: readonly { course: string; name: string; cap: number; free: number }[];
    paused: AreaPaused['pools'];
  };
  withdrawal: Named & {
    token: string;
    area: AreaName;
    may: boolean;
    standing?: AreaWithdrawal;
    /** The act that a new one follows. */
    from: number;
    progress: WithdrawalProgress;
    targetsMax: number;
    /** Nearest first; `free` in the order of the units, as last heard. */
    targets: readonly (AreaName & { free: readonly number[] })[];
  };
  timeline: {
    person: PersonId;
    nameMask: string;
    documentMask: string;
    lines: readonly {
      index: number;
      at: EpochMs;
      kind: string;
      name: string;
      area: string | undefined;
      details: string;
    }[];
    /** For what the lines say. */
    names: EventNames;
    /** How far each journal was read; absent: to its beginning. */
    next: string | undefined;
  };
  candidateActs: {
    token: string;
    person: PersonId;
    nameMask: string;
    documentMask: string;
    area: AreaName | undefined;
    phoneMask: string | undefined;
    scope: Scope;
    may: May;
    orders: readonly { number: string; state: string; feeFen: number }[];
    /** D12: the last moment at which booking is open. */
    lastClose: EpochMs | undefined;
  };
};
