import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Frame, type FrameRole, GUEST_NAMES, HOST_NAMES, whole } from '@writ/contract'

/** Most characters of one sub-prompt that models were seen to handle well. */
const CHUNK_CHARS = 100_000

type Role = FrameRole | 'leaf' | 'direct'

const texts: ReadonlyMap<Role, string> = new Map(
  (['orchestrator', 'worker', 'verifier', 'leaf', 'direct'] as const).map((role) => [role, load(role)]),
)

function load(role: Role): string {
  return readFileSync(new URL(`./prompts/${role}.md`, import.meta.url), 'utf8').trim()
}

/** The system text of a role. A frame's text lists the REPL names; the chunk it may send on follows its model's window. */
export function systemPrompt(role: Role, contextWindow: number): string {
  const told = [...HOST_NAMES, ...GUEST_NAMES].filter(({ needs }) => needs === undefined)
  const names = told.map((name) => `- ${name.usage}`).join('\n')
  const chunk = whole(Math.min(CHUNK_CHARS, contextWindow))
  return (texts.get(role) ?? '').replace('{{names}}', names).replace('{{chunk}}', chunk)
}

/** What a frame is told of the scripts that it may run by name; nothing when there are none. */
export function scriptsPrompt(scripts: Frame['scripts']): string {
  if (scripts.length === 0) return ''
  const usage = HOST_NAMES.filter(({ needs }) => needs === 'scripts').map((name) => name.usage)
  const known = scripts.map(({ name, description }) =>
    description === null ? name : `${name} (${description})`,
  )
  return `Scripts that a person wrote for questions like this: ${known.join('; ')}. ${usage.join('; ')}.`
}

/** Digest of every prompt: part of what shapes a frame. */
export const promptDigest: string = createHash('sha256')
  .update(JSON.stringify([...texts, HOST_NAMES, GUEST_NAMES]))
  .digest('hex')
