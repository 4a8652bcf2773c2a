/**
 * Remembers in the browser that this person ticked 我已阅读并知晓 for this session (F20). A keyed
 * value, so that it cannot be guessed or passed on to another person.
 */
import { signInMs } from '../cookies.ts';
import { setSmallCookie, smallCookieOf } from '../small-cookies.ts';
import type { Visit } from './present.ts';

export const noticeWasRead = (visit: Visit): boolean =>
  smallCookieOf(visit, 'notice') === valueFor(visit);

export const rememberNotice = (visit: Visit): string =>
  setSmallCookie(visit, 'notice', valueFor(visit), signInMs);

function valueFor({ context, signIn, session }: Visit): string {
  const { code } = session.adopted.catalogue;
  return context.cookies.keyed('notice', `${signIn.person}~${code}`).toString('base64url');
}
