/**
 * Acts from the command line: what the desk proposes and approves, by who calls themselves so where the
 * engine runs. They stand among the desk's acts and in the journal, signed by `shell` and that name.
 */
import type { Bus } from './bus/bus.ts';
import { Postbox } from './bus/postbox.ts';
import type { ApproveAct, Command, ProposeAct } from './protocol/commands.ts';
import { freshId } from './protocol/fresh-id.ts';
import type { Layout } from './protocol/layout.ts';
import type { RefusalReason } from './protocol/refusals.ts';
import { type Act, type Decider, shell } from './protocol/staff.ts';
import { commandsWithin } from './protocol/subjects.ts';

export const fromShell: Decider = { by: shell, byGeneration: 0 };
/** With what whoever is there calls themselves. */
export const atShell = (named: string): Decider => ({ ...fromShell, named });

/** `andBy`: whoever decides with them what is two people's. */
export type ShellAct = { act: Act; reason: string; by: string; andBy?: string | undefined };
export type ShellDecided =
  | { kind: 'decided' }
  /** What it would set is set. */
  | { kind: 'stands' }
  | { kind: 'refused'; reason: RefusalReason }
  /** No answer came; whether it was done is not known. */
  | { kind: 'unknown' };

const answerWithinMs = 10_000;

export async function decideFromShell(
  bus: Bus,
  layout: Layout,
  { act, reason, by, andBy }: ShellAct,
): Promise<ShellDecided> {
  const postbox = new Postbox(bus, answerWithinMs, commandsWithin);
  const tell = (body: Body<ProposeAct> | Body<ApproveAct>) =>
    postbox.post(layout.session, {
      ...body,
      id: freshId(),
      answerBy: Date.now() + answerWithinMs,
      epoch: 0,
    } as Command);
  const proposed = await tell({
    ...{ kind: 'propose-act', act, reason, foreseen: [], ...atShell(by) },
  });
  if (proposed.kind === 'refused')
    return proposed.reason === 'changed-meanwhile'
      ? { kind: 'stands' }
      : { kind: 'refused', reason: proposed.reason };
  if (proposed.kind !== 'accepted' || proposed.outcome.kind !== 'act') return { kind: 'unknown' };
  const { number, decided } = proposed.outcome;
  if (decided) return { kind: 'decided' };
  if (andBy === undefined) throw new Error(`${act.kind} is two people's`);
  const approved = await tell({ kind: 'approve-act', number, ...atShell(andBy) });
  if (approved.kind === 'refused') return { kind: 'refused', reason: approved.reason };
  return { kind: approved.kind === 'accepted' ? 'decided' : 'unknown' };
}

type Body<C> = Omit<C, 'id' | 'answerBy' | 'epoch'>;
