/**
 * What registering pages may send, checked once and whole. Digits typed full-width and stray
 * spaces are forgiven; what is no code at all is for the page to say, not for the engine.
 */
import { z } from 'zod';
import {
  codePattern,
  coursePattern,
  opaquePattern,
  smsCodePattern,
} from '../../engine/protocol/ids.ts';
import { type OperationKind, operationNames } from '../../web/wording.ts';

/** `１２３ 45` is `12345`: input methods type full-width digits, and copied codes bring spaces. */
export function narrowed(text: string): string {
  return text.normalize('NFKC').replace(/\s+/g, '');
}

const code = z.string().regex(codePattern);
const whole = z.coerce.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
/** Pages can write it: a clock knows no later year. */
const instant = whole.max(Date.UTC(9999, 0));
const units = z.array(code).min(1).max(16);

export const areaForm = z.object({
  city: z.union([z.literal(''), z.string().regex(/^[0-9A-Za-z-]{1,16}$/)]),
  area: z.union([z.literal(''), code]),
});
export const courseForm = z.object({
  course: z.string().max(64).transform(narrowed).pipe(z.string().regex(coursePattern)),
  replace: z.boolean(),
});
export const unitForm = z.object({ unit: code });
export const unitsForm = z.object({ units });
export const saveForm = z.object({
  code: z.string().max(64).transform(narrowed).pipe(z.string().regex(smsCodePattern)),
  challenge: z.string().regex(opaquePattern),
  units,
});
/** D7: the password is whatever was typed; only empty it is none. */
export const passwordForm = z.object({
  password: z.string(),
  challenge: z.string().regex(opaquePattern),
  units,
});
const operationKinds = Object.keys(operationNames) as OperationKind[];
export const operationQuery = z.object({
  id: z.string().regex(opaquePattern),
  kind: z.enum(operationKinds),
  area: z.union([z.literal(''), code]),
  revision: whole,
  sentAt: instant,
  answerBy: instant,
});
