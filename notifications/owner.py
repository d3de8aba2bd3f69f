"""Which process holds a lease, and whether that process is surely gone."""

import os
import threading
from pathlib import Path

from django.conf import settings

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_PID_SPACE = Path("/proc/self/ns/pid")


def this_owner() -> str:
    """Return the name under which this thread holds leases: node, boot, process space, process, thread.

    A pid alone is not enough: it is used again, and another container counts its own.
    """
    place = f"{settings.ISE_MAIL_NODE}/{_machine()}/{os.getpid()}/{_started(os.getpid())}"
    return f"{place}/{threading.get_ident()}"


def is_surely_gone(owner: str) -> bool:
    """Say whether the owner's process has ended; False when that cannot be seen from here."""
    parts = owner.split("/")
    if len(parts) != 5 or not parts[2].isdigit():
        return False
    node, machine, pid, started, _ = parts
    here = _machine()
    if node != settings.ISE_MAIL_NODE or machine != here or not here:
        return False
    return _started(int(pid)) != started


def process_of(owner: str) -> str:
    """Return the part of an owner's name that an administrator can use, such as `ise3-1 pid 4711`."""
    parts = owner.split("/")
    return f"{parts[0]} pid {parts[2]}" if len(parts) == 5 else owner


def _machine() -> str:
    """Return what names this boot of this machine and its process space; "" where there is no /proc."""
    try:
        return f"{_BOOT_ID.read_text().strip()[:8]}-{_PID_SPACE.readlink()}".replace("/", "-")
    except OSError:
        return ""


def _started(pid: int) -> str:
    """Return when a process was started, in ticks since boot (proc(5), field 22); "" when there is none.

    A zombie counts as ended: it runs nothing any more.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]
