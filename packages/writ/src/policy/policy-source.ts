import type { DetailedError, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import { BundleFault } from './bundle-fault.ts'
import { cedar } from './cedar.ts'
import { describeError } from './evaluation.ts'
import { type Position, positionAt, type SourceFile } from './source-file.ts'

/** One policy of a bundle: its id, its text as written, its parsed form, and where it stands. */
export interface PolicySource {
  readonly id: string
  readonly text: string
  readonly json: PolicyJson
  readonly file: SourceFile
  /** UTF-8 bytes before it in its file. */
  readonly byteOffset: number
}

/** Texts of policies by id, as Cedar takes them. */
export type PolicyTexts = Readonly<Record<string, string>>

/**
 * Splits files into single policies with their ids: `@id`, else `file#n` counted from 1. Cedar itself ignores `@id`.
 * Throws a `BundleFault` for a syntax error, a template, an empty or a repeated id.
 */
export function policySources(files: readonly SourceFile[]): readonly PolicySource[] {
  const policies = files.flatMap(splitFile)
  const places = new Map<string, PolicySource>()
  for (const policy of policies) {
    const earlier = places.get(policy.id)
    if (earlier !== undefined) {
      throw faultIn(
        policy,
        `the id ${JSON.stringify(policy.id)} is taken by a policy of ${earlier.file.name}`,
      )
    }
    places.set(policy.id, policy)
  }
  return policies
}

/** A fault at a policy, or at a byte offset inside its text. */
export function faultIn(policy: PolicySource, message: string, byteOffset = 0): BundleFault {
  const at = positionAt(policy.file.text, policy.byteOffset + byteOffset)
  return new BundleFault(policy.file.name, message, at)
}

/** The fault of Cedar's first error in a file; offsets count from the start of the file. */
export function faultOf(file: SourceFile, errors: readonly DetailedError[]): BundleFault {
  const [error] = errors
  if (error === undefined) return new BundleFault(file.name, 'Cedar refuses the file and does not say why')
  return new BundleFault(file.name, describeError(error), placeOf(file, error))
}

function placeOf(file: SourceFile, error: DetailedError): Position | null {
  const start = error.sourceLocations?.[0]?.start
  return start === undefined ? null : positionAt(file.text, start)
}

function splitFile(file: SourceFile): readonly PolicySource[] {
  const parts = cedar.policySetTextToParts(file.text)
  if (parts.type === 'failure') throw faultOf(file, parts.errors)
  const [template] = located(file, parts.policy_templates)
  if (template !== undefined) {
    const at = positionAt(file.text, template.byteOffset)
    throw new BundleFault(file.name, 'a template: write the policy out, nothing links templates', at)
  }
  return located(file, parts.policies).map(({ text, byteOffset }, index) => {
    const parsed = cedar.policyToJson(text)
    if (parsed.type === 'failure') throw faultOf(file, parsed.errors)
    const policy = { text, json: parsed.json, file, byteOffset, id: `${file.name}#${index + 1}` }
    return { ...policy, id: declaredId(policy) ?? policy.id }
  })
}

function declaredId(policy: PolicySource): string | undefined {
  const annotations: Readonly<Record<string, string | null>> = policy.json.annotations ?? {}
  const id = annotations.id
  if (id === null || id === '') throw faultIn(policy, '@id needs a text')
  return id
}

interface Part {
  readonly text: string
  readonly byteOffset: number
}

/**
 * Cedar returns parts ordered by an id of its own; this puts them back in the order of the file. A short policy may
 * occur inside a longer one and in a comment, so the longest are placed first and comments do not count.
 */
function located(file: SourceFile, parts: readonly string[]): readonly Part[] {
  let unclaimed = withoutComments(file.text)
  return parts
    .toSorted((a, b) => b.length - a.length)
    .map((text) => {
      const index = Math.max(unclaimed.indexOf(withoutComments(text)), 0)
      unclaimed = blank(unclaimed, index, text.length)
      return { text, byteOffset: Buffer.byteLength(file.text.slice(0, index), 'utf8') }
    })
    .sort((a, b) => a.byteOffset - b.byteOffset)
}

/** The text with comments blanked, every other character in its place. */
function withoutComments(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|\/\/.*/g, (match) =>
    match.startsWith('//') ? ' '.repeat(match.length) : match,
  )
}

function blank(text: string, start: number, length: number): string {
  return text.slice(0, start) + ' '.repeat(length) + text.slice(start + length)
}
