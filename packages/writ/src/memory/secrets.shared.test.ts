import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { ContextStore, Library } from '@writ/contract'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openLibrary } from './index.ts'
import { type Workspace, workspace } from './memory-fixture.ts'

let space: Workspace
let library: Library
beforeEach(async () => {
  space = workspace()
  library = await openLibrary(space.home)
})
afterEach(async () => {
  await library.close()
  space.remove()
})

// Put together here, so that nothing in the source looks like a key.
const letters = 'kXq7Rb2WmZ9pTf4Lc8Vh3Ns6Yd1Jg5Au0EoQiDxUvCtHyBwMrKzGnPsFaSeI'
const awsId = `AKIA${letters.toUpperCase().slice(0, 16)}`
const awsKey = letters.slice(0, 40)
const github = `ghp_${letters.slice(3, 39)}`
const npm = `npm_${letters.slice(5, 41)}`
const password = 'correct-horse-battery-staple'
const pem = String(
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
)

/** A new Ed25519 key as `ssh-keygen` writes one (`PROTOCOL.key` of OpenSSH). */
function sshKey(): string {
  const { privateKey } = generateKeyPairSync('ed25519')
  const { d = '', x = '' } = privateKey.export({ format: 'jwk' })
  const [secret, open] = [Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')]
  const number = (value: number): Buffer => Buffer.from([0, 0, 0, value])
  const field = (value: Buffer | string): Buffer => {
    const bytes = Buffer.from(value)
    return Buffer.concat([number(bytes.length), bytes])
  }
  const shared = Buffer.concat([field('ssh-ed25519'), field(open)])
  const own = [number(7), number(7), shared, field(Buffer.concat([secret, open])), field('me@host')]
  const rest = Buffer.concat(own)
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (rest.length % 8)) % 8))
  const parts = [field('none'), field('none'), field(''), number(1), field(shared)]
  const whole = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...parts,
    field(Buffer.concat([rest, padding])),
  ])
  const lines = whole.toString('base64').match(/.{1,70}/g) ?? []
  return [openSsh('BEGIN'), ...lines, openSsh('END'), ''].join('\n')
}

function openSsh(mark: string): string {
  return `-----${mark} OPENSSH PRIVATE KEY-----`
}

/** A repository as people have them; gives the lines that must not get out. */
function repository(): string[] {
  space.write('README.md', '# The service\n\nHow the reactor is started.\n')
  space.write('.env', `DATABASE_PASSWORD=${password}\n`)
  space.write('.env.production', `DATABASE_PASSWORD=${password}-too\n`)
  space.write('deploy/.ENV', `TOKEN=${password}\n`)
  space.write('.npmrc', `registry=https://registry.npmjs.org/\n//registry.npmjs.org/:_authToken=${npm}\n`)
  space.write('.ssh/config', 'Host *\n')
  const ssh = sshKey()
  space.write('.ssh/id_ed25519', ssh)
  space.write('.ssh/id_ed25519.pub', 'ssh-ed25519 AAAA me@host\n')
  space.write('keys/server.pem', pem)
  space.write('keys/renamed.txt', ssh)
  space.write('keys/both.pem', `${'certificate line\n'.repeat(500)}${pem}`)
  space.write(
    'account.json',
    JSON.stringify({ type: 'service_account', private_key_id: '1', private_key: pem, client_email: 'a@b' }),
  )
  space.write('store.p12', new Uint8Array([0x30, 0x82, 0, 1]))
  space.write(
    'notes/meeting.txt',
    `The old key ${awsId} with ${awsKey} was turned off in May.\nDeploys used ${github} until then.\nAll agreed.\n`,
  )
  space.write(
    'keys/notes.txt',
    `[default]\naws_access_key_id = ${awsId}\naws_secret_access_key = ${awsKey}\n`,
  )
  symlinkSync('.env', join(space.docs, 'link.txt'))
  return [
    password,
    npm,
    awsId,
    awsKey,
    github,
    ...[...ssh.split('\n'), ...pem.split('\n')].filter((line) => line.length > 40 && !line.includes('-----')),
  ]
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())
}

/** No eight bytes in a row of a secret are in what a home keeps, nor its words in lower case, as an index has them. */
function expectNoneIn(home: string, secrets: readonly string[]): void {
  const kept = filesBelow(home).map((path) => readFileSync(path, 'latin1'))
  expect(kept.join('').length).toBeGreaterThan(1000)
  for (const secret of secrets) {
    const pieces = Array.from({ length: secret.length - 11 }, (_, at) => secret.slice(at, at + 12))
    for (const piece of [...pieces, ...pieces.map((text) => text.toLowerCase())])
      for (const content of kept) expect(content.includes(piece)).toBe(false)
  }
}

const reasons = (store: ContextStore): Record<string, string> =>
  Object.fromEntries(store.omitted.map(({ doc, code, reason }) => [doc, `${code}: ${reason}`]))
const ids = (store: ContextStore): string[] =>
  store.partitions.flatMap(({ id }) => store.documents(id).map((doc) => doc.id))
const everything = { pattern: '', ignoreCase: false, before: 0, after: 0, limit: 1000 }

