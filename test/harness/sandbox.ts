/** The sandbox for tests: here, in a folder of its own, quick to send notices again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PaymentProvider } from '../../engine/payments/provider.ts';
import { createSandboxProvider } from '../../engine/payments/sandbox.ts';
import { merchantKeysIn } from '../../sandbox/keys.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/main.ts';

export type SandboxHere = {
  sandbox: Sandbox;
  provider: PaymentProvider;
  folder: string;
  /** Stops it, and removes its folder. */
  stop(): Promise<void>;
};

/** `folder`: of one that was stopped before. */
export async function startSandboxHere(
  change: Partial<SandboxOptions> = {},
  folder = mkdtempSync(join(tmpdir(), 'ruxi-sandbox-')),
): Promise<SandboxHere> {
  const keysFolder = join(folder, 'keys');
  const merchant = 'ruxi';
  const options = { host: '127.0.0.1', port: 0, folder, keysFolder, merchant, firstPauseMs: 5 };
  const sandbox = await startSandbox({ ...options, ...change });
  const { address } = sandbox;
  const keys = merchantKeysIn(keysFolder);
  return {
    sandbox,
    provider: createSandboxProvider({ address, merchant, keys, now: () => Date.now() }),
    folder,
    async stop() {
      await sandbox.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
