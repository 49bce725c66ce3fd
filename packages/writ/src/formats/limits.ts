// Limits of what a file may do to its parser, each with its reason.

/** Longest text of one document: thousands of dense pages. */
export const MAX_TEXT_BYTES: number = 32 * 1024 ** 2

/** Bytes that come out of one packed file, all parts together. */
export const MAX_UNPACKED_BYTES: number = 256 * 1024 ** 2

/** How many times its size a packed part may become, once it is larger than what any text may be: bombs do thousands. */
export const MAX_RATIO = 200
export const RATIO_COUNTS_FROM: number = 1024 ** 2

/** Parts of a packed file, attachments of a message, messages of a mailbox. */
export const MAX_PARTS = 20_000

/** Pages of a PDF. */
export const MAX_PAGES = 10_000

/** Cells of a workbook that hold something. */
export const MAX_CELLS = 2_000_000

/** Tags of a page that are open at once: its parser takes time by the square of them. */
export const MAX_OPEN_TAGS = 20_000

/** Elements of a part of an Office file within each other: its parser takes time by the square of them, or has no stack for so many. */
export const MAX_XML_DEPTH = 1_000

/** Entries of an outline, as in external memory. */
export const MAX_OUTLINE = 10_000

/** Rows and cells of tables that are handed over beside the text. */
export const MAX_TABLE_CELLS = 500_000

/** Records of a database: each has a name of its own beside the text. */
export const MAX_RECORDS = 1_000_000

/** Columns of a table of a database that is read. */
export const MAX_DATABASE_COLUMNS = 500

/** Tables of one page: each may be of two cells. */
export const MAX_TABLES = 1_000

/** Time to read one file: a start, and what its size adds. */
export const BASE_MS = 30_000
export const MS_PER_MIB = 2_000

/** Heap of the child, and all memory that it computes with. */
export const CHILD_HEAP_MB = 1_024
export const CHILD_DATA_KB: number = 3 * 1024 ** 2

/** Bytes that a database, and what is sorted of it, take in memory. */
export const MAX_DATABASE_MEMORY: number = 1024 ** 3

/** How long a child that nothing is asked of stays. */
export const IDLE_MS = 5_000

/** A child that read such a source is not used for one that is so many times shorter: two megabytes of source take it a hundred of memory. */
export const LONG_SOURCE_BYTES: number = 512 * 1024
export const MUCH_SHORTER = 4

/** A child that has read so much source reads no other language: what grammars take of it adds up. */
export const MUCH_SOURCE_BYTES: number = 8 * 1024 ** 2

/** Bytes of a file that go over the wire in one message. */
export const CHUNK_BYTES: number = 768 * 1024
