"""What of Python depends on the machine: the clock stands, nothing sleeps, chance follows the seed, nothing runs beside."""

import asyncio
import builtins
import concurrent.futures
import concurrent.futures.thread
import os
import posix
import random
import signal
import sys
import threading
import time

_MOST_RECURSION = 4_000
_set_recursion_limit = sys.setrecursionlimit


def _setrecursionlimit(limit):
    """As deep as the stack bears for certain: beyond it, where the stack ends would depend on the machine."""
    _set_recursion_limit(min(limit, _MOST_RECURSION))


def _sleep(seconds):
    """Returns at once: the clock stands while a cell runs."""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")


def _input(prompt=""):
    raise EOFError("nobody answers in this REPL: input() cannot be used")


def _no_processes(*_args, **_options):
    raise OSError("there are no other processes here")


class _Inline(concurrent.futures.Executor):
    """Runs what it is given at once, in the order it is given."""

    def __init__(self, max_workers=None, *_args, initializer=None, initargs=(), **_options):
        self._over = False
        if initializer is not None:
            initializer(*initargs)

    def submit(self, fn, /, *args, **kwargs):
        if self._over:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future = concurrent.futures.Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future

    def shutdown(self, wait=True, *, cancel_futures=False):
        self._over = True


def _start(thread):
    """Runs a thread's work at once, as if it had come to its end before anything else went on."""
    if thread._started.is_set():
        raise RuntimeError("threads can only be started once")
    thread._started.set()
    thread.run()


class _Waiting:
    """Takes the place of what an event loop waits with: waiting passes time that only the loop knows."""

    def __init__(self, loop):
        self._loop = loop

    def select(self, timeout):
        if timeout is None:
            raise RuntimeError("the cell awaits something that can never settle")
        self._loop.passed += max(0, timeout)
        return []


class _Loop(asyncio.BaseEventLoop):
    """An event loop without a clock, threads or sockets."""

    def __init__(self):
        super().__init__()
        self.passed = 0.0
        self._selector = _Waiting(self)

    def time(self):
        return self.passed

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass

    def run_in_executor(self, executor, fn, *args):
        future = self.create_future()
        try:
            future.set_result(fn(*args))
        except Exception as error:
            future.set_exception(error)
        return future


class _Policy(asyncio.events._AbstractEventLoopPolicy):
    def __init__(self):
        self._loop = None

    def get_event_loop(self):
        if self._loop is None or self._loop.is_closed():
            self._loop = self.new_event_loop()
        return self._loop

    def set_event_loop(self, loop):
        self._loop = loop

    def new_event_loop(self):
        return _Loop()


def run_coroutine(coroutine):
    """The value of a coroutine, run to its end."""
    return asyncio.run(coroutine, loop_factory=_Loop)


def _settle():
    sys.setrecursionlimit = _setrecursionlimit
    time.sleep = _sleep
    builtins.input = _input
    for module in (os, posix):
        module.system = _no_processes
    threading.Thread.start = _start
    threading.Thread.join = lambda self, timeout=None: None
    threading.Thread.is_alive = lambda self: False
    concurrent.futures.ThreadPoolExecutor = _Inline
    concurrent.futures.thread.ThreadPoolExecutor = _Inline
    concurrent.futures.ProcessPoolExecutor = _Inline
    asyncio.events._set_event_loop_policy(_Policy())
    asyncio._set_running_loop(None)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update({"HOME": "/home", "LANG": "C.UTF-8", "TZ": "UTC"})


def begin(seed):
    """
    Chance begins anew, and the modules of the engine are out of the way. Hiding them is no wall: what code reaches by
    other ways is its own process, which is confined.
    """
    random.seed(seed)
    for name in ("js", "pyodide_js", "_pyodide_core"):
        sys.modules[name] = None


_settle()
