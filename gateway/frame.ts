/** Pages as replies, and what stands around each: clock, window, who is signed in, whom to call. */
import { ticketMask } from '../engine/protocol/masks.ts';
import type { Office } from '../engine/protocol/session.ts';
import type { Frame, PageModels, PageName } from '../web/view-models.ts';
import type { Render, Views } from '../web/views.ts';
import { messagesAreOut } from '../web/wording.ts';
import { noticesAt, windowAt } from './catalogue.ts';
import type { GatewayContext } from './context.ts';
import type { SignIn } from './cookies.ts';
import { page, type Reply, type Request } from './http.ts';
import { officeOfTicket } from './sign-in/office.ts';
import { endOf } from './sign-in/renew.ts';
import { signInOf } from './sign-in/who.ts';

/** What a page knows better than its request does. `office`: of the area that the page is about. */
export type Around = { banners?: readonly string[]; office?: Office | undefined };

/** Scripts ask for, and get, the part that changes; everybody else the page in its frame. */
export function show<Name extends PageName>(
  context: GatewayContext,
  request: Request,
  status: number,
  name: Name,
  model: PageModels[Name],
  around: Around = {},
): Reply {
  const render: Render<PageModels[Name]> = pagesOf(context.views)[name];
  return page(
    status,
    request.htmx ? render(model) : render(model, frameOf(context, request, around)),
  );
}

/** Views without what is no page: only then the compiler matches a page's name with its model. */
const pagesOf = (views: Views): { readonly [Name in PageName]: Render<PageModels[Name]> } => views;

function frameOf(
  context: GatewayContext,
  request: Request,
  { banners = [], office }: Around,
): Frame {
  const now = context.now();
  const signIn = signInOf(context, request);
  const session = context.catalogue.current(signIn?.candidateType);
  const area = signIn && context.cookies.areaOf(request.cookieHeader, signIn.person)?.area;
  return {
    now,
    demonstration: context.config.demonstration,
    window: session && windowAt(session.adopted, now, area),
    notices: session === undefined ? [] : noticesAt(session, now, area ?? ''),
    signedIn: signIn && signedIn(context, signIn, now),
    office: office ?? (session && signIn && officeOfTicket(session, signIn.ticket)),
    banners:
      session?.adopted.settings.bookingProof === 'password'
        ? [messagesAreOut, ...banners]
        : banners,
    posted: request.method === 'POST',
  };
}

function signedIn(context: GatewayContext, signIn: SignIn, now: number): Frame['signedIn'] {
  const { kind, nameMask, ticket } = signIn;
  const end = endOf(context, signIn, now);
  if (kind === 'activation') return { kind, ...end };
  return { kind, nameMask, ticketMask: ticketMask(ticket), ...end };
}
