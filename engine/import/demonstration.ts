/**
 * The demonstration province: read from `data/province`, given a calendar that starts today, and
 * sent as any import is. Called at every start; acts until it was once carried to its end, so a
 * start that was killed half-way is made good by the next.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import type { EpochMs } from '../protocol/ids.ts';
import { ticketMask } from '../protocol/masks.ts';
import { firstSettings, type InstalledSettings } from '../protocol/session.ts';
import {
  candidatesAreImported,
  importCandidates,
  installSession,
  setCapacities,
  setCourseCaps,
} from './apply.ts';
import { catalogueOf, demonstrationCalendar } from './calendar.ts';
import { checkCandidates } from './candidates.ts';
import { readProvince, sourceIn } from './province.ts';
import type { ImportPort, ImportVault } from './send.ts';

/** `hours` as in `09:00-22:00`, China time, in place of the table's. Both count on the first start. */
export type DemonstrationOptions = { now: EpochMs; hours?: string };
export type DemonstrationImport =
  | { kind: 'present' }
  | { kind: 'imported'; areas: number; candidates: number };
/** One invented person of a kind, to try the system with. */
export type DemonstrationSignIn = {
  shows: string;
  documentType: string;
  documentNumber: string;
  /** The first ticket, masked as the lookup page shows it. */
  ticketMask: string;
  password: string;
  /** On record already; D1 asks an enrolled candidate to bind this very one. */
  phone?: string;
};

const folder = new URL('../../data/province/', import.meta.url);
/** Generous: the import waits for its own answers, and a later start repeats what is missing. */
const answerWithinMs = 10 * 60_000;
/** As an office begins, with caps wide enough to try things out. */
export const demonstrationSettings: InstalledSettings = {
  ...firstSettings,
  bookingCodesPerDayMax: 20,
  messagesPerPhonePerDayMax: 40,
  peoplePerPhoneMax: 5,
};

export async function importDemonstration(
  port: ImportPort,
  vault: ImportVault,
  { now, hours }: DemonstrationOptions,
): Promise<DemonstrationImport> {
  const sourceOf = sourceIn(folder);
  const province = await readProvince(sourceOf);
  const candidates = await checkCandidates(sourceOf('candidates'), province);
  if (await candidatesAreImported(port, vault, candidates)) return { kind: 'present' };

  const answerBy = now + answerWithinMs;
  // The calendar counts from the first start: a session that is there already stays as it is.
  const session = await port.ask(port.layout.session, { kind: 'session' });
  if (session.kind !== 'session') throw new Error('the session could not be asked for');
  if (session.adopted === null) {
    const calendar = demonstrationCalendar(province.bookingHours, now, hours);
    const catalogue = catalogueOf(province, calendar);
    const installation = { catalogue, calendar, settings: demonstrationSettings };
    await installSession(port, installation, answerBy);
  }
  const { capacities, courseCaps } = province;
  const areas = await setCapacities(port, capacities, answerBy);
  await setCourseCaps(port, capacities.keys(), courseCaps, answerBy);
  return {
    kind: 'imported',
    areas,
    candidates: await importCandidates(port, vault, candidates, answerBy),
  };
}

/** The people to try, one of every kind, as the data lists them. */
export function demonstrationSignIns(): DemonstrationSignIn[] {
  const rows: Record<string, string>[] = parse(readFileSync(new URL('sign-ins.csv', folder)), {
    columns: true,
  });
  const cell = (row: Record<string, string>, name: string) => row[name] ?? '';
  return rows.map((row) => ({
    shows: cell(row, 'shows'),
    documentType: cell(row, 'document_type'),
    documentNumber: cell(row, 'document_number'),
    ticketMask: ticketMask(cell(row, 'ticket')),
    password: cell(row, 'password'),
    ...(cell(row, 'phone') === '' ? {} : { phone: cell(row, 'phone') }),
  }));
}

/** What a start prints: one line a person, number and password first, so that they line up. */
export function describeSignIns(): string {
  const lines = demonstrationSignIns().map(
    ({ documentNumber, password, ticketMask, phone, shows }) =>
      `  ${documentNumber}  ${password.padEnd(16)}  ${ticketMask}  ${(phone ?? '-').padEnd(11)}  ${shows}`,
  );
  return [
    'Invented people to sign in as (document number, password, ticket, phone on record):',
    ...lines,
  ].join('\n');
}
