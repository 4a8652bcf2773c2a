/** The words of the desk: for colleagues on duty, so short and exact, and as kind as elsewhere. */
import type { AsideReason, TicketRecord } from '../../engine/protocol/commands.ts';
import type { EpochMs } from '../../engine/protocol/ids.ts';
import type { ImportState, StagedKind } from '../../engine/protocol/imports.ts';
import type { KeyScope } from '../../engine/protocol/keys.ts';
import type { RefusalReason } from '../../engine/protocol/refusals.ts';
import type { OrderState } from '../../engine/protocol/replies.ts';
import { type Role, type Scope, type StaffState, shell } from '../../engine/protocol/staff.ts';
import { clockTime } from '../china-time.ts';
import { type Said, sayRefusal } from '../wording.ts';
import type { Finder, SeatState } from './lookup-models.ts';
import type { DeskProblem, Places } from './view-models.ts';

export {
  attemptStates,
  candidateTypes as typeNames,
  providerNamesShown,
  refundCauses,
  yuan,
} from '../wording.ts';
export * from './act-words.ts';
export * from './report-words.ts';

export const roleNames: Record<Role, string> = {
  viewer: '查看',
  office: '考务',
  finance: '财务',
  system: '系统',
  audit: '审计',
};
/** What a role is for, where it is given. */
export const roleHints: Record<Role, string> = {
  viewer: '看值守页面：余位、状态和告警，看不到考生。',
  office: '开关报考、调整考位、发公告、为考生办理、导入。',
  finance: '看订单、对账，申请退费，开关缴费。',
  system: '管理账号和接口密钥。不能与考务、财务、审计同给一人。',
  audit: '查审计记录和考生记录，不办理。不能与查看以外的角色同给一人。',
};
/** What a key of another system may read. */
export const keyScopeNames: Record<KeyScope, string> = {
  areas: '考区',
  counts: '余位',
  registrations: '报考',
  orders: '订单',
};
export const keyScopeHints: Record<KeyScope, string> = {
  areas: '考区、考试单元和考区办公室。',
  counts: '各考区每个单元的考位数和余位。',
  registrations: '准考证号和所报课程。没有姓名、证件号码和手机号。',
  orders: '按订单号查询缴费和退费情况。',
};
export const nameKeyScopes = (may: readonly KeyScope[]): string =>
  may.map((one) => keyScopeNames[one]).join('、');
export const stateNames: Record<StaffState, string> = {
  invited: '已邀请',
  active: '在用',
  ended: '已停用',
};

export const nameRoles = (held: readonly Role[]): string =>
  held.map((role) => roleNames[role]).join('、');

export function nameScope(scope: Scope, { cities, areas }: Places): string {
  switch (scope.kind) {
    case 'province':
      return '全省';
    case 'city':
      return cities.find(({ code }) => code === scope.city)?.name ?? scope.city;
    case 'area': {
      const area = areas.find(({ code }) => code === scope.area);
      if (area === undefined) return scope.area;
      const city = cities.find(({ code }) => code === area.city);
      return city === undefined ? area.name : `${city.name} ${area.name}`;
    }
  }
}

export type ProofReason = 'code-missing' | 'code-wrong' | 'code-spent' | 'delayed';
export type DoorReason = 'incomplete' | 'wrong' | 'wrong-and-delayed' | 'delayed' | 'door-closed';
export type PasswordReason = 'too-short' | 'too-long' | 'common' | 'personal' | 'not-the-same';
export type InvitationReason = PasswordReason | 'code-wrong';
export type OwnReason =
  | PasswordReason
  | 'code-wrong'
  | 'old-wrong'
  | 'unchanged'
  | 'delayed'
  | 'outcome-unknown';
export type ActReason = RefusalReason | 'time-malformed' | 'count-malformed' | 'outcome-unknown';
export type PeopleReason = RefusalReason | 'name-malformed' | 'scope-missing' | 'outcome-unknown';

export type KeyReason =
  | RefusalReason
  | 'label-missing'
  | 'may-missing'
  | 'scope-missing'
  | 'outcome-unknown';

