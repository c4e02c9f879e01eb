"""What somebody who acts behind a gate has heard of it, so that nobody asks for every order."""

from __future__ import annotations

from collections.abc import Iterable

from ....runtime import Actor, Ref
from .messages import GateClosed, GateOpened, GetGate
from .readiness import Obstacle, concerning


class Verdicts:
    """The verdicts on some symbols, false where none of them stands closed.

    frame: of the candles that are acted on; what is of other frames does not count. "": all count.
    """

    def __init__(self, symbols: Iterable[str], frame: str = "") -> None:
        self._symbols = tuple(symbols)
        self._frame = frame
        self._closed: dict[str, tuple[Obstacle, ...]] = {}

    async def follow(self, actor: Actor, gate: Ref) -> None:
        """Let the actor hear the gate, and ask how it stands."""
        for event in (GateOpened, GateClosed):
            actor.subscribe(gate, event)
        for symbol in self._symbols:
            self._set(symbol, await actor.ask(gate, GetGate(symbol)))

    def hear(self, message: GateOpened | GateClosed) -> None:
        """Take in what the gate has said."""
        found = message.obstacles if isinstance(message, GateClosed) else ()
        for symbol in self._symbols:
            if message.symbol in ("", symbol):
                self._set(symbol, found)

    def of(self, symbol: str) -> tuple[Obstacle, ...]:
        """What stands in the way of a symbol; nothing where the gate is open to it."""
        return self._closed.get(symbol, ())

    def __bool__(self) -> bool:
        return bool(self._closed)

    def _set(self, symbol: str, found: tuple[Obstacle, ...]) -> None:
        mine = concerning(found, symbol, self._frame)
        if mine:
            self._closed[symbol] = mine
        else:
            self._closed.pop(symbol, None)
