import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Two projects. `fast` may share the machine; `heavy` starts processes, browsers and servers of
 * its own and runs one file after another, so that a busy machine slows it but never fails it.
 */
const heavy = ['test/end-to-end/**/*.test.ts', 'test/browser/**/*.test.ts'];

/** These first: whichever is begun last, a core would wait for it alone. */
const longest = ['web/accessibility', 'web/everyone', 'web/desk-views', 'shell/ruxi'];

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
    sequence: { sequencer: LongestFirst },
    // Tests wait for conditions; these only end a test that hangs. A slow machine must not.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    setupFiles: ['test/patience.ts'],
    maxWorkers: 2,
    pool: 'forks',
    reporters: ['default'],
    projects: [
      {
        extends: true,
        test: { name: 'fast', include: ['test/**/*.test.ts'], exclude: heavy },
      },
      {
        extends: true,
        test: {
          name: 'heavy',
          include: heavy,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
