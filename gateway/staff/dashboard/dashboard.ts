/**
 * What the desk's first page shows, kept in this gateway's memory: fed by the engine's reports, counts
 * and ledgers, looked over once a second, and read within the scope of whoever looks.
 *
 * D1 Numbers of an engine that is not heard are shown with their age, never as if they were of now.
 * D2 Rates and times are the system's, whoever looks; seats, pools and people are the scope's.
 */
import type { EpochMs } from '../../../engine/protocol/ids.ts';
import type { AreaLedger } from '../../../engine/protocol/ledger.ts';
import { providerNames } from '../../../engine/protocol/payments.ts';
import type { RefusalReason } from '../../../engine/protocol/refusals.ts';
import type { AreaCounts } from '../../../engine/protocol/replies.ts';
import type { PartitionTelemetry, ProviderStanding } from '../../../engine/protocol/telemetry.ts';
import type {
  AlarmName,
  AlarmRow,
  DashboardModel,
  Point,
} from '../../../web/desk/dashboard-model.ts';
import { type Catalogue, calendarAt, nextWindowChange, windowAt } from '../../catalogue.ts';
import { staleAfterMs, type Telemetry } from '../../telemetry.ts';
import type { Alarms, Reading } from './alarms.ts';
import type { Marks } from './marks.ts';
import { PoolBoard, type Within } from './pools.ts';

export type DashboardOptions = {
  catalogue: Catalogue;
  telemetry: Telemetry;
  alarms: Alarms;
  marks: Marks;
  /** This gateway, among the others: what only it sees rings under its name. */
  gateway: string;
  /** How payment providers answer this gateway. */
  providers(): ProviderStanding[];
  sockets(): number;
  inFlight(): number;
  /** Of the event loop's delay, since the last look. */
  loopP99Ms(): number;
  now(): EpochMs;
};
export type Dashboard = {
  hearCounts(counts: readonly AreaCounts[]): void;
  hearLedgers(ledgers: readonly AreaLedger[]): void;
  /** Once a second. */
  look(): void;
  see(within: Within | undefined): DashboardModel;
};

const pointsKept = 300;
const failuresOverMs = 60_000;
const diskLowBytes = 2 * 1024 ** 3;
/** Reasons of the system's own: nobody could have done otherwise. */
const systemReasons: ReadonlySet<RefusalReason | 'accepted'> = new Set<RefusalReason>([
  'busy',
  'clock-doubted',
  'malformed',
  'too-late',
  'ask-again',
]);

