import { WritError } from '@writ/contract'
import type { GitObjects } from './git-objects.ts'

/** Files of a revision, through all its folders: few objects may say that there are many. */
const MAX_FILES = 100_000
const MAX_DEPTH = 100
const MAX_PATH = 4_096

/** What to do about a repository that is not whole, and about a revision that is too much. */
const MEND = '"git fsck" tells what is damaged; a new clone has it whole'
const PARTS = 'name folders of a checkout of it instead'

/** What a tree names that is no folder. */
export interface TreeFile {
  readonly path: string
  readonly hash: string
  readonly kind: 'file' | 'link' | 'submodule'
}

/** All files of a commit, by path. Throws `BAD_SOURCE` where an object is missing or not what its hash says. */
export function listTree(objects: GitObjects, commit: string): readonly TreeFile[] {
  const text = objects.whole(commit, 'commit').toString('latin1')
  const root = /^tree ([0-9a-f]{40,64})\n/.exec(text)?.[1]
  if (root === undefined) throw new WritError('BAD_SOURCE', `the commit ${commit} names no tree: ${MEND}`)
  const files: TreeFile[] = []
  let folders = [{ path: '', hash: root, depth: 0 }]
  while (folders.length > 0) {
    const below: typeof folders = []
    const trees = objects.trees(folders.map(({ hash }) => hash))
    for (const { path, hash, depth } of folders) {
      const tree = trees.get(hash)
      if (tree === undefined)
        throw new WritError(
          'BAD_SOURCE',
          `the folder ${JSON.stringify(path)} is not there or damaged: ${MEND}`,
        )
      for (const entry of entriesOf(tree, hash.length / 2)) {
        const full = path + entry.name
        if (Buffer.byteLength(full) > MAX_PATH || depth > MAX_DEPTH)
          throw new WritError(
            'BAD_SOURCE',
            `its folders are more than ${MAX_DEPTH} deep, or a path is longer than ${MAX_PATH} bytes: ${PARTS}`,
          )
        if (entry.mode === '40000' || entry.mode === '040000')
          below.push({ path: `${full}/`, hash: entry.hash, depth: depth + 1 })
        else files.push({ path: full, hash: entry.hash, kind: kindOf(entry.mode) })
        if (files.length + below.length > MAX_FILES)
          throw new WritError('BAD_SOURCE', `the revision has more than ${MAX_FILES} files: ${PARTS}`)
      }
    }
    folders = below
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

function kindOf(mode: string): TreeFile['kind'] {
  if (mode === '160000') return 'submodule'
  return mode === '120000' ? 'link' : 'file'
}

/** The entries of a tree: a mode, a name, a zero, and the bytes of a hash. */
function* entriesOf(
  tree: Buffer,
  hashBytes: number,
): Generator<{ readonly mode: string; readonly name: string; readonly hash: string }> {
  for (let at = 0; at < tree.length; ) {
    const space = tree.indexOf(0x20, at)
    const zero = tree.indexOf(0, at)
    const end = zero + 1 + hashBytes
    if (space === -1 || zero < space || end > tree.length)
      throw new WritError('BAD_SOURCE', `a folder of it is damaged: ${MEND}`)
    yield {
      mode: tree.toString('latin1', at, space),
      name: tree.toString('utf8', space + 1, zero),
      hash: tree.toString('hex', zero + 1, end),
    }
    at = end
  }
}
