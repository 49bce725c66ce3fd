import { describe, expect, it } from 'vitest'
import { holdsLookup, lookupOf } from './lookup.ts'

describe('a question that looks something up', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['Who signed the Acme agreement?', ['Acme'], ['signed', 'agreement']],
    [
      'What is the special magic number for verbose-ladder-7?',
      ['verbose-ladder-7'],
      ['special', 'magic', 'number'],
    ],
    ['When does contract A-1043 end?', ['A-1043'], ['contract', 'end']],
    ['Where is parseOptions defined?', ['parseOptions'], ['defined']],
    ['What does “change of control” mean?', ['change of control'], []],
    ["What's the address of Müller GmbH", ['Müller', 'GmbH'], ['address']],
    ['In which year was Initech founded?', ['Initech'], ['founded']],
    ['What is the port of `db.main`?', ['db.main'], ['port']],
  ])('%s', (question, names, words) => {
    expect(lookupOf(question)).toEqual({ names, words })
  })
})

describe('a question that needs more than one place', () => {
  it.each([
    'Which contracts can be assigned to Acme without consent?',
    'How many orders did Acme place?',
    'What is the number of orders of Acme?',
    'What is the total of invoice 12 and 13?',
    'Who signed most of the Acme contracts?',
    'What is the latest price of A-1043?',
    'When was Acme first mentioned?',
    'What is the difference between A-1 and A-2?',
    'What is the notice period?',
    'Who signed?',
    'Summarise the Acme agreement.',
    'List the parties of A-1043.',
    'Why did Acme terminate?',
    'What are the duties of Acme?',
    'What do all contracts say of Acme?',
    'Wer hat den Acme-Vertrag unterschrieben?',
    'Who is Acme? Where is Initech?',
    'Who is Acme;\nwhere is it?',
    `Who is ${'Acme '.repeat(60)}?`,
    'SIMTASK:x Who is Acme?',
    '',
  ])('%s', (question) => {
    expect(lookupOf(question)).toBeUndefined()
  })
})

describe('a passage', () => {
  const lookup = { names: ['Acme Ltd', 'A-1043'], words: ['signed', 'parties'] }

  it('answers where it has every name, and every word in whatever form', () => {
    expect(holdsLookup('Each party signs A-1043.\nFor ACME\n Ltd: J. Doe', lookup)).toBe(true)
  })

  it.each([
    'Each party signs A-1043.',
    'Each party signs for Acme Ltd, A-10.',
    'Each party likes A-1043 and Acme Ltd.',
    'Each party signs A-1043 for Macacme Ltd.',
    'Each party signs BA-1043 for Acme Ltd.',
  ])('does not where it lacks one: %s', (text) => {
    expect(holdsLookup(text, lookup)).toBe(false)
  })
})
