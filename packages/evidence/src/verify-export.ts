import { hex } from './encoding.ts'
import type { Contents } from './evidence-contents.ts'
import { EXPORT, isNamedByCopy } from './evidence-layout.ts'
import type { RecordPass } from './record-pass.ts'
import { refuse } from './verdict.ts'

/** What a copy's own statement says is so: which run, which profile, and every file but itself, the manifest and the proofs. */
export function checkExport({ run, profile, digests, exported }: Contents, { root }: RecordPass): void {
  if (exported === undefined) return
  const said = exported.statement.predicate
  if (said.run !== run || said.root !== hex(root) || said.profile !== profile) {
    refuse('EXPORT_MISMATCH', `${EXPORT} is about another run or profile than this file.`, EXPORT)
  }
  if (profile === 'replay' && said.decision?.verdict !== 'allow') {
    refuse('EXPORT_MISMATCH', `${EXPORT} has no decision that lets the payloads leave.`, EXPORT)
  }
  const vouched = new Map([...digests].filter(([name]) => isNamedByCopy(name)))
  for (const name of new Set([...vouched.keys(), ...Object.keys(said.files)])) {
    const named = Object.hasOwn(said.files, name) ? said.files[name] : 'nothing'
    const found = vouched.get(name)?.sha256 ?? 'nothing'
    if (named !== found)
      refuse('EXPORT_MISMATCH', `${EXPORT} has ${named} for ${name}; it is ${found}.`, name)
  }
}
