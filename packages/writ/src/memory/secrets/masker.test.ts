import { generateKeyPairSync } from 'node:crypto'
import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SecretMasker } from './masker.ts'
import { findTriggers } from './triggers.ts'

// Tokens are put together here, so that none stands in the source.
const letters = 'kXq7Rb2WmZ9pTf4Lc8Vh3Ns6Yd1Jg5Au0EoQiDxUvCtHyBwMrKzGnPsFaSeI'
const body = (length: number): string => letters.repeat(20).slice(0, length)
const plain = (length: number): string => letters.replace(/[0-9]/g, '').repeat(20).slice(0, length)
const hex = (length: number): string => '3f9a0c7e5b1d8264'.repeat(20).slice(0, length)
const upper = (length: number): string => body(length).toUpperCase()
const pem = (
  type: 'rsa' | 'ec' | 'ed25519',
  format: 'pkcs8' | 'pkcs1' | 'sec1',
  passphrase?: string,
): string => {
  const pair =
    type === 'rsa'
      ? generateKeyPairSync(type, { modulusLength: 1024 })
      : type === 'ec'
        ? generateKeyPairSync(type, { namedCurve: 'P-256' })
        : generateKeyPairSync(type)
  const locked = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }
  return String(pair.privateKey.export({ type: format, format: 'pem', ...locked })).trim()
}
const onePassword = (): string => {
  const json = JSON.stringify({ email: 'a@b.example', secretKey: 'A3-X', rest: body(99) })
  const fits = json.replace('"}', `${'x'.repeat((4 - (json.length % 3)) % 3)}"}`)
  return `ops_${Buffer.from(fits).toString('base64')}`
}

/** What must go, and what it is called. Where there are two, the first stands in the text and only the second must go. */
const TOKENS: readonly (readonly [string, string, string?])[] = [
  ['AWS key', `AKIA${upper(16)}`],
  ['AWS key', `aws_secret_access_key = "${body(40)}"`, body(40)],
  ['AWS key', `"SecretAccessKey": "${body(40)}"`, body(40)],
  ['AWS key', `the secret access key is ${body(40)}`, body(40)],
  ['Google API key', `AIza${body(35)}`],
  ['npm token', `npm_${body(36)}`],
  ['npm token', `//registry.npmjs.org/:_authToken=${hex(8)}-${hex(4)}`, `${hex(8)}-${hex(4)}`],
  ['password in an address', `https://deploy:hunter-${hex(4)}@git.example.net/repo`],
  ['password in an address', `https://${hex(40)}:x-oauth-basic@github.com/a/b`, hex(40)],
  ['password in an address', `postgres://app:S3cr!t(${hex(4)})@db.internal:5432/app`],
  ['password in an address', `mysql://app:${hex(8)}@db.internal/app`],
  ['password in an address', `mongodb+srv://app:${hex(8)}@cluster.internal/app`],
  ['Slack token', `xoxb-${'1234567890'.repeat(1)}12-123456789012-${body(24)}`],
  ['Slack token', `https://hooks.slack.com/services/T${upper(8)}/B${upper(8)}/${body(24)}`],
  ['Sendgrid token', `SG.${body(22)}.${body(43)}`],
  ['Shopify token', `shpat_${hex(32)}`],
  ['Stripe token', `sk_live_${body(24)}`],
  ['Stripe token', `rk_test_${body(24)}`],
  ...['ghp', 'gho', 'ghu', 'ghs', 'ghr'].map((prefix) => ['GitHub token', `${prefix}_${body(36)}`] as const),
  ['GitHub token', `github_pat_${body(22)}_${body(59)}`],
  ['GitHub token', `ghs_123_${body(30)}.${body(200)}.${body(40)}`],
  ['GitLab token', `glpat-${body(20)}`],
  ['Grafana token', `glc_${body(40)}`],
  ['Grafana token', `glsa_${body(32)}_${hex(8)}`],
  ['OpenAI key', `sk-proj-${body(74)}T3BlbkFJ${body(74)}`],
  ['OpenAI key', `sk-${body(20)}T3BlbkFJ${body(20)}`],
  ['Anthropic token', `sk-ant-api03-${body(93)}AA`],
  ['Groq token', `gsk_${body(52)}`],
  ['Huggingface token', `hf_${plain(34)}`],
  ['Linear token', `lin_api_${body(40)}`],
  ['Notion token', `ntn_12345678901${body(35)}`],
  ['1Password token', onePassword()],
  ['Hashicorp Vault token', `hvs.${body(95)}`],
  ['Hashicorp Vault token', `hvb.${body(150)}`],
  ['Hashicorp Vault token', `hvr.${body(95)}`],
  ['Vercel token', `vcp_${body(24)}`],
  ['Databricks token', `dapi${hex(32)}`],
  ['Docker token', `dckr_pat_${body(27)}`],
  ['Figma token', `figd_${body(40)}`],
  ['Cloudflare token', `cfut_${body(40)}${hex(8)}`],
  ['Tailscale token', `tskey-auth-${body(12)}-${body(32)}`],
  ['private key', pem('rsa', 'pkcs8')],
  ['private key', pem('rsa', 'pkcs1')],
  ['private key', pem('rsa', 'pkcs8', 'open sesame')],
  ['private key', pem('ec', 'sec1')],
  ['private key', pem('ed25519', 'pkcs8')],
  ['private key', pem('ed25519', 'pkcs8').replaceAll('\n', '\\n')],
  ['private key', Buffer.from(pem('rsa', 'pkcs8')).toString('base64')],
]

