import { type CallNumbers, numbersOf, type OnMachine } from './call-numbers.ts'
import { type LateCalls, lateCalls } from './late-calls.ts'

// System calls that the child never makes and that could undo its confinement, make processes, or hold memory that no limit
// counts.

/** What a machine calls itself to the kernel, and its numbers of the calls that are refused. */
export interface Machine {
  readonly arch: number
  readonly refused: readonly number[]
  readonly clone: number
  readonly mmap: number
  readonly prctl: number
  /** What a process that has been started needs no more: `late-calls.ts`. */
  readonly late: LateCalls
}

/** Numbers that are the same on every machine. */
const EVERYWHERE: Readonly<Record<string, number>> = {
  pidfd_send_signal: 424,
  io_uring_setup: 425,
  io_uring_enter: 426,
  io_uring_register: 427,
  open_tree: 428,
  move_mount: 429,
  fsopen: 430,
  fsconfig: 431,
  fsmount: 432,
  fspick: 433,
  pidfd_open: 434,
  pidfd_getfd: 438,
  process_madvise: 440,
  mount_setattr: 442,
  memfd_secret: 447,
  process_mrelease: 448,
  open_tree_attr: 467,
}

/** Refused calls by name. */
const REFUSED: Readonly<Record<string, CallNumbers>> = {
  // other processes
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  kcmp: [312, 272],
  fork: [57, null],
  vfork: [58, null],
  // files and namespaces
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  unshare: [272, 97],
  setns: [308, 268],
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  // sockets: the one to the main process is open already
  socket: [41, 198],
  socketpair: [53, 199],
  connect: [42, 203],
  bind: [49, 200],
  listen: [50, 201],
  accept: [43, 202],
  accept4: [288, 242],
  sendto: [44, 206],
  sendmsg: [46, 211],
  sendmmsg: [307, 269],
  // memory that outlives its process or that no limit counts
  memfd_create: [319, 279],
  shmget: [29, 194],
  semget: [64, 190],
  msgget: [68, 186],
  mq_open: [240, 180],
  // the kernel itself
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  syslog: [103, 116],
  acct: [163, 89],
  reboot: [169, 142],
  swapon: [167, 224],
  personality: [135, 92],
}

const onX64: OnMachine = ([x64]) => x64
const onArm64: OnMachine = ([, arm64]) => arm64

/** The machines that there is a filter for, as Node names them. */
export const MACHINES: Readonly<Record<string, Machine>> = {
  x64: { arch: 0xc000_003e, clone: 56, mmap: 9, prctl: 157, ...refusalsOn(onX64) },
  arm64: { arch: 0xc000_00b7, clone: 220, mmap: 222, prctl: 167, ...refusalsOn(onArm64) },
}

function refusalsOn(on: OnMachine): Pick<Machine, 'refused' | 'late'> {
  return { refused: [...numbersOf(REFUSED, on), ...Object.values(EVERYWHERE)], late: lateCalls(on) }
}
