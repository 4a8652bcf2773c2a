/**
 * Every route of the operators' port, on one screen. The port is never the candidates': it shows how
 * the system does, and by default this machine alone reaches it. It listens from the first moment of a
 * process, so that whoever waits for a gateway can ask what the gateway waits for.
 */
import { addApiRoutes } from '../api/server.ts';
import type { HttpServer } from '../http.ts';
import {
  changePassword,
  renewAuthenticator,
  renewRecoveryCodes,
  showAccount,
  showAuthenticator,
  showPassword,
} from './account.ts';
import {
  approveAct,
  pauseNow,
  previewAct,
  proposeAct,
  showAct,
  showActs,
  withdrawAct,
} from './acts/acts.ts';
import { showCalendar, showCandidateActs, showPools, showWindow } from './acts/forms.ts';
import { showWithdrawal } from './acts/withdrawal.ts';
import type { StaffContext } from './context.ts';
import { exportBoard, showBoard, showDashboard, tellDashboard } from './dashboard/pages.ts';
import { takeAlarm } from './dashboard/take.ts';
import { createDesk, type Desk } from './desk.ts';
import { addExports } from './files/export.ts';
import {
  applyImport,
  dropImport,
  importBytesMax,
  installTable,
  showImport,
  takeFile,
} from './files/import.ts';
import { showLive, showReady, showVersion } from './health.ts';
import { acceptInvitation, showInvitation } from './invitation.ts';
import { endKey, makeKey, showKey, showKeys } from './keys.ts';
import { showArea, showAreas, showPool } from './lookup/areas.ts';
import { showAudit } from './lookup/audit.ts';
import { findCandidates, showCandidate, showFind, showInFull } from './lookup/candidates.ts';
import { showMoney, showOrder, showOrders } from './lookup/orders.ts';
import { showTimeline } from './lookup/timeline.ts';
import { showMetrics } from './metrics.ts';
import {
  endAccount,
  invite,
  inviteAnew,
  setRoles,
  showInvite,
  showPeople,
  showPerson,
} from './people.ts';
import { goOn } from './prove.ts';
import { showEvening, showMorning } from './reports/day.ts';
import { sendReport } from './reports/files.ts';
import { showPapers, showSettlement, showSittings } from './reports/sums.ts';
import { showSignIn, signOut, takeCode, takePassword } from './sign-in.ts';

export function addStaffRoutes(server: HttpServer, context: StaffContext): void {
  server
    .get('/livez', showLive())
    .get('/readyz', showReady(context))
    .get('/version', showVersion())
    .get('/metrics', showMetrics(context));
  for (const asset of context.views.assets) server.asset(asset);
  addApiRoutes(server, context);
  addDeskRoutes(createDesk(server, context), context);
}

