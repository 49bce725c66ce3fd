import type { CellResult, GuestError, HostReply } from '@writ/contract'
import { loadPyodide } from 'pyodide'
import { isWithin } from '../../../confinement/json-size.ts'
import { cutError, MOST_ARGUMENT_CHARS, MOST_JSON } from '../../cell-size.ts'
import type { CellEnd, CellOrder } from '../../messages.ts'
import { ShownText } from '../../worker/shown-text.ts'
import { guestLoader, guestSources, PRELOADED } from '../guest-sources.ts'
import type { PythonSetup } from '../setup.ts'
import type { HostWorld } from './host-world.ts'
import { type Packages, unpackWheels, type Wheel } from './packages.ts'

/** A call of the guest, which waits until it is answered. */
export interface BlockingCall {
  readonly id: number
  readonly name: string
  readonly argsJson: string
}

/** Whoever the interpreter works for. */
export interface InterpreterHost {
  ask(call: BlockingCall): HostReply
  /** The cell does not end by itself. Never returns: what is in the interpreter is worth nothing from here on. */
  stopped(end: CellEnd): never
}

/** What is used of the engine. */
interface Engine {
  readonly runPython: (code: string) => unknown
  readonly makeMemorySnapshot: () => Uint8Array
  readonly globals: { set(name: string, value: unknown): void; delete(name: string): void }
  readonly _module: { readonly HEAPU8: Uint8Array }
  /** Where the engine was loaded from is among what these hold. */
  readonly _api: { readonly config: { readonly indexURL: string }; readonly packageManager: object }
}

interface Functions {
  readonly wire: object
  readonly boot: (setupJson: string) => void
  readonly run: (code: string, ordinal: number, kept: number) => string
}

/** What the guest says of a cell that came to its end. */
interface Said {
  readonly error: GuestError | null
  readonly spent: boolean
}

const UNDONE = 'your variables are as they were before the cell'

/** The Python interpreter of this process. */
export class Interpreter {
  readonly #engine: Engine
  readonly #functions: Functions
  readonly #host: InterpreterHost
  readonly #world: HostWorld
  #cell: Cell | undefined
  #draft: string | undefined
  /** What it found in its wheels. */
  readonly packages: Packages

  private constructor(
    engine: Engine,
    functions: Functions,
    host: InterpreterHost,
    world: HostWorld,
    packages: Packages,
  ) {
    this.#engine = engine
    this.#functions = functions
    this.#host = host
    this.#world = world
    this.packages = packages
  }

  /** The memory of an interpreter that has run nothing yet. INVARIANT: it comes out the same every time. */
  static async memory(world: HostWorld): Promise<Uint8Array> {
    world.anew()
    const engine = await loaded({ _makeSnapshot: true })
    engine.runPython(`import ${PRELOADED.join(', ')}`)
    engine.globals.set('_sources', JSON.stringify(guestSources()))
    engine.runPython(guestLoader())
    engine.globals.delete('_sources')
    return engine.makeMemorySnapshot()
  }

  /** An interpreter with this memory. INVARIANT: every one begins so, and is the same whichever process made the memory. */
  static async load(
    world: HostWorld,
    host: InterpreterHost,
    memory: Uint8Array,
    wheels: readonly Wheel[] = [],
  ): Promise<Interpreter> {
    world.anew()
    const engine = await loaded({ _loadSnapshot: memory })
    const functions = functionsOf(engine)
    const packages = unpackWheels(engine, wheels)
    forgetPlace(engine)
    world.hide()
    return new Interpreter(engine, functions, host, world, packages)
  }

  open({ seed, epochMs, memoryBytes, functions, provided, contextJson }: PythonSetup): void {
    this.#world.begin(epochMs, seed, this.#engine._module.HEAPU8.length + memoryBytes)
    Object.assign(this.#functions.wire, {
      send: (name: string, argsJson: string) => this.#running().call(name, argsJson),
      emit: (stream: string, head: string, omitted: number, tail: string) =>
        this.#running().emit(stream, head, omitted, tail),
      hand_out: (json: string) => this.#running().release(json),
      keep_draft: (json: string) => this.#running().keepDraft(json),
    })
    const names = JSON.stringify({ seed, functions, provided })
    this.#functions.boot(`${names.slice(0, -1)},"context":${contextJson}}`)
  }

  /** Runs a cell to its end. */
  run(order: CellOrder): CellEnd {
    const cell = new Cell(order, this.#host)
    this.#cell = cell
    try {
      const said = this.#functions.run(order.cell.code, order.ordinal, order.limits.outputChars)
      const end = cell.end(JSON.parse(said) as Said)
      this.#draft = cell.draft
      return end
    } catch (error) {
      const reason = error instanceof Error ? error.message.trim().split('\n').at(-1) : String(error)
      return cell.imposed('CellStopped', `the interpreter failed (${reason})`)
    } finally {
      this.#cell = undefined
    }
  }

  /** JSON of the content of `answer` as it was at the end of the last cell. No code of the guest runs between cells. */
  draft(): string {
    return this.#draft ?? 'null'
  }

  #running(): Cell {
    if (this.#cell === undefined) throw new Error('no cell runs')
    return this.#cell
  }
}

