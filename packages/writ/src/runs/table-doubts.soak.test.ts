import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createWrit, type Writ } from '../index.ts'

// Tables of which a figure is easily computed and wrong: no question gets one that is called exact, and those beside them do.

const TABLES: Readonly<Record<string, string>> = {
  'movies.csv':
    'title,genre,year,rating\nA,Drama,2001,7\nB,Drama|Comedy,2002,8\nC,Comedy,2003,6\nD,Drama|War,2004,9\nE,Drama,2005,5\nF,Comedy,2006,4\nG,Drama,2007,6.5\nH,Comedy,2008,6.5\n',
  'users.csv': 'name,active,age\nAnn,yes,30\nBob,Y,31\nCid,no,32\nDan,yes,33\nEve,N,34\n',
  'accounts.csv': 'id,parent_id,name,amount\n1,,Assets,300\n2,1,Cash,100\n3,1,Stock,201\n',
  'wbs.csv': 'wbs,task,effort\n1,Build,30\n1.1,Wall,10\n1.2,Roof,20\n2,Paint,5\n',
  'meter.csv':
    'day,used,stand\n2024-01-01,10,1010\n2024-01-02,20,1030\n2024-01-03,5,1035\n2024-01-04,7,1042\n',
  'scores.csv': 'pupil,points,due_date\nA,50,2024-01-01\nB,-1,1900-01-01\nC,70,2024-02-01\nD,-1,9999-12-31\n',
  'sales.csv': 'code,price\nA1,10\nA2,20\nA3,5\n',
  'countries.csv': 'code,land\nDE,Germany\nFR,France\n',
  'pop.csv': 'state,people\nUlm,80\nUlm*,3\nKiel,7\n',
  'clubs.csv': 'club_id,club,town\nK1,Chess,Ulm\nK2,Go,Kiel\nK3,Judo,Kiel\n',
  'members.csv':
    'member_id,club_id,dues,kind\nM1,K1,5,old\nM2,K1,6,new\nM3,K2,7,old\nM4,K2,1,old\nM5,K1,2,new\n',
  'essays.csv': 'essay_id,band,author\nE1,A,Ann\nE2,B,Bob\nE3,A,Cid\nE4,B,Dan\nE5,B,Ann\n',
  'payslips.csv': 'worker_id,month,wage\nW1,1,10\nW1,2,20\nW2,1,10\nW2,2,10\n',
  'hits.jsonl': [
    '{"hit_id":"H1","tags":["new","hot"],"action":"open"}',
    '{"hit_id":"H2","tags":["old"],"action":"new"}',
    '{"hit_id":"H3","tags":[],"action":"new"}',
    '{"hit_id":"H4","tags":[],"action":"open"}',
    '{"hit_id":"H5","tags":[],"action":"open"}\n',
  ].join('\n'),
  'probes.csv': 'probe_id,temperature_c,faults\nP1,0,0\nP2,4.5,1\nP3,-2,0\n',
  'parcels.csv': 'parcel_id,article\nX1,Shoe\nX2,shoes\nX3,Hat\nX4,Shoe\nX5,Hat\nX6,Hat\nX7,Shoe\n',
  'readings.csv': 'site,metric,value\na,temp,20\na,humidity,80\nb,temp,22\n',
}

let place: string
let writ: Writ

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-table-doubts-'))
  writ = await createWrit({ home: join(place, 'home'), model: 'builtin/extractive' })
})
afterAll(async () => {
  await writ.close()
  await rm(place, { recursive: true, force: true })
})

const ask = (query: string) =>
  writ.completion({ query, context: Object.entries(TABLES).map(([id, text]) => ({ id, text })) })

it.each([
  ['How many movies have genre Drama?', 'among others'],
  ['How many drama movies are there?', 'among others'],
  ['How many different genres are there?', 'several in one cell'],
  ['How many users have active yes?', 'more than one word'],
  ['What is the total amount?', 'stand below others'],
  ['What is the total effort?', 'stand below others'],
  ['What is the total stand?', 'sums of used'],
  ['What is the average points?', 'may say that there is none'],
  ['How many rows in scores.csv have points below 60?', 'may say that there is none'],
  ['What is the latest due date?', 'may say that there is none'],
  ['What is the total price by land?', 'name no row of countries.csv'],
  ['What is the total people with state Ulm?', 'in one spelling'],
  ['What is the total value?', 'cannot be taken together'],
  ['Which club has the fewest members?', 'may be those with the fewest'],
  ['Which club has the lowest total dues?', 'may be those with the fewest'],
  ['Which club_id has the fewest members?', 'may be those with the fewest'],
  ['Which author has the fewest essays with band B?', 'may be those with the fewest'],
  ['How many probes have no temperature?', '0 is a temperature_c like any other'],
  ['What is the average wage per worker?', 'a row may not be one of what is counted'],
  ['How many new hits are there?', 'among others'],
  ['How many shoe parcels are there?', 'in one spelling'],
])('is no figure: %s', async (question, why) => {
  const answer = await ask(question)
  expect(answer).toMatchObject({ status: 'complete', basis: 'passages' })
  expect(answer.value).toMatchObject({ notes: expect.arrayContaining([expect.stringContaining(why)]) })
})

it.each([
  ['What is the average rating?', 6.5],
  ['What is the total used?', 42],
  ['What is the highest effort?', 30],
  ['What is the total age?', 160],
  ['What is the average value where metric is temp?', 21],
  ['How many A essays are there?', 2],
  ['How many essays have A band?', 2],
  ['How many probes have no faults?', 2],
  ['How many open hits are there?', 3],
  ['How many hat parcels are there?', 3],
])('is exact: %s', async (question, number) => {
  const answer = await ask(question)
  expect(answer).toMatchObject({ basis: 'exact' })
  expect(Number((answer.value as { number: number | string }).number)).toBe(number)
})
