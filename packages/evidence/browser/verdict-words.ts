import type { Verdict, VerdictCode, VerdictName } from '@writ/evidence'

/** What each verdict asks, for somebody who has to rely on an answer and does not read code. */
export const QUESTIONS: Readonly<Record<VerdictName, { readonly title: string; readonly asks: string }>> = {
  INTEGRITY: {
    title: 'Nothing was changed',
    asks: 'Do all parts of the file belong together, byte for byte, under the signatures they carry?',
  },
  AUTHORITY: {
    title: 'Signed by keys you trust',
    asks: 'Did keys of your trust root sign it, each in its role and while it was valid?',
  },
  COMPLETENESS: {
    title: 'The record is whole',
    asks: 'Is no step missing, and did every step stay within what was allowed and what it could spend?',
  },
  WITNESSED: {
    title: 'Others saw it at the time',
    asks: 'Did enough independent witnesses confirm the log this run is in?',
  },
  POLICY: {
    title: 'The policy decides the same again',
    asks: 'Does the policy inside the file, asked again, give every decision that was recorded?',
  },
  DISCLOSURE: {
    title: 'What is shown is what was recorded',
    asks: 'Do the texts opened in the file, and the answer you gave, match what was recorded?',
  },
  REPLAY: {
    title: 'Doing it again gives the same',
    asks: 'Does the whole run, done again, come out the same?',
  },
}

export const RESULTS: Readonly<Record<Verdict['result'], string>> = {
  pass: 'Passed',
  fail: 'Failed',
  'not-evaluated': 'Could not be judged here',
}

/** What to do about the codes that a user of this page can do something about. */
const ADVICE: Partial<Record<VerdictCode, string>> = {
  NO_TRUST_ROOT:
    'Without a trust root anybody could have made this file. Ask the keeper for it by a way you trust, and choose it above.',
  UNKNOWN_KEY: 'Either this is the trust root of somebody else, or the file is not by whom you think.',
  NO_WITNESS:
    'This trust root asks for no witnesses, so whoever holds its keys could have written another history.',
  NEEDS_RUNTIME: 'This page has no policy engine. The command “writ verify” on a computer with Writ has one.',
  NOT_IN_PROFILE:
    'This page does no run again. The command “writ verify” with “--home” does, where the run was kept.',
  UNREADABLE: 'The first check says why the file cannot be read.',
  BAD_ARCHIVE: 'This is no evidence file, or it was damaged or changed on its way.',
  ANSWER_MISMATCH: 'The answer you chose is not the one this file is evidence for.',
}

export function adviceOn({ code }: Verdict): string | undefined {
  return ADVICE[code]
}
