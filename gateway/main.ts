/**
 * Starts one gateway and stops it again. The bus is its owner's; it stays open.
 *
 * G1 It listens to candidates only once it knows what it must not be wrong about: which sign-ins have
 *    ended, and the session. The operators' port listens before that, and until everything has ended.
 * G2 A stop says so first (H2 of staff/health.ts), then takes no new connection, closes live sockets so
 *    that they come back elsewhere, and answers what runs.
 */
import { hostname } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Bus } from '../engine/bus/bus.ts';
import { createDeskPort, createImportDesk } from '../engine/import/desk.ts';
import { exportCsv } from '../engine/import/export.ts';
import { framesOf, logTo } from '../engine/log.ts';
import { createProviders } from '../engine/payments/config.ts';
import type { Acknowledgement } from '../engine/protocol/alarms.ts';
import { personIdOf } from '../engine/protocol/indices.ts';
import { createDeskViews } from '../web/desk/views.ts';
import type { FailureStatus } from '../web/view-models.ts';
import { createViews } from '../web/views.ts';
import { createKeyRing } from './api/keys.ts';
import { createAvailability } from './availability.ts';
import { createCatalogue, windowAt } from './catalogue.ts';
import type { GatewayConfig } from './config.ts';
import type { GatewayContext } from './context.ts';
import { createCookies, newNonce } from './cookies.ts';
import { createEngineClient } from './engine-client.ts';
import { startHashing } from './hashing/hashing.ts';
import { HttpServer } from './http.ts';
import { createHttpMeter } from './http-meter.ts';
import { createLimits } from './limits.ts';
import { createLive, type Live } from './live.ts';
import { createWrongNotices } from './paying/notices.ts';
import { createPayables } from './paying/payables.ts';
import { createRevocations } from './revocations.ts';
import { addRoutes } from './server.ts';
import { answerWithinMs } from './sign-in/send.ts';
import { signInOf } from './sign-in/who.ts';
import { createSlipCodes } from './slip/codes.ts';
import type { StaffContext } from './staff/context.ts';
import { createAlarms } from './staff/dashboard/alarms.ts';
import { createDashboard } from './staff/dashboard/dashboard.ts';
import { createMarks } from './staff/dashboard/marks.ts';
import { createDeskCookies } from './staff/desk-cookies.ts';
import { createDirectory } from './staff/directory.ts';
import { createImportJob } from './staff/files/import-job.ts';
import { createSlots, exportsAtOnce } from './staff/files/slots.ts';
import type { Readiness } from './staff/health.ts';
import { addStaffRoutes } from './staff/server.ts';
import { createTelemetry } from './telemetry.ts';

export type Gateway = {
  port: number;
  /** The operators'. */
  deskPort: number;
  /** New connections are refused at once; what runs is finished first. */
  stop(): Promise<void>;
};

/** How often hashing looks whether booking has opened, and dropped notices are told of. */
const lookMs = 5_000;
const dashboardMs = 1_000;
const loopStepMs = 10;

