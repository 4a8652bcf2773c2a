/**
 * What short messages say. A message is read on a small screen, often by someone in a hurry: what
 * happened, what is safe, what to do next.
 *
 * T1 Text and parameters come from one template and one content: what a carrier fills in is what
 *    the demonstration shows.
 * T2 A code's template has the code as its only variable, as carriers demand of codes. So it counts
 *    its minutes from the asking, which is true however late it is sent.
 */
import { unreachable } from '../core/assert.ts';
import type { EpochMs, Fen } from '../protocol/ids.ts';
import type { MessageContent, MessageKind, NewsContent } from '../protocol/messages.ts';

/** What stands before every message; a carrier puts the approved sign in its place. */
const sign = '【入席】';

/** Exhaustive: a kind without its text does not compile. `{…}`: one of `parametersOf`. */
export const templates: Readonly<Record<MessageKind, string>> = {
  'booking-code': '验证码 {code}，用于保存考位，获取后 5 分钟内有效。请勿告诉他人。',
  'binding-code': '验证码 {code}，用于绑定手机号，获取后 5 分钟内有效。请勿告诉他人。',
  'unbinding-code':
    '验证码 {code}，用于解除手机绑定，获取后 5 分钟内有效。请勿告诉他人。不是您本人操作的，请尽快修改密码。',
  'password-code':
    '验证码 {code}，用于重设密码，获取后 5 分钟内有效。请勿告诉他人。不是您本人操作的，不用理会。',
  'seats-saved':
    '已保存 {courses} 门课程的考位。请确认报考信息，并在今天 {clock} 前缴费，缴费成功才算报上，过时考位会释放。',
  'unpaid-reminder':
    '您有 {courses} 门课程还没有缴费。请在今天 {clock} 前完成，过时考位会释放。如已付款，请不要再付。',
  'unpaid-reminder-last-day':
    '您有 {courses} 门课程还没有缴费。今天是最后一天，{clock} 截止，过时考位会释放，本次考试不能再报。如已付款，请不要再付。',
  'registration-paid':
    '已缴费，已确认，本次报考完成：{courses} 门课程，{fee} 元。请登录查看并保存报考凭证。',
  'released-unpaid':
    '截止前没有收到缴费，{courses} 门课程的考位已释放，选好的课程都留着。{month}月{day}日 {clock} 起可以重新报考，不保证还有考位。',
  'released-unpaid-last-day':
    '截止前没有收到缴费，{courses} 门课程的考位已释放。本次报考已截止，不能再报，请关注下次考试。',
  'withdrawn-by-office':
    '报考办公室已撤销您的报考单，{courses} 门课程的考位已释放。{month}月{day}日 {clock} 起可以重新报考，不保证还有考位。不是您要求的，请联系办公室。',
  'withdrawn-by-office-last-day':
    '报考办公室已撤销您的报考单，{courses} 门课程的考位已释放。本次报考已截止，不能再报。不是您要求的，请联系办公室。',
  'late-payment-refunding':
    '您的 {fee} 元在截止后才到账，考位已经没有了，这次没有报上。钱会自动原路退回付款账户，不用申请，退成后发短信。',
  'refund-succeeded':
    '退费成功，{fee} 元已退，到账时间以支付平台为准。原来的考位已释放，{month}月{day}日 {clock} 起可以重新报考。',
  'refund-succeeded-last-day':
    '退费成功，{fee} 元已退，到账时间以支付平台为准。原来的考位已释放，本次报考已截止，请关注下次考试。',
  'second-payment-refunding':
    '同一张报考单收到了两笔付款，多付的 {fee} 元会自动原路退回付款账户，不用申请。报考不受影响，退成后发短信。',
  'money-returned':
    '自动退回的 {fee} 元已退成，到账时间以支付平台为准。报考情况请登录“我的报考”查看。',
  'area-moved':
    '您报考的考区不能举行考试了，{courses} 门课程的考位已为您转到另一个考区，已缴的费用照样有效，不用再付。请登录“我的报考”查看新考区。',
  'area-moved-unpaid':
    '您报考的考区不能举行考试了，{courses} 门课程的考位已为您转到另一个考区，其中有的还没有缴费。请登录“我的报考”查看新考区，并按时缴费。',
  'area-lost-refunding':
    '您报考的考区不能举行考试了，{courses} 门课程的考位已取消，已缴的 {fee} 元会自动原路退回付款账户，不用申请，退成后发短信。',
  'area-lost':
    '您报考的考区不能举行考试了，{courses} 门课程的考位已取消，您没有为它们付款。选好的课程都留着，请登录“我的报考”查看。',
  'area-lost-waiting':
    '您报考的考区不能举行考试了，{courses} 门课程的考位办公室正在安排，已缴的费用不会丢。请留意短信，现在不用操作。',
  'area-lost-payment':
    '您报考的考区不能举行考试了，刚付的 {fee} 元会自动原路退回付款账户，不用申请，退成后发短信。报考情况请登录“我的报考”查看。',
};

