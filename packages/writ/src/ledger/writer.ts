import { WritError } from '@writ/contract'
import type { Home } from './home.ts'
import type { Reply, Request, Write } from './messages.ts'
import { DONE } from './messages.ts'
import { encrypt } from './run-cipher.ts'
import { createRunKey, isRunId, readRunKey } from './run-key.ts'
import { isFull, takeFreeShard, takeShard } from './shard.ts'
import { refusal, ShardWriter } from './shard-writer.ts'

/** The shards this process writes: one for new runs, taken when the first opens, and those of runs it took over. */
export class Writer {
  readonly #home: Home
  readonly #closing: (path: string) => void
  readonly #fullBytes: number | undefined
  /** By path. */
  readonly #shards = new Map<string, ShardWriter>()
  #forNewRuns: ShardWriter | undefined

  /** `closing` is told the path of each shard before it is given back. From `fullBytes` on a shard takes no new runs. */
  constructor(home: Home, closing: (path: string) => void, fullBytes?: number) {
    this.#home = home
    this.#closing = closing
    this.#fullBytes = fullBytes
  }

  /** Opens a run and gives its key. The key is on disk before the run, and the run before this returns. */
  open({ run, question, startedAt }: Request<'open'>): Uint8Array {
    if (!isRunId(run)) throw new WritError('LEDGER_FAILED', `${JSON.stringify(run)} cannot name a run`)
    if (!Number.isSafeInteger(startedAt)) {
      throw new WritError('LEDGER_FAILED', `run ${run} cannot start at ${startedAt} ms`, { run })
    }
    return this.#orGiveBack(() => {
      const shard = this.#shardForNewRuns()
      shard.requireSound(run)
      const key = createRunKey(this.#home.runKeys, run)
      const asked = encrypt(key, { run, kind: 'question' }, Buffer.from(question))
      shard.open(run, key, asked, startedAt)
      return key
    })
  }

  /** Takes over a run that is in the shard at `path` and gives its key. */
  resume(run: string, path: string): Uint8Array {
    return this.#orGiveBack(() => {
      const shard = this.#shards.get(path) ?? this.#takeOver(run, path)
      shard.requireSound(run)
      if (shard.has(run)) throw new WritError('RUN_BUSY', `run ${run} is open in this process`, { run })
      const key = readRunKey(this.#home.runKeys, run)
      if (key === undefined) throw new WritError('KEY_UNAVAILABLE', `the key of run ${run} is gone`, { run })
      shard.resume(run, key)
      return key
    })
  }

  /** Lets a run go, and its shard with the last one. */
  leave(run: string): undefined {
    for (const shard of this.#shards.values()) shard.leave(run)
    this.#giveBackIdle()
  }

  /** One transaction per shard; replies in the order of the group. */
  commit(group: readonly Write[]): readonly Reply[] {
    const replies = group.map(({ run }) => refusal(run, 'the run is not open'))
    for (const shard of this.#shards.values()) {
      const places = [...group.keys()].filter((place) => shard.has(group[place]?.run ?? ''))
      const answers = shard.commit(places.flatMap((place) => group[place] ?? []))
      for (const [index, place] of places.entries()) replies[place] = answers[index] ?? DONE
    }
    return replies
  }

  /** Gives every shard back, and keeps neither a run nor its key: the thread may serve another ledger. */
  close(): void {
    for (const shard of this.#shards.values()) shard.close()
    this.#shards.clear()
    this.#forNewRuns = undefined
  }

  /** A shard that was taken for a run which then could not be opened is not kept. */
  #orGiveBack<T>(open: () => T): T {
    try {
      return open()
    } catch (error) {
      this.#giveBackIdle()
      throw error
    }
  }

  /** Gives back shards in which no run is open: others may take them, to resume a run or to erase one. */
  #giveBackIdle(): void {
    for (const shard of this.#shards.values()) {
      if (!shard.idle) continue
      this.#shards.delete(shard.path)
      if (this.#forNewRuns === shard) this.#forNewRuns = undefined
      this.#closing(shard.path)
      shard.close()
    }
  }

  /** A full shard keeps its open runs; new ones go to another. */
  #shardForNewRuns(): ShardWriter {
    const known = this.#forNewRuns
    if (known !== undefined && !isFull(known.path, this.#fullBytes)) return known
    this.#forNewRuns = this.#keep(new ShardWriter(takeFreeShard(this.#home.ledger, this.#fullBytes)))
    return this.#forNewRuns
  }

  #takeOver(run: string, path: string): ShardWriter {
    const shard = takeShard(path)
    if (shard === undefined) {
      throw new WritError('RUN_BUSY', `run ${run} is in ${path}, which a live process writes`, { run })
    }
    return this.#keep(new ShardWriter(shard))
  }

  #keep(writer: ShardWriter): ShardWriter {
    this.#shards.set(writer.path, writer)
    return writer
  }
}
