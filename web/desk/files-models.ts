/** What the desk's pages for files are made from. */
import type { ImportView } from '../../engine/protocol/imports.ts';
import type { RefusalReason } from '../../engine/protocol/refusals.ts';
import type { ExamUnit } from '../../engine/protocol/session.ts';
import type { StaffId } from '../../engine/protocol/staff.ts';
import type { AreaName } from './lookup-models.ts';

/** How many rows come, change, stay and go; the first of them by name, masked. */
export type ShownDifference = {
  added: number;
  changed: number;
  same: number;
  removed: number;
  columns: readonly { title: string; rows: number }[];
  examples: readonly {
    how: 'added' | 'changed' | 'removed';
    who: string;
    columns: readonly string[];
  }[];
};
export type ImportOutcome =
  | { kind: 'running'; people: number }
  | { kind: 'faults'; count: number; problems: readonly { line: number; reason: string }[] }
  | { kind: 'refused'; reason: RefusalReason }
  | { kind: 'away' }
  | { kind: 'failed' }
  /** The file says what stands already. */
  | { kind: 'same' }
  /** A table of the catalogue; `id` names it until it is decided. */
  | { kind: 'compared'; id: string; difference: ShownDifference }
  /** With the engine, for a second person to apply. */
  | { kind: 'staged'; number: number; difference: ShownDifference };
export type ImportWork = {
  what: string;
  title: string;
  file: string;
  by: StaffId;
  outcome: ImportOutcome;
};
export type ImportFormat = {
  kind: string;
  title: string;
  columns: readonly { title: string; form: string; optional?: boolean }[];
  example: string;
};

export type FilesModels = {
  import: {
    formats: readonly ImportFormat[];
    imports: readonly ImportView[];
    work: ImportWork | undefined;
    me: StaffId;
    token: string;
    problem?: { reason: 'file-missing' | 'import-busy' | 'reason-missing' | RefusalReason };
    news?: 'installed' | 'applied' | 'dropped';
  };
  /** `whole`: all of the province. */
  export: {
    whole: boolean;
    files: readonly { path: string; title: string }[];
    /** Of which an arrangement may be had one at a time. */
    areas: readonly AreaName[];
    units: readonly ExamUnit[];
    token: string;
    problem?: { reason: RefusalReason };
  };
};