/** `onDesk`: the operators' port listens, long before candidates' if there is no session yet. */
export async function startGateway(
  config: GatewayConfig,
  bus: Bus,
  onDesk?: (port: number) => Promise<void>,
): Promise<Gateway> {
  const now = Date.now;
  const log = logTo('ruxi-gateway', config.logLevel);
  const catalogue = createCatalogue();
  const availability = createAvailability();
  const revocations = createRevocations(now);
  const directory = createDirectory();
  const keys = createKeyRing();
  const alarms = createAlarms(noteEnded);
  const marks = createMarks();
  const client = createEngineClient({ bus, layout: config.layout, now });
  const telemetry = createTelemetry(now);
  client.onTelemetry((report) => telemetry.hear(report));
  client.onCounts((counts) => availability.hear(counts));
  client.onNotice((notice) => {
    if (notice.kind === 'session-changed') catalogue.adopt(notice.adopted);
    if (notice.kind === 'staff-changed') directory.hear(notice.staff);
    if (notice.kind === 'key-changed') keys.hear(notice.key);
    if (notice.kind === 'alarms-acknowledged') alarms.hear(notice);
    if (notice.kind === 'act-decided') marks.hear(notice.act);
    if (notice.kind === 'sign-ins-ended' || notice.kind === 'signed-out') revocations.hear(notice);
  });

  /** Said again until it is heard of: nothing waits for the answer. */
  function noteEnded({ alarm, at: acknowledgedAt }: Acknowledgement): void {
    const body = { kind: 'note-alarm-ended', alarm, acknowledgedAt } as const;
    void client.send(body, { id: newNonce(), answerBy: now() + answerWithinMs });
  }

  const providers = await createProviders(config.payments, now);
  const hashing = startHashing();
  const context: GatewayContext = {
    config,
    client,
    catalogue,
    availability,
    revocations,
    views: createViews(),
    cookies: createCookies(config.cookieKey, config.secure),
    limits: createLimits(config.limits),
    hashing,
    slipCodes: createSlipCodes(config.slipKey),
    providers,
    payables: createPayables(providers, now),
    now,
  };
  const deskViews = createDeskViews();
  const common = {
    onFault: (path: string, error: unknown) =>
      log.error({ path, ...framesOf(error) }, 'a handler failed'),
  };
  let standing: 'starting' | 'listening' | 'stopping' = 'starting';
  const readiness = (): Readiness => {
    if (standing !== 'listening') return standing;
    return client.ready() ? 'ready' : 'engine-away';
  };
  const deskOptions = deskOptionsOf(config);
  const failureAt = (views: { failure(status: FailureStatus): string }) => ({
    failurePage: (status: FailureStatus) => views.failure(status),
  });
  const meter = createHttpMeter();
  let live: Live | undefined;
  const loop = monitorEventLoopDelay({ resolution: loopStepMs });
  loop.enable();
  const dashboard = createDashboard({
    ...{ catalogue, telemetry, alarms, marks, now },
    gateway: `${hostname().replace(/[^A-Za-z0-9.-]/g, '-')}:${config.desk.port}`,
    providers: () => context.payables.standings(),
    sockets: () => live?.watching() ?? 0,
    inFlight: () => client.inFlight(),
    loopP99Ms() {
      // What is beyond the clock's own step is delay.
      const delayMs = Math.max(0, loop.percentile(99) / 1e6 - loopStepMs);
      loop.reset();
      return delayMs;
    },
  });
  client.onCounts((counts) => dashboard.hearCounts(counts));
  client.onLedgers((ledgers) => dashboard.hearLedgers(ledgers));
  const watching = setInterval(() => dashboard.look(), dashboardMs).unref();
  const desk = new HttpServer({ ...common, ...failureAt(deskViews), ...deskOptions });
  addStaffRoutes(desk, {
    ...{ gateway: context, telemetry, dashboard, alarms, meter, readiness, directory, keys },
    views: deskViews,
    cookies: createDeskCookies(config.cookieKey, deskOptions.secure),
    ...filesOf(bus, config, common.onFault),
    sockets: () => live?.watching() ?? 0,
  });
  const deskPort = await desk.listen();
  await onDesk?.(deskPort);

  await client.whenReady();
  const server = new HttpServer({
    ...{ ...config, ...common, ...failureAt(context.views) },
    onAnswer: meter.answered,
  });
  const watched = createLive({
    catalogue,
    availability,
    publish: (topic, text) => server.publish(topic, text),
    watcher: (request) => {
      const signIn = signInOf(context, request);
      if (signIn?.kind !== 'full') return undefined;
      const { person, candidateType } = signIn;
      return { person, candidateType };
    },
    now,
    socketsMax: config.socketsMax,
  });
  live = watched;
  for (const asset of context.views.assets) server.asset(asset);
  const wrong = createWrongNotices();
  addRoutes(server, context, watched, wrong);

  const lookAround = () => {
    const session = catalogue.current();
    const open = session !== undefined && windowAt(session.adopted, now()).state === 'open';
    // D7: while passwords stand for codes, it is saves that wait for hashing.
    const byPassword = session?.adopted.settings.bookingProof === 'password';
    hashing.setConcurrency(open && !byPassword ? 1 : 2);
    for (const [what, count] of wrong.take()) log.warn({ what, count }, 'notices were dropped');
  };
  lookAround();
  const looking = setInterval(lookAround, lookMs).unref();
  const port = await server.listen();
  standing = 'listening';

  return {
    port,
    deskPort,
    async stop() {
      standing = 'stopping';
      clearInterval(looking);
      clearInterval(watching);
      loop.disable();
      watched.close();
      await server.stop();
      await Promise.all([hashing.stop(), client.close()]);
      await desk.stop();
    },
  };
}

/** It has no public address; without one of its own nothing stands before it. */
const deskOptionsOf = ({ desk, trustedProxies }: GatewayConfig) => ({
  ...desk,
  trustedProxies: desk.origin === undefined ? new Set<string>() : trustedProxies,
  secure: desk.origin?.startsWith('https:') ?? false,
});

/** What the desk imports and exports goes a way of its own, so that a file waits for a busy engine. */
function filesOf(
  bus: Bus,
  { layout, indexKey }: GatewayConfig,
  onFault: (what: string, error: unknown) => void,
): Pick<StaffContext, 'importDesk' | 'importJob' | 'exportCsv' | 'exportSlots'> {
  const port = createDeskPort({ bus, layout, now: Date.now });
  const importDesk = createImportDesk(port, {
    personIdOf: (type, number) => personIdOf(indexKey, type, number),
  });
  return {
    importDesk,
    importJob: createImportJob(importDesk, (error) => onFault('import', error)),
    exportCsv: (kind, options) => exportCsv(port, kind, options),
    exportSlots: createSlots(exportsAtOnce),
  };
}
