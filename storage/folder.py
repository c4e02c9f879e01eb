"""The folder of a store: whose it is, what may lie in it, and who writes it.

A store is a folder of its own with mode 0700: LMDB's `data.mdb` and `lock.mdb`, and our
`benthic.lock`, which the one writer holds locked for as long as it has the store open. LMDB's own
lock would let a second writer in and only make it wait.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from pathlib import Path
from typing import Final

from .errors import StoreBusy, StoreForbidden, StoreForeign, StoreMisplaced
from .inspection import DATA_FILE, FORBIDDEN, LOCK_FILE

NEW_FILE: Final = DATA_FILE + ".new"  # becomes the data file once its first commit is durable
NEW_FOLDER: Final = "repair.new"  # there while a store is rebuilt
PROBE_FILE: Final = "benthic.probe"  # there for as long as it takes to see whether there is room
OURS: Final = frozenset({LOCK_FILE, NEW_FILE, NEW_FILE + "-lock", PROBE_FILE, "lock.mdb"})

NETWORKS: Final = frozenset(
    {
        "9p",
        "afs",
        "ceph",
        "cifs",
        "fuse.glusterfs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.sshfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "smb3",
        "smbfs",
    }
)
"""File systems on which a lock or a shared map may not be what it says."""

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What a system says when there is no room: on the disk, for this user, in one file."""

_PROBE: Final = 1 << 20  # bytes

_MOUNTS: Final = Path("/proc/self/mountinfo")  # Linux; elsewhere a network is not detected


_LOCKS: Final = Path("/proc/locks")  # Linux; elsewhere nobody sees who writes

_PID_BYTES: Final = 20
_MARK_BYTES: Final = 20


class WriterLock:
    """The right to write a store, until `release` or the end of the process.

    The lock's file also remembers the latest transaction that was durable. It is written after it
    and never synced, so it may be behind and never ahead: a store that is behind it has lost what
    was acknowledged, by rot in a head page or by an old copy put back, and nothing else shows that.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def mark(self, txn: int) -> None:
        """Remember that this transaction is durable."""
        with contextlib.suppress(OSError):  # a full disk: then it is behind
            os.pwrite(self._descriptor, f"{txn:{_MARK_BYTES}}".encode(), _PID_BYTES + 1)

    def release(self) -> None:
        """Let the next writer in. The file stays, so that nobody can lock a vanished one."""
        os.close(self._descriptor)


def marked(path: Path) -> int:
    """The latest transaction that is known to have been durable; 0 where nobody knows."""
    try:
        written = (path / LOCK_FILE).read_bytes()
    except OSError:
        return 0
    number = written[_PID_BYTES + 1 :].strip()
    return int(number) if number.isdigit() else 0


def writer_of(path: Path, locks: Path = _LOCKS) -> int | None:
    """The process that writes the store at `path`; None where there is none, or nobody can tell.

    The lock is looked at and not tried: whoever tries it keeps a bot out that starts just now.
    """
    try:
        inode = (path / LOCK_FILE).stat().st_ino
        holder = (path / LOCK_FILE).read_bytes()[:_PID_BYTES].strip()
        held = [line.split() for line in locks.read_text("utf-8").splitlines()]
    except OSError:
        return None
    is_held = any("FLOCK" in each and any(w.endswith(f":{inode}") for w in each) for each in held)
    return int(holder) if is_held and holder.isdigit() else None


def take(path: Path) -> WriterLock:
    """Make the folder where it is missing, and lock it against other writers.

    Raises StoreBusy, StoreForbidden, StoreMisplaced, or StoreForeign where something else is there.
    """
    require_local(path)
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_strangers(path)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(path / LOCK_FILE, flags, 0o600)
    except FileExistsError as error:
        raise StoreForeign(path, found="a file") from error
    except OSError as error:
        if error.errno in FORBIDDEN:
            raise StoreForbidden(path, reason=_reason(error)) from error
        raise StoreMisplaced(path, reason=_reason(error)) from error
    return _lock(path, descriptor)


def require_local(path: Path) -> None:
    """Raise StoreMisplaced where the path lies on a network."""
    file_system = file_system_of(path)
    if file_system in NETWORKS:
        raise StoreMisplaced(path, reason=f"{file_system} is a network file system")


def file_system_of(path: Path, mounts: Path = _MOUNTS) -> str | None:
    """The type of the file system that `path` lies on, such as `ext4`; None where nobody knows."""
    try:
        lines = mounts.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return None
    place, found, depth = path.resolve(), None, -1
    for line in lines:
        fields, _, rest = line.partition(" - ")
        mount = Path(fields.split(" ")[4].encode().decode("unicode_escape"))
        if place.is_relative_to(mount) and len(mount.parts) >= depth:  # the last mount covers
            found, depth = rest.split(" ")[0], len(mount.parts)
    return found


def why_full(path: Path) -> str | None:
    """Why a store could not grow by some more pages; None where it could.

    Tries it with a file of the same length: LMDB reports half a write as a failing disk.
    """
    probe, size = path / PROBE_FILE, (path / DATA_FILE).stat().st_size
    try:
        with probe.open("wb", buffering=0) as file:
            written = os.pwrite(file.fileno(), bytes(_PROBE), size)
            os.fsync(file.fileno())
    except OSError as error:
        return _reason(error) if error.errno in FULL else None
    finally:
        probe.unlink(missing_ok=True)
    return None if written == _PROBE else "half a write"


def _refuse_strangers(path: Path) -> None:
    names = {entry.name for entry in path.iterdir()}
    if DATA_FILE not in names and names - OURS:
        raise StoreForeign(path, found=f"a folder with other files ({min(names - OURS)})")


def _lock(path: Path, descriptor: int) -> WriterLock:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(descriptor, _PID_BYTES, 0).decode(errors="replace").strip()
        os.close(descriptor)
        raise StoreBusy(path, pid=int(holder) if holder.isdecimal() else None) from error
    except OSError as error:
        os.close(descriptor)
        raise StoreMisplaced(path, reason=_reason(error)) from error
    with contextlib.suppress(OSError):  # on a full disk nobody learns the pid
        os.pwrite(descriptor, f"{os.getpid():<{_PID_BYTES}}\n".encode(), 0)
    return WriterLock(descriptor)


def _reason(error: OSError) -> str:
    if error.errno in {errno.ENOLCK, errno.ENOTSUP}:
        return "its file system has no locks"
    return (error.strerror or str(error)).lower()
