import { ownProcess } from '../index.ts'
import { runCommandLine } from './command-line.ts'

// The process of a command.

ownProcess()

let exitCode = 0
let done = false
// A CommonJS module that waits for what never comes ends as if all were well.
process.once('exit', (code) => {
  if (done || code !== 0) return
  process.stderr.write('writ: INTERNAL: the command ended before it was done.\n')
  process.exitCode = 1
})
// Whoever reads stdout may stop (`| head`): the command ends there without a word, and not as if it were done.
process.stdout.on('error', () => process.exit(exitCode === 0 ? 1 : exitCode))

/** Runs the command, in a function because a CommonJS module, which this is in a bundle, waits for nothing. */
async function main(): Promise<never> {
  exitCode = await runCommandLine(process.argv.slice(2))
  // Streams are flushed before the process ends; nothing else may keep it alive.
  await new Promise((resolve) => process.stdout.write('', resolve))
  done = true
  process.exit(exitCode)
}

void main()
