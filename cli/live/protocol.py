r"""How a running bot is asked what it is doing: one line of JSON each way, then the line is cut.

    {"get": "tree"}\n   ->   {"tree": ...}\n   or   {"error": "what is wrong"}\n

Nothing can be changed this way. Sizes and times are bounded on both sides, so that neither a
stranger nor a bot that hangs can do harm.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import attrs
import cattrs
import msgspec
import trio

from ...runtime.tree import TreeNode

Json: TypeAlias = Any

LONGEST_REQUEST: Final = 1 << 10  # bytes, as the next
LONGEST_ANSWER: Final = 8 << 20
DEADLINE: Final = 5.0  # s, for one question and its answer

_CHUNK: Final = 1 << 16


class TooLong(ValueError):
    """A line is longer than its bound."""


async def read_line(stream: trio.abc.ReceiveStream, bound: int) -> bytes:
    """What comes up to the line's end, or to the end of the stream. Raises TooLong."""
    line = bytearray()
    while True:
        part = await stream.receive_some(_CHUNK)
        line += part
        end = line.find(b"\n")
        if (end if end >= 0 else len(line)) > bound:
            raise TooLong(f"a line of more than {bound} bytes")
        if end >= 0 or not part:
            return bytes(line[:end] if end >= 0 else line)


def encode(value: Json) -> bytes:
    """A line."""
    return msgspec.json.encode(value) + b"\n"


def decode(line: bytes) -> dict[str, Json]:
    """The object on a line. Raises msgspec.DecodeError."""
    return msgspec.json.decode(line, type=dict[str, Json])


def from_tree(tree: TreeNode) -> Json:
    """A tree as JSON holds it."""
    return attrs.asdict(tree)


def to_tree(value: Json) -> TreeNode:
    """The tree that JSON holds. Raises where it is none, in whatever way."""
    return cattrs.structure(value, TreeNode)
