/**
 * The Chinese a candidate reads where it is not a page's own heading: a sentence and a next step
 * for every reason a form was not taken, the set texts with their gaps, and the names of states,
 * levels and operations.
 *
 * W1 Every reason has a sentence; the switches end in `unreachable`, so a new one does not compile
 *    without words.
 * W2 A text says what happened, what is safe and what to do next. 您, no blame, no exclamation.
 * W3 A state has one word: 已填入, 暂留, 已保存, 待缴费, 已缴费, 已确认.
 */
import type { DocumentProblem } from '../engine/protocol/documents.ts';
import type { EpochMs, Fen } from '../engine/protocol/ids.ts';
import type { PaymentWay, ProviderName } from '../engine/protocol/payments.ts';
import type { RefusalReason } from '../engine/protocol/refusals.ts';
import type { RefundCause } from '../engine/protocol/replies.ts';
import type { CandidateType, Office } from '../engine/protocol/session.ts';
import {
  clockTime,
  day,
  dayAndTime,
  endTime,
  minuteTime,
  sameDay,
  timeSpan,
} from './china-time.ts';
import type {
  AreaModel,
  CheckingModel,
  CourseModel,
  DueModel,
  ExitModel,
  Level,
  MoneyNewsModel,
  NextStepModel,
  OrderModel,
  OwnModel,
  PassedPageModel,
  PayableModel,
  PayMethodModel,
  PaymentRecordModel,
  PlanModel,
  PlanPartModel,
  ProblemModel,
  ProgrammeModel,
  SlipCheckModel,
  SlipStandModel,
  SumModel,
  UnitAndCourse,
  WindowModel,
  WithReason,
} from './view-models.ts';

// ── Reasons ─────────────────────────────────────────────────────────────────────────────────────

export type LookupReason =
  | 'form-expired'
  | 'cookies-off'
  | `document-${DocumentProblem}`
  | CaptchaReason
  | 'lookup-expired';
/** By the way it was asked in: a picture, a sum, or work (F1). */
export type CaptchaReason = `${'captcha' | 'sum' | 'work'}-${'missing' | 'wrong' | 'expired'}`;
export type PasswordStepReason =
  | 'form-expired'
  | 'ticket-missing'
  | 'password-missing'
  | 'failed'
  | 'delayed';
export type PhoneReason =
  | RefusalReason
  | 'form-expired'
  | 'phone-malformed'
  | 'code-malformed'
  | 'outcome-unknown';
export type NewPasswordReason =
  | 'form-expired'
  /** F13: the initial password, or the office's activation code (D16). */
  | 'first-secret-wrong'
  /** F43. */
  | 'old-missing'
  | 'old-wrong'
  | 'delayed'
  | 'unchanged'
  | 'too-short'
  | 'too-long'
  | 'common'
  | 'personal'
  | 'not-the-same'
  | 'outcome-unknown';
export type ForgottenReason =
  | RefusalReason
  | 'form-expired'
  | 'code-malformed'
  | 'proof-expired'
  | 'outcome-unknown';
export type AccountReason = 'form-expired' | 'outcome-unknown';
/** D7: with the password in place of the booking code. */
export type PasswordProofReason =
  | 'password-missing'
  | 'password-wrong'
  | 'password-delayed'
  | 'password-busy'
  | 'password-tries-used-up'
  | 'password-late'
  | 'password-hold-gone';
export type RegisteringReason =
  | RefusalReason
  | 'form-outdated'
  | 'notice-unticked'
  | 'area-unchosen'
  | 'course-malformed'
  | 'code-malformed'
  | 'unit-unchosen'
  | PasswordProofReason
  /** B2: asked after, and no trace of it was found. */
  | 'no-trace'
  /** F36. */
  | 'document-differs'
  | 'method-unchosen'
  /** D12. */
  | 'refund-unticked';
export type SlipCheckReason = 'slip-code-malformed';

/** What happened, and what to do next. */
export type Said = { text: string; next: string };

const said = (text: string, next: string): Said => ({ text, next });

const formExpired = said(
  '这一页放得太久，或已重新登录过，这次没有提交。',
  '请看过现在的内容，再提交一次。',
);
const outcomeUnknown = said(
  '网络中断，还不知道这次操作成没成功。',
  '再点一次也不会重复，请稍等几秒再试。',
);
const codeMalformed = said('验证码是 6 位数字。', '请照短信重新输入。');

export function sayLookup({ reason }: ProblemModel<LookupReason>): Said {
  switch (reason) {
    case 'form-expired':
      return formExpired;
    case 'cookies-off':
      return said(
        '浏览器没有保存登录用的小文件（Cookie），无法继续。',
        '请在浏览器设置里允许 Cookie，再重新提交。',
      );
    case 'document-type-unknown':
      return said('没有这种证件类型。', '请重新选择证件类型。');
    case 'document-empty':
      return said('还没有填写证件号码。', '请填写证件号码。');
    case 'document-length':
      return said('证件号码的位数不对。', '请对照证件检查，验证码不用重输。');
    case 'document-character':
      return said('证件号码里有不能用的字符。', '请看上面的说明，再对照证件检查。');
    case 'document-prefix':
      return said('这个号码的开头与所选证件类型不符。', '请检查证件类型和号码。');
    case 'document-date':
      return said('证件号码里的出生日期不存在。', '请对照证件检查，验证码不用重输。');
    case 'document-checksum':
      return said('证件号码的最后一位与前面不符。', '很可能输错了一位，请对照证件检查。');
    case 'captcha-missing':
      return said('还没有填写验证码。', '请填写图片中的字符。');
    case 'captcha-wrong':
      return said('验证码与图片不符。', '已换了一张图片，请重新填写。');
    case 'captcha-expired':
      return said('验证码图片已过期或已用过。', '已换了一张图片，请重新填写。');
    case 'sum-missing':
      return said('还没有回答验证题。', '请写出得数。');
    case 'sum-wrong':
      return said('验证题的得数不对。', '已换了一题，请重新回答。');
    case 'sum-expired':
      return said('验证题已过期或已用过。', '已换了一题，请重新回答。');
    case 'work-missing':
      return said('自动验证还没有完成。', '请点“开始验证”，等它完成，再点“确认”。');
    case 'work-wrong':
    case 'work-expired':
      return said('自动验证已过期或已用过。', '请再点一次“开始验证”。');
    case 'lookup-expired':
      return said('查询结果已过期。', '请重新查询准考证号。');
    default:
      return unreachable(reason);
  }
}

export function sayPasswordStep({ reason, at }: ProblemModel<PasswordStepReason>): Said {
  switch (reason) {
    case 'form-expired':
      return formExpired;
    case 'ticket-missing':
      return said('还没有选择准考证。', '请选择本次报考要用的准考证号。');
    case 'password-missing':
      return said('还没有填写密码。', '请填写密码。');
    case 'failed':
      return said(
        '没有登录成功：准考证号与密码不相符，或证件号码有误、考籍尚未录入。',
        at === undefined
          ? '请检查后再试；仍然不行，请联系下面的考区。'
          : `请检查后在 ${clockTime(at)} 以后再试；仍然不行，请联系下面的考区。`,
      );
    case 'delayed':
      return said(
        '多次没有登录成功，需要等一会儿再试。',
        at === undefined ? '请过几分钟再试。' : `请在 ${clockTime(at)} 以后再试，不用重新查询。`,
      );
    default:
      return unreachable(reason);
  }
}

