import { defineConfig } from 'vitest/config'
import { startFromBundle } from './scripts/bundle/tested-bundle.ts'

// Two projects: `pure` shares one module graph (fast); `process` isolates every file, because those tests start
// workers, children and servers. A test that needs a process of its own ends in `.process.test.ts`.
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
          exclude: ['**/*.process.test.ts', '**/node_modules/**'],
          isolate: false,
          testTimeout: 60_000,
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
          testTimeout: 180_000,
          hookTimeout: 180_000,
          expect: { poll: { timeout: 60_000 } }, // a loaded machine takes seconds for what takes none
        },
      },
    ],
  },
})
