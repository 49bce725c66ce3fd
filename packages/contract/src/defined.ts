/** An object whose fields are there or not there, and never undefined. */
export type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Drops fields that are undefined, which exact optional properties do not allow. */
export function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Defined<T>
}
