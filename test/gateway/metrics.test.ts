/**
 * /metrics of a gateway and of an engine that runs alone, as Prometheus would read them: the format
 * by promtool, the figures by what was done.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openOperatorsPort } from '../../engine/operators.ts';
import type { PartitionTelemetry } from '../../engine/protocol/telemetry.ts';
import { gatewayConfigOf } from '../../gateway/config.ts';
import { createEngineClient } from '../../gateway/engine-client.ts';
import { type Gateway, startGateway } from '../../gateway/main.ts';
import { type EngineHere, startEngineHere } from '../harness/engine.ts';

let here: EngineHere;
let gateway: Gateway;
const key = (name: string): Buffer => readFileSync(join(here.config.keysFolder, `${name}.key`));
beforeAll(async () => {
  here = await startEngineHere();
  const keys = { index: key('index'), cookie: key('cookie'), slip: key('slip') };
  const config = gatewayConfigOf({ RUXI_PORT: '0' }, keys, here.config.layout);
  gateway = await startGateway(config, here.bus);
}, 60_000);
afterAll(async () => {
  await gateway?.stop();
  await here?.stop();
});

const get = async (port: number, path: string) => {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    text: await answer.text(),
  };
};
/** The value of a sample, whatever the order of its labels. */
function figureOf(text: string, name: string, labels: Record<string, string> = {}): number {
  const line = text
    .split('\n')
    .find(
      (each) =>
        each.startsWith(name) &&
        /^[{ ]/.test(each.slice(name.length)) &&
        Object.entries(labels).every(([label, value]) => each.includes(`${label}="${value}"`)),
    );
  return Number(line?.slice(line.lastIndexOf(' ') + 1));
}
const checked = (text: string) => {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text });
  // Names that Node's own metrics have had for years are advice to others.
  const said = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('ruxi_'));
  return { status: status === 3 ? 0 : status, said };
};

test('a gateway’s figures are its requests and the engine’s, without candidate or course', async () => {
  for (const path of ['/', '/sign-in', '/nowhere', '/register']) await get(gateway.port, path);
  const text = await vi.waitFor(
    async () => {
      const answer = await get(gateway.deskPort, '/metrics');
      expect(answer.type).toMatch('text/plain');
      expect(figureOf(answer.text, 'ruxi_pools', { partition: 'p0' })).toBeGreaterThan(700);
      return answer.text;
    },
    { timeout: 20_000 },
  );
  const requests = (labels: Record<string, string>) =>
    figureOf(text, 'ruxi_http_requests_total', labels);
  expect(requests({ route: '/', method: 'GET', status: '2xx' })).toBe(1);
  expect(requests({ route: '/register', status: '3xx' })).toBe(1);
  expect(requests({ route: 'other', status: '4xx' })).toBe(1);
  const count = 'ruxi_http_request_duration_seconds_count';
  // The second one was sent there.
  expect(figureOf(text, count, { route: '/sign-in' })).toBe(2);
  expect(figureOf(text, 'ruxi_ready')).toBe(1);
  expect(figureOf(text, 'ruxi_oversold_pools')).toBe(0);
  expect(figureOf(text, 'ruxi_astray_pools')).toBe(0);
  const capacity = figureOf(text, 'ruxi_seats_capacity');
  expect(capacity).toBeGreaterThan(100_000);
  expect(figureOf(text, 'ruxi_seats', { state: 'free' })).toBe(capacity);
  const imported = { kind: 'import-candidate', result: 'accepted' };
  expect(figureOf(text, 'ruxi_commands_total', imported)).toBeGreaterThan(1_000);
  expect(figureOf(text, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
  expect(text).not.toMatch(/person|ticket=|course=|\b[0-9]{11,}\b(?=")/);
  expect(checked(text)).toEqual({ status: 0, said: [] });
});

/** Every name of ours in the text; a histogram is spoken of by its parts. */
const namesIn = (text: string) =>
  new Set(
    [...text.matchAll(/\b(ruxi_[a-z_]+|nodejs_[a-z0-9_]+|process_[a-z_]+)\b/g)].map(
      ([name]) => name,
    ),
  );
const ops = (path: string) => new URL(`../../ops/${path}`, import.meta.url).pathname;

test.each([
  ['prometheus/alerts.yml', 16],
  ['prometheus/alerts.test.yml', 4],
  ['grafana/registration-day.json', 25],
])('%s speaks of nothing that is not measured', async (path, atLeast) => {
  const measured = namesIn((await get(gateway.deskPort, '/metrics')).text);
  // A channel has them once it has sent something.
  for (const name of ['ruxi_sms_answer_seconds']) measured.add(name);
  const spoken = namesIn(readFileSync(ops(path), 'utf8'));
  expect(spoken.size).toBeGreaterThanOrEqual(atLeast);
  expect([...spoken].filter((name) => !measured.has(name))).toEqual([]);
});

test('Prometheus takes its settings and the alert rules, which say what they should of a bad day', () => {
  const folder = ops('prometheus');
  const tool = (...args: string[]) =>
    spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
  for (const args of [
    ['check', 'config', 'prometheus.yml'],
    ['test', 'rules', 'alerts.test.yml'],
  ]) {
    const { status, stdout, stderr } = tool(...args);
    expect(status, stdout + stderr).toBe(0);
  }
});

test('every query of the dashboard is one that Prometheus can read', () => {
  const { panels } = JSON.parse(readFileSync(ops('grafana/registration-day.json'), 'utf8')) as {
    panels: { id: number; targets?: { expr: string }[] }[];
  };
  const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  expect(queries.length).toBeGreaterThan(25);
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  // As rules, for which there is a checker.
  const rules = queries.map((expr, place) => ({ record: `dashboard:query:${place}`, expr }));
  const folder = mkdtempSync(join(tmpdir(), 'ruxi-dashboard-'));
  const file = join(folder, 'rules.yml');
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', file], {
    encoding: 'utf8',
  });
  expect(status, stdout + stderr).toBe(0);
  rmSync(folder, { recursive: true });
});

test('an engine alone says on its own port what it is and how it does', async () => {
  let standing: 'starting' | 'ready' | 'bus-away' | 'stopping' = 'starting';
  const port = await openOperatorsPort({ host: '127.0.0.1', port: 0 }, () => standing, Date.now);
  expect(await get(port.port, '/livez')).toMatchObject({ status: 200, text: 'alive\n' });
  expect(await get(port.port, '/readyz')).toMatchObject({ status: 503, text: 'starting\n' });
  standing = 'ready';
  expect(await get(port.port, '/readyz')).toMatchObject({ status: 200, text: 'ready\n' });
  expect((await get(port.port, '/')).status).toBe(404);
  const telemetry = await nextReport();
  port.hear(telemetry);
  const { text } = await get(port.port, '/metrics');
  expect(figureOf(text, 'ruxi_pools', { partition: 'p0' })).toBe(telemetry.pools);
  expect(figureOf(text, 'ruxi_ready')).toBe(1);
  expect(checked(text)).toEqual({ status: 0, said: [] });
  await port.close();
  await expect(get(port.port, '/livez')).rejects.toThrow();
});

async function nextReport(): Promise<PartitionTelemetry> {
  const client = createEngineClient({ bus: here.bus, layout: here.config.layout, now: Date.now });
  const report = await new Promise<PartitionTelemetry>((resolve) => client.onTelemetry(resolve));
  await client.close();
  return report;
}
