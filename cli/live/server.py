"""The bot's side of its socket: a task beside the System that answers questions, read only.

It runs in the nursery that embeds the System, not in the tree: whoever looks must not be able to
crash an actor, and the last thing that one wants to see of a tree is that it has failed.
"""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

import msgspec
import trio

from ...runtime.errors import AskError, Refusal
from .errors import SocketTaken
from .protocol import DEADLINE, LONGEST_REQUEST, Json, TooLong, decode, encode, read_line

Views: TypeAlias = Mapping[str, Callable[[], Awaitable[Json]]]
"""What may be asked for, by name."""

CONNECTIONS: Final = 8  # at the same time; more wait


async def serve(
    path: Path,
    views: Views,
    *,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Answer at the socket `path`, mode 0600, until cancelled; then take it away.

    Started once it can be asked. A socket that a dead bot left behind is replaced. Raises
    SocketTaken.
    """
    listener = await _listen(path)
    mine = _inode(path)
    limit = trio.CapacityLimiter(CONNECTIONS)
    try:
        async with trio.open_nursery() as nursery:
            handler = partial(_answer, views, limit)
            await nursery.start(trio.serve_listeners, handler, [listener])
            task_status.started()
    finally:
        _remove(path, mine)


async def _listen(path: Path) -> trio.SocketListener:
    _refuse_taken(path)
    door = trio.socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        await door.bind(os.fspath(path))
        _keep_private(path)  # nobody can connect before `listen`
        door.listen(CONNECTIONS)
    except OSError as error:
        door.close()
        raise SocketTaken(
            path, f"no socket can be made here ({error.strerror or error})"
        ) from error
    return trio.SocketListener(door)


def _refuse_taken(path: Path) -> None:
    """Raise SocketTaken unless the path is free, or holds a socket that nobody answers any more."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise SocketTaken(path, "something else than a socket lies here")
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(DEADLINE)
        try:
            probe.connect(os.fspath(path))
        except (ConnectionRefusedError, FileNotFoundError):
            path.unlink(missing_ok=True)
        except OSError as error:
            raise SocketTaken(path, f"it cannot be asked ({error.strerror or error})") from error
        else:
            raise SocketTaken(path, "another bot answers here")


def _keep_private(path: Path) -> None:
    path.chmod(0o600)


def _inode(path: Path) -> int:
    return path.stat().st_ino


def _remove(path: Path, inode: int) -> None:
    with suppress(FileNotFoundError):  # somebody may have cleaned up before us
        if _inode(path) == inode:
            path.unlink()


async def _answer(views: Views, limit: trio.CapacityLimiter, stream: trio.SocketStream) -> None:
    with trio.move_on_after(DEADLINE):
        async with limit, stream:
            try:
                request = await read_line(stream, LONGEST_REQUEST)
                await stream.send_all(encode(await _view(views, request)))
            except TooLong as error:
                await _try_to_say(stream, str(error))
            except trio.BrokenResourceError:
                pass  # the asker has gone


async def _view(views: Views, request: bytes) -> Json:
    try:
        wanted = decode(request).get("get")
    except msgspec.DecodeError:
        return {"error": 'no request: write {"get": "tree"} on one line'}
    view = views.get(wanted) if isinstance(wanted, str) else None
    if view is None:
        return {"error": f"there is no such view; there are: {', '.join(sorted(views))}"}
    try:
        return {wanted: await view()}
    except (AskError, Refusal) as error:
        return {"error": str(error)}


async def _try_to_say(stream: trio.SocketStream, problem: str) -> None:
    with suppress(trio.BrokenResourceError):  # it may not have waited for the answer
        await stream.send_all(encode({"error": problem}))
