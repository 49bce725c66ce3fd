import {
  type Confinement,
  defined,
  GUEST_NAMES,
  type Sandbox,
  type TableQueries,
  type Vm,
  type VmOptions,
} from '@writ/contract'
import type { Confiners } from '../confinement/start-confined.ts'
import { ChildLink } from './child-link.ts'
import { FrameVm } from './frame-vm.ts'
import { guestAbi } from './guest-abi.ts'
import { sandboxFailed } from './sandbox-failed.ts'
import { ConfinedQueries } from './sql/confined-queries.ts'
import { type StartedChild, startChild } from './start-child.ts'
import { guestNames, hostName, vmSetup } from './vm-setup.ts'
import type { VmSetup } from './worker/orders.ts'

export interface SandboxOptions extends Confiners {
  /** After how long without a sign of life the child process is killed while something is asked of it. */
  readonly unresponsiveMs?: number
  /** Hears that the sandbox was closed and its child has ended. */
  readonly onClosed?: () => void
}

const UNRESPONSIVE_MS = 10_000

/**
 * Starts the JavaScript sandbox: QuickJS in worker threads of one confined child process. Resolves once it is known how
 * the child is confined, before it is up; VMs wait for it. Rejects with `SANDBOX_FAILED` when the engine's files cannot be read.
 */
export async function openSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  return sandboxOf(await startChild(options), options)
}

/** The sandbox of a child that has been started. */
export function sandboxOf(
  started: StartedChild,
  { unresponsiveMs = UNRESPONSIVE_MS, onClosed }: SandboxOptions = {},
): Sandbox {
  try {
    return new QuickJsSandbox(started, unresponsiveMs, onClosed)
  } catch (error) {
    started.child.kill()
    throw error
  }
}

class QuickJsSandbox implements Sandbox {
  readonly confinement: Confinement
  readonly #queries: ConfinedQueries
  readonly #vms: Map<number, FrameVm> = new Map()
  readonly #link: ChildLink
  #nextId = 0
  #busy = 0
  readonly #onClosed: (() => void) | undefined
  #closed = false

  constructor(
    { child, another, beside, level, layers, lack }: StartedChild,
    unresponsiveMs: number,
    onClosed: (() => void) | undefined,
  ) {
    this.#onClosed = onClosed
    this.confinement = Object.freeze({
      level,
      layers,
      ...defined({ lack }),
      guestAbi: readGuestAbi(),
    })
    this.#queries = new ConfinedQueries(beside)
    this.#link = new ChildLink(another, unresponsiveMs, {
      onMessage: (message) => {
        const vm = this.#vms.get(message.vm)
        if (vm !== undefined) vm.hear(message)
        else if (message.vm >= this.#nextId) this.#link.kill(`it spoke of a VM ${message.vm} there is not`)
      },
      onGone: (reason, displaced) => {
        for (const vm of this.#vms.values()) vm.childGone(reason, displaced)
      },
    })
    this.#link.start(child)
  }

  get sql(): TableQueries {
    return this.#queries
  }

  async open(options: VmOptions): Promise<Vm> {
    if (this.#closed) throw sandboxFailed('the sandbox is closed')
    if (options.language === 'python') throw sandboxFailed('the sandbox of JavaScript runs no Python')
    const id = this.#nextId
    this.#nextId += 1
    const vm = new FrameVm(id, options.name, setupOf(options), this.#link, {
      busy: (busy) => {
        this.#busy += busy ? 1 : -1
        this.#link.watch(this.#busy > 0)
      },
      closed: () => {
        this.#vms.delete(id)
      },
    })
    this.#vms.set(id, vm)
    await vm.open()
    return vm
  }

  abandon(): void {
    this.#closed = true
    for (const vm of this.#vms.values()) vm.abandon()
    this.#link.kill('it is abandoned')
    this.#queries.abandon()
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#vms.values()].map((vm) => vm.close()))
    await Promise.all([this.#link.close(), this.#queries.close()])
    this.#onClosed?.()
  }
}

function readGuestAbi(): string {
  try {
    return guestAbi()
  } catch (error) {
    throw sandboxFailed(
      `the sandbox engine cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

const PROVIDED = guestNames(GUEST_NAMES)

/** Most often all VMs of a process have the same functions. */
const named = new WeakMap<readonly string[], VmSetup['functions']>()

function setupOf(options: VmOptions): VmSetup {
  const { name, functions } = options
  const known = named.get(functions)
  if (known !== undefined) return vmSetup(options, { functions: known, provided: PROVIDED })
  for (const said of functions)
    if (!/^[A-Za-z_]\w*$/.test(said) || PROVIDED.some((provided) => provided.name === said))
      throw sandboxFailed(`the VM ${name} cannot have a function named ${said}`)
  const names = functions.map(hostName)
  named.set(functions, names)
  return vmSetup(options, { functions: names, provided: PROVIDED })
}
