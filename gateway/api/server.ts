/**
 * The interface for other systems, on the operators' port: one guard before every route of the table.
 *
 * G1 In this order: the key; how often it asks; whether it may ask for that; what it asks with. Whatever
 *    fails says so as a problem of the closed list (RFC 9457), and nothing was asked of the engine.
 * G2 Wrong keys are counted by address, and cost nobody with a good one anything.
 * G3 Only reading: GET and HEAD. No page of another origin is let in.
 */
import { createHash } from 'node:crypto';
import { type Form, formOf } from '../form.ts';
import type { Handler, HttpServer, Reply, Request } from '../http.ts';
import type { StaffContext } from '../staff/context.ts';
import { awaySeconds } from '../waiting.ts';
import { documentPath, openApiDocument } from './document.ts';
import { type ApiRoute, apiRoutes } from './routes.ts';
import { type ProblemName, problems, problemTypeOf } from './schemas.ts';

type ApiContext = Pick<StaffContext, 'gateway' | 'keys'>;

export function addApiRoutes(server: Pick<HttpServer, 'get'>, context: ApiContext): void {
  const { limits, now } = context.gateway;
  const document = JSON.stringify(openApiDocument());
  for (const route of apiRoutes) server.get(route.path, guarded(context, route));
  server.get(documentPath, (request) => {
    const waitMs = limits.take('apiAddress', request.address, now());
    return waitMs === undefined ? kept(request, document) : problem('too-many-requests', waitMs);
  });
  // Last: whatever else is asked for under it.
  server.get('/api/*', () => problem('not-found'));
}

function guarded({ gateway, keys }: ApiContext, route: ApiRoute): Handler {
  const { client, limits, catalogue, now } = gateway;
  return async (request) => {
    if (!client.staffKnown()) return problem('engine-away');
    const key = keys.of(request.authorization);
    if (key === undefined) {
      const waitMs = limits.take('apiAddress', request.address, now());
      return waitMs === undefined ? problem('key-invalid') : problem('too-many-requests', waitMs);
    }
    const waitMs = limits.take('apiKey', key.apiKey, now());
    if (waitMs !== undefined) return problem('too-many-requests', waitMs);
    if (!key.may.includes(route.scope)) return problem('scope-missing');
    const query = formOf(request.query);
    if (query === undefined) return problem('parameters-invalid', undefined, []);
    const given = route.parameters.safeParse(fieldsOf(query));
    if (!given.success) {
      const wrong = given.error.issues.flatMap((issue) =>
        issue.code === 'unrecognized_keys' ? issue.keys : String(issue.path[0]),
      );
      return problem('parameters-invalid', undefined, [...new Set(wrong)]);
    }
    const session = catalogue.current();
    if (session === undefined) return problem('engine-away');
    const answer = await route.handle({ gateway, key, session }, given.data as never);
    if ('problem' in answer) return problem(answer.problem as ProblemName);
    const body = JSON.stringify(answer);
    return route.keepable ? kept(request, body) : { ...json, status: 200, body };
  };
}

/** What is said twice is as good as malformed: a list is no text. */
const fieldsOf = (form: Form): Record<string, string | string[]> =>
  Object.fromEntries(
    form.entries().map(([name, value]) => {
      const all = form.all(name);
      return [name, all.length > 1 ? all : value];
    }),
  );

const json = { contentType: 'application/json' };

/** May be kept by whoever asked, and asked about again. */
function kept(request: Request, body: string): Reply {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const known = request.ifNoneMatch
    .split(',')
    .some((one) => one.trim().replace(/^W\//, '') === etag);
  const reply = { ...json, etag, cacheControl: 'private, no-cache' };
  return known ? { ...reply, status: 304, body: '' } : { ...reply, status: 200, body };
}

function problem(name: ProblemName, waitMs?: number, parameters?: readonly string[]): Reply {
  const { status, title } = problems[name];
  const about = { type: problemTypeOf(name), title, status, ...(parameters && { parameters }) };
  const wait = name === 'engine-away' ? awaySeconds * 1000 : waitMs;
  return {
    ...{ status, body: JSON.stringify(about), contentType: 'application/problem+json' },
    ...(name === 'key-invalid' && { authenticate: 'Bearer' }),
    ...(wait !== undefined && { retryAfterSeconds: Math.max(1, Math.ceil(wait / 1000)) }),
  };
}
