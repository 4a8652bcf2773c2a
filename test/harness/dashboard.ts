/** A dashboard of the demonstration's province, as some minutes of a rush would leave it; all invented. */
import { readFileSync } from 'node:fs';
import type { Acknowledgement } from '../../engine/protocol/alarms.ts';
import type { AreaLedger } from '../../engine/protocol/ledger.ts';
import type { AreaCounts } from '../../engine/protocol/replies.ts';
import type { Act } from '../../engine/protocol/staff.ts';
import type { PartitionTelemetry, ProviderStanding } from '../../engine/protocol/telemetry.ts';
import { createCatalogue } from '../../gateway/catalogue.ts';
import { type Alarms, createAlarms } from '../../gateway/staff/dashboard/alarms.ts';
import { createDashboard, type Dashboard } from '../../gateway/staff/dashboard/dashboard.ts';
import { createMarks, type Marks } from '../../gateway/staff/dashboard/marks.ts';
import { createTelemetry, type Telemetry } from '../../gateway/telemetry.ts';
import { chinaTime, givenAdopted, givenCatalogue, unitCodes } from '../given.ts';

export type DashboardDesk = {
  dashboard: Dashboard;
  telemetry: Telemetry;
  alarms: Alarms;
  marks: Marks;
  /** What the engine was told has ended. */
  ended: Acknowledgement[];
  /** How payment providers answer this gateway. */
  here: ProviderStanding[];
  /** Both clocks: a second passes, the engine is heard or not, and the dashboard looks. */
  second(report?: Partial<PartitionTelemetry>): void;
  silence(): void;
  counts(area: string, version: number, free: number[], capacity?: number[]): void;
  now(): number;
};

export const gateway = 'desk.example:13101';
const quiet = { counts: [], sumUs: 0 };
const givenReport = (at: number, more: Partial<PartitionTelemetry>): PartitionTelemetry => ({
  ...{ partition: 'p0', epoch: 1, index: 1, at, startedAt: chinaTime(0, 8) },
  ...{ spaceLow: false, clockDoubted: false, freeBytes: 80 * 1024 ** 3 },
  ...{ savesPerSecond: 0, answersPerSecond: 0, latency: quiet, flush: quiet, answers: 0 },
  ...{ largestBatch: 0, inbox: 0, dirtyRows: 0, eventsBehind: 0, behindMs: 0 },
  seats: { capacity: 0, free: 0, held: 0, saved: 0, confirmed: 0, paid: 0, refunding: 0 },
  ...{ pools: 0, poolsFull: 0, poolsOversold: 0, poolsAstray: 0, commands: [], unmet: [] },
  ...{ waiting: { codes: 0, news: 0, money: 0 }, channels: [], providers: [] },
  ...more,
});

/** Three areas of one city, at the moment of opening. */
export function givenDashboard(adopted = givenAdopted()): DashboardDesk {
  let at = chinaTime(0, 9);
  let answers = 0;
  const now = () => at;
  const catalogue = createCatalogue();
  catalogue.adopt(adopted);
  const telemetry = createTelemetry(now);
  const ended: Acknowledgement[] = [];
  const alarms = createAlarms((one) => ended.push(one));
  const marks = createMarks();
  const here: ProviderStanding[] = [];
  const dashboard = createDashboard({
    ...{ catalogue, telemetry, alarms, marks, now, gateway, providers: () => here },
    ...{ sockets: () => 118, inFlight: () => 2, loopP99Ms: () => 3 },
  });
  return {
    ...{ dashboard, telemetry, alarms, marks, ended, here, now },
    second(more = {}) {
      at += 1_000;
      answers += 1;
      telemetry.hear(givenReport(at, { answers, ...more }));
      dashboard.look();
    },
    silence() {
      at += 1_000;
      dashboard.look();
    },
    counts(area, version, free, capacity = free.map(() => 100)) {
      dashboard.hearCounts([{ area, version, at, free, capacity }]);
    },
  };
}

