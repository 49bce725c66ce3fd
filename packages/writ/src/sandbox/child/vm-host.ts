import { MOST_ERROR } from '../cell-size.ts'
import type { FromChild, SentSetup, ToChild } from '../messages.ts'
import type { VmSetup } from '../worker/orders.ts'
import { HostedVm } from './hosted-vm.ts'
import type { ThreadPool } from './thread-pool.ts'

/** The VMs of one sandbox, by their numbers: does what it is told, and tells what comes of it. */
export class VmHost {
  readonly #pool: Promise<Pick<ThreadPool, 'seat'>>
  readonly #tell: (message: FromChild) => void
  readonly #vms: Map<number, HostedVm> = new Map()
  /** How the VM that was opened last was set up. */
  #last: VmSetup | undefined

  constructor(pool: Promise<Pick<ThreadPool, 'seat'>>, tell: (message: FromChild) => void) {
    this.#pool = pool
    this.#tell = tell
  }

  hear(message: ToChild): void {
    if (message.type === 'ping') {
      this.#tell({ type: 'pong' })
      return
    }
    if (message.type === 'snapshot' || message.type === 'packages') return // asked of an interpreter of Python only
    this.#obey(message).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error)
      this.#tell({ type: 'failed', vm: message.vm, message: reason.slice(0, MOST_ERROR.message) })
    })
  }

  close(): void {
    for (const vm of this.#vms.values()) vm.close()
    this.#vms.clear()
  }

  /** The setup as a whole. */
  #whole(sent: SentSetup): VmSetup {
    const { functions, provided, contextJson } = { ...this.#last, ...sent }
    if (functions === undefined || provided === undefined || contextJson === undefined)
      throw new Error('the first VM of a child is set up in full')
    this.#last = { ...sent, functions, provided, contextJson }
    return this.#last
  }

  async #obey(message: Exclude<ToChild, { type: 'ping' | 'snapshot' | 'packages' }>): Promise<void> {
    if (message.type === 'open') {
      const opened = new HostedVm(message.vm, this.#whole(message.setup), await this.#pool, this.#tell)
      this.#vms.set(message.vm, opened)
      await opened.open(message.past)
      return this.#tell({ type: 'opened', vm: message.vm })
    }
    const vm = this.#vms.get(message.vm)
    switch (message.type) {
      case 'run':
        return vm?.run(message.order)
      case 'reply':
        return vm?.reply(message.answer)
      case 'cancel':
        return vm?.cancel()
      case 'draft':
        return vm?.draft()
      case 'close':
        this.#vms.delete(message.vm)
        return vm?.close()
    }
  }
}
