/**
 * Every route of the operators' port, on one screen. The port is never the candidates': it shows how
 * the system does, and by default this machine alone reaches it. It listens from the first moment of a
 * process, so that whoever waits for a gateway can ask what the gateway waits for.
 */
import type { HttpServer } from '../http.ts';
import type { StaffContext } from './context.ts';
import { showLive, showReady, showVersion } from './health.ts';

export function addStaffRoutes(server: HttpServer, context: StaffContext): void {
  server
    .get('/livez', showLive())
    .get('/readyz', showReady(context))
    .get('/version', showVersion());
}
