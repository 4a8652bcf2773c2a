#!/usr/bin/env node
/**
 * The one command-line program. It checks what it stands on (Node, compiled code) before it loads
 * anything else, puts processes together, takes signals, and says in words what is wrong.
 *
 * C1 Of a process, only this file ends it. A first signal drains, a second one forces.
 * C2 Compiled code is checked before any module that loads some is imported, so everything else is
 *    imported late.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { Argument, Command, CommanderError } from 'commander';
import type { Bus } from './engine/bus/bus.ts';
import type { ImportKind } from './engine/import/desk.ts';
import type { ExportKind } from './engine/import/export.ts';
import type { Invitation } from './engine/invite.ts';
import { checkNativeBinaries } from './engine/native-binaries.ts';
import type { PaymentConfig } from './engine/payments/config.ts';
import type { Layout } from './engine/protocol/layout.ts';
import type { ChannelStanding } from './engine/protocol/replies.ts';
import type { BookingProof } from './engine/protocol/session.ts';
import { type Act, type Role, roles, scopeOf, staffIdPattern } from './engine/protocol/staff.ts';
import type { DecidedByTwo } from './engine/protocol/two-people.ts';
import type { EngineWorkerData, FromEngineWorker, ToEngineWorker } from './engine/worker.ts';
import type { FromSandboxProcess, ToSandboxProcess } from './sandbox/process.ts';

/** sysexits.h has them; supervisors and scripts may read them. */
const exitCodes = { fine: 0, failed: 1, usage: 64, failStop: 70, config: 78 } as const;
const nodeMin = [22, 18] as const;
const restartPauseMs = 500;
/** After so long without NATS a start says what it waits for. */
const waitingMs = 2_000;
const answerWithinMs = 10_000;

const stoppedHelp = 'no engine runs on the data folder: one is started for this command';
/** As engine/import/formats.ts has them, in the order in which a new session needs them. */
const importKinds = [
  ...['session', 'units', 'areas', 'courses', 'programmes', 'plans'].map((kind) => ({
    kind,
    twoPeoples: false,
  })),
  ...['capacities', 'candidates', 'arrangement', 'absences', 'grades'].map((kind) => ({
    kind,
    twoPeoples: true,
  })),
] as { kind: ImportKind; twoPeoples: boolean }[];
/** As engine/import/export.ts has them. */
const exportKinds: ExportKind[] = [
  ...(['registrations', 'orders', 'pools', 'arrangement', 'candidates', 'audit'] as const),
  ...(['session', 'units', 'areas', 'courses', 'programmes', 'plans', 'capacities'] as const),
];
type ImportFlags = {
  preview: boolean;
  stopped: boolean;
  reason?: string;
  by?: string;
  andBy?: string;
};

type ExportFlags = {
  stopped: boolean;
  area?: string[];
  unit?: string;
  inFull?: boolean;
  reason?: string;
  by?: string;
};

/** Something the person at the keyboard can put right; told without a stack. */
class Trouble extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number = exitCodes.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}

const program = new Command('ruxi')
  .description('Ruxi 入席: a seat-booking engine for registration day, with a web front.')
  .configureHelp({ sortSubcommands: false })
  .showHelpAfterError('("ruxi --help" lists what there is)')
  .addHelpText(
    'after',
    `
Settings come from the environment; docs/operating.md lists them.
Exit codes: ${exitCodes.fine} done, ${exitCodes.failed} failed, ${exitCodes.usage} wrong arguments, ${exitCodes.failStop} the engine doubts its disk
and must be started anew, ${exitCodes.config} wrong settings.`,
  )
  .exitOverride();

const inviteHelp = 'prints a one-time link by which this account keeps all accounts of the desk';
program
  .command('start')
  .description('everything in one process, started again when it fails')
  .option('--invite <name>', inviteHelp)
  .action(supervise);
program
  .command('serve')
  .description('the same without the restarting, for use under a supervisor')
  .option('--invite <name>', inviteHelp)
  .action(serve);
program
  .command('engine')
  .description('the engine alone, reached over NATS (RUXI_NATS_URL)')
  .action(runEngine);
program
  .command('gateway')
  .description('one gateway, reaching the engine over NATS (RUXI_NATS_URL)')
  .action(runGateway);
program
  .command('sandbox')
  .description('the payment provider for trying out: takes no money, and says so')
  .action(runSandbox);
program
  .command('verify')
  .description(
    'checks the journal’s hash chain, its signed heads, and that replaying it gives the rows',
  )
  .option('--public-key <file>', 'what heads are checked with, where the keys are not')
  .action(verify);
