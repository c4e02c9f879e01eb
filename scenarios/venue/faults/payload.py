"""A message's JSON, opened and closed again: the edges at which faults change what it says.

What a message says may stand in an envelope: that of a combined stream, or that of a
subscription of the WebSocket API. Numbers that the venue prints as text stay text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final, TypeGuard

NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
ENVELOPES: Final = ("data", "event")

Leaf = Callable[[str, Any], Any]  # of a key and its value: what takes its place


def change(text: str, how: Callable[[Any], Any]) -> str:
    """The message with its content (without an envelope) replaced by what `how` makes of it.

    What is no JSON stays as it is.
    """
    content = opened(text)
    if content is None:
        return text
    for name in ENVELOPES:
        if is_object(content) and isinstance(content.get(name), dict | list):
            content[name] = how(content[name])
            return closed(content)
    return closed(how(content))


def opened(text: str | bytes) -> Any:
    """What the JSON says; None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def closed(content: object) -> str:
    """As JSON, without a blank."""
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False)


def leaves(content: Any, how: Leaf, key: str = "") -> Any:
    """The same content with every value that holds no other one replaced."""
    if is_object(content):
        return {name: leaves(value, how, name) for name, value in content.items()}
    if is_list(content):
        return [leaves(value, how, key) for value in content]
    return how(key, content)


def is_object(content: object) -> TypeGuard[dict[str, Any]]:
    """Whether it is a JSON object."""
    return isinstance(content, dict)


def is_list(content: object) -> TypeGuard[list[Any]]:
    """Whether it is a JSON array."""
    return isinstance(content, list)


def is_number(value: object) -> bool:
    """Whether it is text that says a number, as the venue prints prices and amounts."""
    return isinstance(value, str) and NUMBER.fullmatch(value) is not None
