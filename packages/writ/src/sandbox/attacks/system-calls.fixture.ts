import type { RawCall } from './escaped-program.fixture.ts'

// System calls on x64 that a child may try once it runs machine code of its own, by mechanism.

const EPERM = 1
const EINVAL = 22
const EROFS = 30
const ENOSYS = 38
/** Ended by the kernel: by the filter, or where it has no such calls at all. */
const KILLED = [128 + 31, 128 + 11]

const SIGCHLD = 17
const NEW_USER = 0x1000_0000
const NEW_NS = 0x2_0000
const ATTACH = 16
const SEIZE = 0x4206

/** A call, and the numbers of the errors that it may end with. */
export interface RefusedCall extends RawCall {
  readonly ends: readonly number[]
}

const call = (number: number, ...args: readonly number[]): RefusedCall => ({ number, args, ends: [EPERM] })
const ending = (refused: RefusedCall, ...ends: readonly number[]): RefusedCall => ({ ...refused, ends })

/** Calls by mechanism and by name. */
export const SYSTEM_CALLS: Readonly<Record<string, Readonly<Record<string, RefusedCall>>>> = {
  tracing: {
    'ptrace: be traced': call(101),
    'ptrace: attach': call(101, ATTACH, 1),
    'ptrace: seize': call(101, SEIZE, 1),
  },
  'memory of other processes': {
    process_vm_readv: call(310, 1),
    process_vm_writev: call(311, 1),
    kcmp: call(312, 1, 1),
  },
  'handles of processes': { pidfd_open: call(434, 1), pidfd_getfd: call(438) },
  'new processes': {
    fork: call(57),
    vfork: call(58),
    'clone: a process': call(56, SIGCHLD),
    clone3: ending(call(435), ENOSYS),
  },
  'new namespaces': {
    'clone: a user namespace': call(56, NEW_USER + SIGCHLD),
    'unshare: a user namespace': call(272, NEW_USER),
    'unshare: a mount namespace': call(272, NEW_NS),
  },
  'namespaces of others': { setns: call(308, 3) },
  mounts: { mount: call(165), umount2: call(166), fsopen: call(430), move_mount: call(429) },
  'another root': { pivot_root: call(155), chroot: call(161) },
  'files by their handles': { open_by_handle_at: call(304) },
  'new sockets': {
    'socket: internet': call(41, 2, 1),
    'socket: internet 6': call(41, 10, 1),
    'socket: unix': call(41, 1, 1),
    'socket: netlink': call(41, 16, 3),
    'socket: vsock': call(41, 40, 1),
    'socket: packets': call(41, 17, 3),
    socketpair: call(53, 1, 1),
  },
  'passing descriptors': { sendmsg: call(46, 3) },
  'calls through a ring': { io_uring_setup: call(425, 8) },
  'files without a name': { memfd_create: call(319), memfd_secret: call(447) },
  'memory between processes': {
    shmget: call(29, 0, 4096, 0o1600),
    'mmap: shared memory': call(9, 0, 1 << 20, 3, 0x21, -1),
  },
  'messages between processes': {
    msgget: call(68, 0, 0o1600),
    semget: call(64, 0, 1, 0o1600),
    mq_open: call(240),
  },
  'outliving the parent': { 'prctl: no signal at its end': call(157, 1, 0) },
  'programs in the kernel': { bpf: call(321) },
  'counters of the kernel': { perf_event_open: call(298) },
  'page faults of its own': { userfaultfd: call(323) },
  'keys of the kernel': { add_key: call(248), keyctl: call(250) },
  'another kernel': { kexec_load: call(246), reboot: call(169) },
  'modules of the kernel': { init_module: call(175), finit_module: call(313) },
  'the log of the kernel': { syslog: call(103, 10) },
  'another personality': { 'personality: addresses that are known': call(135, 0x4_0000) },
  'new devices': { 'mknod: a disk': ending(call(133, 0x40_0000, 0o60644, 0xfe00), EROFS) },
  'another identity': {
    'setuid: root': ending(call(105, 0), EINVAL),
    'setgid: root': ending(call(106, 0), EINVAL),
  },
  'limits raised again': { 'setrlimit: files': call(160, 1, 0x40_0050) },
  'other tables of calls': {
    'the calls of 32 bits': ending({ ...call(20), entry: 'int80' }, ...KILLED),
    'the calls with short pointers': ending(call(0x4000_0000 + 39), ...KILLED),
  },
}

/** Calls that come to something else where nothing stands around them, so that it is the wall that refuses. */
export const MADE_WITHOUT: readonly RawCall[] = [
  call(101),
  call(57),
  call(41, 2, 1),
  call(53, 1, 1),
  call(319),
  call(9, 0, 1 << 20, 3, 0x21, -1),
  call(157, 1, 0),
]
