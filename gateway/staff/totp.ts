/**
 * Codes from an authenticator (RFC 6238: SHA-1, six digits, thirty seconds, as every app has them),
 * and the recovery codes that stand for one when it is lost.
 *
 * T1 A code is right for one step before and after, since clocks differ. That each step counts once
 *    is the engine's to say.
 */
import { generateURI, ScureBase32Plugin, verifySync } from 'otplib';
import { recoveryCodes, type StaffId, totpStepMs } from '../../engine/protocol/staff.ts';
import type { Cookies } from '../cookies.ts';

const base32 = new ScureBase32Plugin();
const secretBytes = 20;

/** The same for the same form or link: a page that is shown again must not void what was scanned. */
export const totpSecret = (cookies: Cookies, from: string): string =>
  base32.encode(cookies.keyed('desk authenticator', from).subarray(0, secretBytes));

/** For the QR code; `host` tells several systems apart in the app. */
export const totpAddress = (staff: StaffId, secret: string, host: string): string =>
  generateURI({ issuer: `入席值守台 ${host}`, label: staff, secret });

/** The step it is the code of; undefined: it is none. */
export function stepOfCode(secret: string, typed: string, now: number): number | undefined {
  const token = typed.normalize('NFKC').replaceAll(/\s/g, '');
  if (!/^[0-9]{6}$/.test(token)) return undefined;
  const epoch = Math.floor(now / 1000);
  const verdict = verifySync({ secret, token, epoch, epochTolerance: totpStepMs / 1000 });
  return verdict.valid && 'timeStep' in verdict ? verdict.timeStep : undefined;
}

const codeLetters = 'abcdefghjkmnpqrstuvwxyz23456789';
const codeLength = 12;

/** Again the same for the same form, so that a repeated click shows those that count. */
export function recoveryCodesOf(cookies: Cookies, from: string): string[] {
  return Array.from({ length: recoveryCodes }, (_, number) => {
    const bytes = cookies.keyed('desk recovery code', `${from}~${number}`);
    const letters = Array.from(bytes.subarray(0, codeLength), (byte) => {
      // 31 letters: the bias of a byte costs nothing worth naming.
      return codeLetters[byte % codeLetters.length] ?? '';
    });
    return [0, 4, 8].map((at) => letters.slice(at, at + 4).join('')).join('-');
  });
}

/** Undefined: not the form of one. */
export function recoveryDigest(
  cookies: Cookies,
  staff: StaffId,
  typed: string,
): string | undefined {
  const code = typed.normalize('NFKC').toLowerCase().replaceAll(/[\s-]/g, '');
  if (code.length !== codeLength) return undefined;
  return cookies
    .keyed('desk recovery digest', `${staff}~${code}`)
    .toString('base64url')
    .slice(0, 22);
}
