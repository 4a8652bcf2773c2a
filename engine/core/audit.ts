/**
 * An event as the audit shows it: what happened, where and to whom, without anything that is sealed,
 * secret or a whole number of a person's (S3). The journal has all of it; this is what leaves.
 */
import type { RuxiEvent } from '../protocol/events.ts';
import { hiddenFields, ticketMask } from '../protocol/masks.ts';
import type { AuditLine } from '../protocol/replies.ts';

const hidden = new Set<string>(hiddenFields);
const sliceIn: Partial<Record<RuxiEvent['kind'], string>> = {
  'people-staged': 'people',
  'marks-staged': 'marks',
};
/** Of a person's id enough to tell people apart on one page. */
const idShown = 8;

export function auditOf(event: RuxiEvent): Omit<AuditLine, 'index' | 'at'> {
  const { kind, ...rest } = event;
  const area = 'area' in rest && typeof rest.area === 'string' ? rest.area : undefined;
  const person = 'person' in rest ? rest.person.slice(0, idShown) : undefined;
  const details = Object.entries(rest).flatMap(([field, value]): [string, unknown][] => {
    if (field === 'area' || field === 'person') return [];
    // A slice of an import: what it says of each has an event of its own once it is applied.
    if (field === sliceIn[kind] && Array.isArray(value)) return [[field, value.length]];
    return shownField(field, value);
  });
  return {
    kind,
    ...(area !== undefined && { area }),
    ...(person !== undefined && { person }),
    details: details.length === 0 ? '' : JSON.stringify(Object.fromEntries(details)),
  };
}

function shownField(field: string, value: unknown): [string, unknown][] {
  if (hidden.has(field) || value === undefined) return [];
  if (field === 'adopted') return [['session', (value as { number: number }).number]];
  if (field === 'person' || field === 'phone' || field === 'importedPhone') {
    const mask = (value as { mask?: string }).mask;
    return [[field, mask ?? String(value).slice(0, idShown)]];
  }
  return [[field, shown(value)]];
}

function shown(value: unknown): unknown {
  if (typeof value === 'string') return /^\d{12}$/.test(value) ? ticketMask(value) : value;
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([field, one]) => shownField(field, one)),
  );
}
