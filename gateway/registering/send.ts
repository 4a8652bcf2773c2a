/**
 * Sends a candidate's command to the claimed area and says what came of it, the unknown included.
 *
 * D1 One form with one content is one command, however often it is sent: double clicks, the back
 *    button and a second tab get the first answer.
 * D2 A superseded claim is refreshed once, and only while the area is still the one the page
 *    showed; the revision still guards what the page was made from.
 * D3 No answer is unknown, with an operation that can be asked for again (B2).
 */
import type { CommandId, EpochMs } from '../../engine/protocol/ids.ts';
import type { RefusalDetail, RefusalReason } from '../../engine/protocol/refusals.ts';
import type { CommandReply, Outcome, RegistrationView } from '../../engine/protocol/replies.ts';
import type { OperationKind } from '../../web/wording.ts';
import type { AreaClaim } from '../cookies.ts';
import type { CommandBody, Unknown } from '../engine-client.ts';
import { formOf } from '../form.ts';
import { operationQuery } from './forms.ts';
import type { SentForm, Visit } from './present.ts';

/** What asking again needs (B2): it travels in the outcome page's address. */
export type Operation = {
  id: CommandId;
  kind: OperationKind;
  /** Empty: the person's own book. */
  area: string;
  /** What the form was made from. */
  revision: number;
  sentAt: EpochMs;
  answerBy: EpochMs;
};

export type Sent =
  | {
      kind: 'accepted';
      outcome: Outcome;
      registration: RegistrationView;
      claim: AreaClaim;
      operation: Operation;
    }
  | {
      kind: 'refused';
      reason: RefusalReason;
      detail: RefusalDetail;
      registration: RegistrationView | undefined;
      claim: AreaClaim;
      operation: Operation;
    }
  | { kind: 'unknown'; claim: AreaClaim; operation: Operation };

/** After it the engine carries nothing out; longer than the client waits for an answer. */
export const answerWithinMs = 8_000;

type OnRegistration = Extract<CommandBody, { claim: number; revision: number }>;
type WithoutCommon<C> = C extends OnRegistration
  ? Omit<C, 'area' | 'person' | 'claim' | 'revision' | 'ticket'>
  : never;
/** What the handler decides; the rest follows from who asks and from the form. */
export type Act = WithoutCommon<OnRegistration>;

/** `content` names everything that was typed or ticked: other content is another command (D1). */
export async function sendAct(
  visit: Visit,
  form: SentForm,
  claim: AreaClaim,
  kind: OperationKind,
  content: string,
  act: Act,
): Promise<Sent> {
  const first = await sendOnce(visit, form, claim, kind, content, act);
  if (first.kind !== 'refused' || first.reason !== 'claim-superseded') return first;
  const fresh = await claimNow(visit);
  if (fresh === undefined || fresh === 'away') return first;
  if (fresh.area !== claim.area || fresh.claim === claim.claim) return first;
  return sendOnce(visit, form, fresh, kind, content, act);
}

async function sendOnce(
  visit: Visit,
  form: SentForm,
  claim: AreaClaim,
  kind: OperationKind,
  content: string,
  act: Act,
): Promise<Sent> {
  const { context, signIn } = visit;
  const operation: Operation = {
    id: context.cookies.commandIdOf(form, `${kind}~${claim.claim}~${content}`),
    kind,
    area: claim.area,
    revision: form.revision,
    sentAt: visit.at,
    answerBy: visit.at + answerWithinMs,
  };
  const body: CommandBody = {
    ...act,
    area: claim.area,
    person: signIn.person,
    claim: claim.claim,
    revision: form.revision,
    ticket: signIn.ticket,
  };
  const { id, answerBy } = operation;
  const reply = await context.client.send(body, { id, answerBy, epoch: form.epoch });
  return sentOf(reply, claim, operation);
}

function sentOf(reply: CommandReply | Unknown, claim: AreaClaim, operation: Operation): Sent {
  switch (reply.kind) {
    case 'accepted': {
      const { outcome, registration } = reply;
      // Every registration command answers with the view; without it nothing can be shown.
      if (registration === undefined) return { kind: 'unknown', claim, operation };
      return { kind: 'accepted', outcome, registration, claim, operation };
    }
    case 'refused': {
      const { reason, detail = {}, registration } = reply;
      return { kind: 'refused', reason, detail, registration, claim, operation };
    }
    case 'unknown':
      return { kind: 'unknown', claim, operation };
  }
}

/** The claim as the person's book has it now. `away`: it could not be asked. */
export async function claimNow(visit: Visit): Promise<AreaClaim | undefined | 'away'> {
  const { person } = visit.signIn;
  const answer = await visit.context.client.ask({ kind: 'candidate', person });
  if (answer.kind !== 'candidate') return 'away';
  const { candidate } = answer;
  // A sign-in that has ended must not be handed the claim that came after it.
  if (candidate === null || candidate.generation > visit.signIn.generation) return undefined;
  const { claim } = candidate;
  return claim && { area: claim.area, claim: claim.number };
}

/** `7K2M-94QD`: short enough to read out on the phone; the outcome page shows it. */
export function operationNumber(id: CommandId): string {
  let value = 0n;
  for (const byte of Buffer.from(id, 'base64url').subarray(0, 5)) {
    value = (value << 8n) | BigInt(byte);
  }
  let text = '';
  for (let shift = 35n; shift >= 0n; shift -= 5n) {
    text += spokenDigits[Number((value >> shift) & 31n)];
  }
  return `${text.slice(0, 4)}-${text.slice(4)}`;
}

/** Crockford's alphabet: no I, L, O or U to be misheard. */
const spokenDigits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

export function outcomeAddress(operation: Operation): string {
  const { id, kind, area, revision, sentAt, answerBy } = operation;
  const made = `revision=${revision}&sentAt=${sentAt}&answerBy=${answerBy}`;
  return `/register/outcome?id=${id}&kind=${kind}&area=${area}&${made}`;
}

/** Nothing secret and nothing trusted: it only leads a person to their own operation. */
export function operationFrom(query: string): Operation | undefined {
  const fields = formOf(query);
  const read = operationQuery.safeParse(
    fields && {
      id: fields.get('id'),
      kind: fields.get('kind'),
      area: fields.get('area'),
      revision: fields.get('revision'),
      sentAt: fields.get('sentAt'),
      answerBy: fields.get('answerBy'),
    },
  );
  return read.success ? read.data : undefined;
}
