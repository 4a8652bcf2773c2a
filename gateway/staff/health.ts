/**
 * For supervisors and proxies, which read the status, and for people, who read the body: whether the
 * process lives, whether candidates should be sent to it, and what it is.
 *
 * H1 Alive says only that the event loop turns. It never depends on the engine, since a restart of a
 *    gateway brings no engine back.
 * H2 Ready is said only while the gateway listens to candidates, knows what it must not be wrong about,
 *    and is connected to the bus; from the first moment of a stop it is not. An engine that is silent
 *    behind a bus that is there makes no gateway unready: its pages say so better than a proxy would.
 */
import program from '../../package.json' with { type: 'json' };
import type { Handler, Reply } from '../http.ts';

/** `starting`: it does not know the session or who has signed out yet. */
export type Readiness = 'starting' | 'ready' | 'engine-away' | 'stopping';

export const showLive = (): Handler => () => plain(200, 'alive');

export const showReady =
  ({ readiness }: { readiness(): Readiness }): Handler =>
  () => {
    const standing = readiness();
    return plain(standing === 'ready' ? 200 : 503, standing);
  };

export const showVersion = (): Handler => () => ({
  status: 200,
  body: `${JSON.stringify({ ruxi: program.version, node: process.versions.node })}\n`,
  contentType: 'application/json',
});

const plain = (status: number, line: string): Reply => ({
  status,
  body: `${line}\n`,
  contentType: 'text/plain; charset=utf-8',
});
