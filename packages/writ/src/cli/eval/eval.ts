import type { Command } from 'commander'
import { withPace, withServer } from '../option-groups.ts'
import { askedChecks, repeated, seconds, usd, wholeNumber } from '../parse-option.ts'
import type { Running } from '../running.ts'
import { armFlag } from './arm-flag.ts'
import { type EvalFlags, evaluate } from './evaluate.ts'
import { failOver, failUnder } from './threshold-flag.ts'

/** `writ eval`: questions with known answers, asked of several arms over a corpus, and scored. */
export function addEval(writ: Command, running: Running): void {
  const command = writ
    .command('eval <questions.jsonl>')
    .description('ask questions with known answers of several arms over a corpus, and score the answers')
    .option('--context <path...>', 'files, directories or globs to ask over')
    .option('--corpus <name>', 'an ingested corpus instead')
    .option(
      '--arm <arm>',
      'what is measured: auto, direct, retrieve, recurse, script:<name or file>, model=<provider/id>, or both as recurse,model=<provider/id>; repeatable, the first is what the others are held against',
      armFlag,
    )
    .option('--model <provider/id>', 'model of the arms that name none (default: as for ask)')
    .option('--sub-model <provider/id>', 'model for their sub-calls (default: --model)')
    .option('--verifier-model <provider/id>', 'model that checks claims (default: --sub-model)')
  withServer(command)
    .option('--repeat <n>', 'ask each question so often of each arm', wholeNumber('--repeat', 1))
    .option('--max-cost <usd>', 'most the whole evaluation may cost', usd('--max-cost'))
    .option(
      '--max-calls <n>',
      'most model requests of the whole evaluation, retries included',
      wholeNumber('--max-calls', 0),
    )
    .option('--max-cost-each <usd>', 'most one run may cost', usd('--max-cost-each'))
    .option('--max-calls-each <n>', 'most model requests of one run', wholeNumber('--max-calls-each', 0))
    .option('--max-tokens-each <n>', 'most tokens of one run', wholeNumber('--max-tokens-each', 0))
    .option('--max-depth <n>', 'deepest frame; the root has depth 0', wholeNumber('--max-depth', 0))
    .option('--max-turns <n>', 'most turns of one frame', wholeNumber('--max-turns', 1))
    .option('--timeout <s>', 'time limit of one run in seconds', seconds('--timeout'))
  withPace(command)
    .option(
      '--fail-under <threshold>',
      'exit 7 below accuracy=<0…1>; <arm>:accuracy=… for one arm; repeatable',
      failUnder,
    )
    .option(
      '--fail-over <threshold>',
      'exit 7 above cost=<usd> or latency=<seconds> of a question, on average; repeatable',
      failOver,
    )
    .option('--input <json>', 'what scripts are given as `input`, where a question says nothing else')
    .option('--input-file <file>', 'the same, from a file')
    .option('--schema <file.json>', 'JSON Schema that the answers of strategies must fit')
    .option(
      '--verify <checks>',
      'check each answer before it leaves: citations, claims, votes:3',
      askedChecks,
    )
    .option('--dry-run', 'print what would be asked and what it can cost at most; ask no model')
    .option('--yes', 'do not ask before an evaluation that could cost more than the configured amount')
    .option(
      '--resume <id>',
      'go on with an evaluation, or with the `last`: what it has answered is not asked again',
    )
    .option('--seed <text>', 'seed of the resampling behind the intervals')
    .option('--policy <dir>', 'policy bundle')
    .option('--as <user>', 'user the runs act for')
    .option('--purpose <p>', 'purpose of the runs')
    .option('--label <label>', 'label of the given paths: level[:category,…]')
    .option(
      '--include-secret <glob>',
      'read files that hold secrets, as they are, where the glob matches their path; repeatable',
      repeated,
    )
    .option('--retention <class>', 'retention class of the user configuration, for `erase --expired`')
    .option('--out <file>', 'write all of it to a .html or .json file')
    .option('--home <dir>', 'state directory (default .writ, or WRIT_HOME)')
    .option('--full', 'every answer that missed its gold, not the first few')
    .option('--json', 'print one JSON object')
    .option('--jsonl', 'stream events, one JSON object a line')
    .option('--quiet', 'no progress')
    .action(running((file: string, flags: EvalFlags) => evaluate(file, flags)))
}
