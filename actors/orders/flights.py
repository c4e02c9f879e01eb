"""What is under way to the venue for each order, and who waits for it.

The steps of one order keep their order: it is created, and nothing else of it is sent until that
has an outcome; after that it has one look-up and one cancel under way at most. A cancel waits for
the create of its own order alone, since a venue cannot cancel what it has not got, and overtakes
a look-up. Orders do not wait for each other at all.
"""

from __future__ import annotations

from ...runtime import Millis, Reply


class Flight:
    """The requests of one order that are under way."""

    __slots__ = ("cancels", "is_cancelling", "is_looked_up", "is_sent", "placed", "refused_at")

    def __init__(self) -> None:
        self.placed: Reply | None = None  # who waits for the create, while it is under way
        self.is_sent = False  # whether a create is under way that nobody waits for
        self.is_looked_up = False
        self.is_cancelling = False
        self.cancels: list[Reply] = []  # who waits for a cancel
        self.refused_at: Millis | None = None  # when the venue refused a cancel: look up after that

    @property
    def is_over(self) -> bool:
        """Whether nothing is under way and nobody waits."""
        return not (
            self.placed or self.is_sent or self.is_looked_up or self.is_cancelling or self.cancels
        )

    @property
    def is_being_placed(self) -> bool:
        """Whether its create has no outcome yet."""
        return self.placed is not None or self.is_sent


class Flights:
    """The orders of which anything is under way, by client id."""

    def __init__(self) -> None:
        self._flights: dict[str, Flight] = {}
        self.look_ups = 0  # under way, of all orders

    def get(self, client_id: str) -> Flight | None:
        """What is under way of an order; None: nothing."""
        return self._flights.get(client_id)

    def of(self, client_id: str) -> Flight:
        """The same, to be added to."""
        flight = self._flights.get(client_id)
        if flight is None:
            flight = self._flights[client_id] = Flight()
        return flight

    def is_being_placed(self, client_id: str) -> bool:
        """Whether the create of an order has no outcome yet."""
        flight = self._flights.get(client_id)
        return flight is not None and flight.is_being_placed

    def is_looked_up(self, client_id: str) -> bool:
        """Whether a look-up of an order is under way."""
        flight = self._flights.get(client_id)
        return flight is not None and flight.is_looked_up

    @property
    def writes(self) -> int:
        """How many orders have a create or a cancel under way."""
        return sum(
            flight.is_being_placed or flight.is_cancelling for flight in self._flights.values()
        )

    def placed(self, client_id: str) -> Reply | None:
        """The create has its outcome: who waits for it."""
        flight = self._flights.get(client_id)
        if flight is None:
            return None
        reply, flight.placed, flight.is_sent = flight.placed, None, False
        self.tidy(client_id)
        return reply

    def look_up(self, client_id: str) -> None:
        """A look-up is under way."""
        self.of(client_id).is_looked_up = True
        self.look_ups += 1

    def looked_up(self, client_id: str) -> None:
        """It is back."""
        flight = self._flights.get(client_id)
        if flight is not None and flight.is_looked_up:
            flight.is_looked_up = False
            self.look_ups -= 1

    def cancelled(self, client_id: str) -> tuple[Reply, ...]:
        """The cancel has an end: who waits for it."""
        flight = self._flights.get(client_id)
        if flight is None:
            return ()
        waiting, flight.cancels = tuple(flight.cancels), []
        flight.is_cancelling, flight.refused_at = False, None
        self.tidy(client_id)
        return waiting

    def tidy(self, client_id: str) -> None:
        """Forget an order of which nothing is under way."""
        flight = self._flights.get(client_id)
        if flight is not None and flight.is_over:
            del self._flights[client_id]