/** A cell that runs: what it asks, prints and releases. */
class Cell {
  readonly #order: CellOrder
  readonly #host: InterpreterHost
  readonly #printed: ShownText
  #shown: ShownText | undefined
  #finalJson: string | undefined
  readonly #began = process.threadCpuUsage()
  draft: string | undefined
  #calls = 0
  #argumentChars = 0

  constructor(order: CellOrder, host: InterpreterHost) {
    this.#order = order
    this.#host = host
    this.#printed = new ShownText(order.limits.outputChars)
  }

  /** The answer of the host: its JSON after a 1, or after a 0 that of its error. */
  call(name: string, argsJson: string): string {
    const { calls, backstopMs, firstCallId } = { ...this.#order.limits, ...this.#order }
    // Whoever waits for this process counts from one call to the next.
    const { user, system } = process.threadCpuUsage(this.#began)
    if (user + system > backstopMs * 1000)
      this.#stop('imposed', 'CellStopped', `the cell was stopped after ${backstopMs} ms of computing`)
    this.#calls += 1
    this.#argumentChars += argsJson.length
    if (this.#calls > calls)
      this.#stop('limit', 'StepsExhausted', `the cell made more than its ${calls} calls and was stopped`)
    if (this.#argumentChars > MOST_ARGUMENT_CHARS || !isWithin(argsJson, MOST_JSON))
      this.#stop('limit', 'TooLarge', `the arguments of ${name} held more than a cell may send`)
    const reply = this.#host.ask({ id: firstCallId + this.#calls - 1, name, argsJson })
    return reply.ok ? `1${reply.json}` : `0${JSON.stringify(reply.error)}`
  }

  emit(stream: string, head: string, omitted: number, tail: string): void {
    if (stream === 'shown') this.#shown ??= new ShownText(this.#order.limits.outputChars)
    const text = stream === 'shown' ? this.#shown : this.#printed
    text?.add(head.toWellFormed(), omitted, tail.toWellFormed())
  }

  /** Takes the answer of the cell; false when it is larger than an answer may be. */
  release(json: string): boolean {
    if (Buffer.byteLength(json) > MOST_JSON.bytes || !isWithin(json, MOST_JSON)) return false
    this.#finalJson ??= json
    return true
  }

  keepDraft(json: string): void {
    this.draft = isWithin(json, MOST_JSON) ? json : 'null'
  }

  end({ error, spent }: Said): CellEnd {
    if (spent)
      return this.imposed('OutOfMemory', 'the cell needed more memory than the REPL has and was stopped')
    const released = this.#finalJson !== undefined
    const result: CellResult = {
      outcome: released || error === null ? 'ok' : 'error',
      output: String(this.#printed),
      fuel: 0,
      ...(this.#shown !== undefined && !released && { shown: String(this.#shown) }),
      ...(error !== null && !released && { error: wellFormed(cutError(error)) }),
      ...(this.#finalJson !== undefined && { finalJson: this.#finalJson }),
    }
    return { result, delivered: this.#calls, drafted: this.draft !== undefined }
  }

  imposed(name: string, reason: string): CellEnd {
    return this.#stopped('imposed', name, reason)
  }

  #stop(outcome: CellResult['outcome'], name: string, reason: string): never {
    return this.#host.stopped(this.#stopped(outcome, name, reason))
  }

  #stopped(outcome: CellResult['outcome'], name: string, reason: string): CellEnd {
    const error = { name, message: `${reason}; ${UNDONE}` }
    return { result: { outcome, output: String(this.#printed), error, fuel: 0 }, delivered: 0 }
  }
}

function wellFormed({ name, message, ...rest }: GuestError): GuestError {
  return { name: name.toWellFormed(), message: message.toWellFormed(), ...rest }
}

async function loaded(memory: { _makeSnapshot: true } | { _loadSnapshot: Uint8Array }): Promise<Engine> {
  return (await loadPyodide({
    env: { HOME: '/home', PYTHONHASHSEED: '0' },
    _sysExecutable: '/usr/bin/python3',
    jsglobals: Object.create(null) as object,
    stdin: () => null,
    stdout: () => undefined,
    stderr: () => undefined,
    ...memory,
  })) as unknown as Engine
}

/** Has the engine hold no path of this machine. */
function forgetPlace({ _api: { config, packageManager } }: Engine): void {
  const { indexURL } = config
  for (const holder of [config, packageManager])
    for (const [name, value] of Object.entries(holder))
      if (typeof value === 'string' && value.includes(indexURL)) Reflect.set(holder, name, '/')
}

function functionsOf(engine: Engine): Functions {
  const of = <T>(said: string): T => engine.runPython(`sys.modules["_writ_${said}`) as T
  engine.runPython('import sys')
  return {
    wire: of('wire"].wire'),
    boot: of('cells"].boot'),
    run: of('cells"].run'),
  }
}
