"""How much memory processes have held at most."""

import os
import resource
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

_EVERY_S = 0.5


def peak_mb() -> float:
    """The process's own peak of resident memory in megabytes; what the PostgreSQL server holds is not in it."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e6


@dataclass(slots=True)
class Held:
    """The most megabytes at any one moment; memory that several processes share counts once."""

    together: int = 0
    """A server's processes and this process's children."""
    children: int = 0
    """This process's children without the server."""


@contextmanager
def held_memory(server: int) -> Iterator[Held]:
    """Look twice a second, until the block ends, what this process's children and a server hold."""
    held, ended = Held(), threading.Event()

    def look() -> None:
        while not ended.wait(_EVERY_S):
            servers = set(_with_children(server))
            children = _held(set(_with_children(os.getpid())) - servers - {os.getpid()})
            held.together = max(held.together, round((children + _held(servers)) / 1e6))
            held.children = max(held.children, round(children / 1e6))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield held
    finally:
        ended.set()
        thread.join()


def _with_children(process_id: int) -> Iterator[int]:
    try:
        process = psutil.Process(process_id)
        yield from (one.pid for one in (process, *process.children(recursive=True)))
    except psutil.NoSuchProcess:
        return


def _held(process_ids: set[int]) -> int:
    """Bytes, a page that several share counted in parts."""
    held = 0
    for process_id in process_ids:
        try:
            held += psutil.Process(process_id).memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue  # it has just ended
    return held