export type AlarmReason = RefusalReason | 'alarm-ended' | 'alarm-changed' | 'outcome-unknown';
export type LookupReason = 'number-malformed' | 'reason-missing';
export type FilesReason = 'file-missing' | 'import-busy';

export type Reason =
  | FilesReason
  | LookupReason
  | KeyReason
  | ProofReason
  | DoorReason
  | InvitationReason
  | OwnReason
  | PeopleReason
  | AlarmReason
  | ActReason;

const said = (text: string, next: string): Said => ({ text, next });
const later = (at: EpochMs | undefined): string =>
  at === undefined ? '请过几分钟再试。' : `请在 ${clockTime(at)} 以后再试。`;

export function sayDesk({ reason, at }: DeskProblem<Reason>): Said {
  switch (reason) {
    case 'incomplete':
      return said('账号和密码都要填。', '请补全后再登录。');
    case 'wrong':
      return said('账号或密码不正确。', '请检查后重新输入；忘记密码请找系统管理员重新邀请。');
    case 'wrong-and-delayed':
      return said('账号或密码不正确，已连续多次。', later(at));
    case 'delayed':
      return said('连续多次没有通过，需要等一会儿。', later(at));
    case 'door-closed':
      return said('这次登录放得太久，或者账号刚刚有变动。', '请重新输入账号和密码。');
    case 'code-missing':
      return said('没有填写动态码。', '请打开验证器，输入这个账号的 6 位数字。');
    case 'code-wrong':
      return at === undefined
        ? said('动态码不正确。', '请输入验证器里这个账号现在显示的 6 位数字。')
        : said('动态码不正确，已连续多次。', later(at));
    case 'too-short':
      return said('密码太短。', '至少 10 个字符；用几个不相干的词连起来，好记也难猜。');
    case 'too-long':
      return said('密码太长。', '请不要超过 128 个字节，约 40 个汉字。');
    case 'common':
      return said('这个密码太常见，容易被猜到。', '请换一个，用几个不相干的词连起来。');
    case 'personal':
      return said('密码里有账号名。', '请换一个。');
    case 'not-the-same':
      return said('两次输入的密码不一样。', '请重新输入。');
    case 'old-wrong':
      return said('原密码不正确。', at === undefined ? '请检查后重新输入。' : later(at));
    case 'unchanged':
      return said('新密码和原密码一样。', '请换一个。');
    case 'file-missing':
      return said('没有选择内容或文件。', '请选好要导入的内容和文件，再上传。');
    case 'import-busy':
      return said('正在核对另一个文件。', '请等它核对完，再上传这个。');
    case 'number-malformed':
      return said('号码不完整或有误。', '请选对查找方式，核对后重新输入。');
    case 'reason-missing':
      return said('没有写原因。', '请写明原因，再提交。');
    case 'name-malformed':
      return said(
        '账号名不合规则。',
        '用 2 至 32 个小写字母、数字、点或连字符，以字母开头，例如 li.na。',
      );
    case 'label-missing':
      return said('没有写是哪个系统用。', '请写清楚系统的名称。');
    case 'may-missing':
      return said('没有选择可以读取的内容。', '请至少选一项，只选用得到的。');
    case 'scope-missing':
      return said('没有选择管理范围。', '请选择全省、市州或考区。');
    case 'time-malformed':
      return said('时间填得不对。', '请填写日期和时间，例如 2026-09-08 22:00。');
    case 'alarm-ended':
      return said('这条告警已经恢复。', '不用再处理。');
    case 'alarm-changed':
      return said(
        '这条告警和您看到时不同：恢复过又出现，或者变严重了。',
        '请看过现在的情况，再点知道了。',
      );
    case 'count-malformed':
      return said('数字填得不对。', '请填写不小于 0 的整数。');
    case 'changed-meanwhile':
      return said('刚才有人改过这里，这次没有处理。', '请看过现在的情况，再提交。');
    case 'outcome-unknown':
      return said('还不知道这次操作成没成功。', '再点一次不会重复办理。');
    default:
      return sayRefusal({ reason });
  }
}

