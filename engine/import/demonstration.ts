/**
 * The demonstration province: read from `data/province`, given a calendar that starts today, and
 * sent through the same commands as any import.
 */
import type { EpochMs } from '../protocol/ids.ts';
import type { ImportPort, ImportVault } from './send.ts';

/** `hours` as in `09:00-22:00`, China time; absent: the whole day. */
export type DemonstrationOptions = { now: EpochMs; hours?: string };
export type DemonstrationImport =
  | { kind: 'present' }
  | { kind: 'imported'; areas: number; candidates: number };
/** One line of what `ruxi start` prints. */
export type DemonstrationSignIn = {
  shows: string;
  documentType: string;
  documentNumber: string;
  ticket: string;
  password: string;
};

export declare function importDemonstration(
  port: ImportPort,
  vault: ImportVault,
  options: DemonstrationOptions,
): Promise<DemonstrationImport>;
export declare function demonstrationSignIns(): DemonstrationSignIn[];
