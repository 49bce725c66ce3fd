import { languageOf } from '../stop-words.ts'
import { isUnspaced, wordsOf } from '../words.ts'
import type { Reason } from './question-plan.ts'

/** What each kind of meaning is told by, the most telling first. */
const SIGNS: readonly { readonly reason: Reason; readonly sign: RegExp }[] = [
  {
    reason: 'a summary',
    sign: /\b(?:summari[sz]e|summary|overview|gist|outline the|explain|describe|in short|tl;?dr|what (?:is|are) .{1,80} about)\b/iu,
  },
  {
    reason: 'a reason or a manner',
    sign: /^(?:so\s+)?(?:why|how(?!\s+(?:many|much|often|long|big|large|old)))\b/iu,
  },
  {
    reason: 'negation',
    sign: /\b(?:not|no|never|none|nobody|nothing|neither|nor|without|lack(?:s|ing)?|cannot|unless|except|exclud\w+|omit\w*|fail(?:s|ed)? to)\b|n['’]t\b/iu,
  },
  {
    reason: 'modality',
    sign: /\b(?:can|could|may|might|must|shall|should|ought|would|need(?:s|ed)? to|ha(?:s|ve) to|allow\w*|permit\w*|forbid\w*|forbidden|prohibit\w*|oblig\w*|require[sd]?|entitle[ds]?|able to)\b/iu,
  },
  {
    reason: 'a comparison',
    sign: /\b(?:compar\w+|differ\w*|versus|vs|than|similar\w*|same as|contrast\w*|more|less|fewer|larger|smaller|longer|shorter|better|worse|higher|lower|older|newer|stricter)\b/iu,
  },
  {
    reason: 'a superlative',
    sign: /\b(?:most|least|best|worst|largest|biggest|smallest|longest|shortest|highest|lowest|oldest|newest|latest|earliest|strictest|main|(?!(?:interest|request|invest|contest|protest|(?:py|vi|doc|unit|back)?test|latest|forest|west|rest|guest|arrest|suggest|manifest|honest|harvest|digest)\b)\p{L}{3,}est)\b/iu,
  },
  {
    reason: 'a yes or no',
    sign: /^(?:is|are|was|were|do|does|did|has|have|had|can|could|may|might|must|shall|should|will|would)\b/iu,
  },
]

/** Why a question needs more than its words: what the answer says of it. */
export function reasonFor(question: string): Reason {
  const words = wordsOf(question).map((word) => word.toLowerCase())
  const letters = question.match(/\p{L}/gu)?.length ?? 0
  const latin = question.match(/\p{Script=Latin}/gu)?.length ?? 0
  if (isUnspaced(question) || latin < letters / 2 || languageOf(words) !== 'english')
    return 'another language'
  return SIGNS.find(({ sign }) => sign.test(question))?.reason ?? 'meaning'
}