export const signInNews = {
  idle: '半小时没有操作，已自动退出。请重新登录。',
  over: '登录满 12 小时，已到期。请重新登录。',
  ended: '账号、角色或密码有变动，之前的登录已结束。请重新登录。',
  out: '已退出。这个账号在其他设备上的登录也结束了。',
  changed: '已修改。之前的登录都已结束，请重新登录。',
  welcome: '账号已启用，请登录。',
} as const;

export const peopleNews = {
  roles: '已更改角色和范围，对方之前的登录已结束。',
  ended: '账号已停用，对方之前的登录已结束。',
} as const;

export const refusals = {
  right: {
    title: '没有权限',
    text: '您的角色不能使用这一页。',
    next: '需要的话，请系统管理员调整角色。',
  },
  scope: {
    title: '不在管理范围内',
    text: '这条记录不属于您管理的考区。',
    next: '请由所属考区或上一级办理。',
  },
  unknown: {
    title: '没有找到',
    text: '没有这条记录，或者不属于您管理的考区。',
    next: '请核对后重新查找。',
  },
  form: {
    title: '页面已过期',
    text: '这一页打开得太久，或者中间重新登录过，没有处理。',
    next: '请返回上一页，刷新后再填一次。',
  },
} as const;

export const seatStateNames: Record<SeatState, string> = {
  held: '暂留',
  saved: '已保存',
  confirmed: '待缴费',
  paid: '已缴费',
  refunding: '退费中',
};

export const orderStateNames: Record<OrderState, string> = {
  confirmed: '待缴费',
  paid: '已缴费',
  refunding: '退费中',
  refunded: '已退费',
  withdrawn: '已撤销',
  released: '已释放',
  moved: '已转考区',
};
export const finderNames: Record<Finder, string> = {
  document: '证件号码',
  ticket: '准考证号',
  phone: '手机号',
};
export const ticketStates: Record<TicketRecord['status'], string> = {
  active: '在籍',
  graduated: '已毕业',
  transferred: '已转出',
};
/** D14, B7: what a provider said and no order took, or what a bill and our orders do not share. */
export const asideNames: Record<AsideReason, string> = {
  malformed: '通知读不懂',
  signature: '签名不对',
  stale: '通知过期',
  merchant: '商户号不对',
  currency: '币种不对',
  'payment-unknown': '找不到对应的付款',
  'payment-differs': '和已记下的付款不一致',
  'amount-differs': '金额不对',
  'bill-payment-missing-here': '账单有付款，我方没有',
  'bill-payment-missing-there': '我方有付款，账单没有',
  'bill-refund-missing-here': '账单有退费，我方没有',
  'bill-refund-missing-there': '我方有退费，账单没有',
  'bill-amount-differs': '账单金额和我方不同',
};
export const stagedNames: Record<StagedKind, string> = {
  arrangement: '考场编排',
  absences: '缺考',
  candidates: '考生',
  grades: '成绩',
  capacities: '考位容量',
};
/** Whoever decided something: an account, or the command line with what somebody there called themselves. */
export function whoOf(signed: string): string {
  if (signed === shell) return '命令行';
  return signed.startsWith(`${shell} `) ? `命令行（${signed.slice(shell.length + 1)}）` : signed;
}
export const importStates: Record<ImportState, string> = {
  open: '正在核对',
  ready: '等待复核',
  applied: '已生效',
  dropped: '已作废',
};
export const importNews = {
  installed: '已导入，各页面随即更新。',
  applied: '已生效。报考照常进行，记录在后台陆续写入。',
  dropped: '已作废，没有任何改动。',
} as const;

/** A China-time day number. */
export const dayNamed = (day: number): string =>
  new Date(day * 86_400_000).toISOString().slice(0, 10);

export const waits = {
  often: { title: '请稍等', text: '短时间内尝试太多，没有处理。' },
  exports: {
    title: '请稍等',
    text: '正在导出的文件已经够多了，这一份没有开始。请等前面的下载完，或者先取消一份。',
  },
  busy: { title: '请稍等', text: '系统现在很忙，没有处理。' },
  away: { title: '系统没有回应', text: '引擎暂时没有回应，还不知道这次操作有没有办理。' },
} as const;
