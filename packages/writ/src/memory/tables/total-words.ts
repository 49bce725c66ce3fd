// Words of rows that hold those of others, beside "total" and "sum".

const WORDS =
  `totale totali totaal totaux totalt suma somme soma somma ensemble gesamtergebnis zwischensumme teilergebnis samlet razem
  ogółem łącznie celkem spolu összesen yhteensä toplam итого всего разом σύνολο 合計 合计 小計 小计 總計 总计 합계 소계 총계 المجموع
  aggregate overall_result both_sexes both_genders all_ages all_sexes year-to-date year_to_date ytd full_year`
    .split(/\s+/)
    .map((word) => word.replaceAll('_', ' '))
/** "Totale", "Итого:", "Both sexes". */
const ALONE = new RegExp(`^\\P{L}*(?:${WORDS.join('|')})\\P{L}*$`, 'iu')
/** "Summe Nord". */
const BEFORE = /^\P{L}*(?:[Gg]esamt|[Ss]umme|[Zz]wischensumme|[Tt]otale|[Ии]того)\s+\p{Lu}/u
const SIGMA = /^\s*[Σ∑]/u
/** What holds all places, below the name of a column of places. */
const WORLD = /^\P{L}*(?:the\s+)?(?:world|worldwide|global|globally)\P{L}*$/iu
const PLACES =
  /(?:^|[^a-z])(?:country|countries|region|area|entity|location|territory|continent|geo|geography|nation)(?![a-z])/
/** "FY", "FY 2024", "H1": what holds parts of a year, below the name of a column of such. */
const YEAR = /^(?:fy|h[12]|annual|year)(?:[\s'-]?\d{2,4})?$/i
const PARTS = /(?:^|[^a-z])(?:period|quarter|month|term)(?![a-z])/

/** Whether a cell below a name, which is in lower case, says that its row holds what others do. */
export function saysTotal(cell: string, name: string): boolean {
  return ALONE.test(cell) || BEFORE.test(cell) || SIGMA.test(cell) || (WORLD.test(cell) && PLACES.test(name))
}

/** Whether a cell below the name of a column of periods says a whole year or half of one. */
export function isWholeYear(cell: string, name: string): boolean {
  return cell.length < 10 && YEAR.test(cell) && PARTS.test(name)
}
