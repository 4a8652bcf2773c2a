/**
 * Keys of the province's other systems for the read-only interface: what one may ask for and where, and
 * what of its secret is kept.
 *
 * K1 A key never comes to say more than it was made for: it is made whole, and then only ended.
 */
import { createHash } from 'node:crypto';
import type { EpochMs } from './ids.ts';
import type { Scope, StaffId } from './staff.ts';

export type KeyId = string;
/** What may be asked for: areas, free seats, who is registered for what, how an order stands. */
export const keyScopes = ['areas', 'counts', 'registrations', 'orders'] as const;
export type KeyScope = (typeof keyScopes)[number];

/** A key as those who keep them see it, and as every gateway knows it. */
export type KeyView = {
  apiKey: KeyId;
  /** Which system has it, for people. */
  label: string;
  digest: string;
  may: KeyScope[];
  /** Areas outside of it are not there for it. */
  scope: Scope;
  state: 'active' | 'ended';
  madeBy: StaffId;
  madeAt: EpochMs;
  endedBy?: StaffId;
  endedAt?: EpochMs;
};

export const keyLabelMax = 60;
/** Recognisable, so that one that was left lying somewhere is found by a search. */
export const keySecretPattern = /^ruxi_[A-Za-z0-9_-]{43}$/;
export const keySecretOf = (bytes: Uint8Array): string =>
  `ruxi_${Buffer.from(bytes).toString('base64url')}`;

/** The secret is 256 bits that nobody can guess, so a plain hash gives nothing away. */
export const keyDigest = (secret: string): string =>
  createHash('sha256').update(secret).digest('base64url');
