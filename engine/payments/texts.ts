/**
 * Money and time as payment providers write them: yuan with two decimals, China time. Digits are read
 * as digits; no amount ever passes through a float (P3).
 */
import type { EpochMs, Fen } from '../protocol/ids.ts';

const chinaOffsetMs = 8 * 60 * 60_000;
const dayMs = 24 * 60 * 60_000;

/** `105.00` → 10500. Undefined: not an amount. */
export function fenOf(yuan: string): Fen | undefined {
  const found = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(yuan);
  if (found === null) return undefined;
  return Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0'));
}

/** 10500 → `105.00` */
export function yuanOf(fen: Fen): string {
  const digits = String(fen).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** `2026-09-08 22:00:00`, rounded down: an order expires rather a moment too early. */
export const chinaTime = (at: EpochMs): string =>
  new Date(at + chinaOffsetMs).toISOString().slice(0, 19).replace('T', ' ');

/** `2026-09-08T22:00:00+08:00` */
export const chinaRfc3339 = (at: EpochMs): string => `${chinaTime(at).replace(' ', 'T')}+08:00`;

/** Of `2026-09-08 22:00:00`. Undefined: not a time. */
export function ofChinaTime(text: string): EpochMs | undefined {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.test(text)) return undefined;
  const at = Date.parse(`${text.slice(0, 19).replace(' ', 'T')}+08:00`);
  return Number.isNaN(at) ? undefined : at;
}

/** When a China-time day like `2026-09-08` is over. */
export const endOfDay = (day: string): EpochMs => Date.parse(`${day}T00:00:00+08:00`) + dayMs;
