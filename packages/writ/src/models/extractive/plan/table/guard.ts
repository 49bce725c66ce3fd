/** What has to hold before a figure is computed: a query of one number, what that may be, and why not else. */
export type Guard = {
  readonly query: string
  readonly least: number
  readonly most: number
  readonly otherwise: string
}

/** What a reader might otherwise miss: a query of one number, and what is said when it is not 0. */
export type Remark = { readonly query: string; readonly says: string }
