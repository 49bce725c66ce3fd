import {
  type Confinement,
  GUEST_NAMES,
  HOST_NAMES,
  type Sandbox,
  type Vm,
  type VmOptions,
} from '@writ/contract'
import { ChildLink, sandboxFailed } from './child-link.ts'
import { confinement } from './confinement.ts'
import { FrameVm } from './frame-vm.ts'
import type { ProvidedName, VmSetup } from './worker/orders.ts'

export interface SandboxOptions {
  /** After how long without a sign of life the child process is killed while something is asked of it. */
  readonly unresponsiveMs?: number
}

const UNRESPONSIVE_MS = 10_000

/**
 * Starts the JavaScript sandbox: QuickJS in worker threads of one confined child process. Returns before the child is
 * up; VMs wait for it. Throws `SANDBOX_FAILED` when the engine's files cannot be read.
 */
export async function openSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = new QuickJsSandbox(options.unresponsiveMs ?? UNRESPONSIVE_MS)
  sandbox.start()
  return sandbox
}

class QuickJsSandbox implements Sandbox {
  readonly confinement: Confinement = readConfinement()
  readonly #vms: Map<number, FrameVm> = new Map()
  readonly #link: ChildLink
  #nextId = 0
  #busy = 0
  #closed = false

  constructor(unresponsiveMs: number) {
    this.#link = new ChildLink(unresponsiveMs, {
      onMessage: (message) => {
        const vm = this.#vms.get(message.vm)
        if (vm !== undefined) vm.hear(message)
        else if (message.vm >= this.#nextId) this.#link.kill(`it spoke of a VM ${message.vm} there is not`)
      },
      onGone: (reason) => {
        for (const vm of this.#vms.values()) vm.childGone(reason)
      },
    })
  }

  start(): void {
    this.#link.start()
  }

  async open(options: VmOptions): Promise<Vm> {
    if (this.#closed) throw sandboxFailed('the sandbox is closed')
    const id = this.#nextId
    this.#nextId += 1
    const vm = new FrameVm(id, options.name, vmSetup(options), this.#link, {
      busy: (busy) => {
        this.#busy += busy ? 1 : -1
        this.#link.watch(this.#busy > 0)
      },
      closed: () => {
        this.#vms.delete(id)
      },
    })
    this.#vms.set(id, vm)
    try {
      await vm.open()
    } catch (error) {
      await vm.close()
      throw error
    }
    return vm
  }

  abandon(): void {
    this.#closed = true
    for (const vm of this.#vms.values()) vm.abandon()
    this.#link.kill('it is abandoned')
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#vms.values()].map((vm) => vm.close()))
    await this.#link.close()
  }
}

function readConfinement(): Confinement {
  try {
    return confinement()
  } catch (error) {
    throw sandboxFailed(
      `the sandbox engine cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

/** Guest names that are said as they are; `console.log` comes with `console`. */
const PROVIDED: readonly ProvidedName[] = GUEST_NAMES.map(({ name, aliases }) => ({
  name,
  aliases: aliases.filter((alias) => !alias.includes('.')),
}))

function vmSetup(options: VmOptions): VmSetup {
  const { name, memoryBytes, stackBytes, seed, epochMs, functions, context } = options
  if (!/^[0-9a-f]{64}$/.test(seed)) throw sandboxFailed(`the seed of the VM ${name} is not 32 bytes of hex`)
  for (const said of functions)
    if (!/^[A-Za-z_]\w*$/.test(said) || PROVIDED.some((provided) => provided.name === said))
      throw sandboxFailed(`the VM ${name} cannot have a function named ${said}`)
  return {
    memoryBytes,
    stackBytes,
    seed,
    epochMs,
    functions: functions.map((said) => ({
      name: said,
      aliases: HOST_NAMES.find((host) => host.name === said)?.aliases ?? [],
    })),
    provided: PROVIDED,
    contextJson: JSON.stringify(context),
  }
}
