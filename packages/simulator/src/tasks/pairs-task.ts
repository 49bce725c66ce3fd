import { pairKey, pairsF1 } from '@writ/contract'
import type { Script } from '../reply.ts'
import { classifyRoot } from './classify-root.ts'
import { LABELS, type LabelledQuestion, type QuestionLabel } from './labels.ts'
import { type OolongItem, oolongWindow } from './oolong-window.ts'
import type { SimTask } from './sim-task.ts'

interface Atom {
  readonly label: string
  readonly comparison: 'at_least' | 'exactly'
  readonly count: number
}

interface Role {
  readonly all_of: readonly Atom[]
  readonly any_of: readonly Atom[]
  /** Every instance of the label is strictly after or before the day; so it is where there is none. */
  readonly dates: readonly {
    readonly label: string
    readonly relation: 'after' | 'before'
    readonly cutoff: string
  }[]
}

/** A question of OOLONG-Pairs, as `tasks.json` has it. */
export interface PairsQuestion {
  readonly task_id: number
  readonly question: string
  readonly mode: 'symmetric' | 'asymmetric'
  readonly role_a: Role
  readonly role_b: Role | null
}

/** Questions about pairs of users over one window. */
export function pairsTasks(
  tokens: number,
  seed: string,
  source: readonly LabelledQuestion[],
  questions: readonly PairsQuestion[],
): readonly SimTask[] {
  const window = oolongWindow(tokens, seed, source)
  const context = [{ id: 'window.txt', text: window.text }]
  return questions.map((question) => {
    const gold = goldPairs(question, window.items)
    return {
      id: `pairs.${tokens}.${question.task_id}`,
      name: `task ${question.task_id}, ${gold.size.toLocaleString('en-US')} pairs`,
      question: question.question,
      context,
      root: pairsRoot(question),
      score: (answer) => pairsF1(answer, gold),
      size: gold.size,
    }
  })
}

/** The pairs that a question asks for, from the labels that are known. */
export function goldPairs(
  { mode, role_a, role_b }: PairsQuestion,
  items: readonly OolongItem[],
): Set<string> {
  const byUser = Map.groupBy(items, ({ user }) => user)
  const users = [...byUser.keys()].sort((a, b) => a - b)
  const has = (role: Role): Set<number> => new Set(users.filter((user) => fits(role, byUser.get(user) ?? [])))
  const [first, second] = [has(role_a), mode === 'symmetric' ? has(role_a) : has(role_b ?? role_a)]
  const pairs = new Set<string>()
  for (const [place, a] of users.entries())
    for (const b of users.slice(place + 1))
      if ((first.has(a) && second.has(b)) || (first.has(b) && second.has(a))) pairs.add(pairKey(a, b))
  return pairs
}

function fits({ all_of, any_of, dates }: Role, items: readonly OolongItem[]): boolean {
  const holds = ({ label, comparison, count }: Atom): boolean => {
    const found = items.filter((item) => item.label === label).length
    return comparison === 'exactly' ? found === count : found >= count
  }
  return (
    all_of.every(holds) &&
    (any_of.length === 0 || any_of.some(holds)) &&
    dates.every(({ label, relation, cutoff }) =>
      items.every(
        (item) => item.label !== label || (relation === 'after' ? item.day > cutoff : item.day < cutoff),
      ),
    )
  )
}

const COMPUTE = `
const people = new Map();
for (const row of rows) {
  if (!people.has(row.user)) people.set(row.user, []);
  people.get(row.user).push(row);
}
const numbers = (mine, label) => mine.filter((row) => row.label === label).length;
const holds = (mine) => (atom) =>
  atom.comparison === 'exactly' ? numbers(mine, atom.label) === atom.count : numbers(mine, atom.label) >= atom.count;
const within = (mine) => (rule) => mine.filter((row) => row.label === rule.label)
  .every((row) => (rule.relation === 'after' ? row.day > rule.cutoff : row.day < rule.cutoff));
const plays = (role) => (user) => {
  const mine = people.get(user);
  return role.all_of.every(holds(mine)) && (role.any_of.length === 0 || role.any_of.some(holds(mine)))
    && role.dates.every(within(mine));
};
const users = [...people.keys()].sort((a, b) => a - b);
const isA = users.map(plays(spec.role_a));
const isB = spec.mode === 'symmetric' ? isA : users.map(plays(spec.role_b));
const pairs = [];
for (let a = 0; a < users.length; a += 1)
  for (let b = a + 1; b < users.length; b += 1)
    if ((isA[a] && isB[b]) || (isB[a] && isA[b])) pairs.push('(' + users[a] + ', ' + users[b] + ')');
const result = pairs.join('\\n');
print('candidate with ' + pairs.length + ' pairs');`

function pairsRoot({ mode, role_a, role_b }: PairsQuestion): Script {
  return classifyRoot(`const spec = ${JSON.stringify({ mode, role_a, role_b })};\n${COMPUTE}`)
}

const LIST = LABELS.join(', ')
const ASKED = 'In the above data, list all pairs of user IDs (no duplicate pairs, list lower ID first) where'
const FORM = `Each of the questions can be labelled as one of the labels: ${LIST}. In your answer, list all pairs in the format (user_id_1, user_id_2), separated by newlines.`

const atom = (label: QuestionLabel, comparison: Atom['comparison'], count: number): Atom => ({
  label,
  comparison,
  count,
})

/** Questions of our own making, one of each shape: an or, a rule of dates, two roles. */
export function madePairsQuestions(): PairsQuestion[] {
  const none = { all_of: [], any_of: [], dates: [] }
  const either = { ...none, any_of: [atom('numeric value', 'at_least', 1), atom('location', 'at_least', 1)] }
  const late = {
    ...either,
    dates: [{ label: 'location', relation: 'after' as const, cutoff: '2023-02-01' }],
  }
  const one = { ...none, all_of: [atom('human being', 'exactly', 1)] }
  const two = { ...none, all_of: [atom('entity', 'at_least', 2), atom('numeric value', 'at_least', 1)] }
  return [
    {
      task_id: 1,
      mode: 'symmetric',
      role_a: either,
      role_b: null,
      question: `${ASKED} both users have at least one instance with a numeric value or location. ${FORM}`,
    },
    {
      task_id: 2,
      mode: 'symmetric',
      role_a: late,
      role_b: null,
      question: `${ASKED} both users have at least one instance with a numeric value or location, and all instances that are a location for both users must be after February 1, 2023. ${FORM}`,
    },
    {
      task_id: 3,
      mode: 'asymmetric',
      role_a: one,
      role_b: two,
      question: `${ASKED} one user has exactly one instance with a human being, and the other user has at least two instances with entity and one with numeric value. ${FORM}`,
    },
  ]
}
