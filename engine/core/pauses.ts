/**
 * What pausing makes of the session (S2): of the whole window, and of areas or single pools.
 *
 * E1 Every clock is right at every instant: the window's stands while the window is paused; that of an
 *    area with a clock of its own also while anything in it is paused. Where two pauses overlap the
 *    clock stands once.
 * E2 Other words for a pause that runs already do not start it anew.
 */
import type { EpochMs } from '../protocol/ids.ts';
import type { Adopted, AreaPause, Window } from '../protocol/session.ts';
import type { PoolsOf } from '../protocol/staff.ts';

/** What candidates read: why, and when they will hear more. */
export type PauseWords = { reason: string; newsBy: EpochMs };
type Paused = Pick<Adopted, 'window' | 'areaPauses'>;

export function pauseWindow(adopted: Paused, words: PauseWords, at: EpochMs): Paused {
  const { window } = adopted;
  const pausedAt = window.state === 'paused' ? window.pausedAt : at;
  const { pausedMs } = window;
  return withClocks(adopted, { state: 'paused', pausedMs, pausedAt, ...words }, at);
}

export function openWindow(adopted: Paused, at: EpochMs): Paused {
  const { window } = adopted;
  if (window.state === 'open') return adopted;
  const pausedMs = window.pausedMs + at - window.pausedAt;
  return withClocks(adopted, { state: 'open', pausedMs }, at);
}

export function pausePools(
  adopted: Paused,
  pools: readonly PoolsOf[],
  words: PauseWords,
  at: EpochMs,
): Paused {
  let areaPauses = adopted.areaPauses ?? [];
  for (const { area, unit } of pools) {
    const pause = areaPauses.find((one) => one.area === area) ?? {
      ...{ area, pools: [] },
      ...clockOfWindow(adopted.window),
    };
    const others = pause.pools.filter((one) => one.unit !== unit);
    const own = unit === undefined ? words : { unit, ...words };
    const after = { ...pause, pools: [...others, own] };
    areaPauses = [...areaPauses.filter((one) => one.area !== area), after];
  }
  return withClocks({ ...adopted, areaPauses }, adopted.window, at);
}

/** An area without a unit: all that is paused in it. */
export function openPools(adopted: Paused, pools: readonly PoolsOf[], at: EpochMs): Paused {
  const isOpened = (area: string, unit: string | undefined): boolean =>
    pools.some((one) => one.area === area && (one.unit === undefined || one.unit === unit));
  const areaPauses = (adopted.areaPauses ?? []).map((pause) => ({
    ...pause,
    pools: pause.pools.filter(({ unit }) => !isOpened(pause.area, unit)),
  }));
  return withClocks({ ...adopted, areaPauses }, adopted.window, at);
}

const clockOfWindow = (window: Window) =>
  window.state === 'paused'
    ? { pausedMs: window.pausedMs, pausedAt: window.pausedAt }
    : { pausedMs: window.pausedMs };

/** E1: the areas' clocks as they are once the window is this one. */
function withClocks({ areaPauses }: Paused, window: Window, at: EpochMs): Paused {
  if (areaPauses === undefined || areaPauses.length === 0) return { window };
  return { window, areaPauses: areaPauses.map((pause) => withClock(pause, window, at)) };
}

function withClock(pause: AreaPause, window: Window, at: EpochMs): AreaPause {
  const { pausedAt, ...running } = pause;
  const stands = window.state === 'paused' || pause.pools.length > 0;
  if (stands) return { ...pause, pausedAt: pausedAt ?? at };
  if (pausedAt === undefined) return pause;
  return { ...running, pausedMs: pause.pausedMs + at - pausedAt };
}
