/**
 * Instants as people in China read them. China has kept one offset, without summer time, for
 * longer than any session lasts, so it is added and nothing is looked up.
 */
import type { EpochMs } from '../engine/protocol/ids.ts';

const offsetMs = 8 * 60 * 60 * 1000;
const dayMs = 24 * 60 * 60 * 1000;
const weekdays = ['周日', '周一', '周二', '周三', '周四', '周五', '周六'];

const inChina = (at: EpochMs): Date => new Date(at + offsetMs);
const two = (number: number): string => (number < 10 ? `0${number}` : String(number));

/** `09:09:30` */
export function clockTime(at: EpochMs): string {
  const date = inChina(at);
  return `${hourAndMinute(date)}:${two(date.getUTCSeconds())}`;
}

/** `22:00` */
export const minuteTime = (at: EpochMs): string => hourAndMinute(inChina(at));

/** `22:00`; midnight as the end of a day is `24:00`. */
export function endTime(at: EpochMs): string {
  const text = minuteTime(at);
  return text === '00:00' ? '24:00' : text;
}

/** `09:00–22:00` */
export const timeSpan = (from: EpochMs, to: EpochMs): string =>
  `${minuteTime(from)}–${endTime(to)}`;

/** `10月24日` */
export function day(at: EpochMs): string {
  const date = inChina(at);
  return `${date.getUTCMonth() + 1}月${date.getUTCDate()}日`;
}

/** `2025年10月`, from `2025-10`. */
export const monthName = (month: string): string =>
  `${month.slice(0, 4)}年${Number(month.slice(5))}月`;

/** `10月24日 周六` */
export const dayAndWeekday = (at: EpochMs): string =>
  `${day(at)} ${weekdays[inChina(at).getUTCDay()]}`;

/** `9月8日 09:00` */
export const dayAndTime = (at: EpochMs): string => `${day(at)} ${minuteTime(at)}`;

/** `2026年9月8日 09:04:26`: on paper, which outlives the year. */
export const wholeTime = (at: EpochMs): string =>
  `${inChina(at).getUTCFullYear()}年${day(at)} ${clockTime(at)}`;

export const sameDay = (a: EpochMs, b: EpochMs): boolean => dayNumber(a) === dayNumber(b);

const dayNumber = (at: EpochMs): number => Math.floor((at + offsetMs) / dayMs);

function hourAndMinute(date: Date): string {
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
}

/** As `datetime-local` boxes have it: China's clocks. */
export const localTime = (at: EpochMs): string =>
  new Date(at + offsetMs).toISOString().slice(0, 16);
/** `2026-10-24` */
export const dateOf = (at: EpochMs): string => localTime(at).slice(0, 10);
/** Undefined: not such a text. */
export function fromLocalTime(text: string): EpochMs | undefined {
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d$/.test(text)) return undefined;
  const at = Date.parse(`${text.replace(' ', 'T')}:00+08:00`);
  return Number.isNaN(at) ? undefined : at;
}
