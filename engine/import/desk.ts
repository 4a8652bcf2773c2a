/**
 * What imports a file, for the duty desk and the command line alike: preview, stage, decide (S1). Where
 * the bytes come from and who decides is the caller's.
 *
 * K1 Tables of the catalogue are previewed and then installed, onto the session that they were compared
 *    with. Everything else is staged first: what two people then apply is what was
 *    shown, whatever became of the file.
 * K2 A file that breaks off, has a fault or meets a refusal leaves nothing behind: it is dropped.
 */

import { freshId } from '../protocol/fresh-id.ts';
import type { AreaCode, CourseCode } from '../protocol/ids.ts';
import {
  type ImportNumber,
  type ImportSum,
  type ImportView,
  type StagedKind,
  type StagingView,
  stagedKinds,
} from '../protocol/imports.ts';
import { partitionOfArea } from '../protocol/layout.ts';
import type { RefusalReason } from '../protocol/refusals.ts';
import type { PoolBalance, RegisteredLine } from '../protocol/replies.ts';
import type { Adopted } from '../protocol/session.ts';
import type { Decider } from '../protocol/staff.ts';
import type { Difference } from './difference.ts';
import { type ImportKind, importFormats } from './formats.ts';
import { stageMarks } from './marks.ts';
import type { DeskPort } from './port.ts';
import {
  type CapacitiesPreview,
  type CatalogueKind,
  type CataloguePreview,
  previewCapacities,
  previewCatalogue,
  previewFirstSession,
  type Standing,
} from './preview.ts';
import {
  type PeopleFinder,
  type Progress,
  StagingRefused,
  stageCandidates,
  stageGrades,
} from './stage.ts';
import type { Source } from './table.ts';

export type { Difference, Example } from './difference.ts';
export { describeFormat, type ImportKind, importFormats } from './formats.ts';
export { createDeskPort, type DeskPort, EngineAway } from './port.ts';
export type { CatalogueKind, CataloguePreview } from './preview.ts';
export { ImportRefused, type Problem, type Source } from './table.ts';

/** The books said no; nothing was changed. */
export class DeskRefused extends Error {
  readonly reason: RefusalReason;
  constructor(reason: RefusalReason) {
    super(`refused: ${reason}`);
    this.reason = reason;
  }
}

export type ImportDesk = {
  /** What the file would change; nothing is kept. Throws `ImportRefused` with its faults. */
  preview(kind: ImportKind, source: Source, onProgress?: Progress): Promise<Difference>;
  /** Previews a table of the catalogue for `install`. */
  previewCatalogue(kind: CatalogueKind, source: Source): Promise<CataloguePreview>;
  /** `changed-meanwhile`: the session is another one by now, and has to be compared anew. */
  install(preview: CataloguePreview, decided: Decided): Promise<void>;
  /** Stages the whole file, brought by `by`, and leaves it ready to be applied. */
  stage(kind: StagedKind, source: Source, by: Decider, onProgress?: Progress): Promise<Staged>;
  /** By the second of the two. */
  apply(number: ImportNumber, decided: Decided): Promise<void>;
  drop(number: ImportNumber, by: Decider): Promise<void>;
  /** Newest first. */
  imports(): Promise<ImportView[]>;
  /** How far an applied import has gone into the rows, over all partitions; it counts before that. */
  taken(number: ImportNumber): Promise<{ slices: number; taken: number; done: boolean }>;
};
type Decided = Decider & { reason: string };
export type Staged = { number: ImportNumber; difference: Difference };

export const isStagedKind = (kind: ImportKind): kind is StagedKind =>
  (stagedKinds as readonly ImportKind[]).includes(kind);

/** The bytes of an upload: there once, as they come. */
export const uploadedSource = (name: string, chunks: AsyncIterable<Uint8Array>): Source => ({
  name,
  open: () => chunks,
});

