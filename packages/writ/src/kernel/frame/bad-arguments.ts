import { isHostName, PYTHON_FORMS } from '@writ/contract'

/** The arguments of a call do not fit; the message says which form would, where there is one. */
export class BadArguments extends Error {
  readonly #why: string
  readonly #form: string | undefined

  constructor(why: string, form?: string) {
    super(form === undefined ? why : `Call it as ${form}${why}`)
    this.#why = why
    this.#form = form
  }

  /** The same for a guest that calls functions in another form. */
  saidAs(form: string | undefined): BadArguments {
    return form === undefined || this.#form === undefined ? this : new BadArguments(this.#why, form)
  }
}

/** How Python calls a function of the host, without what it gives. */
export function pythonCall(name: string): string | undefined {
  return isHostName(name) ? PYTHON_FORMS[name].usage.split(' → ', 1)[0] : undefined
}
