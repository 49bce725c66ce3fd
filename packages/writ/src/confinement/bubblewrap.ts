import { limited, type Program } from './program-limits.ts'

// Bubblewrap makes a process that has namespaces of its own and sees the files that are named. Nothing it says is
// believed: whether the process is confined is asked of the system (`inspect-child.ts`).

// Descriptors of bubblewrap that are used up before the child starts.
export const INFO_FD = 4
export const FILTER_FD = 5

/** The command that runs a program within bubblewrap. It is given an information pipe and a filter at their descriptors. */
export function bubblewrapped(bubblewrap: string, program: Program): readonly [string, ...string[]] {
  const { command, files } = program
  // `--unshare-all` would go on without a user namespace where there is none.
  const namespaces = ['user', 'ipc', 'pid', 'net', 'uts', 'cgroup'].map((name) => `--unshare-${name}`)
  const identity = ['--uid', '65534', '--gid', '65534', '--hostname', 'writ']
  const rights = ['--cap-drop', 'ALL', '--clearenv', '--new-session', '--die-with-parent', '--as-pid-1']
  const pipes = ['--info-fd', `${INFO_FD}`, '--seccomp', `${FILTER_FD}`]
  const seen = files.flatMap((path) => ['--ro-bind', path, path])
  const options = [
    ...namespaces,
    ...identity,
    ...rights,
    ...pipes,
    ...seen,
    '--remount-ro',
    '/',
    '--chdir',
    '/',
  ]
  return limited(program, [bubblewrap, ...options, '--', ...command])
}
