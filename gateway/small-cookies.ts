/**
 * Small things that a browser remembers for its person: a name, a value that its owner has made
 * unforgeable, and how long. What signs people in stands in cookies.ts.
 */
import type { GatewayContext } from './context.ts';
import type { Request } from './http.ts';

export type SmallCookie = 'notice' | 'carried' | 'checked' | 'payer';
type Here = { context: GatewayContext; request: Request };

/** The value as it was sent; undefined: there is none. */
export function smallCookieOf({ context, request }: Here, name: SmallCookie): string | undefined {
  const begin = `${nameOf(context, name)}=`;
  const cookies = request.cookieHeader.split(';').map((cookie) => cookie.trim());
  return cookies.find((cookie) => cookie.startsWith(begin))?.slice(begin.length);
}

/** A whole Set-Cookie value; `maxAgeMs` 0 takes it away. */
export function setSmallCookie(
  { context }: Pick<Here, 'context'>,
  name: SmallCookie,
  value: string,
  maxAgeMs: number,
): string {
  const attributes = `Path=/; HttpOnly; SameSite=Lax${context.config.secure ? '; Secure' : ''}`;
  return `${nameOf(context, name)}=${value}; ${attributes}; Max-Age=${Math.floor(maxAgeMs / 1000)}`;
}

const nameOf = ({ config }: GatewayContext, name: SmallCookie): string =>
  `${config.secure ? '__Host-' : ''}ruxi-${name}`;
