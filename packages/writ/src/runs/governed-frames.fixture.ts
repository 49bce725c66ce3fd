import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import {
  type Action,
  type Clock,
  type ContextStore,
  DEFAULT_LIMITS,
  defined,
  type GivenNotes,
  type Label,
  type Level,
  type Library,
  type Limits,
  label,
  type Message,
  type ModelCaller,
  type ModelProfile,
  type RecordKind,
  type RunLog,
  type Sandbox,
  type Signer,
} from '@writ/contract'
import { type AnyRecord, decodeRecord } from '@writ/evidence'
import type { KernelPorts } from '../kernel/basis/ports.ts'
import { systemClock } from '../kernel/basis/system-clock.ts'
import { LiveJournal } from '../kernel/journal/live-journal.ts'
import { Suspension } from '../kernel/journal/suspension.ts'
import { createState, runToClose } from '../kernel/run/run.ts'
import type { RunRequest } from '../kernel/run/run-request.ts'
import { openLibrary } from '../memory/index.ts'
import { openDecisionPoint, type PolicyPoint } from '../policy/index.ts'
import { createReasoner } from '../reasoning/index.ts'
import { openSandbox } from '../sandbox/index.ts'
import { countCalls } from './count-calls.ts'

// Runs of the real kernel, policy, memory and sandbox with scripted models and records in memory, many in one process:
// for properties that need hundreds of runs. For tests only.

/** What each frame writes, turn by turn: the root by its cells, a child by the first word of its goal. */
export interface Programs {
  readonly root: readonly string[]
  readonly children: Readonly<Record<string, readonly string[]>>
}

/** What a run came to, and everything its root's model was ever told. */
export interface Observed {
  readonly transcript: string
  readonly value: unknown
  readonly status: string
  readonly label: Label
  readonly records: readonly AnyRecord[]
}

export interface Setting {
  /** The highest level the root's model may hear. */
  readonly ceiling: Level
  readonly limits?: Partial<Limits>
  /** What earlier runs left; none by default. */
  readonly notes?: GivenNotes
  /** What becomes of requests on their way to the scripted model. */
  readonly through?: (model: ModelCaller) => ModelCaller
  /** What is late by so many milliseconds: decisions of an action, or the end of writing a kind of record. */
  readonly late?: { readonly what: Action | RecordKind; readonly ms: number }
  /** The time of this machine by default. */
  readonly clock?: Clock
}

/** The services that runs share. */
export interface Services {
  store(
    texts: Readonly<Record<string, { readonly text: string; readonly level: Level }>>,
  ): Promise<ContextStore>
  run(store: ContextStore, programs: Programs, setting: Setting): Promise<Observed>
  close(): Promise<void>
}

export async function openServices(): Promise<Services> {
  const place = await mkdtemp(join(tmpdir(), 'writ-frames-'))
  const [library, policy, sandbox] = await Promise.all([
    openLibrary(place),
    openDecisionPoint({ osUser: 'ann' }),
    openSandbox(),
  ])
  let runs = 0
  return {
    store: (texts) => openStore(library, place, texts),
    run: async (store, programs, setting) => {
      runs += 1
      const { late, clock = systemClock } = setting
      const log = memoryLog(`run-${runs}`, late)
      const heard: (readonly Message[])[] = []
      const signal = new AbortController().signal
      const models = {
        root: profile(policy, 'test/root', setting.ceiling),
        sub: profile(policy, 'test/sub', 'secret'),
      }
      const authority = {
        user: { id: 'ann', clearance: 4, active: true, purposes: ['general'] },
        purpose: 'general',
        orchestrator: policy.profile('orchestrator'),
        worker: policy.profile('worker'),
        sink: { ...policy.sink('terminal'), maxLevel: 4 },
      }
      const request: RunRequest = {
        run: log.run,
        question: 'root',
        questionLabel: label('public'),
        strategy: 'recurse',
        profiles: {},
        checks: [],
        limits: { ...DEFAULT_LIMITS, ...setting.limits },
        authority,
        ...defined({ notes: setting.notes }),
        models,
        version: 'test',
        signal,
        elapsedMs: 0,
        setup: { baseUrl: null, policy: null, evidence: '', witnesses: [], witnessQuorum: 0, notes: null },
      }
      const ports: KernelPorts = {
        clock,
        store,
        policy: deciding(policy, late),
        sandbox: sharedSandbox(sandbox),
        reasoner: createReasoner(),
        signer: NO_SIGNER,
        countCalls,
        callModel: (setting.through ?? ((model) => model))(scripted(programs, models.root, heard)),
        log,
        onEvent: () => undefined,
      }
      const halt = (): void => undefined
      const state = createState(request, ports, {
        journal: new LiveJournal(log, clock, halt),
        suspension: new Suspension(request.run),
        epochMs: clock.now(),
        signal,
        halt,
      })
      const { answer } = await runToClose(state, request, () => Promise.resolve())
      const { value, status, label: reached } = answer
      const records = log.written.map((bytes) => decodeRecord(bytes))
      return { transcript: JSON.stringify(heard), value, status, label: reached, records }
    },
    close: async () => {
      await Promise.all([library.close(), policy.close(), sandbox.close()])
      await rm(place, { recursive: true, force: true })
    },
  }
}

