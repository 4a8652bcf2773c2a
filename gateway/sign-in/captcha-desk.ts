/**
 * Captchas on forms: issues them, words none, and takes the answer that came with a form. Any form
 * of a stranger's may ask for one; its page shows the `CaptchaModel` that it gets from here.
 *
 * C1 Nothing that is malformed spends a captcha: the form looks at its own fields first (F2), and
 *    what was typed or worked out for the captcha stands in the field again.
 * C2 A wrong answer spends it too: otherwise one picture could be guessed at for ever.
 */
import type { EpochMs } from '../../engine/protocol/ids.ts';
import type { CaptchaModel, CaptchaWay } from '../../web/view-models.ts';
import type { CaptchaReason } from '../../web/wording.ts';
import type { GatewayContext } from '../context.ts';
import type { Visitor } from '../cookies.ts';
import type { Form } from '../form.ts';
import { type Captcha, captchaMs, createCaptcha, normaliseAnswer } from './captcha.ts';

export type CaptchaTaken =
  | { kind: 'passed' }
  | { kind: 'again'; reason: CaptchaReason; captcha: CaptchaModel }
  /** The engine, which remembers what is spent, did not answer. */
  | { kind: 'away' };

export type CaptchaDesk = {
  /** SVG; undefined: no picture of this visitor's. */
  picture(token: string, visitor: Visitor): string | undefined;
  /** A new picture's token, for the box that was focused. */
  token(visitor: Visitor): string;
  /** Another one, because it was asked for: the focus goes there. */
  asked(visitor: Visitor, way: CaptchaWay): Promise<CaptchaModel>;
  /** As the form brought it, for a page that comes back for another reason (C1). */
  kept(form: Form, visitor: Visitor): Promise<CaptchaModel>;
  take(form: Form, visitor: Visitor): Promise<CaptchaTaken>;
};

/** Before the box is focused there is none (F1). */
export const noCaptchaYet: CaptchaModel = {
  way: 'picture',
  token: undefined,
  answer: '',
  asked: false,
};

/** By the value of a button: what is no way is the picture, which every page begins with. */
export const captchaWayOf = (text: string): CaptchaWay =>
  text === 'sum' || text === 'work' ? text : 'picture';

/** As long as any answer in any way; more is not carried back. */
const answerMax = 12;

const reasonNames = { picture: 'captcha', sum: 'sum', work: 'work' } as const;

export function createCaptchaDesk({ client, cookies, now }: GatewayContext): CaptchaDesk {
  // A person's commands and a token of the same letters go to the same partition.
  const captcha: Captcha = createCaptcha(
    cookies.keyed,
    (spendingKey) =>
      client.epochOf({
        kind: 'record-sign-in',
        person: spendingKey,
        ticket: '',
        succeeded: false,
        generation: 1,
      }) ?? 0,
  );

  async function modelOf(
    token: string,
    way: CaptchaWay,
    answer = '',
    asked = false,
  ): Promise<CaptchaModel> {
    const shown = { token, answer, asked };
    switch (way) {
      case 'picture':
        return { way, ...shown };
      case 'sum':
        return { way, ...shown, sum: captcha.sum(token) };
      case 'work':
        return { way, ...shown, work: answer === '' ? await captcha.work(token) : undefined };
    }
  }
  const fresh = (visitor: Visitor, way: CaptchaWay): Promise<CaptchaModel> =>
    modelOf(captcha.issue(visitor, way, now()), way);

  async function kept(form: Form, visitor: Visitor): Promise<CaptchaModel> {
    const token = form.get('captchaToken');
    const typed = form.get('captcha').slice(0, answerMax);
    const way = captcha.wayOf(token, visitor) ?? 'picture';
    const verdict = captcha.check(token, visitor, typed, now());
    if (verdict === 'expired') return fresh(visitor, way);
    // Work that is not done right has to be done again; what a person typed is the person's.
    return modelOf(token, way, way === 'work' && verdict === 'wrong' ? '' : typed);
  }

  async function take(form: Form, visitor: Visitor): Promise<CaptchaTaken> {
    const token = form.get('captchaToken');
    const way = captcha.wayOf(token, visitor) ?? 'picture';
    const name = reasonNames[way];
    const answer = form.get('captcha');
    const again = (reason: CaptchaReason, model: CaptchaModel): CaptchaTaken => ({
      kind: 'again',
      reason,
      captcha: model,
    });
    if (normaliseAnswer(answer) === '') {
      return again(`${name}-missing`, await kept(form, visitor));
    }
    const at: EpochMs = now();
    const verdict = captcha.check(token, visitor, answer, at);
    if (verdict === 'expired') return again(`${name}-expired`, await fresh(visitor, way));
    const until = at + captchaMs;
    const spent = await client.ask({
      kind: 'spend-once',
      token: captcha.spendingKey(token),
      until,
    });
    if (spent.kind !== 'spend-once') return { kind: 'away' };
    if (!spent.unspent) return again(`${name}-expired`, await fresh(visitor, way));
    if (verdict === 'wrong') return again(`${name}-wrong`, await fresh(visitor, way));
    return { kind: 'passed' };
  }

  return {
    picture: captcha.picture,
    token: (visitor) => captcha.issue(visitor, 'picture', now()),
    asked: (visitor, way) => modelOf(captcha.issue(visitor, way, now()), way, '', true),
    kept,
    take,
  };
}
