import type { TrustRoot } from '@writ/contract'
import { expect, test } from 'vitest'
import { auditLog, type LogAudit } from './audit-log.ts'
import { checkpointText, parseLogCheckpoint } from './checkpoint.ts'
import { utf8 } from './encoding.ts'
import { RUN_OPEN } from './evidence-layout.ts'
import { rootOf } from './merkle.ts'
import { signNote } from './note.ts'
import type { AnyRecord } from './record.ts'
import { OPENED_AT, OWNER, RUN, sampleEvidence, sampleRecords, WordSigner } from './sample-run.fixture.ts'
import { signByOperator } from './statement.ts'
import { ERASURE_KIND } from './statement-erasure.ts'
import { openTrustRoot } from './trust-root.ts'

const sample = await sampleEvidence()
const foreign = await sampleEvidence(undefined, new WordSigner('mallory'))
const open = sample.files.get(RUN_OPEN) ?? utf8('')
const close = sample.runClose
const retold = await sampleEvidence(
  sampleRecords().map(
    (record, i) => (i === 1 ? { ...record, obs: { ...record.obs, at: OPENED_AT } } : record) as AnyRecord,
  ),
)

async function audit(
  statements: readonly Uint8Array[],
  { signed = statements, signer = OWNER, trust = OWNER.trust() as TrustRoot } = {},
): Promise<LogAudit> {
  const note = await signNote(signer, 'log', checkpointText('o', signed.length, rootOf(signed)))
  return auditLog(parseLogCheckpoint(note, 'c'), statements, openTrustRoot(trust))
}

test('a run that was opened owes a close until there is one', async () => {
  const before = await audit([open])
  expect(before).toMatchObject({ size: 1, statements: { 'run-open': 1 }, faults: [] })
  expect(before.open).toEqual([{ run: RUN, openedAt: '2026-01-02T03:04:05.006Z', index: 0 }])
  const after = await audit([open, close])
  expect(after).toMatchObject({ statements: { 'run-close': 1, 'run-open': 1 }, open: [], faults: [] })
})

test('a run that was erased while it was open owes a close that nobody can make', async () => {
  const at = '2026-01-02T03:04:06.000Z'
  const said = { run: RUN, root: '0'.repeat(64), reason: 'r', at, reached: [], notReached: [] }
  const { open: owing, faults } = await audit([open, await signByOperator(OWNER, ERASURE_KIND, said)])
  expect(owing).toMatchObject([{ run: RUN, index: 0, erasedAt: at }])
  expect(faults).toEqual([])
})

test.each([
  ['a second account of a run', () => audit([open, close, close, retold.runClose]), '3: the run'],
  ['a close without an open', () => audit([close]), 'was never opened'],
  ['a statement left out', () => audit([open], { signed: [open, close] }), 'over 2 statements; there are 1'],
  [
    'a statement put in place of another',
    () => audit([open, open], { signed: [open, close] }),
    'do not give the root',
  ],
  ['something that is no statement', () => audit([open, close, utf8('{}')]), '2: '],
  [
    'a statement of a stranger',
    () => audit([foreign.files.get(RUN_OPEN) ?? open, close]),
    '0: signed by no operator',
  ],
  [
    'a checkpoint of a stranger',
    () => audit([open, close], { signer: new WordSigner('mallory') }),
    'not signed by a log',
  ],
] as const)('%s is a fault', async (_, make, fault) => {
  const { faults } = await make()
  expect(faults).toHaveLength(1)
  expect(faults[0]).toContain(fault)
})

test.each([
  ['operator', '0: signed by the operator key'],
  ['log', 'the checkpoint is signed by a log key that was not valid'],
] as const)('what the %s key signs once it is revoked is a fault', async (role, fault) => {
  const { schema, keys } = OWNER.trust()
  const revokedAt = '2026-01-02T03:04:05.006Z'
  const revoked = keys.map((key) => (key.role === role ? { ...key, revokedAt, revocationReason: 'r' } : key))
  const { faults } = await audit([open], { trust: { schema, keys: revoked } })
  expect(faults).toHaveLength(1)
  expect(faults[0]).toContain(fault)
  const later = revoked.map((key) =>
    key.role === role ? { ...key, revokedAt: '2026-01-02T03:04:05.007Z' } : key,
  )
  expect((await audit([open], { trust: { schema, keys: later } })).faults).toEqual([])
})
