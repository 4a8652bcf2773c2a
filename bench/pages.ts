/**
 * Personal pages over HTTP: gateway, nats-server and engine as three processes, and a closed-loop
 * client beside them. People who are signed in and have saved their seats look at their registration,
 * at their courses, and at what is on file about them, in turn; each page is whole, and asks the
 * engine for what is the person's own. Beside it, what rendering alone takes, in this process.
 */
import { join } from 'node:path';
import { partitionsOf, singleLayout } from '../engine/protocol/layout.ts';
import { everySample } from '../test/web/samples.ts';
import { createViews } from '../web/views.ts';
import { anyClient, writeRequests } from './clients.ts';
import { inventPeople, pageRequest, savePeople, untilQuiet } from './invented-people.ts';
import { withProduct } from './product.ts';
import { type Figures, median } from './report.ts';

const runs = 3;
const seconds = 2;
/** More than the engine keeps of candidates in memory would be another thing to measure. */
const peopleCount = 12_000;

/** Half of all looks are at 我的报考, the others divide the rest. */
const looks = [
  { path: '/mine', page: 'mine' },
  { path: '/register/courses?change=1', page: 'courses' },
  { path: '/mine', page: 'mine' },
  { path: '/plan', page: 'plan' },
  { path: '/mine', page: 'mine' },
  { path: '/passed', page: 'passed' },
] as const;
const lookOf = (at: number) => looks[at % looks.length] ?? looks[0];

export async function measurePages(seed: number): Promise<Figures> {
  return { ...(await overHttp(seed)), ...renderedAlone() };
}

function overHttp(seed: number): Promise<Figures> {
  return withProduct(async (product) => {
    const { bus, books, vault, cookies, catalogue, folder, port } = product;
    const options = { seed, from: 0, count: peopleCount, wanting: 'spread' } as const;
    const people = await inventPeople(books, vault, catalogue, options);
    await savePeople(books, vault, people);
    await untilQuiet(bus, partitionsOf(singleLayout));
    const prefix = join(folder, 'pages');
    writeRequests(
      prefix,
      people.map((one, at) => pageRequest(lookOf(at).path, one, cookies, at)),
    );
    const client = anyClient();
    const speeds: number[] = [];
    const p99s: number[] = [];
    const gateway: number[] = [];
    const engine: number[] = [];
    // One more round than counted: the first also compiles.
    for (let run = 0; run <= runs; run += 1) {
      const before = product.cpu();
      const result = await client({ port, prefix, seconds, again: true });
      const after = product.cpu();
      const { accepted, refused, milliseconds, p99Ms } = result;
      if (refused > 0) throw new Error(`${refused} of ${accepted + refused} were no page`);
      const perSecond = (accepted * 1_000) / milliseconds;
      const micros = {
        gateway: (after.gateway - before.gateway) / accepted,
        engine: (after.engine - before.engine) / accepted,
      };
      console.log(
        `  pages ${run}: ${Math.round(perSecond)}/s, p99 ${p99Ms.toFixed(1)} ms, CPU a page: ` +
          `gateway ${micros.gateway.toFixed(0)}, engine ${micros.engine.toFixed(0)} µs`,
      );
      if (run === 0) continue;
      speeds.push(perSecond);
      p99s.push(p99Ms);
      gateway.push(micros.gateway);
      engine.push(micros.engine);
    }
    return {
      'pages.perSecond': median(speeds),
      'pages.p99AtFullLoadMs': median(p99s),
      'pages.gatewayCpuMicrosPerPage': median(gateway),
      'pages.engineCpuMicrosPerPage': median(engine),
    };
  });
}

const renderedPages = 20_000;

/** The same pages from the models of the tests: templates and text, nothing asked and nothing sent. */
function renderedAlone(): Figures {
  const views = createViews();
  const renders = looks.map(({ page }) => {
    const sample = everySample.find((one) => one.page === page);
    if (sample === undefined) throw new Error(`no sample of ${page}`);
    return () => views[page](sample.model as never, sample.frame);
  });
  const speeds: number[] = [];
  for (let run = 0; run <= runs; run += 1) {
    let characters = 0;
    const before = performance.now();
    for (let page = 0; page < renderedPages; page += 1)
      characters += renders[page % renders.length]?.().length ?? 0;
    const perSecond = (renderedPages * 1_000) / (performance.now() - before);
    if (characters === 0) throw new Error('nothing was rendered');
    if (run > 0) speeds.push(perSecond);
  }
  return { 'pages.renderedPerSecond': median(speeds) };
}