describe('a repository that holds secrets', () => {
  it('gives none of them away, and says what was left out', async () => {
    const secrets = repository()
    const store = await library.ingest('repo', space.request())
    expect(ids(store)).toEqual(['README.md', 'notes/meeting.txt'])
    const byName = 'secret: its name says that it holds keys or passwords'
    expect(reasons(store)).toEqual({
      '.env': byName,
      '.env.production': byName,
      '.npmrc': 'secret: it holds one secret (npm token)',
      '.ssh/config': byName,
      '.ssh/id_ed25519': byName,
      '.ssh/id_ed25519.pub': byName,
      'account.json': 'secret: it holds one secret (private key) and nothing else',
      'deploy/.ENV': byName,
      'keys/both.pem': 'secret: it holds one secret (private key)',
      'keys/notes.txt': 'secret: it holds 2 secrets (AWS key) and nothing else',
      'keys/renamed.txt': 'secret: it holds one secret (private key) and nothing else',
      'keys/server.pem': 'secret: it holds one secret (private key)',
      'notes/meeting.txt': 'masked: 3 secrets (AWS key, GitHub token) masked; the rest is there',
      'store.p12': byName,
    })
    expect(store.skipped).toEqual({ symlink: 1 })
    expectNoneIn(space.home, secrets)
    const [{ id } = { id: '' }] = store.partitions
    const found = [
      ...(await store.grep(id, everything)).matches,
      ...(await store.search(id, { query: 'key deploys reactor agreed', k: 100 })),
      await store.read('notes/meeting.txt', 0, store.locate('notes/meeting.txt')?.bytes ?? 0),
    ].map(({ text }) => text)
    expect(found.join('\n')).toContain('was turned off in May.')
    for (const secret of secrets) expect(found.join('\n')).not.toContain(secret.slice(0, 12))
  })

  it('keeps a masked document as long as it was, line by line', async () => {
    repository()
    const store = await library.open(space.request())
    const [{ id } = { id: '' }] = store.partitions
    const original = readFileSync(join(space.docs, 'notes/meeting.txt'))
    expect(store.locate('notes/meeting.txt')?.bytes).toBe(original.length)
    const { matches } = await store.grep(id, { ...everything, pattern: 'All agreed' })
    expect(matches[0]).toMatchObject({ line: 3, start: original.indexOf('All agreed') })
    const masked = await store.read('notes/meeting.txt', 0, original.indexOf('\n'))
    expect(masked.text).toBe(`The old key ${'*'.repeat(20)} with ${'*'.repeat(40)} was turned off in May.`)
    const after = await store.read('notes/meeting.txt', original.indexOf('was'), original.indexOf('May'))
    expect(after.text).toBe('was turned off in ')
  })

  it('says so again when the corpus is opened by name, or as a run had it', async () => {
    repository()
    const first = await library.ingest('repo', space.request())
    const named = await library.openNamed('repo')
    expect(named.omitted).toEqual(first.omitted)
    const again = await library.reopen(first.partitions, first.omitted)
    expect(again.omitted).toEqual(first.omitted)
  })
})

describe('a secret that is asked for', () => {
  const read = async (store: ContextStore, doc: string): Promise<string> =>
    (await store.read(doc, 0, store.locate(doc)?.bytes ?? 0)).text

  it('is read when its file is named', async () => {
    repository()
    const paths = ['.env', '.npmrc', '.ssh/id_ed25519', 'account.json', 'keys/renamed.txt'].map((name) =>
      join(space.docs, name),
    )
    const store = await library.open(space.request({ paths }))
    expect(store.omitted).toEqual([])
    for (const path of paths)
      expect(await read(store, path.slice(path.lastIndexOf('/') + 1))).toBe(readFileSync(path, 'utf8'))
  })

  it('is read when its file is named beside the directory it is in', async () => {
    repository()
    const paths = [space.docs, join(space.docs, '.env'), join(space.docs, 'deploy', '.ENV')]
    const store = await library.open(space.request({ paths }))
    expect(await read(store, '.env')).toContain(password)
    expect(await read(store, 'deploy/.ENV')).toContain(password)
    expect(Object.keys(reasons(store))).toContain('.env.production')
  })

  it('stays masked in a text that is named: only files of keys are read for their keys', async () => {
    repository()
    const paths = [join(space.docs, 'notes/meeting.txt')]
    const store = await library.open(space.request({ paths }))
    expect(store.omitted).toMatchObject([{ doc: 'meeting.txt', code: 'masked' }])
    expect(await read(store, 'meeting.txt')).not.toContain(awsId)
  })

  it('is read where a glob says so, and nothing else is', async () => {
    repository()
    const includeSecret = ['.env', 'notes/**']
    const store = await library.open(space.request({ includeSecret }))
    expect(await read(store, '.env')).toContain(password)
    expect(await read(store, 'notes/meeting.txt')).toContain(github)
    expect(Object.keys(reasons(store))).toContain('.env.production')
  })

  it('is not read because a glob or a project file found it', async () => {
    repository()
    const matched = ['link.txt', 'keys/renamed.txt', 'README.md'].map((name) => join(space.docs, name))
    const store = await library.open(space.request({ paths: [], matched }))
    expect(ids(store)).toEqual(['README.md'])
    expect(Object.keys(reasons(store)).sort()).toEqual(['link.txt', 'renamed.txt'])
  })

  it('is read from a directory of keys only by name', async () => {
    repository()
    chmodSync(join(space.docs, '.ssh'), 0o700)
    const store = await library.open(space.request({ paths: [join(space.docs, '.ssh')] }))
    expect(ids(store)).toEqual(['config', 'id_ed25519.pub'])
    expect(Object.keys(reasons(store))).toEqual(['id_ed25519'])
  })
})

describe('texts', () => {
  it('are masked like prose, and never left out', async () => {
    const texts = [
      { id: 'prose', text: `Use ${github} when you deploy.` },
      { id: 'key', text: pem },
    ]
    const store = await library.open(space.request({ paths: [], texts }))
    expect(store.omitted).toMatchObject([{ doc: 'prose', code: 'masked' }])
    expect((await store.read('key', 0, pem.length)).text).toBe(pem)
  })
})
