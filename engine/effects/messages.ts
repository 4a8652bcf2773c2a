/** What short messages say. A message is read on a small screen, often by someone in a hurry. */
import type { EpochMs } from '../protocol/ids.ts';

const minuteMs = 60_000;

/** Older than this, the code in it no longer counts, and sending it would only confuse. */
export const messageAgeMax = 5 * minuteMs;

/** The whole minutes that are left of the five, never less than one. */
function minutesLeft(sentAt: EpochMs, now: EpochMs): number {
  return Math.max(1, Math.ceil((messageAgeMax - (now - sentAt)) / minuteMs));
}

export const bookingMessage = (code: string, sentAt: EpochMs, now: EpochMs): string =>
  `【入席】验证码 ${code}，用于保存考位，${minutesLeft(sentAt, now)} 分钟内有效。请勿告诉他人。`;

export const bindingMessage = (code: string, sentAt: EpochMs, now: EpochMs): string =>
  `【入席】验证码 ${code}，用于绑定手机号，${minutesLeft(sentAt, now)} 分钟内有效。请勿告诉他人。`;
