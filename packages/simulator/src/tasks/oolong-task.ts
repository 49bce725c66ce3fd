import { oolongScore } from '@writ/contract'
import type { LabelledQuestion } from './labels.ts'
import { oolongQuestions } from './oolong-questions.ts'
import { oolongRoot } from './oolong-root.ts'
import { oolongWindow } from './oolong-window.ts'
import type { SimTask } from './sim-task.ts'

/** The questions about one OOLONG-like window. */
export function oolongTasks(
  tokens: number,
  seed: string,
  source: readonly LabelledQuestion[],
): readonly SimTask[] {
  const window = oolongWindow(tokens, seed, source)
  const context = [{ id: 'window.txt', text: window.text }]
  return oolongQuestions(window.items, seed).map(({ spec, family, text, type, gold }, n) => ({
    id: `oolong.${tokens}.${n}`,
    name: `${family}, ${type.toLowerCase()}`,
    question: text,
    context,
    root: oolongRoot(spec),
    score: (answer) => oolongScore(answer, [gold], type),
  }))
}