interface Masked {
  readonly text: string
  readonly masker: SecretMasker
}

function mask(text: string, cuts: readonly number[] = [], everywhere = false): Masked {
  const masker = new SecretMasker(everywhere)
  const out: Buffer[] = []
  const emit = (bytes: Buffer): void => void out.push(Buffer.from(bytes))
  // Pieces are lent: each is destroyed once it was pushed.
  const points = Array.from(text)
  const places = [0, ...cuts.map((cut) => cut % (points.length + 1)).sort((a, b) => a - b), points.length]
  for (const [index, place] of places.slice(1).entries()) {
    const piece = Buffer.from(points.slice(places[index], place).join(''))
    masker.push(piece, emit)
    piece.fill(0x23)
  }
  masker.end(emit)
  const bytes = Buffer.concat(out)
  expect(bytes.length).toBe(Buffer.byteLength(text))
  return { text: bytes.toString(), masker }
}

const words = 'Notice is to be given thirty days before the end of a quarter, '.repeat(40)

describe('a secret in prose', () => {
  const tokens = TOKENS.map(([kind, token, secret = token]) => ({ kind, token, secret }))
  it.each(tokens)('is masked: $kind %#', ({ kind, token, secret }) => {
    const text = `${words}the key\n${token}\nwas used until May. ${words}`
    const { text: masked, masker } = mask(text)
    const lines = secret.split('\n')
    for (const line of lines.length > 1 ? lines.slice(1, -1) : lines) expect(masked).not.toContain(line)
    // No piece of it is left, and nothing around it is gone.
    for (let at = 0; at + 8 <= secret.length; at += 4) {
      const piece = secret.slice(at, at + 8)
      if (!/\n|https?:|PRIVATE|BEGIN|END/.test(piece)) expect(masked).not.toContain(piece)
    }
    expect(masked.startsWith(`${words}the key\n`)).toBe(true)
    expect(masked.endsWith(`\nwas used until May. ${words}`)).toBe(true)
    expect(masked.split('\n').length).toBe(text.split('\n').length)
    expect([...masker.kinds]).toContain(kind)
    expect(masker.secrets).toBeGreaterThan(0)
  })

  it('is found in any language, and its characters keep their size', () => {
    for (const around of ['Schlüssel: ', '密钥是', 'ключ—', '“', '']) {
      const token = `ghp_${body(36)}`
      const { text } = mask(`${around}${token}。`)
      expect(text).toBe(`${around}${'*'.repeat(40)}。`)
    }
    const { text } = mask('postgres://app:pässwörd€😀x@db.internal/app')
    expect(text).toMatch(/^[*·•🔒]+$/u)
    expect(text).not.toMatch(/[äö€😀]/u)
  })

  it('does not hide behind a comment that says it is none', () => {
    const token = `ghp_${body(36)}`
    expect(mask(`# secretlint-disable\n${token}\n`).text).not.toContain(token.slice(4, 20))
  })

  it('is masked with the key that belongs to its id, wherever that is named', () => {
    const secret = `wJ${body(38)}`
    expect(mask(`AKIA${upper(16)} / ${secret}`).text).toBe(`${'*'.repeat(20)} / ${'*'.repeat(40)}`)
  })

  it('is counted once, and its size is known', () => {
    const { masker } = mask(`${words}AKIA${upper(16)} and ghp_${body(36)}, ${words}ghp_${body(36)}`)
    expect([masker.secrets, masker.maskedBytes]).toEqual([3, 20 + 40 + 40])
    expect([...masker.kinds].sort()).toEqual(['AWS key', 'GitHub token'])
  })

  it('is masked wherever the document is cut', () => {
    const parts = fc.constantFrom(
      ...TOKENS.map(([, token]) => token),
      words,
      'é漢😀 ',
      '\n',
      'x'.repeat(9000),
      ' ',
    )
    const documents = fc.array(parts, { minLength: 1, maxLength: 12 }).map((all) => all.join(' '))
    fc.assert(
      fc.property(documents, fc.array(fc.nat(), { maxLength: 4 }), fc.boolean(), (text, cuts, everywhere) => {
        const whole = mask(text, [], everywhere)
        const cut = mask(text, cuts, everywhere)
        expect(cut.text).toBe(whole.text)
        expect([cut.masker.secrets, cut.masker.maskedBytes]).toEqual([
          whole.masker.secrets,
          whole.masker.maskedBytes,
        ])
      }),
      { numRuns: 60 },
    )
  })

  it('is masked in a document of many pieces, of which nothing is lost', () => {
    const token = `ghp_${body(36)}`
    const filler = Array.from({ length: 120_000 }, (_, n) => `wörd${n}`).join(' ')
    const { text, masker } = mask(`${filler} ${token} ${filler}`, [600_000, 700_000])
    expect(text).toBe(`${filler} ${'*'.repeat(40)} ${filler}`)
    expect(masker.bytes).toBe(Buffer.byteLength(text))
  })

  it('is masked at every distance from where a large document is cut', () => {
    const token = `ghp_${body(36)}`
    for (let shift = 0; shift < 60; shift += 7) {
      const before = 'word '.repeat(20_000).slice(0, 65_000 + shift)
      const { text } = mask(`${before} ${token} ${'word '.repeat(20_000)}`, [65_020])
      expect(text).toBe(`${before} ${'*'.repeat(40)} ${'word '.repeat(20_000)}`)
    }
  })
})