export function sayPhone(problem: ProblemModel<PhoneReason>): Said {
  switch (problem.reason) {
    case 'form-expired':
      return formExpired;
    case 'phone-malformed':
      return said('手机号应是 1 开头的 11 位数字。', '请检查后重输。');
    case 'code-malformed':
      return codeMalformed;
    case 'outcome-unknown':
      return outcomeUnknown;
    default:
      return sayAccountCode({ ...problem, reason: problem.reason });
  }
}

/** A code for the account: no seat hangs on it. */
function sayAccountCode(problem: ProblemModel<RefusalReason>): Said {
  const anew = '请重新获取验证码。';
  switch (problem.reason) {
    case 'code-missing':
      return said('这个验证码不能用了：可能已用过，或又获取过新的。', anew);
    case 'code-tries-used-up':
      return said('验证码输入的次数已用完，这个验证码作废了。', anew);
    case 'code-expired':
      return said('验证码已过期。', anew);
    case 'code-wrong':
      return { ...sayRefusal(problem), next: '请照最近一条短信重新输入。' };
    case 'codes-used-up':
      return said('今天获取验证码的次数已用完。', '请明天再试；急着办理的，请联系考区。');
    default:
      return sayRefusal(problem);
  }
}

export function sayForgotten(problem: ProblemModel<ForgottenReason>): Said {
  switch (problem.reason) {
    case 'form-expired':
      return formExpired;
    case 'code-malformed':
      return codeMalformed;
    case 'proof-expired':
      return said('验证码输对以后过了太久，密码没有改。', '请重新获取验证码，再设置一次。');
    case 'outcome-unknown':
      return outcomeUnknown;
    default:
      return sayAccountCode({ ...problem, reason: problem.reason });
  }
}

export function sayAccount({ reason }: ProblemModel<AccountReason>): Said {
  switch (reason) {
    case 'form-expired':
      return formExpired;
    case 'outcome-unknown':
      return outcomeUnknown;
    default:
      return unreachable(reason);
  }
}

export function sayNewPassword({ reason, at }: ProblemModel<NewPasswordReason>): Said {
  switch (reason) {
    case 'form-expired':
      return formExpired;
    case 'first-secret-wrong':
      return said('与第一次登录用的密码不符。', '请看下面的说明，重新输入。');
    case 'old-missing':
      return said('还没有填写原密码。', '请填写现在用的密码。');
    case 'old-wrong':
      return said(
        '原密码不对，密码没有改。',
        at === undefined ? '请重新输入。' : `请在 ${clockTime(at)} 以后再试。`,
      );
    case 'delayed':
      return said(
        '密码输错的次数太多，需要等一会儿再试。',
        at === undefined ? '请过几分钟再试。' : `请在 ${clockTime(at)} 以后再试。`,
      );
    case 'unchanged':
      return said('新密码和原密码一样。', '请换一个新的密码。');
    case 'too-short':
      return said('新密码太短。', '请至少用 10 个字符。');
    case 'too-long':
      return said('新密码太长。', '请缩短后重输。');
    case 'common':
      return said('新密码太常见，容易被猜到。', '请换一个，例如几个不相干的词连在一起。');
    case 'personal':
      return said(
        '新密码里有证件、准考证或手机号码中连续的 6 位。',
        '请换一个与这些号码无关的密码。',
      );
    case 'not-the-same':
      return said('两次输入的新密码不一样。', '请再输一次。');
    case 'outcome-unknown':
      return outcomeUnknown;
    default:
      return unreachable(reason);
  }
}

export function saySlipCheck({ reason }: ProblemModel<SlipCheckReason>): Said {
  switch (reason) {
    case 'slip-code-malformed':
      return said('这不是完整的查验码。', '请对照凭证再输一遍，或用手机扫凭证上的二维码。');
    default:
      return unreachable(reason);
  }
}

export function sayRegistering(problem: ProblemModel<RegisteringReason>): Said {
  switch (problem.reason) {
    case 'form-outdated':
      return said(
        '这一页放得太久，或您已在别处换了考区、重新登录，这次没有提交。',
        '下面是现在的情况，请看过再操作。',
      );
    case 'notice-unticked':
      return said('还没有勾选“我已阅读并知晓”。', '请读完须知并勾选，再点“下一步”。');
    case 'area-unchosen':
      return said('还没有选择考区。', '请先选市（州），再选考区。');
    case 'course-malformed':
      return said('课程代码是 5 位数字。', '请检查后重输，或查看开考课程。');
    case 'code-malformed':
      return codeMalformed;
    case 'unit-unchosen':
      return said('还没有选择考试单元。', '请先选择，再提交。');
    case 'password-missing':
      return said('还没有填写登录密码。', '请填写登录密码，再点“保存考位”。');
    case 'password-wrong': {
      const { triesLeft, at } = problem;
      if (triesLeft === 0) return sayRegistering({ ...problem, reason: 'password-tries-used-up' });
      return said(
        triesLeft === undefined ? '密码不对。' : `密码不对，还可以试 ${triesLeft} 次。`,
        at === undefined
          ? '请重新输入登录密码，考位仍为您暂留。'
          : `请在 ${clockTime(at)} 以后重新输入，考位仍为您暂留。`,
      );
    }
    case 'password-delayed':
      return said(
        '密码多次不对，需要等一会儿再试，这次没有核对。',
        problem.at === undefined
          ? '考位仍为您暂留，请过几分钟再试。'
          : `考位仍为您暂留，请在 ${clockTime(problem.at)} 以后再试。`,
      );
    case 'password-busy':
      return said(
        '正在核对密码的人很多，这次没有核对，也没有保存。',
        problem.at === undefined
          ? '考位仍为您暂留，请过几秒再点“保存考位”。'
          : `考位仍为您暂留，请在 ${clockTime(problem.at)} 以后再点“保存考位”。`,
      );
    case 'password-tries-used-up':
      return said(
        '密码不对的次数太多，这次暂留不能再保存。',
        problem.at === undefined
          ? '填好的课程还在，请再点“获取验证码”。'
          : `填好的课程还在，请在 ${clockTime(problem.at)} 以后再点“获取验证码”。`,
      );
    case 'password-late':
      return said('暂留已到时，还没有保存。', '填好的课程还在，请再点“获取验证码”。');
    case 'password-hold-gone':
      return said(
        '这次暂留已经用过，或课程改动后作废了。',
        '已保存的考位不受影响，请再点“获取验证码”。',
      );
    case 'no-trace':
      return said(
        '核实过了，这次操作没有成功，什么都没有改变。',
        '下面是现在的情况，可以再操作一次。',
      );
    case 'document-differs':
      return said('号码与登录的不一致。', '请检查后重输。考位和订单都还在。');
    case 'method-unchosen':
      return said('还没有选择支付方式。', '请选择一种，再点“确定”。考位和订单都还在。');
    case 'refund-unticked':
      return said('还没有勾选。没有申请退费，考位都在。', '请看清后果；确实要退，请勾选后再提交。');
    default:
      return sayRefusal({ ...problem, reason: problem.reason });
  }
}

