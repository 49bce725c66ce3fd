import { defineConfig } from 'vitest/config'
import { startFromBundle } from './scripts/bundle/tested-bundle.ts'
import { cellsInThreads } from './scripts/cells-in-threads.ts'

// Three projects. `pure` and `shared` run many files in one process: tests of functions, and tests of runs and commands,
// which start threads and servers; cells are in threads there. `process` isolates every file and has the sandbox as it is:
// those tests are about processes, or change what is of the process. What a file needs is in its name: `.shared.test.ts`,
// `.process.test.ts`, or nothing. `npm test` leaves out files with `.long.` in their name, which `npm run test:long` runs.
// `soak` isolates every file too; only `.ci/full` runs it.
const STARTING = {
  testTimeout: 180_000,
  hookTimeout: 180_000,
  expect: { poll: { timeout: 60_000 } }, // a loaded machine takes seconds for what takes none
}

export default defineConfig({
  plugins: [startFromBundle()],
  ssr: { resolve: { conditions: ['@writ/source', 'node', 'import', 'module', 'default'] } },
  resolve: { conditions: ['@writ/source', 'node', 'import', 'module', 'default'] },
  test: {
    maxWorkers: '100%', // every core, where one would be left free
    globalSetup: ['scripts/bundle/tested-bundle.ts', 'scripts/tests-in-memory.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: ['packages/*/src/**/*.test.ts', 'bench/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['**/*.process.test.ts', '**/*.shared.test.ts', '**/*.soak.test.ts', '**/node_modules/**'],
          isolate: false,
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        plugins: [cellsInThreads()],
        test: {
          name: 'shared',
          include: [
            'packages/*/src/**/*.shared.test.ts',
            'packages/writ/src/sandbox/cells.process.test.ts', // what every sandbox does, theirs too
          ],
          exclude: ['**/node_modules/**'],
          isolate: false,
          fsModuleCachePath: 'node_modules/.vitest-cache/shared', // two files of the product are others here
          ...STARTING,
        },
      },
      {
        extends: true,
        test: {
          name: 'process',
          include: [
            'packages/*/src/**/*.process.test.ts',
            'bench/src/**/*.process.test.ts',
            'scripts/**/*.process.test.ts',
          ],
          exclude: ['**/node_modules/**'],
          ...STARTING,
        },
      },
      {
        extends: true,
        test: {
          name: 'soak',
          include: ['packages/*/src/**/*.soak.test.ts'],
          exclude: ['**/node_modules/**'],
          ...STARTING,
        },
      },
    ],
  },
})
