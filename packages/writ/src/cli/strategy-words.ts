/** Why a strategy was chosen, by the code that the run records. A code nobody here knows is shown as it is. */
const REASONS: Readonly<Record<string, string>> = {
  requested: 'as asked for',
  'context-fits-half-the-window': 'because the context fits the model’s window',
  'context-exceeds-half-the-window': 'because the context does not fit the model’s window',
  'documents-exceed-half-the-window': 'because so many documents do not fit the model’s window',
  'question-names-what-it-looks-up':
    'because the question names what it looks up (then recurse, if no passage answers)',
  'script-answers-the-question': 'because it says that it answers this question',
  'model-answers-by-a-plan': 'because the built-in model works by code, not in a prompt',
}

/** `recurse, because the context does not fit the model’s window`. */
export function strategyInWords(strategy: string, reason: string): string {
  return `${strategy}, ${REASONS[reason] ?? reason.replaceAll('-', ' ')}`
}