program
  .command('audit-key')
  .description('prints the public key that the journal’s heads are checked with')
  .action(showAuditKey);
program
  .command('backup')
  .description('copies the data while the engine runs, verifies the copy and lists what is in it')
  .argument('<folder>', 'where the backup is to stand, as a folder of its own')
  .action(takeBackup);
program
  .command('restore')
  .description('puts a verified backup where the data are to be; never over any')
  .argument('<backup>', 'the folder that backup made')
  .action(restoreBackup);
program
  .command('doctor')
  .description('looks at this machine and its settings before opening day, and changes nothing')
  .action(askDoctor);
const byHelp = 'who decides; the journal has it';
const window = program
  .command('window')
  .description('pauses or opens booking, over NATS (RUXI_NATS_URL)');
window
  .command('pause')
  .description('nobody can register, and clocks of held seats stand still')
  .requiredOption('--reason <text>', 'what candidates are told')
  .requiredOption('--news-by <time>', 'when they will hear more, like 2026-09-08T10:30+08:00')
  .option('--by <name>', byHelp, userInfo().username)
  .action(({ reason, newsBy, by }: { reason: string; newsBy: string; by: string }) => {
    const at = Date.parse(newsBy);
    if (Number.isNaN(at)) throw new Trouble(`"${newsBy}" is no time`, exitCodes.usage);
    if (at <= Date.now()) throw new Trouble(`"${newsBy}" is over`, exitCodes.usage);
    return setWindow({ kind: 'pause-window', shown: reason, newsBy: at }, reason, by);
  });
window
  .command('open')
  .description('booking goes on')
  .option('--reason <text>', 'why; the journal has it', 'opened from the command line')
  .option('--by <name>', byHelp, userInfo().username)
  .action(({ reason, by }: { reason: string; by: string }) =>
    setWindow({ kind: 'open-window' }, reason, by),
  );

const proof = program
  .command('booking-proof')
  .description('what proves a booking: a code by short message, or in an outage the password');
for (const to of ['password', 'code'] as const) {
  proof
    .command(to)
    .description(
      to === 'password'
        ? 'no booking codes go out; candidates type their password again to save seats'
        : 'booking codes go out again',
    )
    .requiredOption('--reason <text>', 'why; the journal has it')
    .requiredOption('--by <name>', 'who decides')
    .requiredOption('--and-by <name>', 'who decides with them: somebody else')
    .action((decided: DecidedByTwo) => setBookingProof(to, decided));
}

program
  .command('staff')
  .description('who works at the desk, over NATS (RUXI_NATS_URL)')
  .command('invite')
  .description('prints a one-time link: by it somebody sets a password and an authenticator')
  .argument('<name>', 'what they sign in with, like li.na')
  .requiredOption('--roles <list>', 'viewer, office, finance, system or audit, separated by commas')
  .requiredOption('--scope <place>', 'province, city:<code> or area:<code>')
  .option('--reason <text>', 'why; the journal has it', 'invited from the command line')
  .action(inviteFromHere);

const importing = program
  .command('import')
  .description('tables of an office as CSV, whole or not at all (docs/importing.md)');
for (const { kind, twoPeoples } of importKinds) {
  const command = importing
    .command(kind)
    .argument('<file>', 'CSV in UTF-8 or GB18030')
    .option('--preview', 'only tells what it would change, and every fault', false)
    .option('--stopped', stoppedHelp, false)
    .option('--reason <text>', 'why; the journal has it')
    .option('--by <name>', 'who decides');
  if (twoPeoples) command.option('--and-by <name>', 'who decides with them: somebody else');
  command.action((file: string, options: ImportFlags) =>
    importFrom(kind, twoPeoples, file, options),
  );
}
importing
  .command('format')
  .description('what the columns of a kind of table are, with an example')
  .addArgument(new Argument('<kind>').choices(importKinds.map(({ kind }) => kind)))
  .action(showFormat);
importing
  .command('show')
  .description('the imports that two people decide on, newest first')
  .option('--stopped', stoppedHelp, false)
  .action(showImports);
importing
  .command('drop')
  .description('gives up an import that was broken off or is not to be applied')
  .argument('<number>', 'as "ruxi import show" tells it')
  .option('--stopped', stoppedHelp, false)
  .action(dropImport);
