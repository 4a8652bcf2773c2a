/** The secret of a one-time link to the desk, and what of it is kept. */
import { createHash } from 'node:crypto';
import type { StaffId } from './staff.ts';

/** The secret is 128 random bits and more, so a plain hash gives nothing away. */
export const invitationDigest = (secret: string): string =>
  createHash('sha256').update(`invitation\n${secret}`).digest('base64url').slice(0, 22);

export const invitationPath = (staff: StaffId, secret: string): string =>
  `/desk/invitation?staff=${staff}&code=${secret}`;
