/** Whole numbers for people: `1,234`. */
export function whole(value: number): string {
  return value.toLocaleString('en-US')
}

/** Bytes for people, exact below 10,000. */
export function size(bytes: number): string {
  if (bytes < 10_000) return `${whole(bytes)} bytes`
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} KB`
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** Micro-USD as dollars. */
export function dollars(microUsd: number): string {
  return `$${(microUsd / 1_000_000).toFixed(6)}`
}
