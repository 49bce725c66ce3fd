import { joinLabels, type Label, label, type RecordedDecision, type RecordedModel } from '@writ/contract'
import { describe, expect, it } from 'vitest'
import { possibleModes, type Spawning } from './mode.ts'

const LOW = label('internal', [], true)
const HIGH = label('confidential', [], true)
const CHILD = { id: 'any/sub' } as RecordedModel
const PARENT = { id: 'any/root' } as RecordedModel

/** A decision whether a model may be called with a label. */
function may(model: RecordedModel, taint: Label, allowed: boolean): RecordedDecision {
  const verdict = allowed ? 'allow' : 'deny'
  return {
    action: 'model::call',
    resource: `model:${model.id}`,
    taint,
    depth: 1,
    discharged: [],
    verdict,
    policies: [],
    reason: 'ok',
  }
}

/** A spawn from a frame that holds `LOW`, in a run that has a partition above it. */
function spawning(child: boolean, parent: boolean, more: Partial<Spawning> = {}): Spawning {
  return {
    held: [LOW],
    labels: [LOW, HIGH],
    child: [CHILD],
    parent: [[PARENT]],
    decisions: [may(CHILD, HIGH, child), may(PARENT, HIGH, parent)],
    scope: [],
    whole: false,
    text: false,
    sealed: false,
    ...more,
  }
}

const modes = (given: Spawning): readonly string[] => [...possibleModes(given)].sort()
const HIDDEN = [{ id: 'p1', label: HIGH }]

describe('what the mode of a child follows from', () => {
  it.each<[string, Spawning, readonly string[]]>([
    ['both keep a model', spawning(true, true), ['shared']],
    ['the child keeps none where its parent does', spawning(false, true), ['apart']],
    [
      'the parent keeps none, and the scope names what it may not see',
      spawning(true, false, { scope: HIDDEN }),
      ['blind'],
    ],
    // A named document that there is not is beyond the parent as well, and no record has names.
    [
      'the parent keeps none, and the scope names nothing of that',
      spawning(true, false),
      ['blind', 'shared'],
    ],
    [
      'neither keeps one, and the scope names it: refused as unknown',
      spawning(false, false, { scope: HIDDEN }),
      [],
    ],
    [
      'a text with a sealed value in it',
      spawning(true, true, { text: true, sealed: true }),
      ['blind', 'shared'],
    ],
    ['a text, where nothing is sealed', spawning(true, true, { text: true }), ['shared']],
  ])('%s', (_, given, told) => expect(modes(given)).toEqual(told))

  it('is asked for the labels that a read could give, each once', () => {
    const both = spawning(true, true, { labels: [LOW, HIGH, HIGH, LOW] })
    expect(modes(both)).toEqual(['shared'])
    expect(modes({ ...both, labels: [LOW], decisions: [] })).toEqual(['shared'])
  })

  it('depends on the label its parent had, where that is not certain', () => {
    const higher = label('restricted', [], true)
    const decisions = [may(CHILD, joinLabels(LOW, higher), false), may(PARENT, joinLabels(LOW, higher), true)]
    expect(modes(spawning(true, true, { held: [LOW, HIGH], labels: [LOW, higher], decisions }))).toEqual([
      'apart',
    ])
  })

  it('is asked once of a model that both have', () => {
    const same = spawning(true, true, { parent: [[CHILD]], decisions: [may(CHILD, HIGH, true)] })
    expect(modes(same)).toEqual(['shared'])
  })

  it.each<[string, (decisions: readonly RecordedDecision[]) => readonly RecordedDecision[]]>([
    ['one is left out', (decisions) => decisions.slice(1)],
    ['one more was taken', (decisions) => [...decisions, ...decisions.slice(1)]],
    ['they are turned round', (decisions) => decisions.toReversed()],
    ['one is for another label', ([first, ...rest]) => (first ? [{ ...first, taint: LOW }, ...rest] : [])],
  ])('has no mode when of its decisions %s', (_, alter) => {
    const given = spawning(false, true)
    expect(modes(given)).toEqual(['apart'])
    expect(modes({ ...given, decisions: alter(given.decisions) })).toEqual([])
  })

  it('counts what policy does not let the parent search as hidden', () => {
    const search: RecordedDecision = {
      ...may(PARENT, LOW, false),
      action: 'context::search',
      resource: 'partition:p1',
    }
    const scope = [{ id: 'p1', label: LOW }]
    const given = spawning(true, false, { scope })
    expect(modes({ ...given, decisions: [...given.decisions, search] })).toEqual(['blind'])
    expect(modes(given)).toEqual(['blind', 'shared'])
  })
})
