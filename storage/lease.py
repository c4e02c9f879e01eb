"""The lease of an account: one process of this user trades it, and no other at the same time.

Two stores do not know of each other, and two bots on one account would take each other's orders for
foreign ones. The lease is a lock in the user's own runtime folder, so it holds on one machine; what
runs in containers of their own does not see it. Its name is made of the venue and of a hash.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from ..runtime.errors import BenthicError

RUNTIME: Final = "XDG_RUNTIME_DIR"
_PID_BYTES: Final = 20


class AccountTaken(BenthicError):
    """Another process trades the account."""

    def __init__(self, account: str, *, pid: int | None) -> None:
        holder = f"process {pid}" if pid is not None else "another process"
        super().__init__(
            f"{holder} trades the account {account} with this key: stop that bot first, or give "
            "this one a key of another account"
        )
        self.account = account
        self.pid = pid


class Lease:
    """The right to trade an account, until it is closed or the process ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.close(self._descriptor)


def take_lease(account: str, key: str, environment: Mapping[str, str]) -> Lease:
    """Take the account that `key` belongs to. Raises AccountTaken, or OSError.

    account: for people. key: what tells accounts apart, such as venue and API key.
    """
    name = blake2b(key.encode(), digest_size=12).hexdigest()
    path = _folder(environment) / f"account-{name}.lock"
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(path, flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(descriptor, _PID_BYTES, 0).decode(errors="replace").strip()
        os.close(descriptor)
        raise AccountTaken(account, pid=int(holder) if holder.isdecimal() else None) from error
    with contextlib.suppress(OSError):  # on a full disk nobody learns the pid
        os.pwrite(descriptor, f"{os.getpid():<{_PID_BYTES}}\n".encode(), 0)
    return Lease(descriptor)


def _folder(environment: Mapping[str, str]) -> Path:
    """A folder of this user alone."""
    base = environment.get(RUNTIME)
    folder = Path(base, "benthic") if base else Path(f"/tmp/benthic-{os.geteuid()}")  # noqa: S108
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise PermissionError(1, "belongs to somebody else", str(folder))
    folder.chmod(0o700)
    return folder
