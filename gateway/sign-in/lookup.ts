/**
 * The first stage of signing in (F1–F5): a document number and a captcha give the list of tickets,
 * each masked, with its programme (D2).
 *
 * L1 Checks go from cheap to dear, and nothing that is malformed spends a captcha (F2).
 * L2 A number that nobody has costs the same work and gives a list of the same kind.
 */
import { normaliseDocument } from '../../engine/protocol/documents.ts';
import { personIdOf } from '../../engine/protocol/indices.ts';
import type { CaptchaModel, SignInModel } from '../../web/view-models.ts';
import type { LookupReason } from '../../web/wording.ts';
import type { Session } from '../catalogue.ts';
import type { GatewayContext } from '../context.ts';
import { newNonce, type Visitor } from '../cookies.ts';
import { formOf } from '../form.ts';
import { type Reply, type Request, redirect } from '../http.ts';
import { awayReply, limitReply } from '../waiting.ts';
import { captchaWayOf, createCaptchaDesk, noCaptchaYet } from './captcha-desk.ts';
import { decoyTickets } from './decoys.ts';
import { accountKey } from './device.ts';
import { captchaFieldReply, captchaReply, noneChosen, signInReply, ticketsReply } from './pages.ts';
import { signInOf } from './who.ts';

export type Lookup = {
  /** GET /sign-in. */
  open(request: Request): Reply;
  /**
   * GET /captcha: the picture of `token`, the field in another `way`, or without either a new
   * picture for the page (F1).
   */
  captcha(request: Request): Promise<Reply> | Reply;
  /** POST /sign-in/lookup. */
  find(request: Request): Promise<Reply>;
};

export function createLookup(context: GatewayContext): Lookup {
  const { client, cookies, limits, now } = context;
  const captchas = createCaptchaDesk(context);

  function open(request: Request): Reply {
    const signIn = signInOf(context, request);
    if (signIn !== undefined) return redirect(signIn.kind === 'full' ? '/' : '/activate');
    const { visitor, setCookies } = visitorOf(request);
    const shown = { captcha: noCaptchaYet, news: newsOf(request.query) };
    return withCookies(signInReply(context, request, visitor, 200, shown), setCookies);
  }

  function visitorOf(request: Request): { visitor: Visitor; setCookies: string[] } {
    const known = cookies.visitorOf(request.cookieHeader);
    if (known !== undefined) return { visitor: known, setCookies: [] };
    const visitor = newNonce();
    return { visitor, setCookies: [cookies.setVisitor(visitor)] };
  }

  function captchaOf(request: Request): Promise<Reply> | Reply {
    const wait =
      limits.take('captchasAddress', request.address, now()) ??
      limits.take('captchasTogether', '', now());
    if (wait !== undefined) return limitReply(context, request, wait);
    const { visitor, setCookies } = visitorOf(request);
    const query = formOf(request.query);
    const way = query?.get('way') ?? '';
    if (way !== '') {
      return captchas
        .asked(visitor, captchaWayOf(way))
        .then((model) => withCookies(captchaFieldReply(context, model), setCookies));
    }
    const token = query?.get('token') ?? '';
    if (token === '') {
      return withCookies(captchaReply(context, captchas.token(visitor)), setCookies);
    }
    const picture = captchas.picture(token, visitor);
    if (picture === undefined) return { status: 404, body: '', contentType: 'image/svg+xml' };
    return { status: 200, body: picture, contentType: 'image/svg+xml' };
  }

  async function find(request: Request): Promise<Reply> {
    const { form, address } = request;
    const at = now();
    const wait =
      limits.take('signInAddress', address, at) ?? limits.take('signInsTogether', '', at);
    if (wait !== undefined) return limitReply(context, request, wait);

    const visitor = cookies.visitorOf(request.cookieHeader);
    if (visitor === undefined) {
      const { visitor: fresh, setCookies } = visitorOf(request);
      const shown = { reason: 'cookies-off', captcha: noCaptchaYet } as const;
      return withCookies(signInReply(context, request, fresh, 422, shown), setCookies);
    }
    const again = (reason: LookupReason, captcha: CaptchaModel): Reply =>
      signInReply(context, request, visitor, 422, { reason, captcha });
    if (cookies.readFormToken(form.get('token'), visitor, at) === undefined) {
      return again('form-expired', await captchas.kept(form, visitor));
    }
    // The buttons beside the box, for browsers without scripts (F1).
    if (form.has('newCaptcha')) {
      const captcha = await captchas.asked(visitor, captchaWayOf(form.get('newCaptcha')));
      return signInReply(context, request, visitor, 200, { captcha });
    }

    const session = context.catalogue.current();
    if (session === undefined) return awayReply(context, request);
    const documentType = form.get('documentType');
    const document = normaliseDocument(documentType, form.get('documentNumber'));
    if (!document.ok) {
      return again(`document-${document.reason}`, await captchas.kept(form, visitor));
    }
    const taken = await captchas.take(form, visitor);
    if (taken.kind === 'away') return awayReply(context, request);
    if (taken.kind === 'again') return again(taken.reason, taken.captcha);
    return findTickets(request, session, visitor, {
      type: documentType,
      number: document.number,
    });
  }

  async function findTickets(
    request: Request,
    session: Session,
    visitor: Visitor,
    document: { type: string; number: string },
  ): Promise<Reply> {
    const person = personIdOf(context.config.indexKey, document.type, document.number);
    const wait = limits.take('signInAccount', accountKey(context, request, person), now());
    if (wait !== undefined) return limitReply(context, request, wait);
    const answer = await client.ask({ kind: 'sign-in-facts', person });
    if (answer.kind !== 'sign-in-facts') return awayReply(context, request);

    // Drawn for everybody, so that a stranger costs no more and no less (L2).
    const { areas, programmes } = session.adopted.catalogue;
    const decoys = decoyTickets(
      cookies.keyed,
      document.type,
      document.number,
      areas.map(({ code }) => code),
      programmes.map(({ code }) => code),
    );
    const held = answer.facts?.tickets ?? [];
    const known = held.map(({ number, programme }) => ({ ticket: number, programme }));
    const tickets = known.length === 0 ? decoys : known;
    return ticketsReply(context, request, visitor, 200, {
      person,
      documentType: document.type,
      documentNumber: document.number,
      tickets,
      // F4: a single one is picked for the candidate; of several, none (F5).
      chosen: tickets.length === 1 ? 0 : noneChosen,
    });
  }

  return { open, captcha: captchaOf, find };
}

/** What led to the first page of signing in, from its address. */
const newsOf = (query: string): SignInModel['news'] =>
  query === 'changed' || query === 'again' ? query : undefined;

function withCookies(reply: Reply, cookies: readonly string[]): Reply {
  return cookies.length === 0 ? reply : { ...reply, cookies };
}
