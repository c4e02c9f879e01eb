"""Stands at the door of a venue and counts what passes; it changes nothing."""

from __future__ import annotations

from typing import Final

from ...scenarios.venue.venue import Venue
from ...scenarios.venue.wire.messages import Request, Response, Session, SocketHandler

REFUSED: Final = 400  # the first status that says no
WEIGHTS: Final = ("x-mbx-used-weight-1m", "x-sapi-used-ip-weight-1m")


class Watch:
    """A `Door` that hands everything to the venue.

    weights: what the last answer said of the weight used, by the first part of its path.
    """

    def __init__(self, venue: Venue) -> None:
        self.requests = 0
        self.refused = 0
        self.sockets = 0
        self.weights: dict[str, int] = {}
        self._venue = venue

    def request(self, request: Request) -> Response:
        """See `Door.request`."""
        response = self._venue.request(request)
        self.requests += 1
        self.refused += response.status >= REFUSED
        for name, value in response.headers:
            if name.lower() in WEIGHTS and value.isdigit():
                self.weights[request.path.split("/", 2)[1]] = int(value)
        return response

    def socket(self, request: Request, session: Session) -> SocketHandler | Response:
        """See `Door.socket`."""
        self.sockets += 1
        return self._venue.socket(request, session)