program
  .command('export')
  .description('CSV for spreadsheets, numbers of people masked')
  .addArgument(new Argument('<kind>').choices(exportKinds))
  .argument('[file]', 'absent: standard output')
  .option('--area <codes...>', 'of these areas only: registrations, orders, pools, arrangement')
  .option('--unit <code>', 'of this exam unit only: arrangement')
  .option('--in-full', 'with whole ticket numbers, journaled with the reason: arrangement')
  .option('--reason <why>', 'why they are needed in full')
  .option('--by <name>', 'who takes them')
  .option('--stopped', stoppedHelp, false)
  .action(exportTo);

const channels = program.command('channels').description('how short messages leave');
channels
  .command('show')
  .description('what each channel sent, how fast, and what went wrong, over NATS (RUXI_NATS_URL)')
  .action(showChannels);
channels
  .command('templates')
  .description('the texts to file with a carrier, in its own notation')
  .addArgument(new Argument('<carrier>').choices(['tencent', 'alibaba']))
  .action(showTemplates);

try {
  checkNode();
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) say(`ruxi: ${wordsOf(error)}`);
  process.exit(exitCodeOf(error));
}

// ── start ───────────────────────────────────────────────────────────────────────────────────────

/** A life that was ready and then failed is followed by another; one that never was is not. */
async function supervise({ invite }: { invite?: string }): Promise<void> {
  let stopping = false;
  // An invitation is for the first life only: another would void the link.
  for (let options = invite === undefined ? [] : ['--invite', invite]; ; options = []) {
    // A process group of its own: a terminal's Ctrl-C comes here only, and is passed on once.
    const child = spawn(process.execPath, [...process.execArgv, script(), 'serve', ...options], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      detached: true,
    });
    let wasReady = false;
    child.on('message', () => {
      wasReady = true;
    });
    const pass = (signal: NodeJS.Signals) => {
      stopping = true;
      child.kill(signal);
    };
    process.on('SIGINT', pass).on('SIGTERM', pass);
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    // What it said last may still be on its way.
    if (child.connected) await once(child, 'disconnect');
    process.off('SIGINT', pass).off('SIGTERM', pass);
    if (stopping || !wasReady || code === exitCodes.fine) {
      process.exit(code ?? exitCodes.failed);
    }
    say(`ruxi: ended with ${signal ?? code}; starting again`);
    await new Promise((resolve) => setTimeout(resolve, restartPauseMs));
  }
}

async function serve({ invite }: { invite?: string }): Promise<void> {
  checkNativeBinaries();
  const { engineConfigOf, logLevelOf } = await import('./engine/config.ts');
  const settings = engineConfigOf(process.env);
  const logLevel = logLevelOf(process.env);
  await watchFaults(logLevel);
  const { payments, sandbox } = await openSandbox(settings.payments);
  const config = { ...settings, payments };
  const { createEmbeddedBus } = await import('./engine/bus/embedded-bus.ts');
  const { port1, port2 } = new MessageChannel();
  const bus = createEmbeddedBus(port1);
  const engine = new Worker(new URL('./engine/worker.ts', import.meta.url), {
    workerData: { config, port: port2, logLevel } satisfies EngineWorkerData,
    transferList: [port2],
  });
  let stopping = false;
  engine.on('error', (error) => say(`ruxi: the engine failed: ${error.name}`));
  engine.on('exit', (code) => {
    if (!stopping) process.exit(code === 0 ? exitCodes.failStop : code);
  });
  const [started] = (await once(engine, 'message')) as [FromEngineWorker];
  if (started.kind === 'failed') throw new Trouble(`the engine did not start: ${started.why}`);

  // Before candidates are let in: where nothing is imported yet, somebody at the desk will do it.
  const gateway = await openGateway(bus, config.keysFolder, payments, async (deskAddress) => {
    const invitation = await invitationAtStart(bus, config.layout, invite);
    if (invitation !== undefined) console.log(linkIn(invitation, deskAddress));
  });
  sandbox?.noticesTo(gateway.sandboxNotices);
  stopOnSignals(async () => {
    stopping = true;
    await gateway.stop();
    const gone = once(engine, 'exit');
    engine.postMessage({ kind: 'stop' } satisfies ToEngineWorker);
    await gone;
    await bus.close();
    await sandbox?.stop();
  });
  if (config.demonstration) {
    const { describeSignIns } = await import('./engine/import/demonstration.ts');
    console.log(`\n${describeSignIns()}\n`);
  }
  process.send?.('ready');
  if (sandbox !== undefined) console.log(`Payments are tried out at ${sandbox.address}`);
  console.log(`Ruxi is open: ${gateway.address}`);
}

