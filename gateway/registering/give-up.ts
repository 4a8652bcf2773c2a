/** D6: giving up saved seats, explicitly and warned. */
import type { GatewayContext } from '../context.ts';
import { formOf } from '../form.ts';
import { type Handler, type Reply, redirect } from '../http.ts';
import { forForm, forStanding, notAccepted, showAgain } from './desk.ts';
import { unitsForm } from './forms.ts';
import type { Problem } from './models.ts';
import { giveUpPage, windowPage } from './pages.ts';
import type { Standing, Visit } from './present.ts';
import { sendAct } from './send.ts';

export const showGiveUp = (context: GatewayContext): Handler =>
  forStanding(context, (visit, standing) => {
    if (visit.window.state !== 'open') return windowPage(visit, standing);
    return giveUpOrMine(visit, standing);
  });

export const giveUpSeats = (context: GatewayContext): Handler =>
  forForm(
    context,
    async (visit, form, claim) => {
      const fields = unitsForm.safeParse({ units: visit.request.form.all('unit') });
      if (!fields.success) return showAgain(visit, { reason: 'unit-unchosen' }, giveUpOrMine);
      const { units } = fields.data;
      const act = { kind: 'give-up-seats', units } as const;
      const sent = await sendAct(visit, form, claim, 'give-up', units.join(), act);
      if (sent.kind !== 'accepted') return notAccepted(visit, sent, giveUpOrMine);
      return redirect('/mine');
    },
    giveUpOrMine,
  );

/** The seat asked about, or all this ticket's; with none saved there is nothing to give up. */
function giveUpOrMine(visit: Visit, standing: Standing, problem?: Problem): Reply {
  const saved = standing.registration.seats.filter(
    (seat) => seat.state.kind === 'saved' && seat.ticket === visit.signIn.ticket,
  );
  if (saved.length === 0) return redirect('/mine');
  const asked = formOf(visit.request.query)?.get('unit') ?? visit.request.form.get('unit');
  const one = saved.filter((seat) => seat.unit === asked);
  return giveUpPage(visit, standing, one.length > 0 ? one : saved, problem);
}
