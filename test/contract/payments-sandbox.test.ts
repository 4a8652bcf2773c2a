import { startSandboxHere } from '../harness/sandbox.ts';
import { describeProvider } from './payments-contract.ts';

describeProvider(
  'the sandbox',
  async (noticesTo) => {
    const { sandbox, provider, stop } = await startSandboxHere({ noticesTo });
    return { provider, behave: sandbox.behave, pay: sandbox.pay, stop };
  },
  { replayed: 'stale', tellsRefunds: true },
);
