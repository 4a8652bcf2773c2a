/**
 * What the core must not see is replaced before it: a typed code by a verdict, a phone in the
 * clear and an authenticator's secret by their sealed forms (commands.ts, C1). Views leave with the
 * name opened again, and facts with the secret.
 */
import type { Command, PreparedCommand } from '../protocol/commands.ts';
import type { ChallengeId } from '../protocol/ids.ts';
import { phoneMask } from '../protocol/masks.ts';
import type { CandidateView } from '../protocol/replies.ts';
import type { StaffFacts, StaffId } from '../protocol/staff.ts';
import type { Vault } from '../store/vault.ts';

export function prepare(vault: Vault, command: Command): PreparedCommand {
  switch (command.kind) {
    case 'save-seats': {
      const { code, challenge } = command;
      const { kind, id, answerBy, epoch, area, person, claim, revision, ticket, units } = command;
      const codeMatches = matches(vault, challenge, code);
      const prepared = { kind, id, answerBy, epoch, area, person, claim, revision, ticket };
      return { ...prepared, challenge, units, codeMatches };
    }
    case 'bind-phone':
    case 'unbind-phone':
    case 'prove-reset-code': {
      const { code, ...rest } = command;
      return { ...rest, codeMatches: matches(vault, command.challenge, code) };
    }
    case 'request-phone-code': {
      const { phone, person } = command;
      if (typeof phone !== 'string') return { ...command, phone };
      const sealed = vault.seal(person, phone);
      const index = vault.phoneIndexOf(phone);
      return { ...command, phone: { sealed, index, mask: phoneMask(phone) } };
    }
    case 'accept-invitation':
    case 'renew-totp': {
      const { secret, ...rest } = command;
      return { ...rest, sealedSecret: vault.seal(sealedFor(command.staff), secret) };
    }
    default:
      return command;
  }
}

/** No person's id is that short, so no account is ever taken for a person. */
const sealedFor = (staff: StaffId): string => `staff ${staff}`;

export function withOpenSecret(vault: Vault, staff: StaffId, facts: StaffFacts): StaffFacts {
  const { secret, ...rest } = facts;
  const open = secret === undefined ? undefined : vault.open(sealedFor(staff), secret);
  return open === undefined ? rest : { ...rest, secret: open };
}

/** An erased person's name is gone for good. */
export function withOpenName(vault: Vault, view: CandidateView): CandidateView {
  return { ...view, name: vault.open(view.person, view.name) ?? '' };
}

/** Takes as long for a near miss as for a far one. */
function matches(vault: Vault, challenge: ChallengeId, typed: string): boolean {
  const code = vault.smsCodeOf(challenge);
  let difference = code.length ^ typed.length;
  for (let at = 0; at < code.length; at += 1)
    difference |= code.charCodeAt(at) ^ (typed.charCodeAt(at) | 0);
  return difference === 0;
}
