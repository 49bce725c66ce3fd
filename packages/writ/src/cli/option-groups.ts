import type { Command } from 'commander'
import { wholeNumber } from './parse-option.ts'

// Options that several commands have.

/** Who looks at what a run holds. */
export function withViewer(command: Command): Command {
  return command
    .option('--as <user>', 'user who looks')
    .option('--purpose <p>', 'purpose they look for')
    .option('--policy <dir>', 'policy bundle that decides what they see')
}

/** Where models are reached, and what is said of those that no table knows. */
export function withServer(command: Command): Command {
  return command
    .option(
      '--base-url <url>',
      'server for the model, OpenAI-compatible for any other id (default: OPENAI_BASE_URL)',
    )
    .option('--key-env <name>', 'environment variable with the key for it')
    .option('--price <in/out>', 'USD per million tokens')
    .option(
      '--context-window <n>',
      'tokens that the models take (default: what the configuration says, else 128,000)',
      wholeNumber('--context-window', 1),
    )
}

/** How fast models are asked. */
export function withPace(command: Command): Command {
  return command
    .option('--concurrency <n>', 'requests in flight at once, per model', wholeNumber('--concurrency', 1))
    .option(
      '--requests-per-minute <n>',
      'most requests a minute, per model',
      wholeNumber('--requests-per-minute', 1),
    )
    .option(
      '--tokens-per-minute <n>',
      'most tokens a minute, per model',
      wholeNumber('--tokens-per-minute', 1),
    )
}

/** Where an answer goes, and what is told of its run meanwhile. */
export function withDelivery(command: Command): Command {
  return command
    .option(
      '--out-value <file>',
      'write the released value to a .csv, .json or .md file, whole or not at all',
    )
    .option('--full', 'the whole answer and every citation, whether it fits the terminal or not')
    .option('--json', 'print one JSON object')
    .option('--jsonl', 'stream events, one JSON object a line')
    .option('--quiet', 'no progress')
}
