/**
 * The test command: everything that must hold, in one run, from a fresh machine. Installs the
 * Debian packages that the tests need where it may, and says which are missing where it may not;
 * nothing is skipped. Runs every check even when an earlier one failed, so that one run tells all.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;

/** What the tests use besides npm packages: name in Debian, and how to see that it is there. */
const packages = [
  { name: 'nats-server', present: () => onPath('nats-server') },
  { name: 'nginx', present: () => onPath('nginx') },
  // For promtool.
  { name: 'prometheus', present: () => onPath('promtool') },
  { name: 'chromium', present: () => onPath('chromium') },
  { name: 'fonts-noto-cjk', present: hasChineseFont },
];

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  fail(
    `Node ${process.versions.node} is too old for the tests: 22.18 or later is needed. ` +
      'Run them with "npm test" after "npm ci": that brings the right Node along.',
  );
}
installMissing();

const folder = mkdtempSync(join(tmpdir(), 'ruxi-test-'));
const report = join(folder, 'vitest.json');
const checks: [name: string, passed: boolean][] = [
  ['format and lint', run('node_modules/@biomejs/biome/bin/biome', 'check', '.')],
  ['types', run('node_modules/typescript/bin/tsc', '--noEmit')],
  [
    'tests',
    run(
      'node_modules/vitest/vitest.mjs',
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ),
  ],
  ['rules', run('test/rules.ts')],
];
const tests = readReport();
rmSync(folder, { recursive: true, force: true });

for (const [name, passed] of checks) console.log(`${passed ? 'ok    ' : 'failed'} ${name}`);
// A file that does not load, a check that fails and a test left out are failures like any other.
const passed = tests.passed;
const others = checks.filter(([name, passed]) => !passed && name !== 'tests').length;
const testsFailed = checks.some(([name, passed]) => !passed && name === 'tests');
const failed = Math.max(tests.failed, testsFailed ? 1 : 0) + tests.skipped + others;
if (tests.skipped > 0) console.log(`${tests.skipped} tests were left out, which counts as failed`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

/** Runs a script of this project with this Node; its output goes straight through. */
function run(script: string, ...args: string[]): boolean {
  console.log(`\n> ${[script, ...args.filter((arg) => !arg.startsWith('--'))].join(' ')}`);
  const { status } = spawnSync(process.execPath, [join(root, script), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: withoutSettings(),
  });
  return status === 0;
}

/** Settings of an installation on this machine are not the tests' business. */
function withoutSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('RUXI_')),
  );
}

function readReport(): { passed: number; failed: number; skipped: number } {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const result = JSON.parse(readFileSync(report, 'utf8')) as {
    numPassedTests: number;
    numFailedTests: number;
    numPendingTests: number;
    numTodoTests: number;
  };
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}

function installMissing(): void {
  const missing = packages.filter(({ present }) => !present()).map(({ name }) => name);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !onPath('apt-get')) {
    fail(
      `The tests need these Debian packages, and they are not installed: ${missing.join(', ')}. ` +
        `Install them (as root: apt-get install ${missing.join(' ')}) and run the tests again.`,
    );
  }
  console.log(`installing ${missing.join(', ')}`);
  const apt = (...args: string[]): string | undefined => {
    const { status, stderr } = spawnSync(
      'apt-get',
      ['-qq', '-y', '-o', 'DPkg::Lock::Timeout=300', ...args],
      { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, encoding: 'utf8' },
    );
    return status === 0 ? undefined : `apt-get ${args[0]} failed: ${stderr.trim()}`;
  };
  // Servers among them are for the tests to start; on this machine none is to stand by itself.
  const policy = '/usr/sbin/policy-rc.d';
  const mine = !existsSync(policy);
  if (mine) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const trouble = apt('update') ?? apt('install', '--no-install-recommends', ...missing);
  if (mine) rmSync(policy, { force: true });
  if (trouble !== undefined) fail(trouble);
  const still = packages.filter(({ present }) => !present()).map(({ name }) => name);
  if (still.length > 0) fail(`Installed, but still not found: ${still.join(', ')}`);
}

/** Debian keeps servers in sbin, which is not on everybody's path. */
function onPath(program: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin'];
  return folders.some((folder) => existsSync(join(folder, program)));
}

/** Without one, Chromium draws boxes, and a picture of a page proves nothing. */
function hasChineseFont(): boolean {
  const { status, stdout } = spawnSync('fc-list', [':lang=zh-cn', 'family'], { encoding: 'utf8' });
  if (status === 0) return stdout.trim() !== '';
  return existsSync('/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc');
}

function fail(sentence: string): never {
  console.error(sentence);
  console.log('0 passed, 1 failed');
  process.exit(1);
}
