import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** These first: whichever is begun last, a core would wait for it alone. */
const longest = [
  'browser/journey',
  'web/accessibility',
  'web/everyone',
  'web/desk-views',
  'shell/ruxi',
  'browser/desk-day',
  'browser/guide',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const found = longest.findIndex((name) => moduleId.includes(`/test/${name}.test.ts`));
      return found < 0 ? longest.length : found;
    };
    return (await super.sort(files)).sort((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    sequence: { sequencer: LongestFirst },
    // Tests wait for conditions; these only end a test that hangs. A slow machine must not.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    expect: { poll: { timeout: 60_000, interval: 50 } },
    setupFiles: ['test/patience.ts'],
    // One more than cores: a test that waits for a browser or a process leaves its core to another.
    maxWorkers: 3,
    pool: 'forks',
    reporters: ['default'],
  },
});
