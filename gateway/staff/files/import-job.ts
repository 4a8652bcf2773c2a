/**
 * The one import a gateway works on, from the uploaded bytes to what they would change (S1). It goes on
 * while nobody looks: a page shows how far it is.
 *
 * J1 One at a time; the last one's outcome stands until the next begins or it was decided.
 * J2 What is decided is what was compared: a table of the catalogue is kept here until then, people and
 *    capacities lie staged with the engine, and a restart of this gateway takes away nothing but words.
 */
import { randomBytes } from 'node:crypto';
import {
  type CataloguePreview,
  DeskRefused,
  type Difference,
  EngineAway,
  type ImportDesk,
  type ImportKind,
  ImportRefused,
  importFormats,
  isStagedKind,
  uploadedSource,
} from '../../../engine/import/desk.ts';
import type { Decider } from '../../../engine/protocol/staff.ts';
import type { ImportOutcome, ImportWork } from '../../../web/desk/files-models.ts';
import type { UploadedFile } from '../../http.ts';

export type ImportJob = {
  /** Undefined: nothing was done since this gateway started. */
  work(): ImportWork | undefined;
  running(): boolean;
  /** False: another one is running. */
  begin(kind: ImportKind, file: UploadedFile, by: Decider): boolean;
  /** A compared table of the catalogue, if it is still this one that waits. */
  waiting(id: string): CataloguePreview | undefined;
  /** What is shown was decided, by whatever way. */
  forget(): void;
};

/** What is parsed in one go: candidates of this gateway wait for no more. */
const pieceBytes = 16 * 1024;

/** `onFault`: told of what nobody foresaw; nothing of the file. */
export function createImportJob(desk: ImportDesk, onFault: (error: unknown) => void): ImportJob {
  let work: ImportWork | undefined;
  let preview: { id: string; is: CataloguePreview } | undefined;

  async function run(kind: ImportKind, file: UploadedFile, by: Decider): Promise<ImportOutcome> {
    const source = uploadedSource(file.name, piecesOf(file.bytes));
    if (isStagedKind(kind)) {
      const { number, difference } = await desk.stage(kind, source, by, (people) => {
        if (work?.outcome.kind === 'running') work.outcome = { kind: 'running', people };
      });
      return { kind: 'staged', number, difference };
    }
    const is = await desk.previewCatalogue(kind, source);
    if (isEmpty(is.difference)) return { kind: 'same' };
    preview = { id: randomBytes(12).toString('base64url'), is };
    return { kind: 'compared', id: preview.id, difference: is.difference };
  }

  return {
    work: () => work,
    running: () => work?.outcome.kind === 'running',
    begin(kind, file, by) {
      if (work?.outcome.kind === 'running') return false;
      const title = importFormats.find((one) => one.kind === kind)?.title ?? kind;
      const mine: ImportWork = {
        ...{
          what: kind,
          title,
          file: file.name,
          by: by.by,
          outcome: { kind: 'running', people: 0 },
        },
      };
      work = mine;
      preview = undefined;
      run(kind, file, by)
        .catch((error: unknown): ImportOutcome => {
          const known = outcomeOf(error);
          if (known.kind === 'failed') onFault(error);
          return known;
        })
        .then((outcome) => {
          mine.outcome = outcome;
        });
      return true;
    },
    waiting: (id) => (preview?.id === id ? preview.is : undefined),
    forget() {
      if (work?.outcome.kind === 'running') return;
      work = undefined;
      preview = undefined;
    },
  };
}

function outcomeOf(error: unknown): ImportOutcome {
  if (error instanceof ImportRefused) {
    const { problems, count } = error;
    return {
      kind: 'faults',
      count,
      problems: problems.map(({ line, reason }) => ({ line, reason })),
    };
  }
  if (error instanceof DeskRefused) return { kind: 'refused', reason: error.reason };
  return { kind: error instanceof EngineAway ? 'away' : 'failed' };
}

const isEmpty = ({ added, changed, removed }: Difference): boolean =>
  added + changed + removed === 0;

/** The reader lets others in after each (import/encoding.ts). */
async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}
