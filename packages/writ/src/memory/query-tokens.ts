import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { TOKENIZE } from './index-file.ts'

/** Most texts of which the tokens are remembered. */
const MOST = 10_000

/** Turns words into the tokens that an index has of them, by the tokenizer of the index itself. */
export class QueryTokens {
  static #made: QueryTokens | undefined
  readonly #known = new Map<string, readonly string[]>()
  readonly #put: StatementSync
  readonly #read: StatementSync
  readonly #forget: StatementSync

  /** The one of this thread. */
  static get(): QueryTokens {
    QueryTokens.#made ??= new QueryTokens()
    return QueryTokens.#made
  }

  private constructor() {
    const db = new DatabaseSync(':memory:')
    db.exec(`BEGIN; CREATE VIRTUAL TABLE words USING fts5(word, content = '', tokenize = '${TOKENIZE}')`)
    db.exec('CREATE VIRTUAL TABLE tokens USING fts5vocab(words, instance)')
    this.#put = db.prepare('INSERT INTO words (rowid, word) VALUES (1, ?)')
    this.#read = db.prepare('SELECT term FROM tokens ORDER BY "offset"')
    this.#forget = db.prepare("INSERT INTO words (words) VALUES ('delete-all')")
  }

  /** The tokens of a text, in the order of their positions. */
  of(text: string): readonly string[] {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    this.#put.run(text)
    const tokens = this.#read.all().map(({ term }) => String(term))
    this.#forget.run()
    if (this.#known.size >= MOST) this.#known.clear()
    this.#known.set(text, tokens)
    return tokens
  }
}
