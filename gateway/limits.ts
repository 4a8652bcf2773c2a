/**
 * Rate limits: how often one account, one address, one route and everybody together may ask.
 * GCRA: one timestamp per key says when its allowance is whole again; exact, and cheap.
 *
 * G1 The memory is bounded. When it is full and a new key comes, the key that will recover first
 *    is not forgotten for it: the new key shares one strict allowance with all others that found
 *    no room. So flooding with new addresses gains nothing.
 * G2 A refusal says when trying again makes sense, and costs the caller nothing more.
 */
import type { EpochMs } from '../engine/protocol/ids.ts';

/** `burst` at once, then one every `everyMs`. */
export type Allowance = { burst: number; everyMs: number };

export type LimitsConfig = {
  /** Captcha pictures for one address; a campus shares one, so this is wide. */
  captchasAddress: Allowance;
  /** Lookups and sign-ins from one address. */
  signInAddress: Allowance;
  /** Sign-in attempts on one person, beside the delays the engine adds (D3). */
  signInAccount: Allowance;
  /** Messages asked for by one person, beside the engine's daily caps. */
  codesAccount: Allowance;
  /** Phones tried by one person whose own is on record: its hidden digits must not be guessed. */
  phonesAccount: Allowance;
  /** D3: codes to other people's phones that strangers at one address ask for; each costs a message. */
  resetCodesAddress: Allowance;
  /** Everything one signed-in person sends. */
  account: Allowance;
  /** F36: document numbers typed again by one person, most of whose digits are masked. */
  documentsAccount: Allowance;
  /** F40: each makes us ask the provider. */
  queriesAccount: Allowance;
  /** Notices of payment providers, by the address they come from: each costs a signature's check. */
  noticesAddress: Allowance;
  /** Those that nobody could trust and that were set aside for staff, by provider (D14). */
  noticesWrong: Allowance;
  /** Captcha pictures, together: drawing them is the dearest thing a stranger can ask for. */
  captchasTogether: Allowance;
  /** Lookups and sign-ins, together: what hashing and the engine are kept safe with. */
  signInsTogether: Allowance;
  /** Slips checked from one address: an office may have a pile of them. */
  slipChecksAddress: Allowance;
  /** Sign-ins and invitations at the desk, from one address. */
  deskAddress: Allowance;
  /** Sign-ins of one name at the desk, whether or not there is such an account. */
  deskAccount: Allowance;
  /** By one account at the desk: what walks through all candidates (a ticket), a journal or all areas (a report). */
  deskWalks: Allowance;
  /** By one account at the desk: candidates looked for, as hidden digits could be found by trying. */
  deskFinds: Allowance;
  /** By one account at the desk: what an act would change, counted over the registrations it reaches. */
  deskDryRuns: Allowance;
  /** What one key of another system asks for. */
  apiKey: Allowance;
  /** Requests without a good key, and for the interface's document, from one address. */
  apiAddress: Allowance;
  /** Slips checked, together: each is a question to the engine that anybody may ask. */
  slipChecksTogether: Allowance;
};

export const defaultLimits: LimitsConfig = {
  captchasAddress: { burst: 600, everyMs: 50 },
  signInAddress: { burst: 120, everyMs: 1_000 },
  signInAccount: { burst: 10, everyMs: 6_000 },
  codesAccount: { burst: 6, everyMs: 20_000 },
  phonesAccount: { burst: 10, everyMs: 15 * 60_000 },
  resetCodesAddress: { burst: 60, everyMs: 20_000 },
  account: { burst: 60, everyMs: 100 },
  documentsAccount: { burst: 10, everyMs: 60_000 },
  queriesAccount: { burst: 3, everyMs: 5_000 },
  noticesAddress: { burst: 20_000, everyMs: 0.1 },
  noticesWrong: { burst: 20, everyMs: 3_000 },
  captchasTogether: { burst: 4_000, everyMs: 1 },
  signInsTogether: { burst: 4_000, everyMs: 1 },
  slipChecksAddress: { burst: 60, everyMs: 2_000 },
  deskAddress: { burst: 60, everyMs: 2_000 },
  deskAccount: { burst: 10, everyMs: 6_000 },
  deskWalks: { burst: 20, everyMs: 3_000 },
  deskFinds: { burst: 60, everyMs: 10_000 },
  deskDryRuns: { burst: 40, everyMs: 1_000 },
  apiKey: { burst: 60, everyMs: 200 },
  apiAddress: { burst: 60, everyMs: 1_000 },
  slipChecksTogether: { burst: 1_000, everyMs: 5 },
};

export type LimitName = keyof LimitsConfig;
/** Undefined: go on. Otherwise how long to wait. */
export type Limits = {
  take(limit: LimitName, key: string, now: EpochMs): number | undefined;
  size(): number;
};

const limitKeysMax = 200_000;
/** How many keys a full memory is searched for one that has recovered, oldest first. */
const sweepMax = 16;

export function createLimits(config: LimitsConfig, keysMax: number = limitKeysMax): Limits {
  /** When each key's allowance is whole again. In order of first use; re-used keys move back. */
  const wholeAt = new Map<string, EpochMs>();

  function take(limit: LimitName, key: string, now: EpochMs): number | undefined {
    const { burst, everyMs } = config[limit];
    let id = `${limit} ${key}`;
    let known = wholeAt.get(id);
    if (known === undefined && wholeAt.size >= keysMax && !makeRoom(now)) {
      id = `${limit} without room`;
      known = wholeAt.get(id);
    }
    const from = Math.max(known ?? 0, now);
    // A clock set back would otherwise lock a key out for as long as the step.
    const whole = from > now + burst * everyMs ? now : from;
    const over = whole + everyMs - (now + burst * everyMs);
    if (over > 0) return over;
    wholeAt.delete(id);
    wholeAt.set(id, whole + everyMs);
    return undefined;
  }

  /** Drops recovered keys from the long-unused end; a key that still owes is never dropped (G1). */
  function makeRoom(now: EpochMs): boolean {
    let seen = 0;
    for (const [id, whole] of wholeAt) {
      if (whole <= now) {
        wholeAt.delete(id);
        return true;
      }
      seen += 1;
      if (seen === sweepMax) return false;
    }
    return false;
  }

  return { take, size: () => wholeAt.size };
}
