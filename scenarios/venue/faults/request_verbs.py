"""What a fault can do to a request and its answer, as values.

They say what shall happen and do nothing themselves: `requests` turns them into fates of bytes.
The point `before` means that nothing is executed; `after` that the venue has done what it was
asked, and only the answer suffers.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

from .span import Span

Point = Literal["before", "after"]
Line = Literal["open", "close", "reset"]  # what becomes of the connection
Nonsense = Literal[
    "nan",  # numbers become "NaN"
    "bare_nan",  # numbers become NaN without quotes, which is no JSON
    "infinity",
    "negative",
    "negative_zero",
    "zero",
    "huge",  # 1e308
    "exponent",  # "0.1e-5" in place of "0.00000100"
    "wrong_type",  # text becomes a number, a number text
    "unknown_event",  # an event type that is not documented
    "unknown_field",  # one field more
    "missing_field",  # one field less
    "wrong_symbol",  # another market's name
    "lower_symbol",  # the market's name in lower case
    "foreign_order",  # order and client ids that are not this account's
    "microseconds",  # times in another unit
    "seconds",
    "future",  # times an hour ahead
    "past",  # times an hour back
    "big_ids",  # ids above 2^53
    "not_json",
    "deep",  # lists in lists in lists
]


class Verb(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="verb"):
    """One thing that goes wrong; the tag of its class is its name in a plan."""


class DropRequest(Verb, frozen=True, tag="drop_request"):
    """The request is lost on its way: nothing is executed, no byte comes back."""

    line: Line = "open"


class ExecuteThenDropResponse(Verb, frozen=True, tag="execute_then_drop_response"):
    """The request is executed and its answer lost."""

    line: Line = "open"


class DelayAnswer(Verb, frozen=True, tag="delay"):
    """The request is executed late (before), or its answer comes late (after)."""

    time: Span
    point: Point = "after"


class Status(Verb, frozen=True, tag="status"):
    """Answers with another status; a `code` makes the venue's error body of it."""

    status: int
    code: int | None = None
    msg: str = "An error of the fault plan."
    headers: dict[str, str] = {}
    point: Point = "before"


class Body(Verb, frozen=True, tag="body"):
    """Answers with another body."""

    body: str
    status: int = 200
    content_type: str = "application/json;charset=UTF-8"
    point: Point = "before"


class Headers(Verb, frozen=True, tag="headers"):
    """Adds headers to the answer, in place of those of the same name."""

    headers: dict[str, str]


class RawBytes(Verb, frozen=True, tag="bytes"):
    """Writes these bytes in place of the answer; `text`, or `hex` for what is no text."""

    text: str = ""
    hex: str = ""
    line: Line = "close"
    point: Point = "before"


class Truncate(Verb, frozen=True, tag="truncate"):
    """Cuts the answer: all but its last `missing` bytes, then the connection ends.

    whole: the cut body comes with a length that fits it, so that only its JSON is broken.
    """

    missing: int = 10
    line: Line = "close"
    whole: bool = False


class Dribble(Verb, frozen=True, tag="dribble"):
    """Writes the answer in small pieces, each a while after the one before."""

    size: int = 1
    every: Span = Span(1_000)


class Reset(Verb, frozen=True, tag="reset"):
    """Tears the connection down in the middle of the answer, after `sent` of its bytes."""

    sent: int = 0
    point: Point = "before"


class HalfOpen(Verb, frozen=True, tag="half_open"):
    """From now on nothing on this connection is read or written, and it is never closed."""

    point: Point = "before"


class Mute(Verb, frozen=True, tag="mute"):
    """The connection stays open and nothing is pushed on it for `time`; 0: for ever.

    On a handshake nothing is said on it at all, ever: no answer, no acknowledgement.
    """

    time: Span = Span(0)


class Redirect(Verb, frozen=True, tag="redirect"):
    """Answers with a redirect to `location`, which gets path and query appended."""

    location: str
    status: int = 301


class SwapBodies(Verb, frozen=True, tag="swap_bodies"):
    """Answers with the body that the connection's request before this one got.

    alike: only with one that came with the same status, so that no order which was taken is said to
    be refused: nobody can tell such a refusal from one of his own.
    """

    alike: bool = False


class StaleAnswer(Verb, frozen=True, tag="stale_answer"):
    """Answers as the same request was answered first, however long ago that was."""


class StaleSnapshot(Verb, frozen=True, tag="stale_snapshot"):
    """Answers with a depth snapshot whose lastUpdateId lies `updates` behind."""

    updates: int = 1_000


class QueryLag(Verb, frozen=True, tag="query_lag"):
    """Look-ups know nothing yet of orders that are younger than `time`."""

    time: Span


class ItemError(Verb, frozen=True, tag="item_error"):
    """Puts an error in place of one item of an answer that is a list."""

    code: int
    msg: str = "An error of the fault plan."
    index: int = 0


class Merge(Verb, frozen=True, tag="merge"):
    """Sets fields of the answer's JSON object (of each item, where it is a list)."""

    fields: dict[str, Any]


class Garbage(Verb, frozen=True, tag="garbage"):
    """Spoils a message or an answer in one way; `field` restricts numbers to those of that key."""

    kind: Nonsense
    field: str = ""


RequestVerb: TypeAlias = (
    DropRequest
    | ExecuteThenDropResponse
    | DelayAnswer
    | Status
    | Body
    | Headers
    | RawBytes
    | Truncate
    | Dribble
    | Reset
    | HalfOpen
    | Mute
    | Redirect
    | SwapBodies
    | StaleAnswer
    | StaleSnapshot
    | QueryLag
    | ItemError
    | Merge
    | Garbage
)
