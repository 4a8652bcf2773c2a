/** The pages of the sandbox: where somebody pays with a click, and what stands where nothing is. */
import { dayAndTime } from '../web/china-time.ts';
import { html, type Markup, nothing } from '../web/markup.ts';
import type { Order } from './book.ts';
import type { Answers } from './wire.ts';

export type PayPage = {
  order: Order;
  standing: Answers['query'];
  /** Of this page, where its form goes. */
  path: string;
  sheet: string;
};

export function payPage({ order, standing, path, sheet }: PayPage): string {
  const { title, heading, text } = wordsFor(order, standing);
  const main = html`<h1 class="${standing.kind}">${heading}</h1>
<p class="amount"><span>¥</span>${yuan(order.amountFen)}</p>
<dl>
<div><dt>收款方</dt><dd>自学考试课程报考（演示商户）</dd></div>
<div><dt>商品</dt><dd>${order.title}</dd></div>
<div><dt>商户订单号</dt><dd class="num">${order.order}</dd></div>
${standing.kind === 'paid' ? html`<div><dt>交易号</dt><dd class="num">${standing.transaction}</dd></div>` : nothing}
</dl>
<p class="say">${text}</p>
${standing.kind === 'waiting' ? html`<form method="post" action="${path}"><button>确认付款（演示，不扣款）</button></form>` : nothing}
<a class="back" href="${order.returnTo}">返回商户页面</a>`;
  return frame(title, sheet, main);
}

export const nothingHere = (sheet: string): string =>
  frame(
    '没有这个页面',
    sheet,
    html`<h1 class="closed">没有这个页面</h1><p class="say">请回到商户页面，重新打开支付页面。</p>`,
  );

function wordsFor(order: Order, standing: Answers['query']) {
  if (standing.kind === 'waiting') {
    return {
      title: '付款',
      heading: '待付款',
      text: `请在 ${dayAndTime(order.expiresAt)} 前付款，过时这笔订单自动关闭。`,
    };
  }
  if (standing.kind === 'closed') {
    return {
      title: '订单已关闭',
      heading: '订单已关闭',
      text: '这笔订单不能再付款，也没有收款。请回到商户页面查看。',
    };
  }
  const paidAt = dayAndTime(standing.paidAt);
  if (order.refund === undefined) {
    return {
      title: '付款成功',
      heading: '付款成功',
      text: `付款时间：${paidAt}。请不要重复付款。`,
    };
  }
  return order.refund.doneAt === undefined
    ? { title: '退款中', heading: '退款中', text: `付款时间：${paidAt}。退款已受理，正在处理。` }
    : {
        title: '已退款',
        heading: '已退款',
        text: `付款时间：${paidAt}。退款时间：${dayAndTime(order.refund.doneAt)}，全额退回。`,
      };
}

const frame = (title: string, sheet: string, main: Markup): string =>
  html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="format-detection" content="telephone=no">
<title>${title} · 沙箱支付平台（演示）</title>
<link rel="stylesheet" href="${sheet}">
</head>
<body>
<div class="tape" aria-hidden="true"></div>
<header><svg width="32" height="32" viewBox="0 0 32 32" aria-hidden="true"><circle cx="16" cy="16" r="14.5" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="5 3"/><path d="M10.5 8.5 16 15.5l5.5-7M16 15.5V24M11.5 16h9M11.5 20h9" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg><p><b>沙箱支付平台</b><span>演示用，不收真钱</span></p></header>
<section class="warning" aria-label="演示">这里不是真正的支付平台。点付款不会扣任何人的钱，请不要填写或扫描真实的付款信息。</section>
<main>${main}</main>
</body>
</html>`.text;

const yuan = (fen: number): string =>
  `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
