/** What every handler on the operators' port is given. */
import type { ImportDesk } from '../../engine/import/desk.ts';
import type { ExportKind, ExportOptions } from '../../engine/import/export.ts';
import type { DeskViews } from '../../web/desk/views.ts';
import type { KeyRing } from '../api/keys.ts';
import type { GatewayContext } from '../context.ts';
import type { HttpMeter } from '../http-meter.ts';
import type { Telemetry } from '../telemetry.ts';
import type { Alarms } from './dashboard/alarms.ts';
import type { Dashboard } from './dashboard/dashboard.ts';
import type { DeskCookies } from './desk-cookies.ts';
import type { Directory } from './directory.ts';
import type { ImportJob } from './files/import-job.ts';
import type { Slots } from './files/slots.ts';
import type { Readiness } from './health.ts';

export type StaffContext = {
  /** The parts of the gateway whose port this is. */
  gateway: GatewayContext;
  /** How the engine does. */
  telemetry: Telemetry;
  dashboard: Dashboard;
  alarms: Alarms;
  /** The candidates' requests. */
  meter: HttpMeter;
  /** Their open sockets. */
  sockets(): number;
  readiness(): Readiness;
  directory: Directory;
  /** Of other systems. */
  keys: KeyRing;
  cookies: DeskCookies;
  views: DeskViews;
  /** Imports and exports, over the bus. */
  importDesk: ImportDesk;
  importJob: ImportJob;
  exportCsv(kind: ExportKind, options: ExportOptions): AsyncIterable<string>;
  /** Of files that leave. */
  exportSlots: Slots;
};