describe('what is no secret', () => {
  it.each([
    words,
    'Look for a line with -----BEGIN RSA PRIVATE KEY----- and one with -----END RSA PRIVATE KEY-----.',
    '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----',
    'https://example.com/a/very/long/path/that/goes/on/and/on?and=has&a=query#fragment',
    'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
    hex(40),
    'account number: 1234-5678-9012',
    `_authToken=$${'{NPM_TOKEN}'}`,
    'A sk-eleton key, an AKIA key, ghp_ as a prefix, and npm_config_registry as a name',
    'user:password@host is the form, as in http://host:8080/@scope/package',
  ])('stays as it is: %.60s', (text) => {
    const { text: masked, masker } = mask(text)
    expect(masked).toBe(text)
    expect(masker.secrets).toBe(0)
  })

  it('is not even shown to the rules', () => {
    const bytes = Buffer.from(words)
    expect(findTriggers(bytes, 0, bytes.length)).toEqual([])
  })
})

describe('the rules', () => {
  it('are those that the triggers were made for', () => {
    const preset = createRequire(import.meta.url)('@secretlint/secretlint-rule-preset-recommend') as {
      rules: { meta: { id: string } }[]
    }
    const names = preset.rules.map(({ meta }) => meta.id.replace('@secretlint/secretlint-rule-', ''))
    // A rule more, or another version of one, needs its literals in `triggers.ts` and a token above.
    expect(names.sort()).toEqual(
      (
        '1password anthropic aws basicauth cloudflare database-connection-string databricks docker figma ' +
        'filter-comments gcp github gitlab grafana groq hashicorp-vault huggingface linear notion npm openai ' +
        'privatekey sendgrid shopify slack stripe tailscale vercel'
      ).split(' '),
    )
  })
})
