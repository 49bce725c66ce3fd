import { type DecisionRequest, type Label, levelNumber, type Verdict } from '@writ/contract'

// What the personal bundle means, in plain code from the prose of `personal/README.md`: the differential test compares
// Cedar with it. It shares nothing with the policies, neither their ids nor the way they are cut.

const EUROPE_OR_HERE = ['EU', 'CH', 'LOCAL']

/** What must be decided, and whether a rule (rather than the lack of one) decides it. */
export function oracle(request: DecisionRequest): Verdict {
  if (!request.user.active) return 'deny'
  switch (request.action) {
    case 'context::read':
    case 'context::search':
      return mayRead(request) ? 'allow' : 'deny'
    case 'model::call':
      return mayCall(request) ? 'allow' : 'deny'
    case 'recursion::spawn':
      return maySpawn(request) ? 'allow' : 'deny'
    case 'output::release':
      if (!mayRelease(request)) return 'deny'
      return request.discharged.includes('validate:citations') ? 'allow' : 'pending'
    case 'memory::write':
      return mayKeep(request) ? 'allow' : 'deny'
    case 'tool::call':
      return 'deny'
  }
}

function mayRead({ user, resource, purpose }: DecisionRequest): boolean {
  if (resource.type !== 'partition') return false
  const forThis = user.purposes.includes(purpose) && resource.purposes.includes(purpose)
  return forThis && resource.level <= user.clearance
}

function mayCall({ resource, taint }: DecisionRequest): boolean {
  if (resource.type !== 'model' || !resource.approved) return false
  if (!holds(levelNumber(resource.maxLevel), resource.categories, taint)) return false
  if (taint.level === 'secret' && !resource.onPrem) return false
  const aboutPeople = taint.categories.some((category) => category === 'PII' || category === 'PHI')
  return !aboutPeople || EUROPE_OR_HERE.includes(resource.jurisdiction)
}

function maySpawn({ profile, resource, depth }: DecisionRequest): boolean {
  if (resource.type !== 'profile' || depth >= profile.maxDepth) return false
  const gainsEgress = resource.mayEgress && !profile.mayEgress
  return resource.maxDepth <= profile.maxDepth && !gainsEgress
}

function mayRelease({ resource, taint }: DecisionRequest): boolean {
  return resource.type === 'sink' && holds(resource.maxLevel, resource.categories, taint)
}

function mayKeep({ resource, taint }: DecisionRequest): boolean {
  return resource.type === 'collection' && holds(resource.maxLevel, resource.categories, taint)
}

function holds(maxLevel: number, categories: readonly string[], taint: Label): boolean {
  return levelNumber(taint.level) <= maxLevel && taint.categories.every((name) => categories.includes(name))
}