/** The engine's own reasons, in their order. */
export function sayRefusal(problem: ProblemModel<RefusalReason>): Said {
  const { reason, at } = problem;
  const course = problem.course === undefined ? '这门课程' : nameCourse(problem.course);
  /** Within a sentence a code stands apart from the characters before it. */
  const within = problem.course === undefined ? course : ` ${course}`;
  const unit = problem.unit?.name ?? '这个单元';
  const orOffice = '需要帮助请拨打页面下方的咨询电话。';
  switch (reason) {
    case 'engine-away':
      return said('系统暂时没有回应，这次操作没有处理。', '填好的内容都在，请过几秒再点一次。');
    case 'busy':
      return said('现在人很多，这次操作没有处理。', '填好的内容都在，请过几秒再点一次。');
    case 'clock-doubted':
      return said('系统时间正在核对，暂时不能办理。', '已保存的考位不受影响，请过几分钟再试。');
    case 'malformed':
      return said('提交的内容不完整，没有处理。', '请重新打开本页，再填一次。');
    case 'command-id-reused':
      return said('这一页已提交过别的内容，这次没有处理。', '请看过现在的情况，再提交一次。');
    case 'too-late':
      return said('这次操作到达太晚，没有处理。', '请再点一次。');
    case 'ask-again':
      return said('系统刚刚恢复，这次操作没有处理。', '已保存的考位不受影响，请再点一次。');
    case 'session-missing':
      return said('本次考试的安排还没有发布。', '请稍后再来。');
    case 'reason-missing':
      return said('还没有填写原因。', '请写明原因，再提交。');
    case 'second-person-missing':
      return said('这项操作要由两个人决定。', '请由另一位工作人员一起确认。');
    case 'person-unknown':
      return said('没有查到您的考籍。', `请重新登录。${orOffice}`);
    case 'area-unknown':
      return said('没有这个考区。', '请重新选择考区。');
    case 'claim-superseded':
      return said('考区已在别处改过，这次操作没有处理。', '请看过现在的考区，再操作一次。');
    case 'changed-meanwhile':
      return said(
        '您的报考已在别的页面或设备上变过，这次操作没有处理。',
        '下面是现在的情况，请看过再操作。',
      );
    case 'window-not-yet-open':
      return said(
        '报考还没有开始。',
        at === undefined ? '请按时再来。' : `开始时间：${dayAndTime(at)}。`,
      );
    case 'window-paused':
      return said('报考暂停，这次操作没有处理。', '已保存的考位都在，恢复后请再试。');
    case 'window-closed':
      return said(
        '今天的报考已结束，这次操作没有处理。',
        at === undefined ? '请在下次开放后再来。' : `下次开放：${dayAndTime(at)}。`,
      );
    case 'window-over':
      return said('本次报考已截止，这次操作没有处理。', '已缴费的报考不受影响。');
    case 'area-withdrawn':
      return said(
        problem.unit === undefined
          ? '这个考区不能举行本次考试了，这次操作没有处理。'
          : `这个考区不能举行${unit}的考试了，这次操作没有处理。`,
        '已有考位的考生由办公室统一安排，请留意短信；没有考位的，请改选其他考区。',
      );
    case 'seats-moving':
      return said(
        '您的考位正在转到另一个考区，这次操作没有处理。',
        '考位和已缴的费用都在，请过几秒再看“我的报考”。',
      );
    case 'area-paused':
      return said(
        '这个考区暂停报考，这次操作没有处理。',
        at === undefined
          ? '已保存的考位都在，恢复后请再试。'
          : `已保存的考位都在，恢复后请再试；${minuteTime(at)} 前会更新消息。`,
      );
    case 'release-running':
      return said(
        '上一个报考日没有缴费的考位正在释放，这次操作没有处理。',
        '选好的课程会留作草稿，请过几秒再试。',
      );
    case 'activation-required':
      return said('首次登录要先绑定手机、修改密码。', '请退出后重新登录，按提示完成。');
    case 'ticket-unknown':
      return said('您的考籍里没有这个准考证号。', '请退出后重新登录，另选准考证。');
    case 'ticket-dead':
      return said(
        '这个准考证已毕业或已转出，不能再报考。',
        `如有其他准考证，请用它登录。${orOffice}`,
      );
    case 'photo-missing':
      return said('您的考籍里还没有照片，不能报考。', '请联系考区补录照片，补好后即可报考。');
    case 'phone-missing':
      return said('还没有绑定手机，不能报考。', '请先绑定手机，再回来报考。');
    case 'area-move-running':
      return said('正在更换考区，还没有完成。', '请等几秒再试。');
    case 'area-moves-used-up':
      return said('今天更换考区的次数已用完。', '可以在现在的考区报考，或明天再更换。');
    case 'seats-remain':
      return said(
        '原考区还有已保存的考位，不能更换考区。',
        '要更换，请先在“我的报考”里放弃已保存的考位。',
      );
    case 'course-unknown':
      return said(
        problem.course === undefined ? '没有这个课程代码。' : `没有 ${course} 这个课程代码。`,
        '请检查后重输，或查看开考课程。',
      );
    case 'course-replaced':
      return said(
        `${course}已停用，改为：${(problem.replacedBy ?? []).map(nameCourse).join('、')}。`,
        '请输入新的课程代码。',
      );
    case 'course-practical':
      return said(`${course}是实践课程，不安排考位，不在这里报考。`, '请输入其他课程的代码。');
    case 'course-not-offered':
      return said(`${course}本次不开考。`, '请输入其他课程的代码，或查看开考课程。');
    case 'course-foreign':
      return said(`${course}不在您的专业计划里，不能报考。`, '请输入本专业课程的代码。');
    case 'unit-clash':
      return problem.ticketMask === undefined
        ? said(
            `${unit}已有${within}，一个单元只能报考一门。`,
            '可以换成新的课程，也可以另选其他单元的课程。',
          )
        : said(
            `${unit}已有${within}，是用准考证 ${problem.ticketMask} 选的。同一单元只能报考一门。`,
            '请另选其他单元的课程，或用那个准考证登录后处理。',
          );
    case 'unit-empty':
      return said(`${unit}没有可以处理的课程。`, '下面是现在的情况，请看过再操作。');
    case 'draft-empty':
      return said('还没有填入课程。', '请先输入课程代码，再点“获取验证码”。');
    case 'pool-paused':
      return said(
        `${unit}暂停报考，这次操作没有处理。`,
        '已保存的考位都在。可以先清空这个单元的课程，继续报考其他单元；恢复后请再试。',
      );
    case 'order-confirmed':
      return said(
        '报考信息已经确认，考区和课程不能再改。',
        '请在截止前缴费；不报了，可以在“我的报考”里撤销。',
      );
    case 'order-paid':
      return said('这次报考已缴费，不能直接改课程。', '要增减课程，请先在“我的报考”里申请退费。');
    case 'order-refunding':
      return said('正在退费，退成之前不能改课程。', '考位仍为您保留，不用再申请，结果会发短信。');
    case 'order-ended':
      return said('这张报考单已经结束。', '请到“我的报考”查看现在的情况。');
    case 'order-unknown':
      return said('没有查到这张报考单。', '请到“我的报考”查看现在的情况。');
    case 'nothing-saved':
      return said('还没有已保存的考位，不能确认。', '请先填入课程，获取验证码并保存考位。');
    case 'orders-used-up':
      return said('确认和撤销的次数太多，不能再确认。', `考位都在。${orOffice}`);
    case 'payment-running':
      return said(
        '有一笔支付还没有结束，不能撤销。',
        '请先查询缴费结果；还没付款，可以停止支付，停好后再撤销。',
      );
    case 'payments-used-up':
      return said('发起支付的次数太多，不能再发起。', `考位都在。${orOffice}`);
    case 'paying-paused':
      return said(
        '缴费暂停，没有发起支付。',
        '考位和订单都在，恢复后请再缴费。已经付了款的，请不要再付。',
      );
    case 'codes-used-up':
      return said(
        '今天获取验证码的次数已用完。',
        `已保存的考位不受影响，明天可以再获取。${orOffice}`,
      );
    case 'password-instead':
      return said('短信暂时发不出去，没有再发验证码。', '请输入登录密码，再点“保存考位”。');
    case 'resend-too-soon':
      return said(
        '刚刚发送过验证码，没有再发。',
        at === undefined ? '请稍等再重新获取。' : `${clockTime(at)} 以后可以重新获取。`,
      );
    case 'resend-used-up':
      return said(
        '验证码已重新获取过一次，没有再发。',
        '请用最近一条短信里的验证码；都没收到，请等暂留到时后再点“获取验证码”。',
      );
    case 'code-missing':
      return said(
        '现在没有有效的验证码：可能已用过，或课程改动后作废了。',
        '已保存的考位不受影响，请再点“获取验证码”。',
      );
    case 'code-tries-used-up':
      return said(
        '验证码输入的次数已用完，这个验证码作废了。',
        '填好的课程还在，请再点“获取验证码”。',
      );
    case 'code-expired':
      return said('验证码已过期。', '填好的课程还在，请再点“获取验证码”。');
    case 'password-ended':
      return said(
        '短信已经恢复，要用短信验证码保存考位。',
        '考位仍为您暂留，请用短信里的验证码；没有收到，请再获取一次。',
      );
    case 'code-wrong':
      if (problem.triesLeft === 0) return sayRefusal({ ...problem, reason: 'code-tries-used-up' });
      return said(
        problem.triesLeft === undefined
          ? '验证码不对。'
          : `验证码不对，还可以试 ${problem.triesLeft} 次。`,
        '请照最近一条短信重新输入，考位仍为您暂留。',
      );
    case 'selection-changed':
      return said('发送验证码以后课程改过，这个验证码不能用了。', '请再点“获取验证码”。');
    case 'seats-exhausted':
      return said(`${unit}已达最大人数。`, '可以改报其他单元的课程，或看看其他考区。');
    case 'course-full':
      return said(
        `${course}在这个考区已达最大人数。`,
        '已有的考位不受影响。可以改报同单元的其他课程，或看看其他考区。',
      );
    case 'phone-bound-already':
      return said('您已经绑定了手机。', '不用再绑定，请继续下一步。');
    case 'phone-not-the-imported-one':
      return said(
        '这个号码不是考籍里登记的手机号。',
        `请绑定登记的号码；号码已不用，请联系考区更换。`,
      );
    case 'phone-people-full':
      return said('绑定这个手机号的人数已满。', '请用您本人的手机号。');
    case 'phone-messages-used-up':
      return said('这个手机号今天的短信条数已用完，没有发送。', `请明天再试。${orOffice}`);
    case 'password-set-already':
      return said('密码已经改过了。', '请用新密码登录。');
    case 'sign-in-delayed':
      return said(
        '多次没有登录成功，需要等一会儿再试。',
        at === undefined ? '请过几分钟再试。' : `请在 ${clockTime(at)} 以后再试。`,
      );
    case 'capacity-below-taken':
      return said('容量不能少于已有考生的考位数。', '请先核对已保存的考位数。');
    case 'payment-unknown':
      return said('没有对应的报考单或支付。', '请核对支付平台的账单。');
    case 'payment-differs':
      return said('这次支付已有另一笔交易。', '请核对支付平台的账单。');
    case 'amount-differs':
      return said('付款金额与报考单不符。', '请核对支付平台的账单。');
    case 'right-missing':
      return said('您的角色不能办理这一项，或者角色刚刚有变动。', '请重新登录后再试。');
    case 'scope-foreign':
      return said('这超出了您的管理范围。', '请由上一级办理。');
    case 'staff-unknown':
      return said('没有这个账号。', '请核对账号名。');
    case 'staff-known':
      return said('这个账号名已经有了。', '请另起一个；要让本人重新进入，请在账号页重新邀请。');
    case 'staff-ended':
      return said('这个账号已经停用，名字不再使用。', '请另起一个账号名。');
    case 'staff-invited':
      return said('这个账号还没有接受邀请。', '请先打开邀请链接，设置密码和验证器。');
    case 'invitation-over':
      return said('这个邀请链接已经用过、被新的代替，或者过了有效期。', '请让管理员重新邀请。');
    case 'own-account':
      return said('不能更改自己的账号。', '请由另一位系统管理员办理。');
    case 'roles-unfit':
      return said('这些角色不能同时给一个账号。', '系统和审计只能单独使用，或者再加查看。');
    case 'last-keeper':
      return said('这是最后一个管理全省账号的人，没有更改。', '请先让另一位系统管理员上任。');
    case 'act-unknown':
      return said('没有这项操作。', '请看操作清单。');
    case 'act-ended':
      return said('这项操作已经处理过，这次没有再处理。', '请看操作清单里现在的情况。');
    case 'act-expired':
      return said('没有人在 30 分钟内批准，这项操作已作废。', '仍要办理，请重新提交。');
    case 'act-unfit':
      return said('这项操作填得不对，没有处理。', '请核对时间、单元、课程和文字，再提交。');
    case 'calendar-unfit':
      return said(
        '这份日程不能用，没有处理。',
        '同一类考生的开放时间不能重叠，每段都在同一天内；已经过去的不能改，释放不能早于截止，也不能拖到下次开放。',
      );
    case 'claim-elsewhere':
      return said('这位考生现在的考区和操作里写的不同，没有处理。', '请重新查询考生，再办理。');
    case 'key-unknown':
      return said('没有这个密钥。', '请看密钥清单。');
    case 'keys-full':
      return said('密钥的数目已到上限，没有新建。', '请联系技术人员。');
    case 'code-spent':
      return said('这个动态码已经用过。', '请等验证器显示下一个，再输入。');
    case 'list-full':
      return said('待核对的清单已满。', '请先处理清单里的记录。');
    case 'import-open':
      return said('已有一次导入正在进行，或在等人批准。', '请先批准或放弃那一次，再导入。');
    case 'import-unknown':
      return said('没有这一次导入。', '请核对导入的编号。');
    case 'import-closed':
      return said('这一次导入已经生效或已放弃。', '如有需要，请重新导入。');
    case 'import-not-ready':
      return said('文件还没有传完，不能生效。', '请等文件传完，或放弃后重新导入。');
    case 'import-running':
      return said('上一次导入还在生效。', '请稍候再试。');
    default:
      return unreachable(reason);
  }
}

