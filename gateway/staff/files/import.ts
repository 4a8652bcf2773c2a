/**
 * Importing at the desk (S1): a file is uploaded and compared, and nothing of it counts before somebody
 * has seen what it would change. The catalogue's tables are one person's to install; candidates, grades
 * and capacities are applied by another than who brought them.
 */
import { DeskRefused, type ImportKind, importFormats } from '../../../engine/import/desk.ts';
import type { RefusalReason } from '../../../engine/protocol/refusals.ts';
import type { FilesModels } from '../../../web/desk/files-models.ts';
import { type Reply, redirect } from '../../http.ts';
import { deciderOf, type FormVisit, type Visit } from '../desk.ts';
import { reasonIn } from '../lines.ts';
import { deskPage, waitPage } from '../page.ts';

/** Three hundred thousand candidates with long lines. */
export const importBytesMax = 128 * 1024 * 1024;
const news = ['installed', 'applied', 'dropped'] as const;

/** GET /desk/import */
export const showImport = (visit: Visit): Promise<Reply> => importPage(visit, 200, visit.token());

async function importPage(
  visit: Visit,
  status: number,
  token: string,
  problem?: FilesModels['import']['problem'],
): Promise<Reply> {
  const refused = forProvince(visit);
  if (refused !== undefined) return refused;
  const { context, request, me } = visit;
  const answer = await context.gateway.client.askAt(context.gateway.client.layout.session, {
    kind: 'imports',
  });
  if (answer.kind !== 'imports') return waitPage(context, request, 'away');
  const { imports } = answer;
  const said = news.find((one) => one === request.query);
  // Decided at another gateway, or by the command line.
  const outcome = context.importJob.work()?.outcome;
  const staged = outcome?.kind === 'staged' ? outcome.number : undefined;
  if (imports.some(({ number, state }) => number === staged && state !== 'ready'))
    context.importJob.forget();
  return deskPage(visit, status, 'import', {
    ...{ formats: importFormats, imports, work: context.importJob.work() },
    ...{ me: me.staff, token },
    ...(problem === undefined ? {} : { problem }),
    ...(said === undefined || problem !== undefined ? {} : { news: said }),
  });
}

/** Files are the whole province's. */
const forProvince = (visit: Visit): Reply | undefined =>
  visit.within({ kind: 'province' })
    ? undefined
    : deskPage(visit, 403, 'refused', { why: 'scope' });

/** POST /desk/import, with a file. */
export async function takeFile(visit: FormVisit): Promise<Reply> {
  const refused = forProvince(visit);
  if (refused !== undefined) return refused;
  const { context, request } = visit;
  const token = request.form.get('token');
  const kind = importFormats.find((one) => one.kind === request.form.get('kind'))?.kind;
  const { file } = request;
  if (kind === undefined || file === undefined || file.bytes.length === 0)
    return importPage(visit, 422, token, { reason: 'file-missing' });
  const name = { ...file, name: shownName(file.name) };
  if (!context.importJob.begin(kind as ImportKind, name, deciderOf(visit)))
    return importPage(visit, 422, token, { reason: 'import-busy' });
  return redirect('/desk/import');
}

/** What a browser says of a file may be anything. */
const shownName = (name: string): string =>
  name.replaceAll(/[\p{C}<>]/gu, '').slice(0, 60) || '未命名';

/** POST /desk/import/install */
export async function installTable(visit: FormVisit): Promise<Reply> {
  const { context, request } = visit;
  const preview = context.importJob.waiting(request.form.get('id'));
  if (preview === undefined) return again(visit, 'import-closed');
  return decide(visit, 'installed', (reason) =>
    context.importDesk.install(preview, { ...deciderOf(visit), reason }),
  );
}

/** POST /desk/import/apply */
export async function applyImport(visit: FormVisit): Promise<Reply> {
  const { context } = visit;
  const found = await importNamed(visit);
  if ('reply' in found) return found.reply;
  const { number } = found.named;
  return decide(visit, 'applied', (reason) =>
    context.importDesk.apply(number, { ...deciderOf(visit), reason }),
  );
}

/** POST /desk/import/drop */
export async function dropImport(visit: FormVisit): Promise<Reply> {
  const found = await importNamed(visit);
  if ('reply' in found) return found.reply;
  const { number } = found.named;
  return decide(
    visit,
    'dropped',
    () => visit.context.importDesk.drop(number, deciderOf(visit)),
    true,
  );
}

async function importNamed(visit: FormVisit) {
  const { context, request } = visit;
  const { client } = context.gateway;
  const answer = await client.askAt(client.layout.session, { kind: 'imports' });
  if (answer.kind !== 'imports') return { reply: waitPage(context, request, 'away') };
  const named = answer.imports.find(({ number }) => String(number) === request.form.get('number'));
  return named === undefined ? { reply: await again(visit, 'import-unknown') } : { named };
}

async function decide(
  visit: FormVisit,
  said: (typeof news)[number],
  act: (reason: string) => Promise<void>,
  withoutReason = false,
): Promise<Reply> {
  const refused = forProvince(visit);
  if (refused !== undefined) return refused;
  const { context, request } = visit;
  const reason = reasonIn(request.form);
  if (reason === '' && !withoutReason) return again(visit, 'reason-missing');
  try {
    await act(reason);
  } catch (error) {
    if (error instanceof DeskRefused) return again(visit, error.reason);
    return waitPage(context, request, 'away');
  }
  context.importJob.forget();
  return redirect(`/desk/import?${said}`);
}

const again = (visit: FormVisit, reason: RefusalReason): Promise<Reply> =>
  importPage(visit, 422, visit.request.form.get('token'), { reason });
