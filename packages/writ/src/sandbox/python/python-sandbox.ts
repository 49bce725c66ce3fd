import { createHash } from 'node:crypto'
import {
  type Confinement,
  GUEST_NAMES,
  isHostName,
  PYTHON_FORMS,
  PYTHON_GUEST_USAGE,
  type Sandbox,
  type TableQueries,
  type Vm,
  type VmOptions,
} from '@writ/contract'
import { FrameVm } from '../frame-vm.ts'
import { guestAbi } from '../guest-abi.ts'
import type { SandboxChild } from '../sandbox-child.ts'
import { sandboxFailed } from '../sandbox-failed.ts'
import { ConfinedQueries } from '../sql/confined-queries.ts'
import { guestNames, hostName, vmSetup } from '../vm-setup.ts'
import type { StartedPython } from './examine-wheels.ts'
import { installer } from './guest-sources.ts'
import { type Interpreters, PYTHON_LAYERS } from './interpreters.ts'
import { PythonLink } from './python-link.ts'
import type { PythonFunction, PythonSetup } from './setup.ts'
import type { Wheel } from './wheels.ts'

/**
 * A sandbox whose frames write Python: one confined process for each VM. What people wrote for the run, scripts and
 * validators, stays JavaScript, in the sandbox for that, which is opened when the first of them runs.
 */
export class PythonSandbox implements Sandbox {
  readonly confinement: Confinement
  readonly #interpreters: Interpreters
  readonly #queries: ConfinedQueries
  readonly #openJavaScript: () => Promise<Sandbox>
  readonly #wheels: readonly Wheel[]
  #spare: SandboxChild | undefined
  #javascript: Promise<Sandbox> | undefined
  /** VMs whose interpreter is there, or is being ended. */
  readonly #open = new Map<FrameVm, PythonLink>()
  #closed = false

  constructor(
    interpreters: Interpreters,
    { child, wheels, packages }: StartedPython,
    openJavaScript: () => Promise<Sandbox>,
  ) {
    this.#interpreters = interpreters
    this.#queries = new ConfinedQueries(interpreters.beside)
    this.#wheels = wheels
    this.#spare = child
    this.#openJavaScript = openJavaScript
    const abi = createHash('sha256').update(`${guestAbi()}\n${interpreters.abi}`)
    if (wheels.length > 0) abi.update(`\n${installer()}\n${wheels.map(({ sha256 }) => sha256).join(' ')}`)
    this.confinement = Object.freeze({
      level: 'full',
      layers: PYTHON_LAYERS,
      guestAbi: `sha256:${abi.digest('hex')}`,
      ...(packages.length === 0 ? {} : { packages }),
    })
  }

  get sql(): TableQueries {
    return this.#queries
  }

  async open(options: VmOptions): Promise<Vm> {
    if (this.#closed) throw sandboxFailed('the sandbox is closed')
    if (options.language !== 'python') return await (await this.#scripts()).open(options)
    const link = new PythonLink(() => this.#taken(), {
      onMessage: (message) => vm.hear(message),
      onGone: (reason) => vm.childGone(reason),
    })
    const vm: FrameVm = new FrameVm(0, options.name, setupOf(options), link, {
      busy: () => undefined,
      closed: () => {
        void link.close().then(() => this.#open.delete(vm))
      },
    })
    this.#open.set(vm, link)
    await vm.open()
    return vm
  }

  abandon(): void {
    this.#closed = true
    this.#queries.abandon()
    this.#spare?.kill()
    for (const [vm, link] of this.#open) {
      vm.abandon()
      link.kill('it is abandoned')
    }
    this.#javascript?.then(
      (sandbox) => sandbox.abandon(),
      () => undefined,
    )
  }

  async close(): Promise<void> {
    this.#closed = true
    const open = [...this.#open]
    await Promise.all(open.map(([vm]) => vm.close()))
    await Promise.all([
      this.#spare?.close(),
      this.#queries.close(),
      ...open.map(([, link]) => link.close()),
      this.#javascript?.then(
        (sandbox) => sandbox.close(),
        () => undefined,
      ),
    ])
  }

  #taken(): SandboxChild {
    const spare = this.#spare
    this.#spare = undefined
    return spare === undefined || spare.gone !== undefined ? this.#interpreters.start(this.#wheels) : spare
  }

  /** The sandbox of what is JavaScript in this run. It is no less confined than the record says. */
  async #scripts(): Promise<Sandbox> {
    this.#javascript ??= this.#openJavaScript()
    const sandbox = await this.#javascript
    const { level, lack = 'nothing says why' } = sandbox.confinement
    if (level === 'full') return sandbox
    throw sandboxFailed(`scripts of this run are to be confined in full, and are not: ${lack}`)
  }
}

/** Names that Python provides itself. */
const PROVIDED = guestNames(GUEST_NAMES.filter(({ name }) => Object.hasOwn(PYTHON_GUEST_USAGE, name)))

function setupOf(options: VmOptions): PythonSetup {
  return vmSetup(options, { functions: options.functions.flatMap(functionNamed), provided: PROVIDED })
}

/** A function of the host by its name. What only a prelude of JavaScript calls is none. */
function functionNamed(said: string): readonly PythonFunction[] {
  if (!isHostName(said)) return []
  const { args, options } = PYTHON_FORMS[said]
  return [{ ...hostName(said), args, options }]
}
