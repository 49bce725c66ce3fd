/** Whether a cell that stands alone in its row reads as a remark or a heading: "Source: us", "* estimated", "These early figures". */
export function readsAsRemark(cell: string): boolean {
  return /[:*]|\.$|\s\S+\s/.test(cell)
}
