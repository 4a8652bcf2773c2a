/** Every route of the gateway, on one screen. What each does stands where it is imported from. */

import { noticePath } from '../engine/payments/config.ts';
import { endSignIns, showAccount } from './account/account.ts';
import { changePassword, showChangePassword } from './account/change-password.ts';
import { sendUnbindCode, showUnbind, unbindPhone } from './account/unbind.ts';
import type { GatewayContext } from './context.ts';
import type { HttpServer } from './http.ts';
import type { Live } from './live.ts';
import { showCourseList, showGuide } from './looking-up/pages.ts';
import { showPassed, showPlan } from './looking-up/record.ts';
import {
  askRefund,
  askStop,
  askWithdraw,
  requestRefund,
  stopPayment,
  withdrawOrder,
} from './paying/changes.ts';
import { askConfirm, confirmRegistration, showConfirm } from './paying/confirm.ts';
import { showLook } from './paying/look.ts';
import {
  noticeBytesMax,
  takeNotice as takeProviderNotice,
  type WrongNotices,
} from './paying/notices.ts';
import { queryPayment, showOrder } from './paying/order.ts';
import {
  checkDocument,
  showPayCheck,
  showPayConfirm,
  showPayment,
  startPayment,
} from './paying/payment.ts';
import { takePayer } from './paying/wechat-payer.ts';
import { showArea, takeArea } from './registering/area.ts';
import {
  declineCode,
  holdSeats,
  resendCode,
  saveSeats,
  sendCode,
  showCode,
} from './registering/code.ts';
import { dropCourse, showCourses, takeCourse } from './registering/courses.ts';
import { goElsewhere, showElsewhere, takeCarried } from './registering/elsewhere.ts';
import { giveUpSeats, showGiveUp } from './registering/give-up.ts';
import { showMine, showOrderRecord } from './registering/mine.ts';
import { showNotice, takeNotice } from './registering/notice.ts';
import { showOutcome } from './registering/outcome.ts';
import { saveByPassword } from './registering/save-by-password.ts';
import { createActivation } from './sign-in/activation.ts';
import { createForgotten } from './sign-in/forgotten.ts';
import { createLookup } from './sign-in/lookup.ts';
import { createPasswordStep } from './sign-in/password-step.ts';
import { createRenew } from './sign-in/renew.ts';
import { createSignOut } from './sign-in/sign-out.ts';
import { showSlipCheck } from './slip/check.ts';
import { showSlip } from './slip/slip.ts';
import { showMessages, showStart } from './start.ts';

export function addRoutes(
  server: HttpServer,
  context: GatewayContext,
  live: Live,
  wrong: WrongNotices,
): void {
  const lookup = createLookup(context);
  const activation = createActivation(context);
  const forgotten = createForgotten(context);

  server
    .get('/', showStart(context))
    .get('/guide', showGuide(context))
    .get('/courses', showCourseList(context))
    .get('/passed', showPassed(context))
    .get('/plan', showPlan(context))
    .get('/verify', showSlipCheck(context))

    .get('/sign-in', lookup.open)
    .get('/captcha', lookup.captcha)
    .post('/sign-in/lookup', lookup.find)
    .post('/sign-in', createPasswordStep(context))
    .post('/sign-in/forgotten', forgotten.begin)
    .post('/sign-in/forgotten/code', forgotten.sendCode)
    .post('/sign-in/forgotten/prove', forgotten.prove)
    .post('/sign-in/forgotten/password', forgotten.setPassword)
    .post('/sign-in/renew', createRenew(context))
    .post('/sign-out', createSignOut(context))

    .get('/activate', activation.notice)
    .get('/activate/phone', activation.phone)
    .post('/activate/phone/code', activation.sendCode)
    .post('/activate/phone', activation.bind)
    .get('/activate/password', activation.password)
    .post('/activate/password', activation.setPassword)

    .get('/account', showAccount(context))
    .post('/account/end-sign-ins', endSignIns(context))
    .get('/account/phone', showUnbind(context))
    .post('/account/phone/code', sendUnbindCode(context))
    .post('/account/phone', unbindPhone(context))
    .get('/account/password', showChangePassword(context))
    .post('/account/password', changePassword(context))

    .get('/register', showNotice(context))
    .post('/register', takeNotice(context))
    .get('/register/area', showArea(context))
    .post('/register/area', takeArea(context))
    .get('/register/courses', showCourses(context))
    .post('/register/courses', takeCourse(context))
    .post('/register/courses/drop', dropCourse(context))
    .get('/register/elsewhere', showElsewhere(context))
    .post('/register/elsewhere', goElsewhere(context))
    .post('/register/elsewhere/courses', takeCarried(context))
    .post('/register/hold', holdSeats(context))
    .get('/register/code', showCode(context))
    .post('/register/code/send', sendCode(context))
    .post('/register/code/decline', declineCode(context))
    .post('/register/code/resend', resendCode(context))
    .post('/register/save', saveSeats(context))
    .post('/register/save/password', saveByPassword(context))
    .get('/register/outcome', showOutcome(context))
    .get('/register/give-up', showGiveUp(context))
    .post('/register/give-up', giveUpSeats(context))
    .get('/register/confirm', showConfirm(context))
    .get('/register/confirm/submit', askConfirm(context))
    .post('/register/confirm', confirmRegistration(context))

    .get('/mine', showMine(context))
    .get('/order', showOrderRecord(context))
    .get('/slip', showSlip(context))
    .get('/pay', showOrder(context))
    .get('/pay/check', showPayCheck(context))
    .post('/pay/check', checkDocument(context))
    .get('/pay/wechat', takePayer(context))
    .get('/pay/confirm', showPayConfirm(context))
    .post('/pay/start', startPayment(context))
    .get('/pay/page', showPayment(context))
    .get('/pay/look', showLook(context))
    .post('/pay/query', queryPayment(context))
    .get('/pay/stop', askStop(context))
    .post('/pay/stop', stopPayment(context))
    .get('/pay/withdraw', askWithdraw(context))
    .post('/pay/withdraw', withdrawOrder(context))
    .get('/pay/refund', askRefund(context))
    .post('/pay/refund', requestRefund(context))

    .get('/window', live.ask)
    .socket('/live', live.route);
  for (const provider of context.providers) {
    server.raw(
      noticePath(provider.name),
      noticeBytesMax,
      takeProviderNotice(context, provider, wrong),
    );
  }
  if (context.config.demonstration) server.get('/messages', showMessages(context));
}
