import crypto from 'node:crypto'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'

/** What the clock says while an interpreter is made, before it is given one. */
const MAKING_EPOCH_MS = 1_700_000_000_000
const PAGE_BYTES = 65_536
/** The version of Node that the engine is told. */
const VERSION = 'v24'
/** How far the monotonic clock goes on each time it is read. */
const TICK_MS = 0.001

/**
 * What the engine finds of the machine: a clock that stands, chance that follows a seed, no more memory than it may have, and
 * no zone but UTC. It is in place before the engine loads, and for the whole life of the process.
 */
export class HostWorld {
  #epochMs = 0
  #ticks = 0
  #seed: Uint8Array = Buffer.alloc(32)
  #blocks = 0
  #left: Buffer = Buffer.alloc(0)
  #mostBytes = Number.POSITIVE_INFINITY

  constructor() {
    this.anew()
    Object.assign(process.env, { TZ: 'UTC' })
    Object.defineProperty(process, 'version', { value: VERSION })
    this.#standClock()
    this.#seedChance()
    this.#limitMemory()
    // The engine asks Node for this while it loads, and Node's permission model refuses it whole.
    const known: Readonly<Record<string, object>> = { constants: { fs: fs.constants, os: os.constants } }
    Object.defineProperty(process, 'binding', { value: (name: string) => known[name] ?? {} })
  }

  /** The clock and chance that every engine is loaded with, and no limit of memory. */
  anew(): void {
    this.begin(MAKING_EPOCH_MS, '00'.repeat(32), Number.POSITIVE_INFINITY)
  }

  /** The VM's own clock and chance, and how much memory the engine may have from here on. */
  begin(epochMs: number, seed: string, mostBytes: number): void {
    this.#epochMs = epochMs
    this.#ticks = 0
    this.#seed = Buffer.from(seed, 'hex')
    this.#blocks = 0
    this.#left = Buffer.alloc(0)
    this.#mostBytes = mostBytes
  }

  /**
   * Takes away what only the loading of an engine needs, and what a guest that gets to JavaScript would learn of this
   * machine: files, the places of our code, its text. For good.
   */
  hide(): void {
    const refused = (): never => {
      throw new Error('there are no files of the machine here')
    }
    for (const [name, value] of Object.entries(fs))
      if (typeof value === 'function') Reflect.set(fs, name, refused)
    Object.defineProperty(fs, 'promises', { value: {} })
    Object.defineProperty(Error, 'stackTraceLimit', { value: 0, writable: false, configurable: false })
    Object.defineProperty(Function.prototype, 'toString', { value: () => 'function () { [native code] }' })
  }

  #standClock(): void {
    const now = (): number => this.#epochMs
    Date.now = now
    // A guest that holds a date finds this one behind it, and never the one that tells the time.
    const standing = new Proxy(Date, {
      apply: (real) => new real(now()).toString(),
      construct: (real, given, made) => Reflect.construct(real, given.length === 0 ? [now()] : given, made),
    })
    Object.defineProperty(Date.prototype, 'constructor', { value: standing })
    Object.defineProperty(globalThis, 'Date', { value: standing })
    Object.defineProperty(performance, 'now', {
      value: () => {
        this.#ticks += 1
        return this.#ticks * TICK_MS
      },
    })
  }

  #seedChance(): void {
    const fill = <T extends NodeJS.ArrayBufferView>(view: T): T => {
      const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength)
      for (let at = 0; at < bytes.length; at += 1) bytes[at] = this.#byte()
      return view
    }
    Object.assign(crypto, { randomFillSync: fill })
    syncBuiltinESMExports()
    Object.defineProperty(globalThis.crypto, 'getRandomValues', { value: fill })
    Math.random = () => (fill(new Uint32Array(1))[0] ?? 0) / 2 ** 32
  }

  #byte(): number {
    if (this.#left.length === 0) {
      const count = Buffer.alloc(8)
      count.writeBigUInt64BE(BigInt(this.#blocks))
      this.#blocks += 1
      this.#left = crypto.createHash('sha256').update(this.#seed).update(count).digest()
    }
    const byte = this.#left[0] ?? 0
    this.#left = this.#left.subarray(1)
    return byte
  }

  /** Growing beyond the limit fails as it does when the machine has no more: the guest gets a MemoryError. */
  #limitMemory(): void {
    const most = (): number => this.#mostBytes
    const { prototype } = WebAssembly.Memory
    const grow: unknown = Reflect.get(prototype, 'grow')
    if (typeof grow !== 'function') throw new Error('memory cannot grow here')
    prototype.grow = function (this: WebAssembly.Memory, pages: number): number {
      if (this.buffer.byteLength + pages * PAGE_BYTES > most()) throw new RangeError('no more memory')
      return Number(Reflect.apply(grow, this, [pages]))
    }
  }
}
