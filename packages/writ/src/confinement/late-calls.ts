import { type CallNumbers, numbersOf, type OnMachine } from './call-numbers.ts'

// System calls that a process needs until it is up, and not for what it does then. Within bubblewrap they are harmless:
// there is nothing to change, to signal or to start. A process that sees the machine's files and processes is refused them.

export interface LateCalls {
  readonly refused: readonly number[]
  /** Calls that open a file, and which of their arguments says what for. */
  readonly opens: readonly { readonly number: number; readonly flags: number }[]
  readonly prlimit64: number
  readonly ioctl: number
  readonly fcntl: number
}

const REFUSED: Readonly<Record<string, CallNumbers>> = {
  // other programs
  execve: [59, 221],
  execveat: [322, 281],
  // other processes
  kill: [62, 129],
  tkill: [200, 130],
  tgkill: [234, 131],
  rt_sigqueueinfo: [129, 138],
  rt_tgsigqueueinfo: [297, 240],
  setpriority: [141, 140],
  ioprio_set: [251, 30],
  sched_setscheduler: [144, 119],
  sched_setparam: [142, 118],
  sched_setattr: [314, 274],
  setpgid: [109, 154],
  setsid: [112, 157],
  sched_setaffinity: [203, 122],
  migrate_pages: [256, 238],
  move_pages: [279, 239],
  // memory, semaphores and queues of others, by numbers that need not be asked for
  shmat: [30, 196],
  shmctl: [31, 195],
  semop: [65, 193],
  semtimedop: [220, 192],
  semctl: [66, 191],
  msgsnd: [69, 189],
  msgrcv: [70, 188],
  msgctl: [71, 187],
  mq_unlink: [241, 181],
  // limits and rights of its own
  setrlimit: [160, 164],
  capset: [126, 91],
  setuid: [105, 146],
  setgid: [106, 144],
  setreuid: [113, 145],
  setregid: [114, 143],
  setresuid: [117, 147],
  setresgid: [119, 149],
  setgroups: [116, 159],
  setfsuid: [122, 151],
  setfsgid: [123, 152],
  // the machine, where the user is its administrator
  settimeofday: [164, 170],
  clock_settime: [227, 112],
  adjtimex: [159, 171],
  clock_adjtime: [305, 266],
  sethostname: [170, 161],
  setdomainname: [171, 162],
  iopl: [172, null],
  ioperm: [173, null],
  swapoff: [168, 225],
  vhangup: [153, 58],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  // names in the file system
  creat: [85, null],
  mkdir: [83, null],
  mkdirat: [258, 34],
  mknod: [133, null],
  mknodat: [259, 33],
  rmdir: [84, null],
  unlink: [87, null],
  unlinkat: [263, 35],
  rename: [82, null],
  renameat: [264, 38],
  renameat2: [316, 276],
  link: [86, null],
  linkat: [265, 37],
  symlink: [88, null],
  symlinkat: [266, 36],
  // files that are there
  truncate: [76, 45],
  ftruncate: [77, 46],
  fallocate: [285, 47],
  chmod: [90, null],
  fchmod: [91, 52],
  fchmodat: [268, 53],
  fchmodat2: [452, 452],
  chown: [92, null],
  lchown: [94, null],
  fchown: [93, 55],
  fchownat: [260, 54],
  utime: [132, null],
  utimes: [235, null],
  futimesat: [261, null],
  utimensat: [280, 88],
  setxattr: [188, 5],
  lsetxattr: [189, 6],
  fsetxattr: [190, 7],
  removexattr: [197, 14],
  lremovexattr: [198, 15],
  fremovexattr: [199, 16],
  setxattrat: [463, 463],
  removexattrat: [466, 466],
  file_setattr: [469, 469],
  flock: [73, 32],
  // looking on
  inotify_init: [253, null],
  inotify_init1: [294, 26],
  fanotify_init: [300, 262],
}

const OPEN: CallNumbers = [2, null]
const OPENAT: CallNumbers = [257, 56]
const PRLIMIT64: readonly [x64: number, arm64: number] = [302, 261]
const IOCTL: readonly [x64: number, arm64: number] = [16, 29]
const FCNTL: readonly [x64: number, arm64: number] = [72, 25]

/** These calls by a machine's numbers. */
export function lateCalls(on: OnMachine): LateCalls {
  const opens = [
    { number: on(OPEN), flags: 1 },
    { number: on(OPENAT), flags: 2 },
  ]
  return {
    refused: numbersOf(REFUSED, on),
    opens: opens.flatMap(({ number, flags }) => (number === null ? [] : [{ number, flags }])),
    prlimit64: on(PRLIMIT64),
    ioctl: on(IOCTL),
    fcntl: on(FCNTL),
  }
}