/** With no real provider configured there is one for trying out, beside this process. */
async function openSandbox(payments: PaymentConfig) {
  if (payments.sandbox === undefined) return { payments, sandbox: undefined };
  const { startSandboxProcess } = await import('./sandbox/process.ts');
  const sandbox = await startSandboxProcess([script(), 'sandbox'], process.env, say);
  const { address } = sandbox;
  return { payments: { ...payments, sandbox: { ...payments.sandbox, address } }, sandbox };
}

// ── engine, gateway ─────────────────────────────────────────────────────────────────────────────

async function runEngine(): Promise<void> {
  checkNativeBinaries();
  const { engineConfigOf, logLevelOf } = await import('./engine/config.ts');
  const config = engineConfigOf(process.env);
  const log = await watchFaults(logLevelOf(process.env));
  let standing: 'starting' | 'ready' | 'stopping' = 'starting';
  let connected = false;
  const { openOperatorsPort } = await import('./engine/operators.ts');
  const stands = () => (standing === 'ready' && !connected ? 'bus-away' : standing);
  const desk = config.desk && (await openOperatorsPort(config.desk, stands, Date.now));
  const bus = await connectBus('ruxi-engine');
  bus.onState((state) => {
    connected = state === 'connected';
  });
  const { importProvince, startEngine } = await import('./engine/main.ts');
  const { logAttempt, logHead } = await import('./engine/log.ts');
  const engine = await startEngine({
    config,
    bus,
    exit(code, reason) {
      log.fatal({ reason: reason.message }, 'the engine stops: it doubts what it holds');
      process.exit(code);
    },
    onTrouble: (what) => log.warn(what),
    onAttempt: (attempt) => logAttempt(log, attempt),
    onHead: (head) => logHead(log, head),
    onTelemetry: (telemetry) => desk?.hear(telemetry),
  });
  stopOnSignals(async () => {
    standing = 'stopping';
    await engine.stop();
    await bus.close();
    await desk?.close();
  });
  if (config.demonstration && config.partitions.includes(config.layout.session)) {
    await importProvince(engine, config, bus);
  }
  standing = 'ready';
  if (desk !== undefined) {
    console.log(`Operators look at http://${config.desk?.host}:${desk.port}/readyz`);
  }
  console.log(`The engine answers for ${config.partitions.join(', ')}.`);
}

async function runGateway(): Promise<void> {
  checkNativeBinaries();
  const { foldersOf, logLevelOf } = await import('./engine/config.ts');
  const { keysFolder } = foldersOf(process.env);
  await watchFaults(logLevelOf(process.env));
  const bus = await connectBus('ruxi-gateway');
  const gateway = await openGateway(bus, keysFolder);
  stopOnSignals(async () => {
    await gateway.stop();
    await bus.close();
  });
  console.log(`The gateway is open: ${gateway.address}`);
}

async function runSandbox(): Promise<void> {
  const { logLevelOf } = await import('./engine/config.ts');
  const { sandboxConfigOf } = await import('./engine/payments/config.ts');
  await watchFaults(logLevelOf(process.env));
  const { startSandbox } = await import('./sandbox/main.ts');
  const sandbox = await startSandbox(sandboxConfigOf(process.env));
  stopOnSignals(() => sandbox.stop());
  process.on('message', ({ to }: ToSandboxProcess) => sandbox.noticesTo(to));
  const { address, port } = sandbox;
  process.send?.({ kind: 'open', address, port } satisfies FromSandboxProcess);
  if (process.send === undefined) console.log(`The payment sandbox is open: ${address}`);
}

/** `payments`: as it turned out, where that differs from the settings. */
async function openGateway(
  bus: Bus,
  keysFolder: string,
  payments?: PaymentConfig,
  onDesk?: (deskAddress: string) => Promise<void>,
) {
  const { layoutOf } = await import('./engine/config.ts');
  const { gatewayConfigOf } = await import('./gateway/config.ts');
  const { startGateway } = await import('./gateway/main.ts');
  const { sandboxConfigOf } = await import('./engine/payments/config.ts');
  const keys = {
    index: readKey(keysFolder, 'index'),
    cookie: readKey(keysFolder, 'cookie'),
    slip: readKey(keysFolder, 'slip'),
  };
  const settings = gatewayConfigOf(process.env, keys, layoutOf(process.env));
  const config = { ...settings, payments: payments ?? settings.payments };
  const gateway = await startGateway(config, bus, async (port) => {
    const deskAddress = config.desk.origin ?? `http://${config.desk.host}:${port}`;
    console.log(`The desk is at ${deskAddress}/desk`);
    await onDesk?.(deskAddress);
  });
  const environment = { ...process.env, RUXI_PORT: String(gateway.port) };
  return {
    address: config.origin ?? `http://${config.host}:${gateway.port}`,
    sandboxNotices: sandboxConfigOf(environment).noticesTo,
    stop: () => gateway.stop(),
  };
}