/** A template as a carrier wants it on file: `variable` writes one in the carrier's way. */
export function templateOnFile(
  kind: MessageKind,
  variable: (name: string, place: number) => string,
): string {
  return variablesOf(kind).reduce(
    (text, name, index) => text.replace(`{${name}}`, () => variable(name, index + 1)),
    templates[kind],
  );
}

/** The variables of a template, in the order in which they stand. */
export function variablesOf(kind: MessageKind): string[] {
  return [...templates[kind].matchAll(/\{(\w+)\}/g)].map(([, name]) => String(name));
}

/** One value for each variable of the content's template, in the same order. */
export function parametersOf(content: MessageContent): { name: string; value: string }[] {
  const values = valuesOf(content);
  return variablesOf(content.kind).map((name) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for {${name}} of ${content.kind}`);
    return { name, value };
  });
}

/** The whole text, as it stands on the phone. */
export function textOf(content: MessageContent): string {
  const parameters = parametersOf(content);
  return parameters.reduce(
    (text, { name, value }) => text.replace(`{${name}}`, value),
    sign + templates[content.kind],
  );
}

const hourMs = 3_600_000;
const codeAgeMaxMs = 5 * 60_000;
const newsAgeMaxMs = 24 * hourMs;
/** China has one offset, without summer time. */
const chinaOffsetMs = 8 * hourMs;

/** Equal is too late: the code no longer counts, or the news is none any more. */
export function codeExpiresAt(askedAt: EpochMs): EpochMs {
  return askedAt + codeAgeMaxMs;
}
/** `since`: when it happened. */
export function newsExpiresAt(content: NewsContent, since: EpochMs): EpochMs {
  return 'payBefore' in content ? content.payBefore : since + newsAgeMaxMs;
}

function valuesOf(content: MessageContent): Readonly<Record<string, string>> {
  switch (content.kind) {
    case 'booking-code':
    case 'binding-code':
    case 'unbinding-code':
    case 'password-code':
      return { code: content.code };
    case 'seats-saved':
    case 'unpaid-reminder':
    case 'unpaid-reminder-last-day':
      return { courses: `${content.courses}`, clock: endOf(content.payBefore) };
    case 'registration-paid':
    case 'area-lost-refunding':
      return { courses: `${content.courses}`, fee: yuanOf(content.feeFen) };
    case 'released-unpaid':
    case 'withdrawn-by-office':
      return { courses: `${content.courses}`, ...momentOf(content.bookableFrom) };
    case 'released-unpaid-last-day':
    case 'area-moved':
    case 'area-moved-unpaid':
    case 'area-lost':
    case 'area-lost-waiting':
    case 'withdrawn-by-office-last-day':
      return { courses: `${content.courses}` };
    case 'refund-succeeded':
      return { fee: yuanOf(content.feeFen), ...momentOf(content.bookableFrom) };
    case 'late-payment-refunding':
    case 'refund-succeeded-last-day':
    case 'second-payment-refunding':
    case 'money-returned':
    case 'area-lost-payment':
      return { fee: yuanOf(content.feeFen) };
    default:
      return unreachable(content);
  }
}

const inChina = (at: EpochMs): Date => new Date(at + chinaOffsetMs);
/** `22:00` */
const clockOf = (at: EpochMs): string => inChina(at).toISOString().slice(11, 16);
/** Midnight as the end of a day is `24:00`. */
const endOf = (at: EpochMs): string => clockOf(at).replace('00:00', '24:00');
const momentOf = (at: EpochMs): { month: string; day: string; clock: string } => ({
  month: `${inChina(at).getUTCMonth() + 1}`,
  day: `${inChina(at).getUTCDate()}`,
  clock: clockOf(at),
});
const yuanOf = (fen: Fen): string =>
  `${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