// ── Set texts ───────────────────────────────────────────────────────────────────────────────────

export const bindPhoneFirst =
  '首次登录，请先绑定本人手机号。绑定后才能进入其他页面，以后的验证码都发到这个号码。';

export const checkTicket = (office: Office | undefined): string =>
  `请核对准考证号和专业，再输入密码。不是您的？请先检查证件号码；号码没错，可能是考籍尚未录入，请联系${
    office === undefined ? '当地考区' : `${office.name} ${office.phone}`
  }。`;

/**
 * F26, in three parts: what is full, the question, and what “否” means. `byPassword`: nothing will be
 * sent (D7).
 */
export const seatsPartlyFull = (
  area: string,
  full: readonly UnitAndCourse[],
  rest: number,
  byPassword = false,
): { full: string; question: string; otherwise: string } => ({
  full: `这些课程没有考位了（已达最大人数）：${full.map((one) => `${area}，${nameUnitCourse(one, '，')}`).join('；')}。`,
  question: byPassword
    ? `要清空它们，用登录密码保存其余 ${rest} 门吗？`
    : `要清空它们，并为其余 ${rest} 门发送短信验证码吗？`,
  otherwise: byPassword
    ? '选“否”则不保存，填好的课程都留着，可重新选择。'
    : '选“否”则不发送，填好的课程都留着，可重新选择。',
});

