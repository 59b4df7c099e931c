import { defineConfig } from 'vitest/config';

/**
 * `npm test` runs what is fast. The crash, fault and attack suites start real processes, fill disks and wait for time-outs,
 * the deletion suite runs all the others in a copy without a provider, and one suite tells 50,000 returns: `npm run test:hard`,
 * minutes long, runs them alone.
 */
const hard = [
  'test/crash/**/*.test.ts',
  'test/faults/{fault-run,postgres-backend}.test.ts',
  'test/attack/**/*.test.ts',
  'test/deletion/**/*.test.ts',
  'test/conformance/many-returns.test.ts',
];
const all = process.env.RETOUR_TEST_HARD === '1';

export default defineConfig({
  test: {
    include: all ? hard : ['test/**/*.test.ts'],
    exclude: all ? [] : hard,
    // Each file has its own process-wide state; two workers fill the small machines this runs on.
    pool: 'forks',
    maxWorkers: 2,
    setupFiles: ['test/setup.ts'],
    globalSetup: ['test/postgres/shared-server.ts'],
    // A second try for what needs the whole machine's disk or sockets while something else has them; a defect fails twice.
    retry: all ? 1 : 0,
    testTimeout: all ? 120_000 : 20_000,
    hookTimeout: all ? 120_000 : 20_000,
  },
});
