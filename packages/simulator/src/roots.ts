import type { Reply, Script } from './reply.ts'
import type { SimRequest } from './request.ts'

/** Answers a sub-call with its own prompt, so that a caller can see what arrived and in which order. */
export const leafEcho: Script = (request) => `ECHO ${request.prompt}`

/** One root: any task marker gets these turns. */
export function sequence(turns: readonly string[], leaf: Script = leafEcho): Script {
  return (request) => {
    if (request.task === null) return leaf(request)
    return turns[Math.min(request.turns, turns.length - 1)] ?? leaf(request)
  }
}

/** A turn that runs one block. */
export function block(code: string, fence = 'repl'): string {
  return `\`\`\`${fence}\n${code}\n\`\`\`\n`
}

/** A root that sends `prompts` sub-calls in one batch and releases how many came back, and the first and last of them. */
export function fanOut(prompts: number, leaf: Script = leafEcho): Script {
  return sequence(
    [
      block('const listed = await docs({ limit: 5 });\nprint(listed.length);'),
      block(
        `const prompts = Array.from({ length: ${prompts} }, (_, n) => 'item ' + n);\nconst replies = await llm_query_batched(prompts);\nprint(replies.length);`,
      ),
      block('FINAL({ count: replies.length, first: replies[0], last: replies.at(-1) });'),
    ],
    leaf,
  )
}

/** A tree of child frames, `width` at each level down to `depth`; each leaf frame makes one sub-call. */
export function tree(depth: number, width: number, leaf: Script = leafEcho): Script {
  return (request) => {
    const level = /^level-(\d+)$/.exec(request.task ?? '')?.[1]
    const at = request.task === null ? undefined : Number(level ?? 0)
    if (at === undefined) return leaf(request)
    if (request.turns > 0) return block('FINAL(value);')
    const goals = `Array.from({ length: ${width} }, (_, n) => ({ prompt: 'SIMTASK:level-${at + 1} part ' + n, scope: 'inherit' }))`
    return block(
      at >= depth
        ? `const value = [await llm_query('leaf of level ${at}', { fresh: true })];\nprint(value.length);`
        : `const value = (await rlm_query_batched(${goals})).flat();\nprint(value.length);`,
    )
  }
}

export type BadRoot =
  | 'syntaxError'
  | 'infiniteLoop'
  | 'flood'
  | 'neverFinishes'
  | 'prose'
  | 'twoBlocks'
  | 'escape'
  | 'otherLanguage'

/** Roots that behave badly, each a list of turns for `sequence`. */
export const BAD_ROOTS: Readonly<Record<BadRoot, readonly string[]>> = {
  syntaxError: [block('const = ;'), block("FINAL('after a syntax error');")],
  infiniteLoop: [block('while (true) {}'), block("FINAL('after an endless loop');")],
  flood: [
    block("for (let i = 0; i < 50000; i += 1) print('x'.repeat(1000));"),
    block("FINAL('after a flood');"),
  ],
  neverFinishes: [block('print(1);')],
  prose: ['I will now think about it. The answer is FINAL("in prose").', block("FINAL('after prose');")],
  twoBlocks: [`${block('const a = 1;')}\n${block('const b = a + 1;\nprint(b);')}`, block('FINAL(b);')],
  escape: [
    block(
      "let seen = [];\nfor (const name of ['process', 'require', 'fetch', 'Deno', 'Bun']) seen.push(name + ':' + typeof globalThis[name]);\nprint(seen.join(' '));",
    ),
    block("FINAL(seen.join(' '));"),
  ],
  otherLanguage: ['```python\nprint(1)\n```\n', block("FINAL('after python');")],
}

/** Answers the first attempts at each distinct request with the given replies, then lets the script answer. */
export function failingFirst(failures: readonly Reply[], script: Script): Script {
  const attemptOf = countingAttempts()
  return (request) => failures[attemptOf(request)] ?? script(request)
}

/** Tells of each request how many equal ones came before it. */
export function countingAttempts(): (request: SimRequest) => number {
  const attempts = new Map<string, number>()
  return (request) => {
    const content = contentOf(request)
    const attempt = attempts.get(content) ?? 0
    attempts.set(content, attempt + 1)
    return attempt
  }
}

/** What makes two requests equal: what is asked of which model, not when or under which key. */
export function contentOf(request: SimRequest): string {
  return JSON.stringify([request.model, request.messages])
}
