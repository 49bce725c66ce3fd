import type { SpawnMode } from './record.ts'

/** Whether a frame keeps a permitted model at one label: the child by its own model, its parent by all of its ceiling. */
export interface Reach {
  readonly child: boolean
  readonly parent: boolean
}

/**
 * The mode of a child. `reaches` has one entry for each label that a read could give the child. `beyond`: its scope names
 * what its parent may not see. `sealed`: it is handed a sealed value. Nothing that any frame has read goes in.
 */
export function spawnMode(
  reaches: readonly Reach[],
  { beyond, sealed }: { readonly beyond: boolean; readonly sealed: boolean },
): SpawnMode {
  if (sealed) return 'blind'
  if (beyond && reachesHigher(reaches)) return 'blind'
  return reaches.some(({ child, parent }) => parent && !child) ? 'apart' : 'shared'
}

/** Whether the child may read what its parent may not. */
export function reachesHigher(reaches: readonly Reach[]): boolean {
  return reaches.some(({ child, parent }) => child && !parent)
}
