/**
 * The names things go by. Every id is an opaque string or a whole number; nothing here carries
 * meaning that another module may take apart, except where a comment says so.
 */

/** Whole milliseconds since 1970-01-01 UTC. */
export type EpochMs = number;
/** Whole Chinese fen; 100 fen = 1 CNY. Money is never a fraction. */
export type Fen = number;

/** 考区, e.g. `0124`. Its own entity, not a county (reference: domain research §1.5). */
export type AreaCode = string;
/** 考试单元, one half-day sitting, e.g. `A`. Units are data: other provinces have six. */
export type UnitCode = string;
/** 课程代码, five digits kept as text (leading zeros). */
export type CourseCode = string;
/** 专业代码, e.g. `020301K`. */
export type ProgrammeCode = string;
/** 准考证号, 12 digits. */
export type TicketNumber = string;
/**
 * One person across all tickets: 22 base64url characters of HMAC-SHA256(index key, document type
 * and number). Whoever holds the index key finds the person from a typed number; nobody else can.
 */
export type PersonId = string;
/** One phone number: 22 base64url characters of HMAC-SHA256(index key, number). */
export type PhoneIndex = string;
/** Made by the gateway with the form: 22 base64url characters, never reused for other content. */
export type CommandId = string;
/** One SMS code's identity. The six digits derive from it under a key and are stored nowhere. */
export type ChallengeId = string;
/** Text encrypted under one person's own key; opaque outside the engine's vault. */
export type Sealed = string;
export type PartitionName = string;

/** Codes that become subject tokens or map keys. Anything else is refused at the border. */
export const codePattern = /^[0-9A-Z]{1,16}$/;
export const coursePattern = /^[0-9]{5}$/;
export const ticketPattern = /^[0-9]{12}$/;
/** PersonId, PhoneIndex, CommandId and ChallengeId: 128 bits and a little. */
export const opaquePattern = /^[A-Za-z0-9_-]{22}$/;
export const mobilePattern = /^1[3-9][0-9]{9}$/;
export const smsCodePattern = /^[0-9]{6}$/;