/** Whoever reads a key never makes one, for the engine would not know it. */
function readKey(folder: string, name: string): Buffer {
  const path = join(folder, `${name}.key`);
  if (existsSync(path)) return readFileSync(path);
  throw new Trouble(
    `${path} is not there. The engine makes the keys at its first start; a gateway elsewhere needs copies of index.key, cookie.key and slip.key, a check of the journal elsewhere --public-key.`,
    exitCodes.config,
  );
}

async function connectBus(name: string): Promise<Bus> {
  const { natsUrlOf } = await import('./engine/config.ts');
  const url = natsUrlOf(process.env);
  if (url === undefined) {
    throw new Trouble('RUXI_NATS_URL is not set, like nats://127.0.0.1:4222', exitCodes.config);
  }
  const { connectNatsBus } = await import('./engine/bus/nats-bus.ts');
  const waiting = setTimeout(() => say('ruxi: waiting for the NATS server'), waitingMs);
  const bus = await connectNatsBus({ url, name });
  clearTimeout(waiting);
  return bus;
}

// ── Other commands ──────────────────────────────────────────────────────────────────────────────

/** Reads only: an engine may be running on the same folder. */
async function verify({ publicKey }: { publicKey?: string }): Promise<void> {
  checkNativeBinaries();
  const { foldersOf } = await import('./engine/config.ts');
  const { verifyPartition } = await import('./engine/verify.ts');
  const { auditKeyOf, publicPemOf, readHeads } = await import('./engine/store/heads.ts');
  const { dataFolder, keysFolder, headsFolder, partitions } = foldersOf(process.env);
  const publicPem =
    publicKey === undefined
      ? publicPemOf(auditKeyOf(readKey(keysFolder, 'audit')))
      : readFileSync(publicKey, 'utf8');
  let problems = 0;
  for (const partition of partitions) {
    const folder = join(dataFolder, partition);
    if (!existsSync(folder)) throw new Trouble(`${folder} is not there`, exitCodes.config);
    // Heads first: a running engine adds to the journal before it adds to them.
    const kept = await readHeads(headsFolder, partition, publicPem);
    const report = await verifyPartition(folder, partition, kept.heads);
    const { entries, events, head, digest } = report;
    console.log(
      `${partition}: ${events} events in ${entries} entries, head ${head.index} ${head.hash}, rows ${digest}`,
    );
    console.log(`${partition}: ${kept.heads.length} signed heads in ${headsFolder}`);
    for (const problem of [...kept.problems, ...report.problems]) {
      console.log(`${partition}: ${problem}`);
      problems += 1;
    }
  }
  if (problems > 0) throw new Trouble(`${problems} problems: do not serve from this folder`);
  console.log('Whole: the chain holds every signed head, and replaying it gives the rows.');
}

/** S3: for whoever checks heads on another machine. */
async function showAuditKey(): Promise<void> {
  const { foldersOf } = await import('./engine/config.ts');
  const { auditKeyOf, publicPemOf } = await import('./engine/store/heads.ts');
  const { keysFolder } = foldersOf(process.env);
  process.stdout.write(publicPemOf(auditKeyOf(readKey(keysFolder, 'audit'))));
}

async function askDoctor(): Promise<void> {
  const { examine } = await import('./ops/doctor/examination.ts');
  const { thisMachine } = await import('./ops/doctor/machine.ts');
  const found = await examine(process.env, thisMachine);
  for (const { level, what, todo } of found) {
    console.log(`${level.padEnd(6)}${what}`);
    if (todo !== undefined) console.log(`      → ${todo}`);
  }
  const [fails, warns] = ['fail', 'warn'].map(
    (level) => found.filter((one) => one.level === level).length,
  );
  if (fails !== 0)
    throw new Trouble(`${fails} things stand in the way, ${warns} are to be seen to`);
  console.log(`Nothing stands in the way; ${warns} things are to be seen to.`);
}

/** Reads only: an engine may be running on the same folder. */
async function takeBackup(into: string): Promise<void> {
  checkNativeBinaries();
  const { foldersOf } = await import('./engine/config.ts');
  const { backUp } = await import('./engine/backup.ts');
  const folders = foldersOf(process.env);
  const path = await backUp(folders, into, Date.now(), say);
  console.log(`Whole and verified: ${path}. Keys are not in it; keep them elsewhere.`);
}

