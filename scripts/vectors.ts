import { runVectors } from './run-vectors.ts'

// `npm run vectors -- DIR`: runs a directory of published test vectors; exit 1 when one of them comes out otherwise, or
// when a file is skipped: what was not run proves nothing.

const [directory] = process.argv.slice(2)
if (directory === undefined) {
  process.stderr.write('vectors: give a directory: npm run vectors -- DIR\n')
  process.exit(2)
}
try {
  const { suites, skipped } = runVectors(directory)
  for (const { suite, passed, failed } of suites) {
    process.stdout.write(`${suite}: ${passed} passed, ${failed.length} failed\n`)
    for (const name of failed) process.stdout.write(`  failed: ${name}\n`)
  }
  for (const what of skipped) process.stdout.write(`skipped: ${what}\n`)
  process.exitCode = skipped.length > 0 || suites.some(({ failed }) => failed.length > 0) ? 1 : 0
} catch (error) {
  process.stderr.write(`vectors: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
}
