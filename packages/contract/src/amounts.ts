// Amounts as people read them: on a terminal, in a report.

/** Whole numbers for people: `1,234`. Grouped by hand, because a locale takes 30 ms to load. */
export function whole(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** A number with what it counts: `1 document`, `1,234 documents`. A plural that takes no s is given. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : many}`
}

/** Bytes for people, exact below 10,000. */
export function size(bytes: number): string {
  if (bytes < 10_000) return counted(bytes, 'byte')
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} KB`
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** Micro-USD as dollars: two decimals, and as many of the other four as say something. */
export function dollars(microUsd: number): string {
  return `$${(microUsd / 1_000_000).toFixed(6).replace(/0{1,4}$/, '')}`
}

/** Milliseconds for people. */
export function seconds(ms: number): string {
  return ms < 1_000 ? `${whole(Math.round(ms))} ms` : `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`
}