async function restoreBackup(from: string): Promise<void> {
  checkNativeBinaries();
  const { foldersOf } = await import('./engine/config.ts');
  const { restore } = await import('./engine/backup.ts');
  const folders = foldersOf(process.env);
  const { takenAt, partitions } = await restore(from, folders, say);
  for (const { partition, events, head } of partitions) {
    console.log(`${partition}: ${events} events, head ${head.index} ${head.hash}`);
  }
  console.log(`Whole and verified: ${folders.dataFolder} stands as of ${takenAt}.`);
}

async function setWindow(act: Act, reason: string, by: string): Promise<void> {
  const done = await actFromHere('ruxi-window', act, reason, [by]);
  const open = act.kind === 'open-window';
  console.log(open ? `Booking ${done ? 'is' : 'was already'} open.` : 'Booking is paused.');
}

async function setBookingProof(to: BookingProof, decided: DecidedByTwo): Promise<void> {
  await needTwo(decided);
  const { reason, by, andBy } = decided;
  await actFromHere('ruxi-booking-proof', { kind: 'set-booking-proof', to }, reason, [by, andBy]);
  console.log(
    to === 'password'
      ? 'No booking codes go out: seats are saved with the password.'
      : 'Booking codes go out: seats are saved with them.',
  );
}

/**
 * An act as at the desk, by who calls themselves so here; returns once it is on the engine's disk. False:
 * it stands so already.
 */
async function actFromHere(
  as: string,
  act: Act,
  reason: string,
  [by, andBy]: [by: string, andBy?: string],
): Promise<boolean> {
  const { layoutOf } = await import('./engine/config.ts');
  const { decideFromShell } = await import('./engine/shell-acts.ts');
  const bus = await connectBus(as);
  const decided = await decideFromShell(bus, layoutOf(process.env), { act, reason, by, andBy });
  await bus.close();
  if (decided.kind === 'unknown') throw new Trouble('no answer; whether it was done is not known');
  if (decided.kind === 'refused') throw new Trouble(`refused: ${decided.reason}`);
  return decided.kind === 'decided';
}

async function inviteFromHere(
  name: string,
  given: { roles: string; scope: string; reason: string },
): Promise<void> {
  const { layoutOf } = await import('./engine/config.ts');
  const { inviteStaff } = await import('./engine/invite.ts');
  const staff = staffIdOf(name);
  const held = given.roles.split(',').map((one) => one.trim()) as Role[];
  const stranger = held.find((role) => !roles.includes(role));
  if (stranger !== undefined) throw new Trouble(`"${stranger}" is no role`, exitCodes.usage);
  const scope = scopeOf(given.scope);
  if (scope === undefined)
    throw new Trouble(`"${given.scope}" is no scope: see --help`, exitCodes.usage);
  const bus = await connectBus('ruxi-staff');
  const who = { staff, roles: held, scope, reason: given.reason };
  const invitation = await inviteStaff(bus, layoutOf(process.env), who);
  await bus.close();
  const { RUXI_DESK_ORIGIN: origin } = process.env;
  console.log(linkIn(invitation, origin ?? ''));
  if (origin === undefined)
    say('RUXI_DESK_ORIGIN is not set: open it where the desk of any gateway is reached.');
}

function staffIdOf(name: string): string {
  if (staffIdPattern.test(name)) return name;
  throw new Trouble(
    `"${name}" cannot be an account: 2 to 32 lower-case letters, digits, dots and hyphens`,
    exitCodes.usage,
  );
}

/** Whoever is asked for, or the first administrator while nobody keeps the accounts. */
async function invitationAtStart(bus: Bus, layout: Layout, name: string | undefined) {
  const { inviteFirst, inviteStaff } = await import('./engine/invite.ts');
  if (name === undefined) return inviteFirst(bus, layout);
  const keeper = { roles: ['system' as Role], scope: { kind: 'province' as const } };
  const reason = 'invited at the start';
  return inviteStaff(bus, layout, { staff: staffIdOf(name), ...keeper, reason });
}

function linkIn(invitation: Invitation, address: string): string {
  if (invitation.kind === 'not') throw new Trouble(`not invited: ${invitation.why}`);
  return `To be opened once, within a day: ${address}${invitation.path}`;
}

// ── import, export ──────────────────────────────────────────────────────────────────────────────

