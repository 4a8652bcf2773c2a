/** A candidate of the demonstration who holds seats, in an engine of this process. */
import { Postbox } from '../../engine/bus/postbox.ts';
import { demonstrationSignIns } from '../../engine/import/demonstration.ts';
import type { Command } from '../../engine/protocol/commands.ts';
import type { Accepted, RegistrationView } from '../../engine/protocol/replies.ts';
import { partitionOfBody } from '../../engine/protocol/routing.ts';
import type { Decider, Role, Scope, StaffId } from '../../engine/protocol/staff.ts';
import { commandsWithin } from '../../engine/protocol/subjects.ts';
import {
  type CommandBody,
  createEngineClient,
  type EngineClient,
} from '../../gateway/engine-client.ts';
import { opaque } from '../given.ts';
import type { EngineHere } from './engine.ts';

export type Asking = {
  client: EngineClient;
  /** As a gateway. Throws what was refused. */
  send(body: CommandBody): Promise<Accepted>;
  /** The same, as what is the house's own. */
  sendWithin(body: CommandBody): Promise<Accepted>;
  close(): Promise<void>;
};

export async function askEngine(engine: EngineHere): Promise<Asking> {
  const client = createEngineClient({
    bus: engine.bus,
    layout: engine.config.layout,
    now: Date.now,
    timeoutMs: 60_000,
  });
  await client.whenReady();
  const within = new Postbox(engine.bus, 60_000, commandsWithin);
  let ids = 0;
  const envelope = () => {
    ids += 1;
    return { id: `engine${ids}`.padEnd(22, '-'), answerBy: Date.now() + 60_000 };
  };
  const accepted = <Reply extends { kind: string }>(reply: Reply): Accepted => {
    if (reply.kind !== 'accepted') throw new Error(JSON.stringify(reply));
    return reply as unknown as Accepted;
  };
  return {
    client,
    send: async (body) => accepted(await client.send(body, envelope())),
    async sendWithin(body) {
      const command = { ...body, ...envelope(), epoch: 0 } as Command;
      return accepted(await within.post(partitionOfBody(engine.config.layout, body), command));
    },
    close: () => client.close(),
  };
}

/** Invited by the command line, and the invitation accepted: as it decides from now on. */
export async function accountIn(
  { client, send, sendWithin }: Asking,
  staff: StaffId,
  roles: Role[],
  scope: Scope = { kind: 'province' },
): Promise<Decider> {
  const digest = opaque(`link${staff}`, 1);
  const byShell = { by: 'shell', byGeneration: 0, reason: '示例' };
  await sendWithin({
    ...{ kind: 'invite-staff', staff, roles, scope, digest, anew: false, ...byShell },
  });
  await send({
    ...{ kind: 'accept-invitation', staff, digest, hash: '$argon2id$invented' },
    ...{ secret: 'A'.repeat(32), step: 1, recovery: [] },
  });
  const facts = await client.ask({ kind: 'staff-facts', staff });
  if (facts.kind !== 'staff-facts' || facts.facts === null) throw new Error('no account');
  return { by: staff, byGeneration: facts.facts.generation };
}

export type Holder = {
  /** As the demonstration has it, in the clear. */
  phone: string;
  /** Area, person, claim and ticket, for commands on the registration. */
  from: { area: string; person: string; claim: number; ticket: string };
  units: string[];
  challenge: string;
  held: Accepted;
  registration(): Promise<RegistrationView>;
};

/** The `nth` candidate with a phone chooses courses of two units and asks for the code. */
export async function holdSeats(engine: EngineHere, asking: Asking, nth = 0): Promise<Holder> {
  const { client, send } = asking;
  const area = '0124';
  const units = ['A', 'C'];
  const ready = demonstrationSignIns().filter(
    (one) => one.phone !== undefined && !/^\d{5}[\dX]$/.test(one.password),
  );
  const someone = ready[nth];
  if (someone === undefined) throw new Error('no new candidate to be');
  const person = engine.engine.vault.personIdOf(someone.documentType, someone.documentNumber);
  const known = await client.ask({ kind: 'candidate', person });
  if (known.kind !== 'candidate' || known.candidate === null) throw new Error('not imported');
  const { tickets, phone } = known.candidate;
  const ticket = tickets[0];
  if (ticket === undefined || phone === undefined || someone.phone === undefined) {
    throw new Error('no ticket or no phone');
  }
  const registration = async () => {
    const answer = await client.ask({ kind: 'registration', area, person });
    if (answer.kind !== 'registration') throw new Error(JSON.stringify(answer));
    return answer.registration;
  };
  const { outcome } = await send({ kind: 'choose-area', person, ticket: ticket.number, area });
  if (outcome.kind !== 'claimed') throw new Error(outcome.kind);
  const from = { area, person, claim: outcome.claim, ticket: ticket.number };
  const session = await client.ask({ kind: 'session' });
  if (session.kind !== 'session' || session.adopted === null) throw new Error('no session');
  const { courses } = session.adopted.catalogue;
  for (const unit of units) {
    const offered = courses.find((one) => one.method === 'written' && one.unit === unit);
    if (offered === undefined) throw new Error(`nothing is offered in ${unit}`);
    const { revision } = await registration();
    const { programme } = ticket;
    const { candidateType } = known.candidate;
    const course = offered.code;
    const choice = { programme, candidateType, course, replace: false };
    await send({ kind: 'choose-course', ...from, revision, ...choice });
  }
  const challenge = `challenge${nth}`.padEnd(22, '-');
  const { revision } = await registration();
  const held = await send({ kind: 'hold-seats', ...from, revision, challenge, phone });
  return { phone: someone.phone, from, units, challenge, held, registration };
}
