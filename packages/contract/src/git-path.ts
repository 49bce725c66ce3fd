/** What a path begins with that names a revision of a repository. */
export const GIT_PREFIX = 'git:'

/** Whether a path names a revision of a repository and not a file. */
export function isGitSource(path: string): boolean {
  return path.startsWith(GIT_PREFIX)
}
