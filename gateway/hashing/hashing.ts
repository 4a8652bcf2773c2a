/**
 * Passwords (F7, F13): argon2id in a process of its own. One hash costs the processor of more than
 * a thousand saves, so it runs neither on the event loop nor in the thread pool that other file
 * and network work of this process shares.
 *
 * Q1 At most `concurrency` hashes run and `waitingMax` wait. Beyond, the answer is `busy` with an
 *    honest wait, at once.
 * Q2 A hashing process that dies is started again; what it held answers `failed`, which says nothing
 *    about the password.
 */
export type Hashed = { kind: 'hashed'; hash: string } | Unavailable;
export type Verified = { kind: 'verified'; matches: boolean } | Unavailable;
export type Unavailable = { kind: 'busy'; waitMs: number } | { kind: 'failed' };

export type Hashing = {
  hash(password: string): Promise<Hashed>;
  verify(hash: string, password: string): Promise<Verified>;
  /** As slow as `verify`, and always false: for people who do not exist (D2). */
  verifyNobody(password: string): Promise<Verified>;
  /** 1 while booking is open, so that saves keep the processor; 2 otherwise. */
  setConcurrency(concurrency: 1 | 2): void;
  waiting(): number;
  stop(): Promise<void>;
};
