/** What the desk's first page is made from: numbers and instants, within the scope of who looks. */
import type { Acknowledgement, AlarmKey, AlarmLevel } from '../../engine/protocol/alarms.ts';
import type { AreaCode, EpochMs, PartitionName, UnitCode } from '../../engine/protocol/ids.ts';
import type { PeopleCounts } from '../../engine/protocol/ledger.ts';
import type { ProviderName } from '../../engine/protocol/payments.ts';
import type { ChannelStanding } from '../../engine/protocol/replies.ts';
import type { CandidateType } from '../../engine/protocol/session.ts';
import type { ActKind, StaffId } from '../../engine/protocol/staff.ts';
import type { ProviderStanding } from '../../engine/protocol/telemetry.ts';

/** One second of the chart; absent numbers: the engine was not heard, or nothing was answered. */
export type Point = { at: EpochMs; saves?: number; p99Ms?: number };

export type PoolName = {
  area: AreaCode;
  areaName: string;
  cityName: string;
  unit: UnitCode;
  unitName: string;
  candidateType?: CandidateType;
};
/** B9, B14: one pool with everything that the desk knows of it. */
export type PoolStanding = PoolName & {
  capacity: number;
  free: number;
  /** Refusals since the booking day opened (B9). */
  unmet: number;
  /** Seats left by what went in the last minute; absent while none go, or none are left. */
  emptyInMs?: number;
  /** When this gateway saw the last seat go; absent: before it looked, or there are some. */
  fullAt?: EpochMs;
  /** As counted anew; absent: not so far. */
  counted?: {
    at: EpochMs;
    agrees: boolean;
    held: number;
    saved: number;
    confirmed: number;
    paid: number;
    refunding: number;
  };
};

/** One square: what of each unit is taken, all its pools together. */
export type HeatArea = {
  area: AreaCode;
  name: string;
  city: string;
  cityName: string;
  units: { name: string; capacity: number; free: number }[];
};

export type PartitionStanding = {
  partition: PartitionName;
  ageMs: number;
  savesPerSecond: number;
  inbox: number;
  p99Us?: number;
  behindMs: number;
};

export const alarmNames = [
  'engine-silent',
  'oversold',
  'ledger-astray',
  'clock-doubted',
  'disk-full',
  'provider-away',
  'opening-away',
  'latency',
  'failures',
  'inbox',
  'checkpoint',
  'messages-waiting',
  'channel-failing',
  'payment-waiting',
  'bus-waiting',
  'loop-slow',
  'disk-low',
  'clock-apart',
] as const;
export type AlarmName = (typeof alarmNames)[number];
/** One that can ring here; `provider`: of which, where there are several. */
export type AlarmRow = { key: AlarmKey; name: AlarmName; provider?: ProviderName };
export type Alarm = AlarmRow & {
  since: EpochMs;
  level: AlarmLevel;
  /** What was measured, in the alarm's own measure. */
  value: number;
  /** It has ended; it is shown for a while. */
  endedAt?: EpochMs;
  /** Who sees to it. */
  taken?: Acknowledgement;
};

/** What staff decided, as it stands on the chart. */
export type ActMark = { number: number; at: EpochMs; act: ActKind; by: StaffId };

export type DashboardModel = {
  /** The gateway's clock. */
  at: EpochMs;
  /** When the partition that was heard longest ago was heard; absent: nothing was heard at all. */
  heardAt?: EpochMs;
  stale: boolean;
  /** Absent: everything. */
  scoped: boolean;
  window: 'none' | 'before' | 'open' | 'paused' | 'closed' | 'over';
  openedAt?: EpochMs;
  changesAt?: EpochMs;

  savesPerSecond?: number;
  peak?: { savesPerSecond: number; at: EpochMs };
  p50Us?: number;
  p99Us?: number;
  inbox: number;
  /** Share of the commands of the last minute that failed for a reason of the system's own. */
  failed?: number;
  seats: { capacity: number; free: number; held: number; paid: number };
  poolsOversold: number;
  poolsAstray: number;

  points: Point[];
  heat: HeatArea[];
  pools: PoolStanding[];
  people: PeopleCounts;
  /** `at`: of the oldest count among those told. */
  proof: { agreeing: number; counted: number; pools: number; at?: EpochMs };
  partitions: PartitionStanding[];
  health: {
    sockets: number;
    inFlight: number;
    loopP99Ms: number;
    flushP99Us?: number;
    freeBytes?: number;
    waiting: { codes: number; news: number; money: number };
    channels: ChannelStanding[];
    /** As the engine is answered. */
    providers: ProviderStanding[];
  };
  /** In the order of the list, whether they ring or not. */
  alarmRows: AlarmRow[];
  alarms: Alarm[];
  /** Of the chart's five minutes, the oldest first. */
  marks: ActMark[];
};