export function createImportDesk(port: DeskPort, people: PeopleFinder): ImportDesk {
  const { layout } = port;

  async function session(): Promise<Adopted> {
    const { adopted } = await port.ask(layout.session, { kind: 'session' });
    if (adopted === null) throw new DeskRefused('session-missing');
    return adopted;
  }
  async function standing(): Promise<Standing> {
    const adopted = await session();
    const pools: PoolBalance[] = [];
    for (const partition of new Set(layout.areas)) {
      const balance = await port.ask(partition, { kind: 'balance' });
      pools.push(...balance.pools);
    }
    return { adopted, pools };
  }
  async function takenCourses(areas: readonly AreaCode[], among: ReadonlySet<CourseCode>) {
    const taken = new Set<CourseCode>();
    for (const area of areas) {
      const partition = partitionOfArea(layout, area);
      for (let from: number | undefined = 0; from !== undefined; ) {
        const page: { lines: RegisteredLine[]; next?: number } = await port.ask(partition, {
          ...({ kind: 'registrations', area, from } as const),
        });
        for (const { registration } of page.lines) {
          const { seats, draft, orders } = registration;
          for (const { course } of [...seats, ...draft, ...orders.flatMap((one) => one.courses)])
            if (among.has(course)) taken.add(course);
        }
        from = page.next;
      }
    }
    return taken;
  }
  async function catalogue(kind: CatalogueKind, source: Source): Promise<CataloguePreview> {
    const { adopted } = await port.ask(layout.session, { kind: 'session' });
    if (adopted === null && kind === 'session') return previewFirstSession(source);
    const stands = await standing();
    const areas = stands.adopted.catalogue.areas.map(({ code }) => code);
    return previewCatalogue(kind, source, stands, (among) => takenCourses(areas, among));
  }
  async function compare(
    kind: Exclude<StagedKind, 'capacities'>,
    source: Source,
    keep: ImportNumber | undefined,
    onProgress: Progress | undefined,
  ): Promise<Difference> {
    const { catalogue: known } = await session();
    const staging = { port, people, keep, ...(onProgress && { onProgress }) };
    switch (kind) {
      case 'candidates':
        return stageCandidates(staging, source, known);
      case 'grades':
        return stageGrades(staging, source, known);
      case 'arrangement':
      case 'absences':
        return stageMarks(kind, staging, source, known);
    }
  }
  const tell = async (body: Parameters<DeskPort['tell']>[1]): Promise<void> => {
    const reply = await port.tell(layout.session, body);
    if (reply.kind === 'refused') throw new DeskRefused(reply.reason);
  };
  async function begin(what: StagedKind, source: string, by: Decider): Promise<ImportNumber> {
    const key = freshId();
    const reply = await port.tell(layout.session, {
      kind: 'begin-import',
      key,
      what,
      source,
      ...by,
    });
    if (reply.kind === 'refused') throw new DeskRefused(reply.reason);
    if (reply.outcome.kind !== 'import-begun') throw new Error('an import did not begin');
    return reply.outcome.import;
  }

  return {
    async preview(kind, source, onProgress) {
      if (kind === 'capacities')
        return (await previewCapacities(source, await standing())).difference;
      if (isStagedKind(kind)) return compare(kind, source, undefined, onProgress);
      return (await catalogue(kind, source)).difference;
    },
    previewCatalogue: catalogue,
    install: ({ catalogue: after, onto }, decided) =>
      tell({ kind: 'install-catalogue', catalogue: after, onto, ...decided }),
    async stage(what, source, by, onProgress) {
      const number = await begin(what, source.name, by);
      try {
        let capacities: CapacitiesPreview['changes'] | undefined;
        let difference: Difference;
        if (what === 'capacities') {
          const preview = await previewCapacities(source, await standing());
          capacities = preview.changes;
          difference = preview.difference;
        } else difference = await compare(what, source, number, onProgress);
        const sum = sumOf(what, difference);
        await tell({
          ...({ kind: 'close-import', import: number, sum, ...by } as const),
          ...(capacities && { capacities }),
        });
        return { number, difference };
      } catch (error) {
        // K2. Were this refused or unheard too, the error that led here would still be the one to tell.
        await tell({ kind: 'drop-import', import: number, ...by }).catch(() => undefined);
        if (error instanceof StagingRefused) throw new DeskRefused(error.reason);
        throw error;
      }
    },
    apply: (number, decided) => tell({ kind: 'apply-import', import: number, ...decided }),
    drop: (number, by) => tell({ kind: 'drop-import', import: number, ...by }),
    async imports() {
      return (await port.ask(layout.session, { kind: 'imports' })).imports;
    },
    async taken(number) {
      const views: (StagingView | null)[] = [];
      for (const partition of new Set([...layout.people, ...layout.areas]))
        views.push((await port.ask(partition, { kind: 'imports' })).staging);
      const own = views.flatMap((view) => (view?.number === number ? [view] : []));
      return {
        slices: own.reduce((sum, { slices }) => sum + slices, 0),
        taken: own.reduce((sum, { taken }) => sum + taken, 0),
        done: views.every(
          (view) =>
            view !== null &&
            (view.number > number || (view.number === number && view.state === 'done')),
        ),
      };
    },
  };
}

/** As the books keep it: columns by their names. */
function sumOf(
  kind: ImportKind,
  { added, changed, same, removed, columns }: Difference,
): ImportSum {
  const known = importFormats.find((one) => one.kind === kind)?.columns ?? [];
  return {
    ...{ added, changed, same, removed },
    columns: columns.flatMap(({ title, rows }) => {
      const column = known.find((one) => one.title === title)?.name;
      return column === undefined ? [] : [{ column, rows }];
    }),
  };
}
