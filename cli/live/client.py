"""The asker's side of a bot's socket."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import trio

from ...runtime.tree import TreeNode
from .errors import BadAnswer, NoBotThere
from .protocol import DEADLINE, LONGEST_ANSWER, Json, TooLong, decode, encode, read_line, to_tree


async def ask(path: Path, view: str) -> Json:
    """What the bot at the socket `path` says to `view`. Raises LiveError."""
    try:
        with trio.fail_after(DEADLINE):
            line = await _exchange(path, encode({"get": view}))
    except trio.TooSlowError as error:
        raise BadAnswer(path, f"the bot did not answer within {DEADLINE:g} s") from error
    except TooLong as error:
        raise BadAnswer(path, f"the answer is {error}") from error
    try:
        answer = decode(line)
    except msgspec.DecodeError as error:
        raise BadAnswer(path, "the answer is no JSON object") from error
    if view not in answer:
        raise BadAnswer(path, str(answer.get("error", f"the answer has no {view}")))
    return answer[view]


async def ask_tree(path: Path) -> TreeNode:
    """The tree of the bot at the socket `path` as it is now. Raises LiveError."""
    answer = await ask(path, "tree")
    try:
        return to_tree(answer)
    except (ExceptionGroup, TypeError, ValueError, KeyError) as error:
        raise BadAnswer(path, "the answer is no tree") from error


async def _exchange(path: Path, request: bytes) -> bytes:
    try:
        stream = await trio.open_unix_socket(os.fspath(path))
    except FileNotFoundError as error:
        raise NoBotThere(path, "there is no such socket") from error
    except OSError as error:
        raise NoBotThere(path, _refused(path, error)) from error
    async with stream:
        try:
            await stream.send_all(request)
            return await read_line(stream, LONGEST_ANSWER)
        except trio.BrokenResourceError as error:
            raise NoBotThere(path, "it ended while it was asked") from error


def _refused(path: Path, error: OSError) -> str:
    """Why nothing answers: Linux refuses a connection to any file in the same words."""
    if path.exists() and not path.is_socket():
        return "this is no socket"
    return "it has ended" if isinstance(error, ConnectionRefusedError) else str(error.strerror)
