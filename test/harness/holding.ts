/** A candidate of the demonstration who holds seats, in an engine of this process. */
import { demonstrationSignIns } from '../../engine/import/demonstration.ts';
import type { Accepted, RegistrationView } from '../../engine/protocol/replies.ts';
import {
  type CommandBody,
  createEngineClient,
  type EngineClient,
} from '../../gateway/engine-client.ts';
import type { EngineHere } from './engine.ts';

export type Asking = {
  client: EngineClient;
  /** Throws what was refused. */
  send(body: CommandBody): Promise<Accepted>;
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
  let ids = 0;
  return {
    client,
    async send(body) {
      ids += 1;
      const id = `engine${ids}`.padEnd(22, '-');
      const reply = await client.send(body, { id, answerBy: Date.now() + 60_000 });
      if (reply.kind !== 'accepted') throw new Error(JSON.stringify(reply));
      return reply;
    },
    close: () => client.close(),
  };
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
