/** Loads what Node's `fetch` is made of, which takes 25 ms at the first use of any part of it. */
export function loadFetch(): void {
  void globalThis.Headers
}