async function importFrom(
  kind: ImportKind,
  twoPeoples: boolean,
  file: string,
  { preview, stopped, reason = '', by = '', andBy = '' }: ImportFlags,
): Promise<void> {
  if (!existsSync(file)) throw new Trouble(`${file} is not there`, exitCodes.usage);
  if (!preview) {
    if (twoPeoples) await needTwo({ reason, by, andBy });
    else if (reason.trim() === '' || by.trim() === '') {
      throw new Trouble('--reason and --by are needed: why, and who decides', exitCodes.usage);
    }
  }
  const { importFile } = await import('./engine/desk-commands.ts');
  await withBooks(stopped, async (books) => {
    const stopping = new AbortController();
    // A second signal ends the process at once; "ruxi import drop" then gives up what was begun.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => stopping.abort(new Trouble(`${signal}: nothing was imported`)));
    }
    const options = { preview, decided: { reason, by, andBy }, signal: stopping.signal };
    console.log(await importFile(books, kind, file, options, say));
  });
}

async function showFormat(kind: ImportKind): Promise<void> {
  const { describeFormat, importFormats } = await import('./engine/import/desk.ts');
  const format = importFormats.find((one) => one.kind === kind);
  if (format !== undefined) console.log(describeFormat(format));
}

async function showImports({ stopped }: { stopped: boolean }): Promise<void> {
  const { describeImports } = await import('./engine/desk-commands.ts');
  await withBooks(stopped, async (books) => console.log(await describeImports(books)));
}

async function dropImport(given: string, { stopped }: { stopped: boolean }): Promise<void> {
  const number = Number(given);
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new Trouble(`"${given}" is no number of an import`, exitCodes.usage);
  }
  const { fromShell } = await import('./engine/shell-acts.ts');
  await withBooks(stopped, async ({ desk }) => desk.drop(number, fromShell));
  console.log(`Import ${number} is given up.`);
}

async function exportTo(
  kind: ExportKind,
  file: string | undefined,
  { stopped, area, unit, inFull = false, reason = '', by = '' }: ExportFlags,
): Promise<void> {
  if (file !== undefined && existsSync(file)) {
    throw new Trouble(`${file} is there already`, exitCodes.usage);
  }
  const { exportKindsByArea } = await import('./engine/import/export.ts');
  if (area !== undefined && !exportKindsByArea.includes(kind)) {
    throw new Trouble(`${kind} is the whole province's`, exitCodes.usage);
  }
  if (kind !== 'arrangement' && (unit !== undefined || inFull)) {
    throw new Trouble('--unit and --in-full are for an arrangement', exitCodes.usage);
  }
  if (inFull && (reason.trim() === '' || by.trim() === '')) {
    throw new Trouble('--in-full needs --reason and --by', exitCodes.usage);
  }
  const areas = area && new Set(area);
  const { exportFile } = await import('./engine/desk-commands.ts');
  await withBooks(stopped, async (books) => {
    const rows = await exportFile(
      books,
      kind,
      { path: file, areas, unit, inFull, reason, by },
      say,
    );
    say(`${rows} rows.`);
  });
}

/** A running engine's over NATS; `stopped`: those of one that is started for it. */
async function withBooks(
  stopped: boolean,
  use: (books: import('./engine/desk-commands.ts').Books) => Promise<void>,
): Promise<void> {
  checkNativeBinaries();
  const { engineConfigOf, foldersOf, logLevelOf, natsUrlOf } = await import('./engine/config.ts');
  const { booksOfStopped, booksOver } = await import('./engine/desk-commands.ts');
  if (!stopped && natsUrlOf(process.env) === undefined) {
    throw new Trouble(
      'RUXI_NATS_URL is not set, so no running engine is reached; with the engine stopped use --stopped',
      exitCodes.config,
    );
  }
  const log = await watchFaults(logLevelOf(process.env));
  const { logAttempt, logHead } = await import('./engine/log.ts');
  const folders = foldersOf(process.env);
  const books = stopped
    ? await booksOfStopped(engineConfigOf(process.env), {
        exit(code, reason) {
          log.fatal({ reason: reason.message }, 'the engine stops: it doubts what it holds');
          process.exit(code);
        },
        onTrouble: (what) => log.warn(what),
        onAttempt: (attempt) => logAttempt(log, attempt),
        onHead: (head) => logHead(log, head),
      })
    : booksOver(await connectBus('ruxi-desk'), folders, readKey(folders.keysFolder, 'index'));
  try {
    await use(books);
  } catch (error) {
    const { DeskRefused } = await import('./engine/import/desk.ts');
    if (!(error instanceof DeskRefused)) throw error;
    const { sayRefusal } = await import('./web/wording.ts');
    throw new Trouble(`refused: ${error.reason}: ${sayRefusal({ reason: error.reason }).text}`);
  } finally {
    await books.close();
  }
}

