/**
 * What the core must not see is replaced before it: a typed code by a verdict, a phone in the
 * clear and an authenticator's secret by their sealed forms (commands.ts, C1). Views leave with the
 * name opened again, and facts with the secret.
 */
import type { CandidateRecord, Command, PreparedCommand } from '../protocol/commands.ts';
import type {
  AreaCode,
  ChallengeId,
  EpochMs,
  PersonId,
  Sealed,
  TicketNumber,
} from '../protocol/ids.ts';
import type { PlainCandidate } from '../protocol/imports.ts';
import { documentMask, nameMask, phoneMask } from '../protocol/masks.ts';
import type { CandidateView, ShownInFull } from '../protocol/replies.ts';
import type { StaffFacts, StaffId } from '../protocol/staff.ts';
import type { Vault } from '../store/vault.ts';

/** `recordOf`: as it stands, of whoever the command is about. */
export function prepare(
  vault: Vault,
  command: Command,
  recordOf: (person: PersonId) => CandidateRecord | undefined,
): PreparedCommand {
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
    case 'stage-candidates': {
      const { candidates, ...rest } = command;
      const people = candidates.map((candidate) => {
        const { person } = candidate;
        return { person, record: recordFrom(vault, candidate, recordOf(person), command.keep) };
      });
      const keysDiffer = candidates.some(
        ({ person, documentType, documentNumber }) =>
          vault.personIdOf(documentType, documentNumber) !== person,
      );
      return { ...rest, people, keysDiffer };
    }
    default:
      return command;
  }
}

/**
 * What stands already is not sealed anew: sealed text then differs only where what it says does, and a
 * difference is seen without opening anything. `keep` false: nobody gets a key for being looked at.
 */
function recordFrom(
  vault: Vault,
  candidate: PlainCandidate,
  standing: CandidateRecord | undefined,
  keep: boolean,
): CandidateRecord {
  const { person, documentNumber, name, phone, passwordHash, activationCode } = candidate;
  const seal = (text: string, sealed: Sealed | undefined): Sealed => {
    if (sealed !== undefined && vault.open(person, sealed) === text) return sealed;
    return keep ? vault.seal(person, text) : '';
  };
  const passedBefore = (ticket: TicketNumber) =>
    standing?.tickets.find(({ number }) => number === ticket)?.passed ?? [];
  return {
    kind: candidate.kind,
    documentType: candidate.documentType,
    document: seal(documentNumber, standing?.document),
    documentMask: documentMask(documentNumber),
    name: seal(name, standing?.name),
    nameMask: nameMask(name),
    candidateType: candidate.candidateType,
    hasPhoto: candidate.hasPhoto,
    tickets: candidate.tickets.map(({ number, programme, status, passed }) => ({
      ...{ number, programme, status },
      passed: passed ?? passedBefore(number),
    })),
    ...(phone !== undefined && {
      importedPhone: {
        sealed: seal(phone, standing?.importedPhone?.sealed),
        index: vault.phoneIndexOf(phone),
        mask: phoneMask(phone),
      },
    }),
    ...(passwordHash !== undefined && { passwordHash }),
    ...(activationCode !== undefined && {
      activationDigest: vault.activationDigestOf(person, activationCode),
    }),
  };
}

/** No person's id is that short, so no account is ever taken for a person. */
const sealedFor = (staff: StaffId): string => `staff ${staff}`;

export function withOpenSecret(vault: Vault, staff: StaffId, facts: StaffFacts): StaffFacts {
  const { secret, ...rest } = facts;
  const open = secret === undefined ? undefined : vault.open(sealedFor(staff), secret);
  return open === undefined ? rest : { ...rest, secret: open };
}

type Passed = { person: PersonId; area?: AreaCode | undefined; until: EpochMs };
/** What the session's book allowed, for the person's, which has no accounts: engines alone can write it. */
export const passFor = (vault: Vault, { person, area = '', until }: Passed): string =>
  vault.passOf(`in full ${person} ${area} ${until}`);
export const isPass = (vault: Vault, passed: Passed & { pass: string }): boolean =>
  isSame(passFor(vault, passed), passed.pass);

/** Of an erased person nothing is left to be shown. */
export function opened(vault: Vault, person: PersonId, sealed: ShownInFull): ShownInFull {
  const open = (text: Sealed): string => vault.open(person, text) ?? '';
  const { phone, document, name } = sealed;
  const opened = { ...sealed, document: open(document), name: open(name) };
  return phone === undefined ? opened : { ...opened, phone: open(phone) };
}

/** An erased person's name is gone for good. */
export function withOpenName(vault: Vault, view: CandidateView): CandidateView {
  return { ...view, name: vault.open(view.person, view.name) ?? '' };
}

const matches = (vault: Vault, challenge: ChallengeId, typed: string): boolean =>
  isSame(vault.smsCodeOf(challenge), typed);

/** Takes as long for a near miss as for a far one. */
function isSame(right: string, typed: string): boolean {
  let difference = right.length ^ typed.length;
  for (let at = 0; at < right.length; at += 1)
    difference |= right.charCodeAt(at) ^ (typed.charCodeAt(at) | 0);
  return difference === 0;
}
