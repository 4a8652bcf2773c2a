/**
 * D3: failed sign-ins delay, they never lock for good. Shared: people who do not exist are delayed
 * by the writer (strangers.ts, desk-strangers.ts) exactly as those who do are by their book (D2).
 */
export const signInFailuresFree = 4;
export const signInDelayMs = 5_000;
export const signInDelayMaxMs = 15 * 60_000;

/** The wait after so many failures in a row: each one beyond the free ones doubles it. */
export function signInDelayAfter(failures: number): number {
  const beyond = failures - signInFailuresFree;
  return beyond <= 0 ? 0 : Math.min(signInDelayMaxMs, signInDelayMs * 2 ** (beyond - 1));
}
