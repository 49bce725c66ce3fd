import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isGitSource } from './git-path.ts'
import { type Revision, readRevision } from './git-source.ts'

/** The revisions of repositories among the paths of a request, kept on disk until they are packed. */
export class Revisions {
  readonly all: readonly Revision[]
  /** The paths that name none. */
  readonly otherPaths: readonly string[]
  #folder: string | undefined

  constructor(paths: readonly string[], scratch: string) {
    const sources = [...new Set(paths.filter(isGitSource))]
    this.otherPaths = paths.filter((path) => !isGitSource(path))
    if (sources.length > 0) this.#folder = mkdtempSync(join(scratch, 'git-'))
    const folder = this.#folder ?? scratch
    try {
      this.all = sources.map((source, at) => readRevision(source, folder, at))
    } catch (error) {
      this.remove()
      throw error
    }
  }

  remove(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true })
    this.#folder = undefined
  }
}