export function createDashboard(options: DashboardOptions): Dashboard {
  const { catalogue, telemetry, alarms, now } = options;
  const board = new PoolBoard();
  const points: Point[] = [];
  /** The sums of a minute, the oldest first. */
  const sums: { at: EpochMs; all: number; failed: number }[] = [];
  let peak: DashboardModel['peak'];
  let loopP99Ms = 0;

  let rows: AlarmRow[] | undefined;
  const alarmRows = (): AlarmRow[] => {
    rows ??= readings([], now()).map(({ key, name, provider }) => ({
      ...{ key, name, ...(provider === undefined ? {} : { provider }) },
    }));
    return rows;
  };

  const reports = (): PartitionTelemetry[] => telemetry.partitions().map((one) => one.telemetry);
  /** Heard longest ago. */
  function heardAt(): EpochMs | undefined {
    const heard = telemetry.partitions().map((one) => one.heardAt);
    return heard.length === 0 ? undefined : Math.min(...heard);
  }

  function look(): void {
    const at = now();
    const all = reports();
    const heard = heardAt();
    loopP99Ms = options.loopP99Ms();
    board.look(at);
    const fresh = heard !== undefined && at - heard <= staleAfterMs;
    const saves = total(all, ({ savesPerSecond }) => savesPerSecond);
    const p99Us = worst(all, ({ latency }) => latency.p99Us);
    points.push({
      at,
      ...(fresh ? { saves } : {}),
      ...(fresh && p99Us !== undefined ? { p99Ms: p99Us / 1_000 } : {}),
    });
    if (points.length > pointsKept) points.shift();
    if (fresh && saves > (peak?.savesPerSecond ?? 0)) peak = { savesPerSecond: saves, at };
    sumUp(all, at);
    alarms.look(readings(all, at), at);
  }

  /** Everything that may ring here, in the order in which it is shown. */
  function readings(all: readonly PartitionTelemetry[], at: EpochMs): Reading[] {
    const heard = heardAt();
    // What an engine that is gone said last is no news about it.
    const fresh = heard !== undefined && at - heard <= staleAfterMs;
    const everywhere = (name: AlarmName, value: number | undefined): Reading => ({
      ...{ key: name, name, value: fresh ? value : undefined },
    });
    const here = (name: AlarmName, value: number | undefined): Reading => ({
      ...{ key: `${name}:${options.gateway}`, name, value },
    });
    const silent = { ...everywhere('engine-silent', 0), since: heard };
    const channels = all.flatMap((one) => one.channels);
    const failing = channels.flatMap(({ openSince }) => openSince ?? []);
    return [
      { ...silent, value: heard === undefined ? undefined : at - heard },
      everywhere(
        'oversold',
        total(all, ({ poolsOversold }) => poolsOversold),
      ),
      everywhere(
        'ledger-astray',
        total(all, ({ poolsAstray }) => poolsAstray),
      ),
      everywhere(
        'clock-doubted',
        total(all, (one) => Number(one.clockDoubted)),
      ),
      everywhere(
        'disk-full',
        total(all, (one) => Number(one.spaceLow)),
      ),
      ...providerReadings(standingsOf(all), options.providers(), here, everywhere),
      everywhere('latency', (worst(all, ({ latency }) => latency.p99Us) ?? 0) / 1_000),
      everywhere('failures', (failedShare() ?? 0) * 1_000),
      everywhere(
        'inbox',
        worst(all, ({ inbox }) => inbox),
      ),
      everywhere(
        'checkpoint',
        worst(all, ({ behindMs }) => behindMs),
      ),
      everywhere(
        'messages-waiting',
        total(all, ({ waiting }) => waiting.codes),
      ),
      {
        ...everywhere('channel-failing', failing.length),
        since: failing.length === 0 ? undefined : Math.min(...failing),
        grave: failing.length === channels.length,
      },
      everywhere(
        'payment-waiting',
        total(all, ({ waiting }) => waiting.money),
      ),
      here('bus-waiting', options.inFlight()),
      here('loop-slow', loopP99Ms),
      everywhere(
        'disk-low',
        Math.max(0, ...all.map(({ freeBytes }) => (diskLowBytes - freeBytes) / 1024 ** 2)),
      ),
      here('clock-apart', fresh ? clocksApart() : undefined),
    ];
  }

  /** Between the report's own time and when it was heard: its way is short beside what rings. */
  const clocksApart = (): number =>
    Math.max(0, ...telemetry.partitions().map((one) => Math.abs(one.heardAt - one.telemetry.at)));

  function sumUp(all: readonly PartitionTelemetry[], at: EpochMs): void {
    const commands = all.flatMap((one) => one.commands);
    const failed = commands.filter(({ outcome }) => systemReasons.has(outcome));
    const last = { at, all: total(commands, one), failed: total(failed, one) };
    // An engine that began anew counts from nothing.
    if (last.all < (sums.at(-1)?.all ?? 0)) sums.length = 0;
    sums.push(last);
    while ((sums[1]?.at ?? at) <= at - failuresOverMs) sums.shift();
  }
  const one = ({ count }: { count: number }): number => count;
  function failedShare(): number | undefined {
    const [first, last] = [sums[0], sums.at(-1)];
    if (first === undefined || last === undefined || last.all === first.all) return undefined;
    return (last.failed - first.failed) / (last.all - first.all);
  }

  function see(within: Within | undefined): DashboardModel {
    const at = now();
    const all = reports();
    const heard = heardAt();
    const session = catalogue.current();
    const mine = within ?? (() => true);
    const pools =
      session === undefined
        ? []
        : board.standings(
            session,
            all.flatMap(({ unmet }) => unmet),
            mine,
          );
    const counted = pools.flatMap((pool) => pool.counted ?? []);
    const p50Us = worst(all, ({ latency }) => latency.p50Us);
    const p99Us = worst(all, ({ latency }) => latency.p99Us);
    const flushP99Us = worst(all, ({ flush }) => flush.p99Us);
    const failed = failedShare();
    const stale = heard === undefined || at - heard > staleAfterMs;
    const inScope = (state: 'held' | 'paid') => total(counted, (pool) => pool[state]);
    const live = (state: 'held' | 'paid') => total(all, ({ seats }) => seats[state]);
    const seats = within === undefined ? live : inScope;
    const openedAt = session && openingBefore(session.adopted.calendar, at);
    const calendar = session && calendarAt(session.adopted, at);
    const changesAt =
      calendar?.state === 'open'
        ? calendar.day.closesAt
        : session && nextWindowChange(session.adopted, at);
    return {
      ...{ at, stale, scoped: within !== undefined },
      ...(heard === undefined ? {} : { heardAt: heard }),
      window: session === undefined ? 'none' : windowAt(session.adopted, at).state,
      ...(openedAt === undefined ? {} : { openedAt }),
      ...(changesAt === undefined ? {} : { changesAt }),
      ...(all.length === 0
        ? {}
        : { savesPerSecond: total(all, (report) => report.savesPerSecond) }),
      ...(peak === undefined ? {} : { peak }),
      ...(p50Us === undefined ? {} : { p50Us }),
      ...(p99Us === undefined ? {} : { p99Us }),
      inbox: total(all, ({ inbox }) => inbox),
      ...(failed === undefined ? {} : { failed }),
      seats: {
        capacity: total(pools, ({ capacity }) => capacity),
        free: total(pools, ({ free }) => free),
        ...{ held: seats('held'), paid: seats('paid') },
      },
      poolsOversold: pools.filter(({ free }) => free < 0).length,
      poolsAstray: counted.filter(({ agrees }) => !agrees).length,
      points: [...points],
      heat: session === undefined ? [] : board.heat(session, mine),
      pools,
      people: board.people(mine),
      proof: {
        agreeing: counted.filter(({ agrees }) => agrees).length,
        ...{ counted: counted.length, pools: pools.length },
        ...(counted.length === 0 ? {} : { at: Math.min(...counted.map((pool) => pool.at)) }),
      },
      partitions: telemetry.partitions().map(({ telemetry: report, heardAt: reportAt }) => ({
        ...{ partition: report.partition, ageMs: at - reportAt },
        ...{ savesPerSecond: report.savesPerSecond, inbox: report.inbox },
        ...(report.latency.p99Us === undefined ? {} : { p99Us: report.latency.p99Us }),
        behindMs: report.behindMs,
      })),
      health: {
        ...{ sockets: options.sockets(), inFlight: options.inFlight(), loopP99Ms },
        ...(flushP99Us === undefined ? {} : { flushP99Us }),
        ...(all.length === 0 ? {} : { freeBytes: Math.min(...all.map((each) => each.freeBytes)) }),
        waiting: {
          codes: total(all, ({ waiting }) => waiting.codes),
          news: total(all, ({ waiting }) => waiting.news),
          money: total(all, ({ waiting }) => waiting.money),
        },
        channels: all.flatMap(({ channels }) => channels),
        providers: standingsOf(all),
      },
      alarmRows: alarmRows(),
      alarms: alarms.standing(),
      marks: options.marks.since(at - pointsKept * 1_000, mine),
    };
  }

  return {
    hearCounts: (counts) => board.hearCounts(counts),
    hearLedgers: (ledgers) => board.hearLedgers(ledgers),
    look,
    see,
  };
}