/** D7, above every page: what it means for whoever is about to register. */
export const messagesAreOut =
  '短信暂时发不出去，报考照常进行：点“获取验证码”仍为您暂留考位，再用登录密码代替验证码保存。';

/** A capped course may be full where its unit has seats: then another course of the unit helps. */
export function seatsAllFull(area: string, full: readonly WithReason[]): string {
  const capped = full.filter(({ reason }) => reason === 'course-full').length;
  const what = capped === 0 ? '单元' : '课程';
  const other =
    capped === 0 ? '其他单元的课程' : capped === full.length ? '同单元的其他课程' : '其他课程';
  return `${area}没有您所选${what}的考位了：${listUnitCourses(full)}。没有发送验证码，填好的课程都留着。您可以改报${other}，或看看哪些考区还有考位。`;
}

export const holdStarted = (phone: string, count: number, until: EpochMs): string =>
  `验证码已发往 ${phone}。${count} 个考位为您暂留到 ${clockTime(until)}，请在此之前输入验证码并点“保存考位”。去看短信、锁屏都不影响暂留。`;

/** While the message is on its way, nothing says yet that it has left. */
export const holdStartedSending = (phone: string, count: number, until: EpochMs): string =>
  `验证码正在发往 ${phone}。${count} 个考位为您暂留到 ${clockTime(until)}，请在此之前输入验证码并点“保存考位”。去看短信、锁屏都不影响暂留。`;

/** D7: what is held, and what stands for the code. */
export const holdStartedByPassword = (count: number, until: EpochMs): string =>
  `短信暂时发不出去，请重新输入登录密码来保存考位。${count} 个考位为您暂留到 ${clockTime(until)}，请在此之前输入密码并点“保存考位”。锁屏、切换应用都不影响暂留。`;
export const swapStartedByPassword = (until: EpochMs): string =>
  `短信暂时发不出去，请重新输入登录密码来更换课程，${clockTime(until)} 前有效。原来的考位一直是您的，输入密码并点“保存考位”后换成新课程。`;
/** Codes go out again, and none was sent for this. */
export const messagesAreBack = (until: EpochMs): string =>
  `短信已经恢复，这次还没有给您发过验证码。请在 ${clockTime(until)} 前点“获取验证码”，收到后输入并保存。`;

/** Only swaps (F32): nothing is held, the saved seats stay whatever happens. */
export const swapStarted = (phone: string, until: EpochMs): string =>
  `验证码已发往 ${phone}，${clockTime(until)} 前有效。原来的考位一直是您的，输入验证码并点“保存考位”后换成新课程。`;

export const holdExpiringByPassword = (until: EpochMs): string =>
  `考位暂留到 ${clockTime(until)}，请尽快输入密码保存。`;

/** Without the seconds left, which the page counts beside it. */
export const holdExpiring = (until: EpochMs, resendLeft: boolean): string =>
  `考位暂留到 ${clockTime(until)}。收到验证码请尽快保存${
    resendLeft ? '；没收到可以重新获取，暂留会延长一次' : ''
  }。`;

export const holdExpired = (courses: readonly UnitAndCourse[]): string =>
  `暂留已到时，${listUnitCourses(courses)} 的考位已放回。之前保存的考位不受影响，填好的课程还在。请再点“获取验证码”，还有余位就能重新暂留。`;

export function saveResult(
  saved: readonly UnitAndCourse[],
  failed: readonly (WithReason & { late: boolean })[],
): string {
  if (failed.length === 0) return `已保存：${listUnitCourses(saved)}。关掉本页也不影响。`;
  const why = ({ reason, late }: (typeof failed)[number]): string => {
    const most = reason === 'course-full' ? '这门课程在本考区已达最大人数' : '已达最大人数';
    return late ? `暂留已到时，再保存时${most}` : most;
  };
  const reasons = new Set(failed.map(why));
  const told =
    reasons.size === 1
      ? `${listUnitCourses(failed)}，原因：${[...reasons].join('')}`
      : failed.map((one) => `${nameUnitCourse(one)}（${why(one)}）`).join('、');
  const begin = saved.length === 0 ? '' : `已保存：${listUnitCourses(saved)}。`;
  return `${begin}没有保存：${told}。已保存的不受影响。没有保存的单元可以另选课程；确认以后就不能再加了。`;
}

export const windowClosed = (nextOpen: EpochMs): string =>
  `下次开放：${dayAndTime(nextOpen)}。已缴费的报考不受影响；正在付款的订单，会先核实再处理。`;

const windowPaused = (reason: string, newsBy: EpochMs): string =>
  `报考暂停：${reason}。${minuteTime(newsBy)} 前会更新消息。已保存的考位和已付的钱都在，暂留时间停止计算。恢复后本页会提示，不用刷新。`;

/** S2: said on every open page while it is so. */
export const payingIsPaused = (reason: string): string =>
  `缴费暂停：${reason}。考位和订单都在；正在付款的不受影响，已经付了款的请不要再付。`;
export const unitPaused = (
  unit: string,
  { reason, newsBy }: { reason: string; newsBy: EpochMs },
): string =>
  `${unit}暂停报考：${reason}。${minuteTime(newsBy)} 前会更新消息。已保存的考位都在，本考区的暂留时间停止计算。`;