async function openStore(
  library: Library,
  home: string,
  texts: Parameters<Services['store']>[0],
): Promise<ContextStore> {
  return await library.open({
    paths: [],
    texts: Object.entries(texts).map(([id, { text, level }]) => ({
      id,
      text,
      label: label(level, [], true),
    })),
    defaultLabel: label('public', [], true),
    labels: [],
    collection: 'corpus',
    purposes: ['general'],
    owner: 'ann',
    home,
  })
}

/** Frames of many runs share a sandbox: none of these runs is ended from outside. */
function sharedSandbox(sandbox: Sandbox): Sandbox {
  return {
    ...sandbox,
    confinement: sandbox.confinement,
    open: (options) => sandbox.open(options),
    abandon: () => undefined,
  }
}

function profile(policy: PolicyPoint, id: string, maxLevel: Level): ModelProfile {
  return {
    id,
    title: id,
    languageModel: { provider: id } as ModelProfile['languageModel'],
    contextWindow: 100_000,
    price: { inputNanoUsd: 1000, outputNanoUsd: 1000 },
    facts: { ...policy.model(id, 'loopback', id), maxLevel },
  }
}

/** Frames write the cells of their program; a sub-call is answered with the length of its prompt. */
function scripted(programs: Programs, root: ModelProfile, heard: (readonly Message[])[]): ModelCaller {
  return (languageModel, { messages }) => {
    const [, first] = messages
    const goal = /^Question:\n(\w+)/.exec(first?.text.replace(/^\[[^\n]*\]\n\n/, '') ?? '')?.[1]
    const turns = messages.filter(({ role }) => role === 'assistant').length
    if (goal === 'root' && languageModel === root.languageModel) heard.push(messages)
    const cells = goal === 'root' ? programs.root : goal === undefined ? undefined : programs.children[goal]
    const text =
      cells === undefined
        ? `${first?.text.length ?? 0} characters`
        : `\`\`\`repl\n${cells[Math.min(turns, cells.length - 1)] ?? ''}\n\`\`\``
    const sentBytes = messages.reduce((sum, message) => sum + Buffer.byteLength(message.text), 0)
    const receivedBytes = Buffer.byteLength(text)
    return Promise.resolve({
      text,
      finishReason: 'stop',
      inputTokens: Math.ceil(sentBytes / 4),
      outputTokens: Math.ceil(receivedBytes / 4),
      sentBytes,
      receivedBytes,
      requestId: null,
      status: 200,
    })
  }
}

function deciding(policy: PolicyPoint, late: Setting['late']): PolicyPoint {
  if (late === undefined) return policy
  const decide: PolicyPoint['decide'] = async (request) => {
    if (request.action === late.what) await pause(late.ms)
    return await policy.decide(request)
  }
  return new Proxy(policy, {
    get: (target, name) => {
      const own: unknown = name === 'decide' ? decide : Reflect.get(target, name, target)
      return typeof own === 'function' ? own.bind(target) : own
    },
  })
}

function memoryLog(run: string, late: Setting['late']): RunLog & { readonly written: Uint8Array[] } {
  const written: Uint8Array[] = []
  return {
    run,
    key: Buffer.alloc(32, 7),
    written,
    append: async (record) => {
      written.push(record)
      if (decodeRecord(record).kind === late?.what) await pause(late.ms)
    },
    seal: () => Promise.resolve(),
    finish: () => Promise.resolve(),
    records: async function* () {
      yield* written
    },
  }
}

const NO_SIGNER: Signer = {
  publicKey: () => {
    throw new Error('These runs are not sealed.')
  },
  sign: () => Promise.reject(new Error('These runs are not sealed.')),
}
