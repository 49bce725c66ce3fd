import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import {
  CELL_BACKSTOP_MS,
  CELL_FUEL_POLLS,
  counted,
  GUEST_MEMORY_BYTES,
  GUEST_STACK_BYTES,
  label,
} from '@writ/contract'
import { checkShards, openLedger, openSigner } from '../ledger/index.ts'
import { openLibrary } from '../memory/index.ts'
import { openDecisionPoint } from '../policy/index.ts'
import { openSandbox } from '../sandbox/index.ts'

/** A check of one room: what it found, or an error that says what is missing. */
export type Check = () => Promise<string>

/** Checks of everything a run needs, each with the real part. Nothing is left behind but the home itself. */
export function examine(home: string | undefined): Readonly<Record<string, Check>> {
  return { sandbox: checkSandbox, policy: checkPolicy, memory: checkMemory, ledger: () => checkLedger(home) }
}

async function checkSandbox(): Promise<string> {
  const sandbox = await openSandbox()
  try {
    const vm = await sandbox.open({
      name: 'doctor',
      memoryBytes: GUEST_MEMORY_BYTES,
      stackBytes: GUEST_STACK_BYTES,
      seed: '00'.repeat(32),
      epochMs: 0,
      functions: [],
      context: { type: 'none' },
    })
    const limits = { fuelPolls: CELL_FUEL_POLLS, calls: 0, backstopMs: CELL_BACKSTOP_MS, outputChars: 100 }
    const cell = { language: 'typescript', code: '6 * (7 as number)' } as const
    const result = await vm.run(cell, limits, () => undefined, new AbortController().signal)
    const { level, layers, lack } = sandbox.confinement
    if (result.shown !== '42')
      throw new Error(`A cell gave ${result.shown ?? result.error?.message ?? 'nothing'}, not 42.`)
    const why = lack === undefined ? '' : ` (${lack})`
    return `cells run; confinement ${level}${why}: ${layers.join(' → ')}`
  } finally {
    await sandbox.close()
  }
}

async function checkPolicy(): Promise<string> {
  const policy = await openDecisionPoint({ osUser: userInfo().username })
  await policy.close()
  return `bundle ${policy.bundle.name} (${policy.bundle.hash.slice(0, 12)}…) loads`
}

async function checkMemory(): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), 'writ-doctor-'))
  try {
    await writeFile(join(place, 'a.txt'), 'a needle in one line\n')
    const library = await openLibrary(join(place, 'home'))
    const store = await library.open({
      paths: [join(place, 'a.txt')],
      texts: [],
      collection: 'doctor',
      defaultLabel: label('internal'),
      labels: [],
      purposes: ['general'],
      owner: 'doctor',
      home: join(place, 'home'),
    })
    const [partition] = store.partitions
    const request = { pattern: 'needle', ignoreCase: false, before: 0, after: 0, limit: 1 }
    const found = partition === undefined ? undefined : await store.grep(partition.id, request)
    await store.close()
    await library.close()
    if (found?.matches.length !== 1) throw new Error('ripgrep did not find what is there.')
    return 'SQLite FTS5 and ripgrep work'
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

/** Keys and ledger of the home itself when there is one, else of a passing one: looking makes no state. */
async function checkLedger(home: string | undefined): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), 'writ-doctor-'))
  try {
    const checked = home ?? join(place, 'home')
    const signer = await openSigner(checked)
    const ledger = await openLedger(checked)
    const runs = await ledger.runs()
    await ledger.close()
    const shards = checkShards(checked)
    return `${counted(runs.length, 'run')}, ${counted(shards, 'shard')} without damage; operator key ${signer.publicKey('operator').keyId.slice(0, 12)}…`
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}
