/** What a path begins with that names a revision of a repository. */
export const GIT_PREFIX = 'git:'

/** What a path begins with that names one table or one query of a SQLite database. */
export const SQLITE_PREFIX = 'sqlite:'

/** Whether a path names a revision of a repository and not a file. */
export function isGitSource(path: string): boolean {
  return path.startsWith(GIT_PREFIX)
}

/** Whether a path names one table or one query of a database and not a file. */
export function isSqliteSource(path: string): boolean {
  return path.startsWith(SQLITE_PREFIX)
}

/** Whether a path names something in a file or a folder, by a form of its own. */
export function isNamedSource(path: string): boolean {
  return isGitSource(path) || isSqliteSource(path)
}
