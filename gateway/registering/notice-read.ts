/**
 * Remembers in the browser that this person ticked 我已阅读并知晓 for this session (F20). A keyed
 * value, so that it cannot be guessed or passed on to another person.
 */
import type { Cookies, SignIn } from '../cookies.ts';
import { signInMs } from '../cookies.ts';
import type { Visit } from './present.ts';

const cookieName = (secure: boolean): string => `${secure ? '__Host-' : ''}ruxi-notice`;

function valueFor(cookies: Cookies, signIn: SignIn, session: string): string {
  return cookies.keyed('notice', `${signIn.person}~${session}`).toString('base64url');
}

export function noticeWasRead(visit: Visit): boolean {
  const { context, request, signIn, session } = visit;
  const value = valueFor(context.cookies, signIn, session.adopted.catalogue.code);
  const wanted = `${cookieName(context.config.secure)}=${value}`;
  return request.cookieHeader.split(';').some((cookie) => cookie.trim() === wanted);
}

export function rememberNotice(visit: Visit): string {
  const { context, signIn, session } = visit;
  const { secure } = context.config;
  const value = valueFor(context.cookies, signIn, session.adopted.catalogue.code);
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  return `${cookieName(secure)}=${value}; ${attributes}; Max-Age=${signInMs / 1000}`;
}
