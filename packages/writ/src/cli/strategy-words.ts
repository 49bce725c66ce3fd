/** Why a strategy was chosen, by the code that the run records. A code nobody here knows is shown as it is. */
const REASONS: Readonly<Record<string, string>> = {
  requested: 'as asked for',
  'context-fits-half-the-window': 'because the context fits the model’s window',
  'context-exceeds-half-the-window': 'because the context does not fit the model’s window',
}

/** `recurse, because the context does not fit the model’s window`. */
export function strategyInWords(strategy: string, reason: string): string {
  return `${strategy}, ${REASONS[reason] ?? reason.replaceAll('-', ' ')}`
}
