import { type Reasoner, USUAL_TUNING } from '@writ/contract'
import { direct } from './direct.ts'
import { promptDigest, systemPrompt } from './prompts.ts'
import { replLoop } from './repl-loop.ts'
import { retrieve } from './retrieve.ts'
import { runScript } from './run-script.ts'
import { askAgain, schemaPrompt } from './schema-prompts.ts'
import { chooseStrategy, STRATEGIES } from './strategy.ts'

/** Raised by hand when parsing, compaction or the layout of messages changes: a replay under another is refused. */
const REASONING_VERSION = 8

/** Languages whose prompts differ in length. */
const LANGUAGES_TOLD = ['javascript', 'python'] as const

/** Room for the turn header and the lines about the corpus and the scripts, beside the system text. */
const FRAME_LINES_BYTES = 3_584

/** The reasoning room: strategies, prompts and the REPL loop. It reaches the world only through the frame it is given. */
export function createReasoner(): Reasoner {
  const prompts = (['orchestrator', 'worker', 'verifier'] as const).flatMap((role) =>
    LANGUAGES_TOLD.map((language) =>
      systemPrompt(role, Number.MAX_SAFE_INTEGER, { ...USUAL_TUNING, language }),
    ),
  )
  return {
    digest: `reasoning/${REASONING_VERSION}:${promptDigest}`,
    leafPrompt: systemPrompt('leaf', 0),
    schemaPrompt,
    askAgain,
    promptBytes: Math.max(...prompts.map((text) => Buffer.byteLength(text))) + FRAME_LINES_BYTES,
    strategies: STRATEGIES,
    choose: chooseStrategy,
    run: (frame, strategy) => {
      if (strategy === 'script') return runScript(frame)
      if (strategy === 'retrieve') return retrieve(frame)
      return strategy === 'direct' ? direct(frame) : replLoop(frame)
    },
  }
}
