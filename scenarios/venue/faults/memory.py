"""What was answered before, for the faults that answer so again. Bounded, the oldest goes first."""

from __future__ import annotations

from typing import Final

from ..wire.messages import Request, Response

MOST: Final = 1_000
PASSING: Final = ("timestamp=", "signature=", "recvWindow=")  # differ between equal requests


class Answers:
    """The first answer to each request, and the last one to each address."""

    def __init__(self) -> None:
        self._first: dict[str, Response] = {}
        self._last: dict[str, Response] = {}

    def keep(self, request: Request, response: Response) -> None:
        """Remember what the venue itself answered."""
        first = self._first
        first.setdefault(asked(request), response)
        if len(first) > MOST:
            del first[next(iter(first))]
        last = self._last
        last.pop(request.address, None)
        last[request.address] = response
        if len(last) > MOST:
            del last[next(iter(last))]

    def first(self, request: Request) -> Response | None:
        """What the same request was answered first."""
        return self._first.get(asked(request))

    def last(self, request: Request) -> Response | None:
        """What the address was answered before."""
        return self._last.get(request.address)


def asked(request: Request) -> str:
    """What makes two requests the same: not when they were sent, nor their signature."""
    query = request.query or request.body.decode("latin-1")
    parts = [part for part in query.split("&") if not part.startswith(PASSING)]
    return f"{request.method} {request.path}?{'&'.join(parts)}"