/** Each with the right that it asks for; those of the door ask for none. */
export function addDeskRoutes(desk: Desk, context: StaffContext): void {
  addExports(desk);
  desk
    .door('get', '/desk/sign-in', showSignIn(context))
    .door('post', '/desk/sign-in', takePassword(context))
    .door('post', '/desk/sign-in/code', takeCode(context))
    .door('get', '/desk/invitation', showInvitation(context))
    .door('post', '/desk/invitation', acceptInvitation(context))

    .post('/desk/prove', 'see-desk', goOn(desk), { stepUp: true })
    .post('/desk/sign-out', 'see-desk', signOut)

    .get('/desk/account', 'see-desk', showAccount)
    .get('/desk/account/password', 'see-desk', showPassword, { stepUp: true })
    .post('/desk/account/password', 'see-desk', changePassword, { stepUp: true })
    .get('/desk/account/authenticator', 'see-desk', showAuthenticator, { stepUp: true })
    .post('/desk/account/authenticator', 'see-desk', renewAuthenticator, { stepUp: true })
    .post('/desk/account/recovery-codes', 'see-desk', renewRecoveryCodes, { stepUp: true })

    .get('/desk/people', 'keep-accounts', showPeople)
    .get('/desk/people/invite', 'keep-accounts', showInvite)
    .post('/desk/people/invite', 'keep-accounts', invite, { stepUp: true })
    .get('/desk/people/account', 'keep-accounts', showPerson)
    .post('/desk/people/roles', 'keep-accounts', setRoles, { stepUp: true })
    .post('/desk/people/anew', 'keep-accounts', inviteAnew, { stepUp: true })
    .post('/desk/people/end', 'keep-accounts', endAccount, { stepUp: true })

    .get('/desk/acts', 'see-desk', showActs)
    .get('/desk/act', 'see-desk', showAct)
    .post('/desk/acts/preview', 'see-desk', previewAct, { limit: 'deskDryRuns' })
    .post('/desk/acts/propose', 'see-desk', proposeAct, { stepUp: true, limit: 'deskDryRuns' })
    .post('/desk/acts/approve', 'see-desk', approveAct, { stepUp: true })
    .post('/desk/acts/withdraw', 'see-desk', withdrawAct)
    // One step: nobody looks for a phone while seats run out.
    .post('/desk/acts/pause', 'set-window', pauseNow)
    .get('/desk/window', 'see-desk', showWindow)
    .get('/desk/calendar', 'see-desk', showCalendar)
    .get('/desk/area/change', 'see-desk', showPools)
    .get('/desk/area/withdraw', 'see-desk', showWithdrawal, { limit: 'deskWalks' })
    .get('/desk/candidate/timeline', 'see-candidates', showTimeline, { limit: 'deskWalks' })
    .get('/desk/candidate/acts', 'see-candidates', showCandidateActs)

    .get('/desk/import', 'import', showImport)
    .upload('/desk/import', 'import', importBytesMax, takeFile)
    .post('/desk/import/install', 'import', installTable, { stepUp: true })
    .post('/desk/import/apply', 'import', applyImport, { stepUp: true })
    .post('/desk/import/drop', 'import', dropImport)

    .get('/desk/keys', 'keep-keys', showKeys)
    .get('/desk/keys/key', 'keep-keys', showKey)
    .post('/desk/keys/make', 'keep-keys', makeKey, { stepUp: true })
    .post('/desk/keys/end', 'keep-keys', endKey, { stepUp: true })

    .get('/desk/areas', 'see-desk', showAreas)
    .get('/desk/area', 'see-desk', showArea)
    .get('/desk/pool', 'see-candidates', showPool)
    .get('/desk/candidates', 'see-candidates', showFind)
    .post('/desk/candidates', 'see-candidates', findCandidates, { limit: 'deskFinds' })
    .get('/desk/candidate', 'see-candidates', showCandidate)
    .post('/desk/candidate/in-full', 'see-in-full', showInFull, { stepUp: true })
    .get('/desk/orders', 'see-orders', showOrders)
    .get('/desk/order', 'see-orders', showOrder)
    .get('/desk/audit', 'see-audit', showAudit, { limit: 'deskWalks' })
    .get('/desk/money', 'see-orders', showMoney)
    .get('/desk/reports', 'see-orders', showEvening, { limit: 'deskWalks' })
    .get('/desk/reports/morning', 'see-orders', showMorning, { limit: 'deskWalks' })
    .get('/desk/reports/papers', 'see-orders', showPapers, { limit: 'deskWalks' })
    .get('/desk/reports/sittings', 'see-orders', showSittings, { limit: 'deskWalks' })
    .get('/desk/reports/settlement', 'see-orders', showSettlement, { limit: 'deskWalks' })
    .get('/desk/reports/file', 'export-orders', sendReport, { limit: 'deskWalks' })

    .post('/desk/alarms/take', 'acknowledge-alarms', takeAlarm)
    .get('/desk/board', 'see-desk', showBoard)
    .get('/desk/board.csv', 'see-desk', exportBoard)
    .get('/desk/now.json', 'see-desk', tellDashboard, { quiet: true })
    .get('/desk', 'see-desk', showDashboard);
}
