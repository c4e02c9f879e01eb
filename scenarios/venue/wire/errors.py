"""What can be wrong with bytes.

BenthicError
├─ UsageError
│  └─ PortTaken       the operating system does not let us listen there
└─ WireError
   ├─ Unreadable      a client sent what is no request; answered with its status, never raised on
   └─ Disconnected    the other side has gone; told to who uses the client of this folder
"""

from __future__ import annotations

from ....runtime.errors import BenthicError, UsageError


class PortTaken(UsageError):
    """The operating system does not let the venue listen at this port."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"cannot listen at {place}: {reason}; try port 0")
        self.place = place


class WireError(BenthicError):
    """Anything that is wrong with bytes."""


class Unreadable(WireError):
    """A client sent what is no HTTP request, or too much of one. Nothing after it is read."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"answered {status} and closed: {reason}")
        self.status = status
        self.reason = reason


class Disconnected(WireError):
    """The other side has gone: connect again. `code` is None where there was no close frame."""

    def __init__(self, what: str, *, code: int | None = None, reason: str = "") -> None:
        said = "" if code is None else f", close code {code} {reason!r}"
        super().__init__(f"{what}: the other side has gone{said}; connect again")
        self.code = code
        self.reason = reason