/** S5, on every page of whoever has that area. No unit named: all of it. */
export const areaIsLost = (reason: string, units: readonly string[]): string =>
  units.length === 0
    ? `${reason}，这个考区不能举行本次考试了，不再报考和缴费。已有的考位由办公室统一安排，已缴的费用不会丢，请留意短信。`
    : `${reason}，这个考区不能举行${units.join('、')}的考试了。已有的考位由办公室统一安排，已缴的费用不会丢，请留意短信；其他单元照常。`;

/** S5, on 我的报考: what has become of the seats. `next`: how to register again. */
export function sayExit(exit: ExitModel, next: string): string {
  const area = ({ city, name }: AreaModel): string => `${city}${name}`;
  const why = exit.reason === '' ? '' : `（${exit.reason}）`;
  const lost = `${area(exit.from)}不能举行本次考试了${why}。`;
  switch (exit.kind) {
    case 'going':
      return `${lost}您的考位正在转到${area(exit.to)}，通常只要几秒。考位和已缴的费用都在，不用操作。`;
    case 'waiting':
      return exit.unpaid
        ? `${lost}办公室正在安排您的考位，有结果会发短信。现在不能确认和缴费，也不用操作。没有缴费的考位，当天报考截止时会释放，选好的课程都留着，可以改到别的考区重新报考。`
        : `${lost}您的考位和已缴的费用都在，办公室正在安排，转好或退费都会发短信。现在不用操作。`;
    case 'moved':
      return `${lost}您的考位已转到${area(exit.to)}，课程没有变，已缴的费用照样有效，不用再付。请看下面的新考区；以前保存的报考凭证请重新保存一次。`;
    case 'let-go':
      return exit.refunding
        ? `${lost}您的考位已取消，已缴的费用会自动原路退回付款账户，不用申请，退成后发短信。`
        : `${lost}您的考位已取消，选好的课程都留着。${next}`;
  }
}

/** What the window is doing, as every page tells it and live.ts sends it. */
export function sayWindow(window: WindowModel): string {
  switch (window.state) {
    case 'before':
      return `开始时间：${dayAndTime(window.opensAt)}。`;
    case 'open': {
      const { opensAt, closesAt, candidateType } = window.day;
      // A stranger is told whose day it is; whoever has signed in sees their own.
      const who = candidateType === undefined ? '' : `${candidateTypes[candidateType]}考生`;
      return `今天 ${timeSpan(opensAt, closesAt)} ${who}可以报考。`;
    }
    case 'paused':
      return windowPaused(window.reason, window.newsBy);
    case 'closed':
      return windowClosed(window.nextDay.opensAt);
    case 'over':
      return '已缴费的报考不受影响，请关注下次考试。';
  }
}

/** WCAG 2.2.1: two minutes before; with a button where going on is possible. */
export const signInEnds = (at: EpochMs, renewable: boolean): string =>
  renewable
    ? `登录将在 ${clockTime(at)} 结束。点“继续”保持登录，填好的内容都在。`
    : `登录将在 ${clockTime(at)} 结束。请先提交填好的内容，之后重新登录。`;
export const signInEnded = '登录已结束。已保存的考位不受影响，请重新登录。';

export const outcomeUnknownText =
  '网络中断，还不知道这次操作成没成功，正在核实。再点一次也不会重复。换一台手机登录，“我的报考”里也是真实结果。';

// ── Names ───────────────────────────────────────────────────────────────────────────────────────

/** `02324 离散数学`; a code without a known title stands alone. */
export const nameCourse = ({ code, name }: CourseModel): string =>
  name === '' ? code : `${code} ${name}`;

/** `080901 计算机科学与技术（专升本）` */
export const nameProgramme = ({ code, name, level }: ProgrammeModel): string =>
  name === '' ? code : `${code} ${name}（${level}）`;

/** R10, R11: why a course has no sitting. */
export function whyNotSeated(practical: boolean, replacedBy: readonly CourseModel[]): string {
  if (replacedBy.length > 0) return `已停用，改为 ${replacedBy.map(nameCourse).join('、')}`;
  return practical ? '实践课程，不安排考位，不在这里报考' : '本次不开考';
}

export const candidateTypes: Record<CandidateType, string> = {
  open: '社会型',
  applied: '应用型',
};
/** R5: shown beside days that are not everybody's. */
export const ownDays = (type: CandidateType): string =>
  `您是${candidateTypes[type]}考生，这里是${candidateTypes[type]}的报考时间，和其他考生的不完全一样。`;
export const candidateKinds: Record<PassedPageModel['person']['kind'], string> = {
  enrolled: '在籍考生',
  new: '新生',
};
export const ticketStatuses: Record<PassedPageModel['ticket']['status'], string> = {
  active: '在籍',
  graduated: '已毕业',
  transferred: '已转出',
};

/** `任选 1 门`, `选考不少于 3 门、14 学分` */
export const choiceAsks = ({
  coursesMin,
  creditsMin,
}: NonNullable<PlanPartModel['choice']>): string =>
  creditsMin === undefined
    ? `任选 ${coursesMin} 门`
    : `选考不少于 ${coursesMin} 门、${creditsMin} 学分`;

/** `1 门、4 学分`: what a choice still needs. */
export const choiceLeft = ({ coursesLeft, creditsLeft }: PlanPartModel): string =>
  [
    ...(coursesLeft > 0 ? [`${coursesLeft} 门`] : []),
    ...(creditsLeft > 0 ? [`${creditsLeft} 学分`] : []),
  ].join('、');

/** What stands over the plan: how many courses and credits are still missing. */
export function planLeft({ parts, creditsLeft }: NonNullable<PlanModel['plan']>): string {
  const courses = parts.reduce((sum, part) => sum + part.coursesLeft, 0);
  const missing = [
    ...(courses > 0 ? [`${courses} 门`] : []),
    ...(creditsLeft !== undefined && creditsLeft > 0 ? [`${creditsLeft} 学分`] : []),
  ];
  // Only the credits of some choice are short.
  return missing.length === 0 ? '离毕业还差选考学分' : `离毕业还差 ${missing.join('、')}`;
}

/** `第三单元 02324 离散数学` */
export const nameUnitCourse = ({ unit, course }: UnitAndCourse, between = ' '): string =>
  `${unit.name}${between}${nameCourse(course)}`;
export const listUnitCourses = (courses: readonly UnitAndCourse[]): string =>
  courses.map((one) => nameUnitCourse(one)).join('、');

/** `约 12 公里`, as the crow flies; nobody is told of metres. */
export const distance = (kilometres: number): string =>
  kilometres < 1 ? '不到 1 公里' : `约 ${Math.round(kilometres)} 公里`;

export const slipVerdicts: Record<NonNullable<SlipCheckModel['verdict']>, string> = {
  valid: '有效',
  invalid: '无效',
  away: '现在查不到',
};
/** The same for a code that never was, and for one that is good no longer. */
export const slipVerdictTexts: typeof slipVerdicts = {
  valid: '这个查验码的报考现在已缴费、已确认。凭证上的姓名和证件，请与本人核对。',
  invalid: '没有这个查验码，或凭证已经失效，例如已经退费。手工输入的，请对照凭证再核对一遍。',
  away: '系统暂时连不上，还不知道是不是有效。请过几分钟再查。',
};

