import type { GuestContext } from '@writ/contract'

/** The text that frames are given whole. Children are most often given the one of their parent: equal ones are one object. */
export class GivenText {
  #last: GuestContext | undefined

  of(text: string, docs: number): GuestContext {
    const last = this.#last
    if (last?.type === 'text' && last.docs === docs && last.text === text) return last
    this.#last = { type: 'text', text, docs }
    return this.#last
  }
}
