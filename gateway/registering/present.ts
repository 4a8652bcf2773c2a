/**
 * Where a candidate stands, asked fresh for every page: the person, the claimed area and the
 * registration there. The area cookie only saves a round trip; what the engine says wins.
 *
 * N1 A page is made from one present; a form on it carries the revision and the epoch it was made
 *    from, and is bound to its area, so an old page cannot act on a newer state.
 */
import type { AreaCode, EpochMs } from '../../engine/protocol/ids.ts';
import type { CandidateView, CodeView, RegistrationView } from '../../engine/protocol/replies.ts';
import type { ExamArea } from '../../engine/protocol/session.ts';
import type { CountsIn } from '../availability.ts';
import { type Session, type WindowNow, windowAt, withoutLost } from '../catalogue.ts';
import type { GatewayContext } from '../context.ts';
import type { AreaClaim, FormToken, SignIn } from '../cookies.ts';
import type { Request } from '../http.ts';

/** Who asks, when, and what everybody shares. */
export type Visit = {
  context: GatewayContext;
  request: Request;
  signIn: SignIn;
  /** With the days of the person's type. */
  session: Session;
  window: WindowNow;
  countsIn: CountsIn;
  at: EpochMs;
};

export type Standing = {
  candidate: CandidateView;
  claim: AreaClaim | undefined;
  area: ExamArea | undefined;
  registration: RegistrationView;
};
/**
 * `away`: the engine could not be asked; nothing is known and nothing was done. `ended`: the person's
 * book says that this sign-in is over, whatever this gateway has heard.
 */
export type NotStanding = { kind: 'away' } | { kind: 'ended' };
export type StandingOrNot = { kind: 'standing'; standing: Standing } | NotStanding;

/** What the area page has ticked. */
export type AreaChoice = { city: string; area: AreaCode | '' };
export const noChoice: AreaChoice = { city: '', area: '' };

export const nothingYet: RegistrationView = { revision: 0, seats: [], draft: [], orders: [] };

export function visitOf(
  context: GatewayContext,
  request: Request,
  signIn: SignIn,
  session: Session,
): Visit {
  const at = context.now();
  const claimed = context.cookies.areaOf(request.cookieHeader, signIn.person);
  return {
    ...{ context, request, signIn, session, at },
    window: windowAt(session.adopted, at, claimed?.area),
    countsIn: (area) =>
      withoutLost(session, context.availability.counts(area, signIn.candidateType)),
  };
}

/** The person alone, for pages that are about no registration. */
export async function personOf({
  context,
  signIn,
}: Visit): Promise<{ kind: 'person'; candidate: CandidateView } | NotStanding> {
  const asked = await context.client.ask({ kind: 'candidate', person: signIn.person });
  if (asked.kind !== 'candidate') return { kind: 'away' };
  const { candidate } = asked;
  if (candidate === null || candidate.generation > signIn.generation) return { kind: 'ended' };
  // The record was corrected since (R5): the window and the counts of the other type are not theirs.
  if (candidate.candidateType !== signIn.candidateType) return { kind: 'ended' };
  return { kind: 'person', candidate };
}

/** Person and registration are asked together, on the guess that the cookie's area still holds. */
export async function standingOf(visit: Visit): Promise<StandingOrNot> {
  const { context, request, signIn, session } = visit;
  const { person } = signIn;
  const guess = context.cookies.areaOf(request.cookieHeader, person)?.area;
  const [asked, guessed] = await Promise.all([
    personOf(visit),
    guess === undefined
      ? undefined
      : context.client.ask({ kind: 'registration', area: guess, person }),
  ]);
  if (asked.kind !== 'person') return asked;
  const { candidate } = asked;
  const claim = candidate.claim && { area: candidate.claim.area, claim: candidate.claim.number };
  if (claim === undefined) {
    return {
      kind: 'standing',
      standing: { candidate, claim, area: undefined, registration: nothingYet },
    };
  }
  const answer =
    guess === claim.area
      ? guessed
      : await context.client.ask({ kind: 'registration', area: claim.area, person });
  if (answer?.kind !== 'registration') return { kind: 'away' };
  const area = session.area.get(claim.area);
  return {
    kind: 'standing',
    standing: { candidate, claim, area, registration: answer.registration },
  };
}

/** The code this ticket can still be saved with. It is over at its end, equal is too late (B1). */
export function liveCode(visit: Visit, registration: RegistrationView): CodeView | undefined {
  const { code } = registration;
  if (code === undefined || code.ticket !== visit.signIn.ticket) return undefined;
  return code.expiresAt > visit.at && code.triesLeft > 0 ? code : undefined;
}

/** B1: this ticket's code ran out unused, and nothing was done since. */
export function lapsed(
  visit: Visit,
  { code }: RegistrationView,
): { reason: 'code-expired' | 'password-late' } | undefined {
  if (code === undefined || code.ticket !== visit.signIn.ticket) return undefined;
  if (code.expiresAt > visit.at) return undefined;
  return { reason: code.delivery === 'not-sent' ? 'password-late' : 'code-expired' };
}

/** D7: what models say while the password stands for booking codes. */
export const byPassword = ({ session }: Pick<Visit, 'session'>): { byPassword?: true } =>
  session.adopted.settings.bookingProof === 'password' ? { byPassword: true } : {};

/** F26 was asked of this ticket and not answered yet. */
export function isAsked(visit: Visit, registration: RegistrationView): boolean {
  return registration.asking?.ticket === visit.signIn.ticket;
}

/** R4, R6, R8: why this ticket of this person cannot register at all. */
export function barOn(
  { signIn }: Visit,
  { tickets, hasPhoto, phone }: CandidateView,
): 'ticket-unknown' | 'ticket-dead' | 'photo-missing' | 'phone-missing' | undefined {
  const ticket = tickets.find(({ number }) => number === signIn.ticket);
  if (ticket === undefined) return 'ticket-unknown';
  if (ticket.status !== 'active') return 'ticket-dead';
  if (!hasPhoto) return 'photo-missing';
  return phone === undefined ? 'phone-missing' : undefined;
}

/** What a page's forms carry: see N1. `area` is empty before one is chosen. */
export function formFor(visit: Visit, area: AreaCode | '', revision: number): string {
  const { context, signIn, at } = visit;
  const epoch = epochAt(visit, area) ?? 0;
  const boundTo = bindingOf(signIn, area, epoch);
  return `${epoch.toString(36)}.${context.cookies.formToken(boundTo, revision, at)}`;
}

export type SentForm = FormToken & { epoch: number };

/** Undefined: forged, outdated, or made for another sign-in or area. */
export function formFrom(visit: Visit, area: AreaCode | ''): SentForm | undefined {
  const { context, request, signIn, at } = visit;
  const sent = request.form.get('token');
  const dot = sent.indexOf('.');
  const epoch = Number.parseInt(sent.slice(0, dot), 36);
  if (!Number.isSafeInteger(epoch)) return undefined;
  const token = context.cookies.readFormToken(
    sent.slice(dot + 1),
    bindingOf(signIn, area, epoch),
    at,
  );
  return token && { ...token, epoch };
}

const bindingOf = (signIn: SignIn, area: AreaCode | '', epoch: number): string =>
  `${signIn.nonce}~${area}~${epoch}`;

/** The life of the area's writer, or of the person's without an area; see `Envelope`. */
export function epochAt(visit: Visit, area: AreaCode | ''): number | undefined {
  const { client } = visit.context;
  return area === ''
    ? client.epochOf({ kind: 'choose-area', person: visit.signIn.person, ticket: '', area })
    : client.epochOf({ kind: 'expire-holds', area });
}
