/**
 * What the desk lets a browser carry: the sign-in, signed under a key and a name of its own, and how
 * far somebody at the door has come, sealed.
 *
 * C1 It says who and since when, never what they may do: that is read from the directory.
 * C2 It ends after twelve hours whatever happens, and after half an hour without a request that a
 *    person made.
 */
import type { EpochMs } from '../../engine/protocol/ids.ts';
import type { StaffId } from '../../engine/protocol/staff.ts';
import { cookieOf, derivedKey, deviceMs, seal, signed, unseal, unsigned } from '../cookies.ts';

export const deskSignInMs = 12 * 3_600_000;
export const deskIdleMs = 30 * 60_000;
/** Proof by the authenticator is good for so long. */
export const stepUpMs = 5 * 60_000;
/** Beyond, whoever signed in longest ago is forgotten. */
const devicePeopleMax = 8;
/** To fetch the phone and read a code from it. */
const doorMs = 5 * 60_000;

export type DeskSignIn = {
  staff: StaffId;
  generation: number;
  /** Form tokens are bound to it. */
  nonce: string;
  expiresAt: EpochMs;
  /** The last request of a person. */
  activeAt: EpochMs;
  /** When the authenticator last proved it; 0: a recovery code did. */
  provedAt: EpochMs;
};
/** The password was right; the code is still to come. */
export type Door = { staff: StaffId; generation: number };

export type DeskCookies = {
  /** Verified; whether it has ended is the guard's to say. */
  signInOf(cookieHeader: string): DeskSignIn | undefined;
  /** Each answers a whole Set-Cookie value. */
  set(signIn: DeskSignIn, now: EpochMs): string;
  clear(): string;
  /**
   * Proof that somebody of the account signed in with this browser, in which generation. It signs
   * nobody in and outlives signing out.
   */
  setDevice(cookieHeader: string, staff: StaffId, generation: number): string;
  isKnown(cookieHeader: string, staff: StaffId, generation: number): boolean;
  sealDoor(door: Door, now: EpochMs): string;
  openDoor(sealed: string, now: EpochMs): Door | undefined;
};

export function createDeskCookies(cookieKey: Uint8Array, secure: boolean): DeskCookies {
  const signInKey = derivedKey(cookieKey, 'desk sign-in');
  const deviceKey = derivedKey(cookieKey, 'desk device');
  const doorKey = derivedKey(cookieKey, 'desk door');
  const name = `${secure ? '__Host-' : ''}ruxi-desk`;
  const deviceName = `${name}-known`;
  const attributes = `; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
  /** Newest first: a desk is shared. */
  function knownHere(cookieHeader: string): string[] {
    const value = cookieOf(cookieHeader, deviceName);
    const text = value === undefined ? undefined : unsigned(deviceKey, value);
    return text?.split('!') ?? [];
  }
  return {
    signInOf(cookieHeader) {
      const value = cookieOf(cookieHeader, name);
      const text = value === undefined ? undefined : unsigned(signInKey, value);
      const [staff, generation, nonce, expiresAt, activeAt, provedAt] = text?.split('~') ?? [];
      if (staff === undefined || nonce === undefined || provedAt === undefined) return undefined;
      return {
        ...{ staff, nonce, generation: Number(generation) },
        ...{ expiresAt: Number(expiresAt), activeAt: Number(activeAt), provedAt: Number(provedAt) },
      };
    },
    set({ staff, generation, nonce, expiresAt, activeAt, provedAt }, now) {
      const text = [staff, generation, nonce, expiresAt, activeAt, provedAt].join('~');
      const seconds = Math.floor((expiresAt - now) / 1000);
      return `${name}=${signed(signInKey, text)}${attributes}; Max-Age=${seconds}`;
    },
    clear: () => `${name}=${attributes}; Max-Age=0`,
    setDevice(cookieHeader, staff, generation) {
      const others = knownHere(cookieHeader).filter((one) => !one.startsWith(`${staff}~`));
      const known = [`${staff}~${generation}`, ...others].slice(0, devicePeopleMax);
      const seconds = Math.floor(deviceMs / 1000);
      const value = signed(deviceKey, known.join('!'));
      return `${deviceName}=${value}${attributes}; Max-Age=${seconds}`;
    },
    isKnown: (cookieHeader, staff, generation) =>
      knownHere(cookieHeader).includes(`${staff}~${generation}`),
    sealDoor: (door, now) => seal(doorKey, door, 'door', now + doorMs),
    openDoor: (sealed, now) => unseal(doorKey, sealed, 'door', now) as Door | undefined,
  };
}
