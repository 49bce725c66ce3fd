/** What has to hold before a figure is computed: a query of one number, what that may be, and why not else. */
export type Guard = {
  readonly query: string
  readonly least: number
  readonly most: number
  readonly otherwise: string
}

/** What a reader might otherwise miss: a query of one number, and what is said behind it when it is not 0. */
export type Remark = { readonly query: string; readonly one: string; readonly more: string }

/** A guard of which there may be none. */
export function none(query: string, otherwise: string): Guard {
  return { query, least: 0, most: 0, otherwise }
}
