import { WritError } from '@writ/contract'
import {
  type Contents,
  chunksOf,
  type FileContent,
  isProof,
  MANIFEST,
  packEvidence,
  parseTlogProof,
  RUN_CLOSE,
  RUN_CLOSE_PROOF,
  RUN_HEAD_PROOF,
  RUN_OPEN,
  RUN_OPEN_PROOF,
  readEvidence,
} from '@writ/evidence'
import { withEvidence } from '../files/evidence-source.ts'
import type { WritOptions } from '../files/options.ts'
import { writeEvidence } from '../files/write-evidence.ts'
import type { HomeServices } from '../home/home-services.ts'
import { prove } from '../kernel/index.ts'
import { trustPath } from '../ledger/index.ts'
import { verifyFile } from '../verify/verify-file.ts'
import { openQuorum } from './quorum.ts'

/** Which witnesses have to cosign; none by default. */
export type ProveOptions = Pick<WritOptions, 'witnesses' | 'witnessQuorum' | 'witnessTimeoutMs'>

/** Proves the statements of an evidence file again, under the newest checkpoint of the log of the home. */
export async function renewProofs(
  services: HomeServices,
  path: string,
  options: ProveOptions,
): Promise<void> {
  const { home } = services
  const { verdicts } = await verifyFile(path, { trust: trustPath(home), only: ['INTEGRITY'] })
  const broken = verdicts.find(({ result }) => result === 'fail')
  if (broken !== undefined) {
    throw new WritError('VERIFICATION_FAILED', `${path} does not hold: ${broken.name} ${broken.detail}`)
  }
  const log = await services.log()
  const { witnesses } = await openQuorum(home, options)
  await withEvidence(path, async (source) => {
    const contents = await readEvidence(source)
    const places = [...statementsOf(contents)].map(([name, statement]) => {
      const index = log.indexOf(statement)
      if (index !== undefined) return { name, statement, index }
      throw new WritError('LOG_FAILED', `The log ${log.origin} does not have what ${name} has to prove.`)
    })
    const note = (await witnesses?.cosign(log)) ?? log.checkpoint() ?? new Uint8Array(0)
    const proofs = places.map(({ name, statement, index }) => {
      return [name, prove(log, index, note, name === RUN_HEAD_PROOF ? statement : undefined)] as const
    })
    const close = contents.file(RUN_CLOSE) ?? new Uint8Array(0)
    await writeEvidence(path, packEvidence(filesOf(contents), close, new Map(proofs)))
  })
}

function statementsOf({ file }: Contents): ReadonlyMap<string, Uint8Array> {
  const head = file(RUN_HEAD_PROOF)
  const statement = head === undefined ? undefined : parseTlogProof(head, RUN_HEAD_PROOF).extra
  return new Map([
    [RUN_OPEN_PROOF, file(RUN_OPEN) ?? new Uint8Array(0)],
    ...(statement === undefined ? [] : [[RUN_HEAD_PROOF, statement] as const]),
    [RUN_CLOSE_PROOF, file(RUN_CLOSE) ?? new Uint8Array(0)],
  ])
}

/** Every other file, as it is. */
function filesOf({ digests, file, source }: Contents): ReadonlyMap<string, FileContent> {
  const made = new Set<string>([MANIFEST, RUN_CLOSE])
  const kept = [...digests].filter(([name]) => !made.has(name) && !isProof(name))
  return new Map(
    kept.map(([name, digest]) => {
      const bytes = source(name)
      const streamed = { ...digest, chunks: () => (bytes === undefined ? nothing() : chunksOf(bytes)) }
      return [name, file(name) ?? streamed]
    }),
  )
}

async function* nothing(): AsyncIterable<Uint8Array> {
  // A file that is listed is there.
}