/** Why there is no slip to show. */
export function noSlip(stand: Exclude<SlipStandModel, { state: 'paid' }>): {
  title: string;
  text: string;
} {
  switch (stand.state) {
    case 'none':
      return {
        title: '还没有报考凭证',
        text: '“我的报考”里显示“已缴费”和“已确认”以后，这里就有报考凭证。',
      };
    case 'unpaid':
      return {
        title: '还没有缴费',
        text: '缴费成功才算报上，那时这里就有报考凭证。',
      };
    case 'refunding':
      return {
        title: '正在退费',
        text: `退费已受理，${yuan(stand.feeFen)} 元退回原付款账户。原来的报考凭证已经失效。退成之前考位仍为您保留，结果会发短信。`,
      };
    case 'refunded':
      return {
        title: '已退费',
        text: `退费成功，${yuan(stand.feeFen)} 元已退，到账时间以支付平台为准。原来的报考凭证已经失效，考位已释放。`,
      };
    default:
      return unreachable(stand);
  }
}

export const levelNames: Record<Level, string> = { plenty: '充足', scarce: '紧张', full: '已满' };

export const ownNames: Record<Exclude<OwnModel['kind'], 'empty'>, string> = {
  draft: '已填入',
  held: '暂留',
  saved: '已保存',
  confirmed: '待缴费',
  paid: '已缴费，已确认',
  refunding: '退费中',
  swap: '已保存',
};

export type OperationKind =
  | 'choose'
  | 'drop'
  | 'hold'
  | 'send'
  | 'resend'
  | 'save'
  | 'give-up'
  | 'area'
  | 'confirm'
  | 'withdraw'
  | 'pay'
  | 'stop'
  | 'refund'
  | 'save-by-password';
export const operationNames: Record<OperationKind, string> = {
  choose: '输入报考科目',
  drop: '移除课程',
  hold: '获取验证码',
  send: '清空并发送验证码',
  resend: '重新获取验证码',
  save: '保存考位',
  'give-up': '放弃考位',
  area: '选择考区',
  confirm: '确认报考信息',
  withdraw: '撤销报考',
  pay: '前往交费',
  stop: '停止支付',
  refund: '申请退费',
  'save-by-password': '保存考位',
};

/** Which of the six steps an operation belongs to. */
export const operationSteps: Record<OperationKind, number> = {
  choose: 3,
  drop: 3,
  hold: 4,
  send: 4,
  resend: 4,
  save: 4,
  'give-up': 4,
  area: 2,
  confirm: 5,
  withdraw: 6,
  pay: 6,
  stop: 6,
  refund: 6,
  'save-by-password': 4,
};

// ── Confirming and paying ───────────────────────────────────────────────────────────────────────

/** `今天 22:00`, `9月8日 22:00` */
const byDay = (at: EpochMs, now: EpochMs, time = endTime(at)): string =>
  // Midnight as the end of a day is that day's.
  sameDay(at - 1, now) ? `今天 ${time}` : `${day(at - 1)} ${time}`;
/** `明天 09:00`, `9月10日 09:00` */
const openingDay = (at: EpochMs, now: EpochMs): string =>
  sameDay(at, now + 24 * 60 * 60_000) ? `明天 ${minuteTime(at)}` : dayAndTime(at);

/** F28, F29: what has no seat is named. */
export const confirmWarning = (left: readonly UnitAndCourse[]): string =>
  `请核对考区、时间和课程代码。确认以后，考区和课程都不能再改。${notIncluded(left)}`;
export const notIncluded = (left: readonly UnitAndCourse[]): string =>
  left.length === 0 ? '' : `这些课程还没保存，不会报上：${listUnitCourses(left)}。`;

export const confirmSubmit = (
  count: number,
  area: string,
  feeFen: Fen,
  { closesAt }: DueModel,
  now: EpochMs,
): string =>
  `提交这 ${count} 门课程吗？考区：${area}，合计 ${yuan(feeFen)} 元。提交后请在${byDay(closesAt, now)} 前缴费，缴费成功才算报上。`;

/** F30, D10. */
const unpaidRelease = (due: DueModel, now: EpochMs): string => `还没有缴费。${doneBy(due, now)}`;

const doneBy = ({ closesAt, nextOpen }: DueModel, now: EpochMs): string =>
  nextOpen === undefined
    ? `今天是最后一天，${endTime(closesAt)} 截止。过时考位会释放，本次考试不能再报。`
    : `请在${byDay(closesAt, now)} 前完成，过时考位会释放，可能被别人报走。${openingDay(nextOpen, now)} 起可以重新报考，不保证还有考位。`;

/** F30: whoever has saved seats is not done. `due` absent: nothing can be done now. */
export const confirmThenPay = (due: DueModel | undefined, now: EpochMs): string =>
  `确认报考信息并缴费，才算报上。${due === undefined ? '' : doneBy(due, now)}`;

/** The order's own day is past: it is asked about once more, then its seats go (F30, D11). */
const unpaidOver =
  '缴费时间已过，这张报考单不能再付款。正在向支付平台核实：已付款的会记到考位上，没有付款的考位会释放，选好的课程留作草稿。';

export const payIdCheck = '请再输一次您的证件号码，核对订单是您本人的。可以粘贴，X 不分大小写。';

export const payConfirm = (count: number, feeFen: Fen): string =>
  `现在去缴费吗？${count} 门课程，共 ${yuan(feeFen)} 元。支付页面会在新窗口打开，本页保留。`;

export const payPageBlocked =
  '没看到支付页面？可能被浏览器拦截了。请点“打开支付页面”，还是同一个订单。';

export const payChecking =
  '正在向支付平台核实。如已付款，请不要再付。可以关掉本页，结果会发短信，也能在“我的报考”查到。';

/** What the provider said when it was asked. */
export const askedTexts: Record<NonNullable<CheckingModel['asked']>, string> = {
  waiting: '问过支付平台了，还没有收到付款。刚付的款可能要等几秒，请稍后再查。',
  away: '支付平台暂时没有回应，还不知道是否已付。考位和订单都在，系统会继续核实。',
  often: '刚刚查过，请过几秒再查。系统也在自动核实。',
};

/** F41, in two parts: the two flags, and what comes next. */
export const registrationDone = (
  area: string,
  { courses, feeFen }: OrderModel,
  printFrom: EpochMs,
): Said =>
  said(
    '已缴费，已确认，本次报考完成',
    `${area}，${courses.length} 门课程，${yuan(feeFen)} 元。请保存报考凭证；准考证打印：${dayAndTime(printFrom)} 起。`,
  );

export const withdrawWarning = (count: number): string =>
  `撤销以后，这张报考单作废，${count} 个考位马上放回，可能被别人报走；选好的课程留作草稿，可以重新报考，不保证还有考位。`;

