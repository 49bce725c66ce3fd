// Sizes and caps of external memory, each with its reason.

/** Longest line of a pack in bytes; longer ones get virtual breaks. One 30 MB line once made ripgrep print 1.66 GB. */
export const MAX_LINE_BYTES: number = 16 * 1024

/** A larger file is left out as `too-large`. */
export const MAX_DOCUMENT_BYTES: number = 2 * 1024 ** 3

/** A larger file is not parsed. It is held in memory while it is. */
export const MAX_PARSED_BYTES: number = 64 * 1024 ** 2

/** What is in one file, through all files within files: how many, how many bytes, and how deep one may be in another. */
export const MAX_MEMBERS = 20_000
export const MAX_MEMBER_BYTES: number = 512 * 1024 ** 2
export const MAX_MEMBER_DEPTH = 4

/** Longest name of a file within a file. */
export const MAX_MEMBER_NAME_BYTES = 1_000

/** Bytes of a document held at once while it is packed or indexed. */
export const PIECE_BYTES: number = 512 * 1024

/** Bytes of the beginning of a file by which its encoding is told. */
export const SAMPLE_BYTES: number = 64 * 1024

/** Distance in the file between two places of which both offsets are kept, in the file and in the text. */
export const MARK_BYTES: number = 16 * 1024

/** Passages end at the best boundary between these two sizes. */
export const MIN_PASSAGE_BYTES = 2048
export const MAX_PASSAGE_BYTES = 4096

/** Most passages one search returns (4 MB of text). */
export const MAX_PASSAGES = 1000

/** Distinct words of a query that count: bounds the time of one search. */
export const MAX_QUERY_WORDS = 64

/** Only this much of a query is looked at. */
export const MAX_QUERY_CHARS = 16_384

/** Longest pattern; far below what one command-line argument may hold. */
export const MAX_PATTERN_BYTES: number = 16 * 1024

/** ripgrep is killed once it has printed this much. */
export const MAX_RIPGREP_BYTES: number = 16 * 1024 * 1024

/** Memory a compiled pattern may take, and its lazy automaton. */
export const REGEX_SIZE_LIMIT = '8M'
export const DFA_SIZE_LIMIT = '16M'

/** Most text one grep returns, context lines included. */
export const MAX_GREP_TEXT_BYTES: number = 4 * 1024 * 1024

/** Largest range one `read` returns: below the longest string V8 can hold. */
export const MAX_READ_BYTES: number = 256 * 1024 * 1024

/** Titles, in characters; headings longer than the second are body text. */
export const MAX_TITLE_CHARS = 120
export const MAX_HEADING_BYTES = 400

/** Where a title is looked for. */
export const TITLE_WINDOW_BYTES: number = 64 * 1024

/** Entries kept of one outline: a hostile file may hold millions of headings. */
export const MAX_OUTLINE_ENTRIES = 10_000

/** Configuration found among documents (`corpus.json`, `.gitignore`) is not read beyond this. */
export const MAX_SETTINGS_BYTES: number = 1024 * 1024

/** Most rules of one `.gitignore`: every file is held against all of them. */
export const MAX_IGNORE_RULES = 10_000

/**
 * Most partitions of one corpus, and most bytes of what tells them apart: the opening record of a run lists every one of
 * them and holds 64 KiB.
 */
export const MAX_PARTITIONS = 128
export const MAX_PARTITION_KEY_BYTES: number = 24 * 1024

/** Bytes of files that go into one pack of a kept corpus: what is lost when its ingestion is cut short. */
export const PART_BYTES: number = 64 * 1024 ** 2

/** A larger pack is indexed in a process of its own, which costs a tenth of a second and leaves no memory behind. */
export const MOST_INDEXED_HERE: number = 16 * 1024 ** 2

/** Less than this is packed again as a whole: then equal documents are an equal pack, however they came to be what they are. */
export const LEAST_KEPT_BYTES: number = 4 * 1024 ** 2

/** Packs that a partition may have got one after another, and documents of them that count no more, before all is packed again. */
export const MAX_ADDED_PARTS = 16
export const MAX_GONE = 0.25

/** Least time between two progress reports. */
export const PROGRESS_INTERVAL_MS = 100

/** A longer text is searched and read, and no table is made of it: its rows are held while they are told apart. */
export const MAX_TABLE_TEXT_BYTES: number = 256 * 1024 * 1024

/** A longer source file is searched and read, and its structure is not known: people write none, and bundles name nothing. */
export const MAX_CODE_BYTES: number = 2 * 1024 * 1024

/** Source of one partition that is looked at together, in order of ids: it takes ten times that in memory. The rest counts as not read. */
export const MOST_SOURCE_BYTES: number = 48 * 1024 * 1024

/** Most columns of a table, and most tables of one document that can hold several. */
export const MAX_TABLE_COLUMNS = 500
export const MAX_TABLES = 200

/** Rows at the beginning of a delimited file that tell its delimiter and its header. */
export const TABLE_SAMPLE_BYTES: number = 64 * 1024
export const TABLE_SAMPLE_ROWS = 1_000

/** Most bytes of rows that are handed on at once. */
export const TABLE_BATCH_BYTES: number = 1024 * 1024
