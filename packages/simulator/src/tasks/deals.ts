import { Random } from '../random.ts'
import type { Script } from '../reply.ts'

/** A letter of agreement with what it says, for scripts that make tables and timelines. */
export interface MadeDeal {
  readonly id: string
  readonly text: string
  readonly party: string
  /** Null where the text does not say it. */
  readonly fee: number | null
  readonly signed: string
  /** A day that the text writes in a way that leaves it open, as it is meant. */
  readonly notice: string
}

const FIRMS = ['Acme', 'Borealis', 'Cormorant', 'Dunmore', 'Eastgate', 'Fairline']
const KINDS = ['Inc.', 'Ltd.', 'LLC', 'GmbH']
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** Letters of agreement from a seed, no two of the same day. */
export function madeDeals(count: number, seed: string): readonly MadeDeal[] {
  const random = new Random(`deals ${seed}`)
  return Array.from({ length: count }, (_, n) => {
    const day = `${2010 + n}-${two(1 + random.below(12))}-${two(1 + random.below(28))}`
    const notice = `${2010 + n}-${two(1 + random.below(12))}-${two(1 + random.below(12))}`
    const party = `${FIRMS[n % FIRMS.length]} ${KINDS[random.below(KINDS.length)]}`
    const fee = n % 3 === 2 ? null : 1_000 * (1 + random.below(90))
    const [year, month, date] = day.split('-').map(Number)
    const said = [
      `${MONTHS[(month ?? 1) - 1]} ${date}, ${year}`,
      `${date} ${MONTHS[(month ?? 1) - 1]} ${year}`,
      day,
    ][n % 3]
    const [noticeYear, noticeMonth, noticeDay] = notice.split('-')
    const paid =
      fee === null ? 'No fee is agreed.' : `The fee is $${fee.toLocaleString('en-US')}.00 for each year.`
    return {
      id: `deal-${two(n + 1)}.txt`,
      text: `LETTER OF AGREEMENT\n\nThis letter was signed on ${said} by ${party}, the supplier.\n${paid}\n\nNotice was given on ${noticeDay}/${noticeMonth}/${noticeYear}, as the European style has it.\n`,
      party,
      fee,
      signed: day,
      notice,
    }
  })
}

/** Answers what the scripts ask of such letters, as who made them knows it; `wrong` has it make every cell up instead. */
export function dealLeaf(deals: readonly MadeDeal[], wrong = false): Script {
  return ({ prompt }) => {
    const deal = deals.find(({ id }) => prompt.includes(id))
    if (deal === undefined) return 'UNKNOWN'
    if (prompt.startsWith('Which day')) return wrong ? '1999-01-01' : deal.notice
    const cell = (value: string | number | null, quote: string | null): object => ({ value, quote })
    if (wrong)
      return JSON.stringify({
        party: cell('Guess', deal.party),
        fee: cell(7, 'LETTER'),
        signed: cell('1999-01-01', 'This letter'),
      })
    const lines = deal.text.split('\n')
    const feeLine = lines.find((line) => line.startsWith('The fee')) ?? null
    return JSON.stringify({
      party: cell(deal.party, deal.party),
      fee: cell(deal.fee, feeLine),
      signed: cell(deal.signed, lines.find((line) => line.startsWith('This letter')) ?? null),
    })
  }
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}
