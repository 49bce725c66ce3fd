/**
 * Every code a verdict can carry and what it means. `packages/evidence/README.md` lists them; a test keeps both equal.
 */
export const VERDICT_CODES = {
  OK: 'Everything this verdict asks holds.',
  // not evaluated
  NOT_ASKED: 'The caller asked for other verdicts only.',
  UNREADABLE: 'The file could not be read, so there is nothing to judge; INTEGRITY says why.',
  NO_WITNESS: 'The file carries no cosignature of a witness.',
  NEEDS_RUNTIME: 'Needs the policy engine, which this verifier does not have.',
  NOT_IN_PROFILE: 'A proof file carries no payloads to run again.',
  // INTEGRITY: reading
  BAD_ARCHIVE: 'Not the one archive its entries make.',
  UNKNOWN_FILE: 'An entry no evidence file of this profile has.',
  MISSING_FILE: 'A file every evidence file has is not there.',
  MANIFEST_MISMATCH: 'The manifest is not what the files give.',
  NOT_CANONICAL: 'Bytes are not the one canonical form of what they say.',
  BAD_RECORD: 'A record lacks the shape of its kind or breaks a limit of records.',
  BAD_SHAPE: 'A file lacks the shape of its format.',
  WRONG_RUN: 'Something belongs to another run.',
  // INTEGRITY: judging
  DISCLOSURE_TWICE: 'One field is disclosed twice.',
  ROOT_MISMATCH: 'The records do not give the root and size of the checkpoint.',
  OPEN_MISMATCH: 'The opening statement is not about these records.',
  CLOSE_MISMATCH: 'The closing statement is not about these records.',
  FILE_MISMATCH: 'A file is not the one the closing statement names.',
  BUNDLE_MISMATCH: 'The policy files are not the bundle the run was pinned to.',
  CODE_FILE_MISMATCH: 'The code file is not what the opening record says.',
  BAD_SIGNATURE: 'A signature does not hold under the trusted key it names.',
  // AUTHORITY
  NO_TRUST_ROOT: 'No trust root was given from outside the file.',
  BAD_TRUST_ROOT: 'The trust root lacks its shape or holds a key that is not what it says.',
  KEY_IN_TWO_ROLES: 'The trust root gives one key two roles.',
  UNKNOWN_KEY: 'The trust root does not have the key that signed.',
  WRONG_ROLE: 'The key that signed has another role in the trust root.',
  KEY_NOT_VALID: 'The key that signed was not valid at the time claimed.',
  NOT_SIGNED: 'The trusted key named did not make the signature.',
  // COMPLETENESS
  SEQ_GAP: 'Records are missing, repeated or out of order.',
  NOT_OPENED: 'The run does not begin with its one opening record.',
  NOT_CLOSED: 'The run does not end with its one close or abort.',
  LANE_NOT_OPEN: 'A record of a frame that was not spawned or has ended.',
  N_GAP: 'Steps of a frame are missing, repeated or out of order.',
  NO_COMMAND: 'A result, join or retry without the open command it names.',
  UNANSWERED: 'A command has no result.',
  BAD_SPAWN: 'A spawn of a frame that cannot be.',
  CHILD_MISMATCH: 'A join does not match the records of its child.',
  NOT_ALLOWED: 'A step happened without a decision that allows it.',
  WRONG_DECISION: 'A decision is about another action or resource than its step.',
  NOT_GRANTED: 'A frame touched a partition without a decision that allows that action on it.',
  UNKNOWN_PARTITION: 'A partition the run does not have.',
  OUT_OF_SCOPE: 'A frame touched, or gave a child, a partition outside its scope.',
  UNKNOWN_MODEL: 'A model the run did not open with.',
  DEPTH_MISMATCH: 'A decision was taken for another depth than its frame has.',
  TAINT_MISMATCH: 'A decision was taken for a label its frame did not have.',
  LABEL_FELL: 'A label fell, or leaves out what a joined child brought.',
  LABEL_SHORT: 'A label leaves out a partition that was touched.',
  OVERCHARGED: 'A result charges more than the bounds of what was begun.',
  SPENDING_MISMATCH: 'Charges do not add up.',
  LIMIT_EXCEEDED: 'A limit of the run was exceeded.',
  COUNT_MISMATCH: 'Frames, depth or steps are not what the close says.',
  RELEASE_MISPLACED: 'The release is missing, repeated or not last.',
  // DISCLOSURE
  NO_SUCH_FIELD: 'Something is disclosed that no record has.',
  COMMITMENT_MISMATCH: 'A disclosed text is not what the record committed to.',
  BAD_ANSWER: 'What was given as the answer is not one.',
  ANSWER_MISMATCH: 'The answer differs from what the file proves.',
  NOT_DISCLOSED: 'The answer cannot be compared because the file keeps the field closed.',
  // anything
  INTERNAL: 'The verifier met something it does not understand.',
} as const

export type VerdictCode = keyof typeof VERDICT_CODES
