import { createRequire } from 'node:module'

/** A secret found in a text, with what it is in plain words. */
export interface Found {
  readonly start: number
  readonly end: number
  readonly kind: string
}

type Rule = (text: string, found: (start: number, end: number, kind: string) => void) => void

/**
 * All secrets of a short text. The text is one character a byte, so that places in it are places of bytes. Every rule takes
 * time that is bounded by the length of the text and of its tokens.
 */
export function findSecrets(text: string): Found[] {
  const all: Found[] = []
  for (const rule of [...OWN, ...secretlint()])
    rule(text, (start, end, kind) => {
      if (end > start) all.push({ start, end, kind })
    })
  return all
}

/** What secretlint has no rule for, or one that marks only part of the key, or one that excepts keys of manuals. */
const OWN: readonly Rule[] = [
  awsKeys,
  pattern('Google API key', /AIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])/g),
  // A PEM file in Base64, as configurations of Kubernetes hold one; certificates and public keys are none.
  pattern('private key', /LS0tLS1CRUdJTiB(?!DRVJU|QVUJMSUM)[A-Za-z0-9+/]{40,6000}={0,2}/g),
  pattern(
    'npm token',
    /(?<![A-Za-z0-9])_(?:authToken|auth|password)[ \t]{0,4}=[ \t]{0,4}["']?([^\s"'$]{6,1000})/dg,
  ),
  pattern('password in an address', /:\/\/[^:/?#\s]{1,256}:x-oauth-basic@/g),
]

const KEY_NAME =
  /secret[_ -]?access[_ -]?key["']?[ \t]{0,64}(?::|=>|=|is)[ \t]{0,64}["']?([A-Za-z0-9/+=]{40})(?![A-Za-z0-9/+=])/dgi
const KEY_ID =
  /(?<![A-Za-z0-9])(?:A3T[A-Z0-9]|AKIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g
const KEY = /(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g

/** How far behind its id a secret access key is looked for. */
const NEAR = 400

function awsKeys(text: string, found: Parameters<Rule>[1]): void {
  pattern('AWS key', KEY_NAME)(text, found)
  for (const { index, 0: id } of text.matchAll(KEY_ID)) {
    const end = index + id.length
    found(index, end, 'AWS key')
    for (const { index: at, 0: key } of text.slice(end, end + NEAR).matchAll(KEY)) {
      const mixed = /[a-z]/.test(key) && /[A-Z]/.test(key) && /[0-9]/.test(key)
      if (mixed) found(end + at, end + at + key.length, 'AWS key')
    }
  }
}

/** Marks what a regular expression matches, or its group where it has one. */
function pattern(kind: string, expression: RegExp): Rule {
  return (text, found) => {
    for (const match of text.matchAll(expression)) {
      const [start, end] = match.indices?.[1] ?? [match.index, match.index + match[0].length]
      found(start, end, kind)
    }
  }
}

/** What is used of a rule of secretlint. */
interface LintRule {
  readonly meta: { readonly id: string }
  create(context: LintContext, options: object): { file(source: LintSource): unknown }
}

interface LintSource {
  readonly content: string
  readonly filePath: string
  readonly ext: string
  readonly contentType: string
}

interface LintContext {
  createTranslator(): (messageId: string) => unknown
  report(report: { readonly range: readonly [number, number] }): void
}

/**
 * Rules that are not used: keys of AWS and private keys have better ones here; that of GCP wants a whole file; and no
 * comment in a document may say that its secrets are none.
 */
const NOT_USED: ReadonlySet<string> = new Set(['aws', 'gcp', 'privatekey', 'filter-comments'])

const KINDS: Readonly<Record<string, string>> = {
  basicauth: 'password in an address',
  'database-connection-string': 'password in an address',
  '1password': '1Password token',
  github: 'GitHub token',
  gitlab: 'GitLab token',
  openai: 'OpenAI key',
  npm: 'npm token',
}

let loaded: readonly Rule[] | undefined

/** The rules of secretlint, loaded when the first text needs them. */
function secretlint(): readonly Rule[] {
  if (loaded === undefined) {
    const require = createRequire(import.meta.url)
    const preset = require('@secretlint/secretlint-rule-preset-recommend') as {
      readonly rules: readonly LintRule[]
    }
    loaded = preset.rules.flatMap((rule) => {
      const name = rule.meta.id.replace('@secretlint/secretlint-rule-', '')
      return NOT_USED.has(name) ? [] : [adapted(rule, KINDS[name] ?? `${capital(name)} token`)]
    })
  }
  return loaded
}

function adapted(rule: LintRule, kind: string): Rule {
  return (text, found) => {
    const context: LintContext = {
      createTranslator: () => (messageId) => messageId,
      report: ({ range: [start, end] }) => found(start, end, kind),
    }
    const source = { content: text, filePath: 'document.txt', ext: '.txt', contentType: 'text' }
    rule.create(context, {}).file(source)
  }
}

function capital(name: string): string {
  const words = name.split('-').map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
  return words.join(' ')
}
