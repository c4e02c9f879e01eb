"""The registry of a System's exchanges: who wants one finds it here by name or by id."""

from __future__ import annotations

from ...runtime import Actor, on
from .errors import NoSuchExchange
from .messages import EnlistExchange, Exchange, FindExchange, ListExchanges


class Exchanges(Actor):
    """Answers `FindExchange` and `ListExchanges`; each opener enlists its own."""

    def __init__(self) -> None:
        self._known: dict[str, Exchange] = {}

    @on(EnlistExchange)
    def enlist(self, message: EnlistExchange) -> None:
        self._known[message.exchange.id] = message.exchange

    @on(FindExchange)
    def find(self, message: FindExchange) -> Exchange:
        known = self._known.get(message.name)
        if known is not None:
            return known
        named = [each for each in self._known.values() if each.name == message.name]
        if len(named) == 1:
            return named[0]
        candidates = named or list(self._known.values())
        raise NoSuchExchange(message.name, sorted(each.id for each in candidates))

    @on(ListExchanges)
    def list_all(self, _: ListExchanges) -> tuple[Exchange, ...]:
        return tuple(self._known[key] for key in sorted(self._known))
