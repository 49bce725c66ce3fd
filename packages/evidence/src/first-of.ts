/** The first of some things, up to so many of them. */
export function* firstOf<T>(things: Iterable<T>, most: number): Iterable<T> {
  let left = most
  for (const thing of things) {
    if (left === 0) return
    left -= 1
    yield thing
  }
}
