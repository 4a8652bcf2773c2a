/**
 * What the interface answers, as schemas: the document is made from them and the tests check every real
 * answer against them. Instants are in UTC; money is whole fen. An answer may gain fields, and never
 * loses one within a version.
 *
 * P1 Nothing here names a person: a ticket number and an id that means nothing elsewhere, no document
 *    number, no name, no phone.
 */
import { z } from 'zod';
import { codePattern } from '../../engine/protocol/ids.ts';
import { orderPattern } from '../../engine/protocol/payments.ts';

const at = z.iso.datetime();
const code = z.string().regex(codePattern);
const count = z.int().nonnegative();
const unit = code.describe('One half-day sitting.');
const course = z.string().regex(/^[0-9]{5}$/);
const ticket = z
  .string()
  .regex(/^[0-9]+$/)
  .describe('准考证号，12 位数字');
const person = z.string().describe('The same person always has the same; it says nothing else.');
const candidateType = z.enum(['open', 'applied']).describe('社会型 or 应用型');
const orderNumber = z.string().regex(orderPattern);

export const areasAnswer = z.object({
  session: z.object({ code: z.string(), title: z.string() }),
  units: z.array(z.object({ code: unit, name: z.string(), startsAt: at, endsAt: at })),
  areas: z.array(
    z.object({
      code,
      name: z.string(),
      city: z.object({ code, name: z.string() }),
      county: z.string().optional(),
      office: z.object({ name: z.string(), phone: z.string(), hours: z.string() }),
    }),
  ),
});

export const poolsAnswer = z.object({
  areas: z.array(
    z.object({
      area: code,
      version: count.describe('Only grows; the same version has the same counts.'),
      at,
      pools: z.array(
        z.object({
          unit,
          candidateType: candidateType
            .optional()
            .describe('Where a type has pools of its own: as that type finds them.'),
          capacity: count,
          free: z.int(),
        }),
      ),
      courses: z
        .array(z.object({ course, cap: count, free: z.int() }))
        .describe('Courses with a cap of their own within their pool.'),
    }),
  ),
});

const seat = z.object({
  unit,
  course,
  ticket,
  state: z
    .enum(['held', 'saved', 'confirmed', 'paid', 'refunding'])
    .describe('暂留, 已保存, 待缴费, 已缴费 and 已确认, 退费中'),
  order: orderNumber.optional(),
  until: at.optional().describe('Of a seat that is held.'),
});
export const registrationsAnswer = z.object({
  area: code,
  registrations: z.array(
    z.object({ number: count.describe('Its own in the area.'), person, seats: z.array(seat) }),
  ),
  next: count.optional().describe('`from` of the next page; absent on the last.'),
});

export const orderAnswer = z.object({
  number: orderNumber,
  area: code,
  person,
  ticket,
  state: z.enum(['confirmed', 'paid', 'refunding', 'refunded', 'withdrawn', 'released', 'moved']),
  courses: z.array(z.object({ unit, course })),
  feeFen: count,
  confirmedAt: at,
  endedAt: at.optional(),
  movedTo: orderNumber
    .optional()
    .describe('Of `moved`: the same order in the area that took it over.'),
  payments: z.array(
    z.object({
      provider: z.string(),
      amountFen: count,
      paidAt: at,
      paidAs: z
        .string()
        .optional()
        .describe('Taken under this number, and counted with the order that it begins with.'),
      refund: z.object({ requestedAt: at, doneAt: at.optional() }).optional(),
    }),
  ),
});

/** RFC 9457; the list is closed. */
export const problems = {
  'parameters-invalid': { status: 400, title: 'A parameter is missing, unknown or malformed.' },
  'key-invalid': { status: 401, title: 'There is no good key with this request.' },
  'scope-missing': { status: 403, title: 'This key may not ask for that.' },
  'not-found': { status: 404, title: 'There is no such thing within reach of this key.' },
  'too-many-requests': { status: 429, title: 'Too many requests; try again later.' },
  'engine-away': { status: 503, title: 'The engine cannot be asked now; try again later.' },
} as const;
export type ProblemName = keyof typeof problems;
export const problemTypeOf = (name: ProblemName): string => `urn:ruxi:problem:${name}`;
const problemNames = Object.keys(problems) as ProblemName[];

export const problemAnswer = z.object({
  type: z.enum(problemNames.map(problemTypeOf)),
  title: z.string(),
  status: z.int(),
  parameters: z.array(z.string()).optional().describe('The parameters that are wrong.'),
});