export const stopWarning =
  '停止以后，这次的二维码和支付链接作废，订单和考位都还在，可以换一种方式再付。如已付款，请不要停止，先查询缴费结果。';

/** F31, D12. */
export const refundRequest = (feeFen: Fen, count: number, lastClose: EpochMs): string =>
  `缴费后要增加或减少课程，只能整单退费 ${yuan(feeFen)} 元，退费成功后再重新报考。那时 ${count} 个考位全部释放，可能被别人报走。报考截止前没退成，本次就不能再报（截止：${day(lastClose - 1)} ${endTime(lastClose)}）。`;
export const refundMayBeLate =
  '退到余额通常很快，退到银行卡可能要 1–3 个工作日，报考截止前不一定退得成。退不成，本次考试就不能再报，考位也没有了。';

export const refundProgress = (feeFen: Fen): string =>
  `退费已受理，${yuan(feeFen)} 元退回原付款账户。退成之前考位仍为您保留，不能改课程，也不用再申请。结果会发短信。`;
export const refundStuck = '支付平台还没有退成，系统会继续办理，工作人员也已看到，您不用再申请。';

/** `{next}`: when one may register again. */
export function registerAgain(window: WindowModel, now: EpochMs): string {
  switch (window.state) {
    case 'open':
      return '现在可以重新报考。';
    case 'before':
      return `${openingDay(window.opensAt, now)} 起可以报考。`;
    case 'closed':
      return `${openingDay(window.nextDay.opensAt, now)} 起可以重新报考。`;
    case 'paused':
      return '恢复报考后可以重新报考。';
    case 'over':
      return '本次报考已截止，请关注下次考试。';
  }
}

/** D11, F31: money that goes back, or has. */
export function sayMoneyNews({ kind, feeFen, stuck }: MoneyNewsModel, next: string): string {
  const fee = `${yuan(feeFen)} 元`;
  const trouble = stuck ? refundStuck : '';
  switch (kind) {
    case 'late':
      return `${fee}在截止后才到账，考位已经没有了，这次没有报上。钱会自动原路退回付款账户，不用申请，退成后发短信。${trouble}${next}`;
    case 'lost':
      return `考区取消以后又收到您的 ${fee}，会自动原路退回付款账户，不用申请，退成后发短信。${trouble}`;
    case 'second':
      return `同一张订单付了两次，多付的 ${fee}会自动原路退回付款账户，不用申请，退成后发短信。报考不受影响。${trouble}`;
    case 'refunded':
      return `退费成功，${fee}已退，到账时间以支付平台为准。原来的考位已释放。${next}`;
  }
}

/** The next step: what it is about, and what is to be known of it. */
export function sayNextStep(step: NextStepModel, window: WindowModel, now: EpochMs): Said {
  const shut = window.state === 'open' ? '' : sayWindow(window);
  switch (step.kind) {
    case 'choose':
      return said(
        '还没有报考',
        shut || '选好考区、填入课程以后，这里会写明每个考位的情况。换一台设备登录，看到的也一样。',
      );
    case 'save':
      return said(
        `填好了 ${step.courses} 门课程，还没有考位`,
        shut || '请点“获取验证码”暂留考位，再输入验证码保存。',
      );
    case 'again':
      return said(
        '没有按时缴费，考位已释放',
        window.state === 'over'
          ? `${day(step.releasedAt)}截止前没有缴费，考位已释放。${shut}`
          : `${day(step.releasedAt)}截止前没有缴费，考位已释放。选好的 ${step.courses} 门课程还在，${
              shut === ''
                ? '点“获取验证码”就能重新暂留，不保证还有考位。'
                : registerAgain(window, now)
            }`,
      );
    case 'code':
      return said(
        `考位暂留到 ${clockTime(step.until)}`,
        step.byPassword
          ? '请在此之前输入登录密码并点“保存考位”。锁屏、切换应用都不影响暂留。'
          : '请在此之前输入验证码并点“保存考位”。去看短信、锁屏都不影响暂留。',
      );
    case 'confirm':
      return said(
        `${step.courses} 门课程已保存，还没有确认`,
        `${confirmThenPay(step.due, now)}${shut}`,
      );
    case 'pay':
      return said(`待缴费 ${yuan(step.feeFen)} 元`, sayPayable(step.payable, now));
    case 'check':
      return said('正在核实缴费结果', payChecking);
    case 'done':
      return said(
        '已缴费，已确认，本次报考完成',
        `${step.courses} 门课程都已报上。请保存报考凭证。`,
      );
    case 'refunding':
      return said('退费中', refundProgress(step.feeFen));
  }
}

/** F30, D10: until when is to be paid and what happens then; or why it cannot be paid now. */
export function sayPayable(payable: PayableModel, now: EpochMs): string {
  switch (payable.kind) {
    case 'until':
      return unpaidRelease(payable.due, now);
    case 'over':
      return unpaidOver;
    case 'shut':
      return payable.calendar.state === 'closed'
        ? `今天的报考和缴费已结束。${windowClosed(payable.calendar.nextDay.opensAt)}`
        : unpaidOver;
  }
}

export const refundCauses: Record<RefundCause, string> = {
  asked: '申请退费',
  second: '重复付款，自动退回',
  late: '截止后到账，自动退回',
};
export const attemptStates: Record<PaymentRecordModel['state'], string> = {
  live: '等待付款',
  stopping: '正在关闭',
  closed: '没有付款，已关闭',
  paid: '已付款',
};

export const providerNamesShown: Record<ProviderName, string> = {
  sandbox: '沙箱支付（演示）',
  alipay: '支付宝',
  wechat: '微信支付',
};
const applications: Record<ProviderName, string> = {
  sandbox: '沙箱支付（演示）',
  alipay: '支付宝',
  wechat: '微信',
};
/** How one pays, for whoever chooses; and what the button says that does it. */
export function methodName({ provider, way }: PayMethodModel): string {
  switch (way) {
    case 'scan':
      return `用${applications[provider]}扫码`;
    case 'page':
      return `在手机上打开${applications[provider]}`;
    case 'inside':
      return '在微信里直接支付';
  }
}
export const methodHints: Record<PaymentWay, string> = {
  scan: '这里显示二维码，用另一部手机扫',
  page: '手机上直接付，不用扫码',
  inside: '不用扫码',
};
export const openButton = (provider: ProviderName): string => `打开${applications[provider]}缴费`;

const digits = '零一二三四五六七八九';
/** `十二`: as a sum is asked and may be answered; below one hundred. */
export function numberInWords(number: number): string {
  const [tens, ones] = [Math.floor(number / 10), number % 10];
  if (tens === 0) return digits.charAt(ones);
  return `${tens === 1 ? '' : digits.charAt(tens)}十${ones === 0 ? '' : digits.charAt(ones)}`;
}

export const sumText = ({ left, plus, right }: SumModel): string =>
  `${numberInWords(left)}${plus ? '加' : '减'}${numberInWords(right)}等于几？`;

/** `35.00`: whole fen, never a fraction on the way. */
export const yuan = (fen: number): string =>
  `${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;

function unreachable(reason: never): never {
  throw new Error(`no words for ${String(reason)}`);
}
