/**
 * F36: the document number is typed again before an order is paid. It is compared as a person is
 * found, by the keyed hash of what was typed, so the gateway needs no number in the clear.
 *
 * C1 Once it was right, this sign-in is not asked again for this order; another sign-in is.
 */
import { documentTypes, normaliseDocument } from '../../engine/protocol/documents.ts';
import { personIdOf } from '../../engine/protocol/indices.ts';
import type { OrderNumber } from '../../engine/protocol/payments.ts';
import { signInMs } from '../cookies.ts';
import type { Visit } from '../registering/present.ts';
import { setSmallCookie, smallCookieOf } from '../small-cookies.ts';

/** Of whichever type the document is: the number alone was asked for. */
export function isOwnDocument({ context, signIn }: Visit, typed: string): boolean {
  return documentTypes.some(({ code }) => {
    const document = normaliseDocument(code, typed);
    if (!document.ok) return false;
    return personIdOf(context.config.indexKey, code, document.number) === signIn.person;
  });
}

export const wasChecked = (visit: Visit, order: OrderNumber): boolean =>
  smallCookieOf(visit, 'checked') === valueFor(visit, order);

export const rememberChecked = (visit: Visit, order: OrderNumber): string =>
  setSmallCookie(visit, 'checked', valueFor(visit, order), signInMs);

const valueFor = ({ context, signIn }: Visit, order: OrderNumber): string =>
  context.cookies.keyed('checked', `${signIn.nonce}~${order}`).toString('base64url');