async function needTwo(decided: DecidedByTwo): Promise<void> {
  const { lackingIn } = await import('./engine/protocol/two-people.ts');
  const lacking = lackingIn(decided);
  if (lacking === undefined) return;
  const words = {
    'reason-missing': '--reason is empty: say why, in words',
    'second-person-missing': '--by and --and-by must name two different people',
  };
  throw new Trouble(words[lacking], exitCodes.usage);
}

async function showChannels(): Promise<void> {
  const { layoutOf } = await import('./engine/config.ts');
  const { partitionsOf } = await import('./engine/protocol/layout.ts');
  const { Postbox } = await import('./engine/bus/postbox.ts');
  const bus = await connectBus('ruxi-channels');
  const postbox = new Postbox(bus, answerWithinMs);
  for (const partition of partitionsOf(layoutOf(process.env))) {
    const id = 'channels'.padEnd(22, '-');
    const answerBy = Date.now() + answerWithinMs;
    const reply = await postbox.post(partition, { id, answerBy, query: { kind: 'channels' } });
    if (reply.kind !== 'channels') throw new Trouble(`${partition} does not answer`);
    const { codes, news } = reply.waiting;
    console.log(`${partition}: ${codes} codes and moves waiting, ${news} news`);
    for (const standing of reply.channels) console.log(`  ${inWords(standing)}`);
  }
  await bus.close();
}

function inWords(standing: ChannelStanding): string {
  const { channel, sent, failed, unknown, p50Ms, p99Ms, openSince, lastTrouble } = standing;
  const when = (at: number) => new Date(at).toISOString();
  return [
    `${channel}: ${sent} sent, ${failed} failed, ${unknown} unknown`,
    ...(p50Ms === undefined ? [] : [`half within ${p50Ms} ms, 99 % within ${p99Ms} ms`]),
    ...(openSince === undefined ? [] : [`goes last since ${when(openSince)}`]),
    ...(lastTrouble === undefined ? [] : [`${lastTrouble.why} at ${when(lastTrouble.at)}`]),
  ].join('; ');
}

async function showTemplates(carrier: 'tencent' | 'alibaba'): Promise<void> {
  const { messageKinds } = await import('./engine/protocol/messages.ts');
  const { tencentTemplate } = await import('./engine/effects/tencent-channel.ts');
  const { alibabaTemplate } = await import('./engine/effects/alibaba-channel.ts');
  const templateOf = carrier === 'tencent' ? tencentTemplate : alibabaTemplate;
  for (const kind of messageKinds) console.log(`${kind}\n  ${templateOf(kind)}`);
}

// ── The process ─────────────────────────────────────────────────────────────────────────────────

/** C1. What is left when everything is closed does not keep the process. */
function stopOnSignals(stop: () => Promise<void>): void {
  let stopping = false;
  const on = (signal: NodeJS.Signals, number: number) => {
    if (stopping) process.exit(128 + number);
    stopping = true;
    say(`ruxi: ${signal}, stopping`);
    stop().then(
      () => process.exit(exitCodes.fine),
      (error: unknown) => {
        say(`ruxi: ${wordsOf(error)}`);
        process.exit(exitCodes.failed);
      },
    );
  };
  process.on('SIGINT', () => on('SIGINT', 2));
  process.on('SIGTERM', () => on('SIGTERM', 15));
  // Whoever started this process is gone; a terminal's signal would not come through any more.
  process.on('disconnect', () => on('SIGTERM', 15));
}

/** A fault nobody caught ends the process; the log says where it was, not what was typed. */
async function watchFaults(level: string) {
  const { framesOf, logTo } = await import('./engine/log.ts');
  const log = logTo('ruxi', level);
  process.on('uncaughtException', (error) => {
    log.fatal(framesOf(error), 'a fault that nobody caught');
    process.exit(exitCodes.failStop);
  });
  return log;
}

function checkNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [majorMin, minorMin] = nodeMin;
  if (major > majorMin || (major === majorMin && minor >= minorMin)) return;
  throw new Trouble(
    `this is Node ${process.versions.node}, and Ruxi needs ${nodeMin.join('.')} or newer. ` +
      '"npm ci" brings one: use "npm start" or "npx node ruxi.ts".',
    exitCodes.config,
  );
}

function script(): string {
  const path = process.argv[1];
  if (path === undefined) throw new Error('a program has a path');
  return path;
}

function say(text: string): void {
  console.error(text);
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof Trouble) return error.exitCode;
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage;
  }
  const isConfig = error instanceof Error && error.constructor.name === 'ConfigError';
  return isConfig ? exitCodes.config : exitCodes.failed;
}
