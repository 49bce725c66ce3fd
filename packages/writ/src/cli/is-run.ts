/** Whether an argument names a run; anything else is the path of an evidence file. */
export function isRun(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
}
