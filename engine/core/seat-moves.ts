/**
 * How a seat leaves a place, with the area's counts, and what else registration.ts and orders.ts
 * both do to a row. They judge; nothing here can refuse.
 */
import type { Answer } from '../protocol/events.ts';
import type { EpochMs, UnitCode } from '../protocol/ids.ts';
import type { NewsContent } from '../protocol/messages.ts';
import type { AreaBook } from './area-book.ts';
import { assert } from './assert.ts';
import { keep } from './kept-answers.ts';
import { placeIn, takenAs } from './places.ts';
import { countCourse, courseCounted, poolOf } from './pools.ts';
import type { Place, RegistrationRow } from './rows.ts';

export function voidCode(row: RegistrationRow): void {
  row.code = undefined;
  row.asking = undefined;
}

export function answered(row: RegistrationRow, claim: number, answer: Answer): void {
  row.revision += 1;
  if (claim > row.claim) row.claim = claim;
  keep(row, answer);
}

export function releaseHold(book: AreaBook, row: RegistrationRow, place: Place): void {
  if (place.hold === undefined) return;
  countCourse(book, courseCounted(place), undefined);
  place.hold = undefined;
  poolOf(book, row, place.unit).held -= 1;
}

export function unchoose(book: AreaBook, row: RegistrationRow, unit: UnitCode): void {
  const place = placeIn(row, unit);
  assert(place !== undefined, 'only what was chosen is dropped');
  releaseHold(book, row, place);
  place.chosen = undefined;
  removeIfEmpty(row, place);
}

/** The seat is free again; what was chosen stands as a draft if `asDraft`. */
export function freeSeat(
  book: AreaBook,
  row: RegistrationRow,
  unit: UnitCode,
  asDraft: boolean,
): void {
  const place = placeIn(row, unit);
  assert(place?.saved !== undefined, 'only a saved seat is freed');
  const taken = takenAs(row, place);
  assert(taken !== undefined, 'a saved seat is taken');
  poolOf(book, row, unit)[taken] -= 1;
  countCourse(book, place.saved.course, undefined);
  if (asDraft) place.chosen ??= place.saved;
  place.saved = undefined;
  place.order = 0;
  place.sitting = undefined;
  removeIfEmpty(row, place);
}

function removeIfEmpty(row: RegistrationRow, place: Place): void {
  if (place.chosen !== undefined || place.saved !== undefined) return;
  row.places = row.places.filter((one) => one !== place);
}

/** More than wait for a channel at any time; the oldest goes unsaid before a row grows without end. */
const newsMax = 8;

export function tell(row: RegistrationRow, content: NewsContent, at: EpochMs): void {
  row.newsGiven += 1;
  const one = { place: row.newsGiven, at, content };
  // Every save tells: mostly nothing waits, and there is no list to copy.
  row.news = row.news.length === 0 ? [one] : [...row.news.slice(1 - newsMax), one];
}
