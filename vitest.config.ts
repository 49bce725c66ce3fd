import { defineConfig, type TestProjectConfiguration } from 'vitest/config'
import { startFromBundle } from './scripts/bundle/tested-bundle.ts'
import { cellsInThreads } from './scripts/cells-in-threads.ts'
import { overDeno } from './scripts/over-deno.ts'

// What a test file needs is in its name: `.shared.test.ts`, `.process.test.ts`, or nothing.
// `pure` and `shared` run many files in one process: tests of functions, and tests of runs and commands, which start threads
// and servers; cells are in threads there. `process` isolates every file and has the sandbox as it is: those tests are about
// processes, or change what is of the process.
// A file with `.long.` in its name is in the project `long-…` of its kind: `npm test` leaves it out, `.ci/run` does not.
// `soak` isolates every file too, and only `.ci/full` runs it. `deno` runs the suites of the sandbox once more where Deno is
// installed, over children that it confines.
const OVER_DENO = [
  'packages/writ/src/sandbox/{cells,determinism,parsing,recovery,threads,sandbox-pool}*.process.test.ts',
  'packages/writ/src/sandbox/sql/queries.process.test.ts',
  'packages/writ/src/sandbox/attacks/{guest-code,sql}.soak.test.ts',
  'packages/writ/src/formats/*.{process,soak}.test.ts',
  'packages/writ/src/verify/saved-runs.long.process.test.ts',
]
type Kind = 'pure' | 'shared' | 'process'

const LONG = '**/*.long.*'
const NEVER = ['**/node_modules/**', '**/*.soak.test.ts']
const STARTING = {
  testTimeout: 180_000,
  hookTimeout: 180_000,
  expect: { poll: { timeout: 60_000 } }, // a loaded machine takes seconds for what takes none
}

const PROJECTS = {
  pure: {
    test: {
      include: ['packages/*/src/**/*.test.ts', 'bench/src/**/*.test.ts', 'scripts/**/*.test.ts'],
      exclude: ['**/*.process.test.ts', '**/*.shared.test.ts'],
      isolate: false,
      testTimeout: 60_000,
    },
  },
  shared: {
    plugins: [cellsInThreads()],
    test: {
      include: [
        'packages/*/src/**/*.shared.test.ts',
        'packages/writ/src/sandbox/cells.process.test.ts', // what every sandbox does, theirs too
      ],
      exclude: [],
      isolate: false,
      fsModuleCachePath: 'node_modules/.vitest-cache/shared', // two files of the product are others here
      ...STARTING,
    },
  },
  process: {
    test: {
      include: [
        'packages/*/src/**/*.process.test.ts',
        'bench/src/**/*.process.test.ts',
        'scripts/**/*.process.test.ts',
      ],
      exclude: [],
      ...STARTING,
    },
  },
} satisfies Record<Kind, TestProjectConfiguration>

function project(kind: Kind): TestProjectConfiguration {
  const { test, ...rest } = PROJECTS[kind]
  return { extends: true, ...rest, test: { ...test, name: kind, exclude: [...test.exclude, ...NEVER, LONG] } }
}

function longProject(kind: Kind): TestProjectConfiguration {
  const { test, ...rest } = PROJECTS[kind]
  const include = test.include.map((pattern) => pattern.replace(/(\.\w+)?\.test\.ts$/, '.long$&'))
  return {
    extends: true,
    ...rest,
    test: { ...test, name: `long-${kind}`, include, exclude: [...test.exclude, ...NEVER] },
  }
}

export default defineConfig({
  plugins: [startFromBundle()],
  ssr: { resolve: { conditions: ['@writ/source', 'node', 'import', 'module', 'default'] } },
  resolve: { conditions: ['@writ/source', 'node', 'import', 'module', 'default'] },
  test: {
    maxWorkers: '100%', // every core, where one would be left free
    globalSetup: ['scripts/bundle/tested-bundle.ts', 'scripts/tests-in-memory.ts'],
    projects: [
      project('pure'),
      project('shared'),
      project('process'),
      longProject('pure'),
      longProject('shared'),
      longProject('process'),
      {
        extends: true,
        test: {
          name: 'soak',
          include: ['{packages/*,bench}/src/**/*.soak.test.ts', 'scripts/**/*.soak.test.ts'],
          exclude: ['**/node_modules/**'],
          ...STARTING,
        },
      },
      {
        extends: true,
        plugins: [overDeno()],
        test: {
          name: 'deno',
          include: OVER_DENO,
          exclude: ['**/node_modules/**'],
          fsModuleCachePath: 'node_modules/.vitest-cache/deno', // a file of the product is another here
          ...STARTING,
        },
      },
    ],
  },
})
