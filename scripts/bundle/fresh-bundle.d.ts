export const BUNDLED: string
export const CURRENT: string
export function freshBundle(): string | undefined
export function currentBundle(): string | undefined
export function stateOf(path: string): string
