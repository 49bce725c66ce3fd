import { expect, test } from 'vitest'
import { canonicalBytes, canonicalJson } from './canonical.ts'
import { envelopeHolds, signatoryOf, signEnvelope, signEnvelopeBy } from './dsse.ts'
import { OWNER, RUN, WordSigner } from './sample-run.fixture.ts'
import {
  PAYLOAD_TYPE,
  parseStatement,
  type StatementKind,
  signByOperator,
  signStatement,
} from './statement.ts'
import { BUNDLE_KIND } from './statement-bundle.ts'
import { ERASURE_KIND } from './statement-erasure.ts'
import { EXPORT_KIND } from './statement-export.ts'
import { KEY_ROTATION_KIND, type RotatedKey } from './statement-key-rotation.ts'
import { parseAnyStatement, STATEMENT_KINDS } from './statement-kinds.ts'
import { REPLAY_KIND } from './statement-replay.ts'
import { RUN_HEAD_KIND } from './statement-run.ts'

const ROOT = 'ab'.repeat(32)
const AT = '2026-01-02T03:04:05.006Z'
const about = { run: RUN, root: ROOT, at: AT }
const HEIR = new WordSigner('heir')

function rotated(signer: WordSigner): RotatedKey {
  const { role: _, ...key } = signer.publicKey('operator')
  return key
}

/** One of every kind whose subject follows from what it says, with its canonical payload written out by hand. */
const samples = [
  [RUN_HEAD_KIND, { ...about, size: 7 }, `"run:${RUN}"`, ROOT],
  [BUNDLE_KIND, { bundle: ROOT, name: 'personal', at: AT }, '"bundle:personal"', ROOT],
  [REPLAY_KIND, { ...about, outcome: 'IDENTICAL', steps: 9, guestAbi: 'x.y' }, `"run:${RUN}"`, ROOT],
  [ERASURE_KIND, { ...about, reason: 'asked', reached: ['payloads'], notReached: [] }, `"run:${RUN}"`, ROOT],
  [
    EXPORT_KIND,
    { ...about, profile: 'replay', decision: null, files: { 'run.key': ROOT } },
    `"run:${RUN}"`,
    ROOT,
  ],
  [
    KEY_ROTATION_KIND,
    { role: 'operator', from: rotated(OWNER), to: rotated(HEIR), at: AT, reason: 'yearly' },
    '"key:operator"',
    rotated(HEIR).keyId,
  ],
] as unknown as readonly (readonly [
  StatementKind<Record<string, unknown>>,
  Record<string, unknown>,
  string,
  string,
])[]

test.each(samples)('a statement is written, read and signed: %#', async (kind, predicate, name, sha256) => {
  const bytes = await signByOperator(OWNER, kind, predicate)
  const { envelope, statement } = parseStatement(bytes, 's', kind)
  expect(new TextDecoder().decode(envelope.payload)).toBe(
    `{"_type":"https://in-toto.io/Statement/v1","predicate":${canonicalJson(predicate)},` +
      `"predicateType":"${kind.predicateType}","subject":[{"digest":{"sha256":"${sha256}"},"name":${name}}]}`,
  )
  expect(statement.predicate).toEqual(predicate)
  expect(envelopeHolds(envelope, OWNER.publicKey('operator'))).toBe(true)
  const named = parseAnyStatement(bytes, 's')
  expect(STATEMENT_KINDS[named.kind].predicateType).toBe(kind.predicateType)
})

test.each(samples)('a statement lacks nothing and has nothing more: %#', async (kind, predicate) => {
  const refused = async (altered: object): Promise<void> => {
    const about = kind.subject?.(predicate)
    const { predicateType } = kind
    const payload = {
      _type: 'https://in-toto.io/Statement/v1',
      subject: [about],
      predicateType,
      predicate: altered,
    }
    const bytes = await signEnvelope(OWNER, 'operator', PAYLOAD_TYPE, canonicalBytes(payload))
    expect(() => parseStatement(bytes, 's', kind)).toThrow(
      expect.objectContaining({ data: expect.objectContaining({ code: 'BAD_SHAPE' }) }),
    )
  }
  await refused({ ...predicate, more: 1 })
  for (const key of Object.keys(predicate)) {
    const { [key]: _, ...less } = predicate
    await refused(less)
    await refused({ ...predicate, [key]: 1.5 })
  }
})

test.each(samples)('the subject is what the predicate is about: %#', async (kind, predicate) => {
  const { predicateType } = kind
  for (const subject of [[], [{ name: 'other', digest: { sha256: 'cd'.repeat(32) } }]]) {
    const payload = { _type: 'https://in-toto.io/Statement/v1', subject, predicateType, predicate }
    const bytes = await signEnvelope(OWNER, 'operator', PAYLOAD_TYPE, canonicalBytes(payload))
    expect(() => parseStatement(bytes, 's', kind)).toThrow('not what its predicate is about')
  }
})

test('an operator signs alone; a bundle and a rotation have several signers', async () => {
  const signatories = [signatoryOf(OWNER, 'operator'), signatoryOf(HEIR, 'operator')]
  for (const [kind, predicate] of samples) {
    const signed = signStatement(kind, predicate, signatories)
    if (kind.signers === 'several') {
      const { envelope } = parseStatement(await signed, 's', kind)
      expect(envelopeHolds(envelope, HEIR.publicKey('operator'))).toBe(true)
    } else await expect(signed).rejects.toThrow('2 signatures instead of one')
  }
})

test('a rotation names each key under its own identifier', async () => {
  const to = { ...rotated(HEIR), keyId: rotated(OWNER).keyId }
  const predicate = { role: 'operator', from: rotated(OWNER), to, at: AT, reason: '' } as const
  await expect(signByOperator(OWNER, KEY_ROTATION_KIND, predicate)).rejects.toThrow('/to/keyId')
})

test('what no kind says is refused, and so is another payload type', async () => {
  const sign = (payload: unknown, type = PAYLOAD_TYPE): Promise<Uint8Array> =>
    signEnvelopeBy([signatoryOf(OWNER, 'operator')], type, canonicalBytes(payload))
  const whole = { _type: 'https://in-toto.io/Statement/v1', subject: [], predicateType: 'x', predicate: {} }
  for (const payload of [whole, {}, [], 'text', null]) {
    const bytes = await sign(payload)
    expect(() => parseAnyStatement(bytes, 's')).toThrow('unknown kind')
  }
  const bytes = await sign(whole, 'text/plain')
  expect(() => parseStatement(bytes, 's', RUN_HEAD_KIND)).toThrow("payload type 'text/plain'")
})

test('any reason that is text survives; half a character cannot be signed', async () => {
  for (const reason of ['', 'a "quoted" \\ line\n', '\u0000\u007f\u2028', 'Ärger 😀', '\ufeff']) {
    const bytes = await signByOperator(OWNER, ERASURE_KIND, { ...about, reason, reached: [], notReached: [] })
    expect(parseStatement(bytes, 's', ERASURE_KIND).statement.predicate.reason).toBe(reason)
  }
  const half = { ...about, reason: '\ud800', reached: [], notReached: [] }
  await expect(async () => signByOperator(OWNER, ERASURE_KIND, half)).rejects.toThrow('JSON form')
})
