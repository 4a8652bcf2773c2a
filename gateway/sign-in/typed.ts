/** What several forms of accounts have people type. */
import { smsCodePattern } from '../../engine/protocol/ids.ts';
import type { Request } from '../http.ts';

/** Full-width digits and spaces are the same code. Undefined: not six digits, so no try is spent. */
export function typedCode({ form }: Request): string | undefined {
  const code = form.get('code').slice(0, 32).normalize('NFKC').replaceAll(/\s/g, '');
  return smsCodePattern.test(code) ? code : undefined;
}

/** `+86 138-0000-0000` and full-width digits are the same number. */
export function normalisePhone(typed: string): string {
  const digits = typed.normalize('NFKC').replace(/[\s\p{Cf}\p{Pd}()]/gu, '');
  return digits.replace(/^(\+|00)86/, '');
}