/** That many of the 183 areas, some of them full, with every card filled. */
export function busyDashboard(areas = 183): DashboardDesk {
  const lines = readFileSync(new URL('../../data/province/areas.csv', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .slice(1, 1 + areas)
    .map((line) => line.split(','));
  const cities = new Map(lines.map(([, , code = '', name = '']) => [code, name]));
  const office = { name: '示例办公室', phone: '000-00000000', hours: '09:00–17:00' };
  const given = givenCatalogue();
  const desk = givenDashboard(
    givenAdopted({
      catalogue: {
        ...given,
        units: given.units.map((unit, at) => ({ ...unit, name: `第${'一二三四'[at]}单元` })),
        cities: [...cities].map(([code, name]) => ({ code, name })),
        areas: lines.map(([code = '', name = '', city = '']) => ({ code, name, city, office })),
      },
    }),
  );
  const capacity = [2_400, 2_400, 1_600, 1_600];
  // Early areas are wanted most; the numbers follow from places alone.
  const freeAt = (place: number, unit: number, second: number) => {
    const wanted = Math.max(0, 1 - place / 60) * (9 - unit) + ((place * 7 + unit * 3) % 5) / 3;
    return Math.max(0, Math.round((capacity[unit] ?? 0) - wanted * second));
  };
  for (let second = 0; second < 277; second += 1) {
    const slow = second > 150 && second < 170;
    desk.second({
      savesPerSecond: Math.round(4_709 / (1 + second / 90) + ((second * 37) % 11) * 9),
      inbox: second % 40,
      latency: { ...quiet, p50Us: 1_300, p99Us: slow ? 8_500 : 3_000 + ((second * 53) % 9) * 120 },
      flush: { ...quiet, p50Us: 900, p99Us: 1_900 },
      behindMs: 800,
      seats: {
        capacity: 0,
        free: 0,
        held: 12_406,
        saved: 0,
        confirmed: 0,
        paid: 79_330,
        refunding: 0,
      },
      waiting: { codes: second > 200 ? 3_120 : 40, news: 212, money: 18 },
      providers: [
        { provider: 'alipay', answered: 310 * (second + 1), silent: 0 },
        { provider: 'wechat', answered: 470 * (second + 1), silent: 2 },
      ],
      commands: [
        { kind: 'save-seats', outcome: 'accepted', count: 5_000 * (second + 1) },
        { kind: 'save-seats', outcome: 'busy', count: second },
      ],
      unmet: lines
        .slice(0, 9)
        .map(([area = ''], place) => ({ area, unit: 'A', count: 900 - place * 83 })),
    });
    const counts = lines.map(([area = ''], place): AreaCounts => {
      const free = capacity.map((_seats, unit) => freeAt(place, unit, second));
      return { area, version: second, at: desk.now(), free, capacity };
    });
    desk.dashboard.hearCounts(counts);
  }
  const openedAt = desk.now() - 277_000;
  decide(desk, 1, openedAt + 95_000, {
    kind: 'set-capacity',
    changes: [{ area: '0101', from: [], capacities: [] }],
  });
  decide(desk, 2, openedAt + 215_000, { kind: 'publish-notice', text: '示例', until: 0 });
  desk.dashboard.hearLedgers(
    lines.map(([area = ''], place): AreaLedger => {
      const pools = unitCodes.map((unit, at) => {
        const taken = (capacity[at] ?? 0) - freeAt(place, at, 276);
        const paid = Math.floor(taken / 7);
        return {
          ...{
            unit,
            capacity: capacity[at] ?? 0,
            held: 0,
            saved: taken - paid,
            confirmed: 0,
            paid,
          },
          ...{ refunding: 0, agrees: true },
        };
      });
      const people = { entered: 2_256, saved: 1_442, confirmed: 410, paying: 289, paid: 209 };
      return { area, version: 9, at: desk.now() - place * 40, pools, people };
    }),
  );
  return desk;
}

/** One of the office has decided it, and that is all that there was to it. */
function decide({ marks }: DashboardDesk, number: number, at: number, act: Act): void {
  marks.hear({
    ...{ number, at, act, by: 'li.na', reason: '示例', foreseen: [], decidedAt: at },
    ...{ state: { kind: 'done' }, refused: [], changed: 0, left: 0 },
  });
}
