"""What a fault can do to a message that the venue pushes, as values.

They say what shall happen and do nothing themselves: `pushes` turns them into deliveries. Some
verbs of requests strike a push as well: delay, reset, half_open, merge and garbage.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

from .request_verbs import DelayAnswer, Garbage, HalfOpen, Line, Merge, Mute, Reset, Verb
from .span import Span


class Drop(Verb, frozen=True, tag="drop"):
    """The message is not sent. On depth diffs that is a gap of update ids."""


class Close(Verb, frozen=True, tag="close"):
    """The WebSocket is closed in place of the message."""

    code: int = 1001
    reason: str = ""


class Duplicate(Verb, frozen=True, tag="duplicate"):
    """The message is sent again, `times` times, `after` a while."""

    times: int = 1
    after: Span = Span(0)


class Reorder(Verb, frozen=True, tag="reorder"):
    """Holds back `window` messages and sends them in another order, at the latest after `wait`.

    They are the one that is struck and those after it that the rule is about, counts aside.
    order: `last_first`, or `shuffled` by the seed.
    """

    window: int = 2
    order: Literal["last_first", "shuffled"] = "last_first"
    wait: Span = Span(5_000)


class CutFrame(Verb, frozen=True, tag="cut_frame"):
    """Sends the first `sent` bytes of the frame, then the connection ends."""

    sent: int = 5
    line: Line = "reset"


class Frame(Verb, frozen=True, tag="frame"):
    """Writes raw bytes before the message: whatever a broken WebSocket peer may send."""

    hex: str


class Inject(Verb, frozen=True, tag="inject"):
    """Sends another message before this one: a text as it stands, or a table as JSON."""

    message: str | dict[str, Any]

    @property
    def text(self) -> str:
        """What is sent."""
        if isinstance(self.message, str):
            return self.message
        return msgspec.json.encode(self.message).decode()


class Burst(Verb, frozen=True, tag="burst"):
    """Sends the message `count` times at once: more than a slow reader takes in."""

    count: int = 1_000


class Huge(Verb, frozen=True, tag="huge"):
    """Sends the message with a field that makes it `size` bytes larger."""

    size: int = 2_000_000


class Pings(Verb, frozen=True, tag="pings"):
    """Sends `count` pings before the message."""

    count: int = 20


class Gap(Verb, frozen=True, tag="gap"):
    """Leaves out this message and those that follow it on its stream: `messages` in all."""

    messages: int = 1


class Crossed(Verb, frozen=True, tag="crossed"):
    """Adds to a depth message a bid above its asks, so that the book it makes is crossed."""


class Spike(Verb, frozen=True, tag="spike"):
    """Multiplies the prices of one message by `times` over `over`: an outlier, then back."""

    times: int = 10
    over: int = 1


class Redeliver(Verb, frozen=True, tag="redeliver"):
    """Before this message, sends the last `count` of its stream once more, to whom it goes."""

    count: int = 3


PushVerb: TypeAlias = (
    Drop
    | DelayAnswer
    | Mute
    | Close
    | Reset
    | HalfOpen
    | Duplicate
    | Reorder
    | CutFrame
    | Frame
    | Garbage
    | Merge
    | Inject
    | Burst
    | Huge
    | Pings
    | Gap
    | Crossed
    | Spike
    | Redeliver
)
