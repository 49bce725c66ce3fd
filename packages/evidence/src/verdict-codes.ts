/**
 * Every code a verdict can carry and what it means. `packages/evidence/README.md` lists them; a test keeps both equal.
 */
export const VERDICT_CODES = {
  OK: 'Everything this verdict asks holds.',
  // not evaluated
  NOT_ASKED: 'The caller asked for other verdicts only.',
  UNREADABLE: 'The file could not be read, so there is nothing to judge; INTEGRITY says why.',
  NO_WITNESS: 'The file carries no cosignature of a witness.',
  NEEDS_RUNTIME: 'Needs the policy engine or the sandbox, which this verifier does not have.',
  NOT_IN_PROFILE: 'A proof file carries no payloads to run again.',
  ERASED: 'What the file disclosed was erased; its structure is left.',
  // INTEGRITY: reading
  BAD_ARCHIVE: 'Not the one archive its entries make.',
  UNKNOWN_FILE: 'An entry no evidence file of this profile has.',
  MISSING_FILE: 'A file every evidence file has is not there.',
  MANIFEST_MISMATCH: 'The manifest is not what the files give.',
  NOT_CANONICAL: 'Bytes are not the one canonical form of what they say.',
  VERSION_NEWER: 'A record is of a later version than this verifier knows: a later Writ can judge it.',
  VERSION_OLDER: 'A record is of version 1, from before 2026-11-26: a Writ of that time can judge it.',
  BAD_RECORD: 'A record lacks the shape of its kind or breaks a limit of records.',
  BAD_SHAPE: 'A file lacks the shape of its format.',
  WRONG_RUN: 'Something belongs to another run.',
  // INTEGRITY: judging
  DISCLOSURE_TWICE: 'One field is disclosed twice.',
  ROOT_MISMATCH: 'The records do not give the root and size of the checkpoint.',
  OPEN_MISMATCH: 'The opening statement is not about these records.',
  CLOSE_MISMATCH: 'The closing statement is not about these records.',
  FILE_MISMATCH: 'A file is not the one the closing statement names.',
  EXPORT_MISMATCH: 'The statement of the copy is not about this file.',
  BUNDLE_MISMATCH: 'The policy files are not the bundle the run was pinned to.',
  CODE_FILE_MISMATCH: 'The code file is not what the opening record says.',
  NOT_ERASED: 'The file says that its disclosures were erased, and they are not, or not as it says.',
  BAD_SIGNATURE: 'A signature does not hold under the trusted key it names.',
  // AUTHORITY
  NO_TRUST_ROOT: 'No trust root was given from outside the file.',
  BAD_TRUST_ROOT: 'The trust root lacks its shape or holds a key that is not what it says.',
  KEY_IN_TWO_ROLES: 'The trust root gives one key two roles.',
  UNKNOWN_KEY: 'The trust root does not have the key that signed.',
  WRONG_ROLE: 'The key that signed has another role in the trust root.',
  KEY_NOT_VALID: 'The key that signed was not valid at the time claimed.',
  NOT_SIGNED: 'The trusted key named did not make the signature.',
  NOT_APPROVED: 'The file carries no word of governance for the bundle, and the trust root asks for it.',
  APPROVAL_MISMATCH: 'The word of governance is for another bundle.',
  APPROVAL_SHORT: 'Fewer trusted governance keys signed for the bundle than the trust root asks for.',
  // WITNESSED
  NOT_LOGGED: 'The file carries no proof that the run is in a log.',
  BAD_COSIGNATURE: 'A cosignature that names a trusted witness is not by it.',
  WRONG_LOG: 'A proof is about another log than the one whose key is trusted.',
  LOG_NOT_SIGNED: 'The checkpoint of a proof is not signed by a trusted log key.',
  NOT_INCLUDED: 'A proof does not show that its statement is in the log.',
  WRONG_PLACE: 'Statements are in the log in an order that cannot be.',
  QUORUM_NOT_MET: 'Fewer trusted witnesses cosigned than the trust root asks for.',
  // COMPLETENESS
  SEQ_GAP: 'Records are missing, repeated or out of order.',
  NOT_OPENED: 'The run does not begin with its one opening record.',
  NOT_CLOSED: 'The run does not end with its one close or abort.',
  BAD_FORK:
    'What a forked run shares with another cannot be: no record, more than it has, or a model that changes.',
  BAD_CONVERSATION:
    'What was said before the question is told without its texts, or labelled above what the root begins with.',
  LANE_NOT_OPEN: 'A record of a frame that was not spawned or has ended.',
  N_GAP: 'Steps of a frame are missing, repeated or out of order.',
  NO_COMMAND: 'A result, join or retry without the open command it names.',
  BAD_REUSE:
    'A sub-call is answered by one that did not come back before, or not under its label, model and share of the budget.',
  ATTEMPT_GAP: 'Attempts of an item are missing, repeated or out of order.',
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
  ITEM_MISMATCH: 'An item of a batch is recorded twice, not at all, or otherwise than the batch has it.',
  OVERCHARGED: 'A result charges more than the bounds of what was begun.',
  SPENDING_MISMATCH: 'Charges do not add up.',
  LIMIT_EXCEEDED: 'A limit of the run was exceeded.',
  COUNT_MISMATCH: 'Frames, depth, steps or requests under way are not as many as a record says.',
  OUTCOME_MISMATCH:
    'An outcome, a code or an operation is not what the same record, or its step, says otherwise.',
  TIME_MISMATCH: 'A time is before one it follows, or something took longer than there was time for.',
  SHARE_MISMATCH: 'A child has another share of the budget than the part of its parent that a child gets.',
  BUDGET_MISMATCH: 'A frame was told that other budget is left than the records leave.',
  OPENING_DIFFERS: 'The strategy was chosen for something else than the run opened with.',
  CLOSE_DIFFERS: 'Status, reason, basis, support or coverage of the close are not what the records give.',
  NOTES_DIFFER: 'What is said of notes contradicts itself, or is not what the records give.',
  SCRIPT_DIFFERS:
    'A frame follows a script that the run does not name, or takes turns, for which a script has no use.',
  CHECK_DIFFERS:
    'What a release says of its checks is not what the run asked for, or not what the records give.',
  RELEASE_MISPLACED: 'The release is missing, repeated or not last.',
  // POLICY
  BAD_BUNDLE: 'The embedded policy files are no bundle that can decide.',
  FACTS_DIFFER: 'The opening record says other things of its user, models or confinement than the bundle.',
  DEPTH_NOT_DERIVED: 'A decision was taken for another depth than that of the frame that asked.',
  LINEAGE_NOT_DERIVED: 'A frame, or what it asks about, does not come from the frames and facts before it.',
  LABEL_NOT_DERIVED: 'A recorded label is not what the frame was opened with, read and joined.',
  TAINT_NOT_DERIVED: 'A decision was taken for a label its frame cannot have had.',
  DISCHARGE_NOT_DERIVED: 'A decision counts something as discharged that its step does not do.',
  MODE_NOT_DERIVED: 'How a child stands to its parent does not follow from what policy allows both.',
  SPENDING_NOT_DERIVED: 'A bound or charge does not follow from attempts, tokens and prices.',
  DECISION_DIFFERS:
    'The policy the run was pinned to decides otherwise, by other policies, or for another reason.',
  CEILING_PASSED: 'A frame was granted what left it without a model that policy allows.',
  ENGINE_FAILED:
    'A step was denied because the policy engine failed at the time; that cannot be decided again.',
  // DISCLOSURE
  NO_SUCH_FIELD: 'Something is disclosed that no record has.',
  DISCLOSED_DIFFERS: 'Something laid open is not what the records say of it elsewhere.',
  COMMITMENT_MISMATCH: 'A disclosed text is not what the record committed to.',
  BAD_ANSWER: 'What was given as the answer is not one.',
  ANSWER_MISMATCH: 'The answer differs from what the file proves.',
  NOT_DISCLOSED: 'The answer cannot be compared because the file keeps the field closed.',
  NOT_EARLIER:
    'A run that was given as an earlier one is none that this run goes on from, or not as it was then.',
  // REPLAY
  DIVERGED: 'Doing the run again gives something else.',
  CODE_MISMATCH: 'This Writ shapes frames differently from the one that made the run.',
  INCOMPLETE: 'The run was cut off, or something stored beside its records is gone.',
  NOT_DONE_AGAIN: 'The run could not be done again on this machine.',
  HOME_DIFFERS: 'The home keeps other records of this run than the file has.',
  // anything
  INTERNAL: 'The verifier met something it does not understand.',
} as const

export type VerdictCode = keyof typeof VERDICT_CODES
