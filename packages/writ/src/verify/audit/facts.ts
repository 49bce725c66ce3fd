import {
  confinesAs,
  type DecisionPoint,
  type Det,
  LEVELS,
  type ModelLocation,
  type RecordedModel,
} from '@writ/contract'
import { canonicalJson, refuse } from '@writ/evidence'

const OPENING = 'records.ndjson#/0/det'

/** The opening record says of its user, models and confinement what the bundle says of them. Where a model is reached is the host's word. */
export function checkFacts(opening: Det['run.open'], point: DecisionPoint): void {
  const { user, purpose, models, fallbacks, verifier, fork, confinement } = opening
  const known = attempt(() => point.user(user.id, purpose))
  if (known === undefined || canonicalJson(known) !== canonicalJson(user)) {
    const found = known === undefined ? 'does not know them or the purpose' : 'says otherwise'
    refuse('FACTS_DIFFER', `The record has facts of ${user.id}; the bundle ${found}.`, `${OPENING}/user`)
  }
  // A bundle from before it could say so says nothing, and permitted both.
  const least = point.confinement
  if (least !== undefined && !confinesAs(confinement.level, least))
    refuse(
      'FACTS_DIFFER',
      `The bundle permits no confinement below "${least}"; the record says "${confinement.level}".`,
      `${OPENING}/confinement/level`,
    )
  checkModels(models, point, `${OPENING}/models`)
  checkModels(fork?.models ?? [], point, `${OPENING}/fork/models`)
  checkModels(verifier ?? [], point, `${OPENING}/verifier`)
  checkModels(fork?.verifier ?? [], point, `${OPENING}/fork/verifier`)
  for (const role of ['root', 'sub'] as const) {
    checkModels(fallbacks?.[role] ?? [], point, `${OPENING}/fallbacks/${role}`)
    checkModels(fork?.fallbacks?.[role] ?? [], point, `${OPENING}/fork/fallbacks/${role}`)
  }
}

function checkModels(models: readonly RecordedModel[], point: DecisionPoint, at: string): void {
  for (const [i, model] of models.entries()) {
    if (locationsOf(model).some((location) => sameModel(model, location, point))) continue
    refuse('FACTS_DIFFER', `The bundle says other things of ${model.id}.`, `${at}/${i}`)
  }
}

/** Where a model of this id can be. */
function locationsOf({ id }: RecordedModel): readonly ModelLocation[] {
  return id.startsWith('builtin/') ? ['builtin'] : ['loopback', 'remote']
}

function sameModel(model: RecordedModel, location: ModelLocation, point: DecisionPoint): boolean {
  const { maxLevel, categories, jurisdiction, onPrem, retention, approved } = point.model(
    model.id,
    location,
    model.digest,
  )
  const facts = { maxLevel: LEVELS.indexOf(maxLevel), categories, jurisdiction, onPrem, retention, approved }
  return Object.entries(facts).every(
    ([name, value]) => canonicalJson(value) === canonicalJson(model[name as keyof typeof facts]),
  )
}

function attempt<T>(find: () => T): T | undefined {
  try {
    return find()
  } catch {
    return undefined
  }
}