/** Each provider once, whichever partition asks it: away as long as it is for one of them. */
function standingsOf(all: readonly PartitionTelemetry[]): ProviderStanding[] {
  return providerNames.flatMap((provider) => {
    const told = all.flatMap(({ providers }) =>
      providers.filter((one) => one.provider === provider),
    );
    if (told.length === 0) return [];
    const since = told.flatMap(({ awaySince }) => awaySince ?? []);
    const [trouble] = told
      .flatMap(({ lastTrouble }) => lastTrouble ?? [])
      .sort((one, other) => other.at - one.at);
    return {
      provider,
      answered: total(told, ({ answered }) => answered),
      silent: total(told, ({ silent }) => silent),
      ...(since.length === 0 ? {} : { awaySince: Math.min(...since) }),
      ...(trouble === undefined ? {} : { lastTrouble: trouble }),
    };
  });
}

type Told = (name: AlarmName, value: number | undefined) => Reading;
/** A provider that the engine cannot ask is away for all; one that only this gateway cannot, is so here. */
function providerReadings(
  told: readonly ProviderStanding[],
  seenHere: readonly ProviderStanding[],
  here: Told,
  everywhere: Told,
): Reading[] {
  const grave = told.every(({ awaySince }) => awaySince !== undefined);
  return providerNames.flatMap((provider): Reading[] => {
    const isThis = (one: ProviderStanding) => one.provider === provider;
    const awaySince = told.find(isThis)?.awaySince;
    const hereSince = awaySince === undefined ? seenHere.find(isThis)?.awaySince : undefined;
    const away = everywhere('provider-away', Number(awaySince !== undefined));
    const opening = here('opening-away', Number(hereSince !== undefined));
    return [
      { ...away, key: `${away.key}:${provider}`, provider, since: awaySince, grave },
      { ...opening, key: `${opening.key}:${provider}`, provider, since: hereSince },
    ];
  });
}

function total<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}
function worst<T>(items: readonly T[], of: (item: T) => number | undefined): number | undefined {
  const known = items.map(of).filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
function openingBefore(
  calendar: readonly { opensAt: EpochMs }[],
  at: EpochMs,
): EpochMs | undefined {
  const opened = calendar.map(({ opensAt }) => opensAt).filter((opensAt) => opensAt <= at);
  return opened.length === 0 ? undefined : Math.max(...opened);
}
