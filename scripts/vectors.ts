import { runVectors } from './run-vectors.ts'

// `npm run vectors -- DIR`: runs a directory of published test vectors; exit 1 when one of them comes out otherwise.

const [directory] = process.argv.slice(2)
if (directory === undefined) {
  process.stderr.write('vectors: give a directory: npm run vectors -- DIR\n')
  process.exit(2)
}
try {
  const reports = runVectors(directory)
  for (const { suite, passed, failed } of reports) {
    process.stdout.write(`${suite}: ${passed} passed, ${failed.length} failed\n`)
    for (const name of failed) process.stdout.write(`  failed: ${name}\n`)
  }
  process.exitCode = reports.some(({ failed }) => failed.length > 0) ? 1 : 0
} catch (error) {
  process.stderr.write(`vectors: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
}
