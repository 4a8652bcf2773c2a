/** The systemd units as they are shipped: read by systemd where it is, and held against the program. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
const units = [
  { file: 'ruxi-engine.service', as: 'ruxi-engine.service', command: 'engine' },
  { file: 'ruxi-gateway@.service', as: 'ruxi-gateway@3101.service', command: 'gateway' },
];
const read = (path: string) => readFileSync(join(root, path), 'utf8');

test.each(units)(
  '$file starts what there is, and its settings are in the guide',
  ({ file, command }) => {
    const text = read(`ops/${file}`);
    const [, node, script, what] = /^ExecStart=(\S+) (\S+) (\S+)$/m.exec(text) ?? [];
    expect(node).toBe('/opt/ruxi/node_modules/.bin/node');
    expect(script).toBe('/opt/ruxi/ruxi.ts');
    expect(what).toBe(command);
    const settings = [...text.matchAll(/^Environment=(RUXI_\w+)=/gm)].map(([, name]) => name);
    expect(settings.length).toBeGreaterThan(0);
    for (const name of settings) expect(read('docs/operating.md')).toContain(`\`${name}\``);
    // 70 must start it anew, and 78 too: the settings may be right by then.
    expect(text).toMatch(/^Restart=always$/m);
  },
);

test('every alert stands in the guide with what to do', () => {
  const alerts = [...read('ops/prometheus/alerts.yml').matchAll(/alert: (\w+)/g)].map(
    ([, name]) => name,
  );
  expect(alerts.length).toBeGreaterThan(10);
  const guide = read('docs/operating.md');
  expect(alerts.filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
});

test('systemd, where it is, reads the units without a complaint', () => {
  const known = spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' });
  if (known.status !== 0) return;
  const folder = mkdtempSync(join(tmpdir(), 'ruxi-units-'));
  for (const { file, as } of units) {
    // Where it will be installed it is not yet.
    const here = read(`ops/${file}`).replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`);
    writeFileSync(join(folder, as), here);
    const { stderr } = spawnSync('systemd-analyze', ['verify', join(folder, as)], {
      encoding: 'utf8',
    });
    const ours = stderr.split('\n').filter((line) => line.includes('ruxi-'));
    expect(ours, as).toEqual([]);
  }
  rmSync(folder, { recursive: true });
});
