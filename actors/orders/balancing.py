"""Balancing: what the venue says that the account has, held against our books (F7, F8, C10).

A difference is first explained by what is under way: an order of unknown outcome, a trade whose
report is still to come. So it counts only once nothing of the kind is left, and once the trades
and the holdings have been asked for again and it is still the same. Then it is booked as
`external`, and somebody is told. There is no tolerance, and until then the gate is closed.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...runtime import Actor, Ref
from ..exchange.errors import NotOffered
from ..exchange.gate.messages import BalancesReconciled, BalancesUnexplained
from ..exchange.messages import HoldingsReported, Line
from ..market.holding import Holding
from ..portfolio.messages import GetBooks, SetAside
from .clerk import Clerk
from .holdings import Difference, bookable, differences, locked_by_others
from .messages import DriftFound
from .opening import FromVenue, Opening


class Balancing:
    """Judges holdings for one desk; asks the venue for nothing itself.

    assets: that count: what is traded, and what fees are taken in.
    opening: what a ledger begins with that the journal has never seen.
    """

    def __init__(
        self, desk: Actor, clerk: Clerk, assets: Iterable[str], opening: Opening, gate: Ref | None
    ) -> None:
        self._desk = desk
        self._clerk = clerk
        self._assets = tuple(sorted(set(assets)))
        self._opening = opening
        self._gate = gate
        self._portfolio: Ref
        self._is_fresh = False  # whether the ledger is still to be opened from the venue
        self._suspect: tuple[int, tuple[Difference, ...]] | None = None  # seen once, at which step
        self._reported: dict[str, Holding] = {}  # by the stream, since the last look
        self._asides: tuple[object, ...] = ()

    def start(self, portfolio: Ref, *, first: int) -> None:
        """The books are open. first: how many balances and orders they held."""
        self._portfolio = portfolio
        self._is_fresh = first == 0 and isinstance(self._opening, FromVenue)

    async def judge(
        self, answer: tuple[Holding, ...] | NotOffered, line: Line, *, step: int, open_ends: int
    ) -> bool:
        """Take in what the venue has said; whether all is explained.

        step: `clerk.steps` when it was asked. open_ends: orders whose outcome is not known.
        """
        if isinstance(answer, NotOffered):  # it keeps no such books: ours are the only ones
            self._agree(line)
            return True
        self._reported.clear()
        books = await self._desk.ask(self._portfolio, GetBooks())
        found = differences(books, answer, self._assets)
        if found and step == self._clerk.steps and not open_ends:
            if self._is_fresh:
                return await self._open(found, answer, line)
            if self._suspect == (step, found):
                return await self._book(found, answer, line)
        if found:
            self._suspect = (self._clerk.steps, found)
            self._disagree(found, open_ends)
            return False
        if step == self._clerk.steps:  # else the books have moved on since the venue spoke
            await self._offer(answer)
        self._agree(line)
        return True

    async def hear(self, message: HoldingsReported) -> bool:
        """What the stream says: a snapshot to be checked, never a difference to be added (B8).

        Gives whether it differs from the books.
        """
        for holding in message.holdings:
            if holding.asset in self._assets:
                self._reported[holding.asset] = holding
        return await self.differs()

    async def differs(self) -> bool:
        """Whether the books differ from what the stream has said since the last look."""
        if not self._reported:
            return False
        books = await self._desk.ask(self._portfolio, GetBooks())
        holdings = tuple(self._reported.values())
        if differences(books, holdings, tuple(self._reported)):
            return True
        if locked_by_others(books, holdings, tuple(self._reported)) or self._asides:
            return True  # what is offered may have to change
        self._reported.clear()
        return False

    async def _open(
        self, found: tuple[Difference, ...], holdings: tuple[Holding, ...], line: Line
    ) -> bool:
        """Let the ledger begin with what is there."""
        for difference in found:
            if not await self._clerk.adjust(difference.asset, difference.amount, "venue"):
                return False  # the journal is full: the rest is opened at the next look
        self._is_fresh = False
        await self._offer(holdings)
        self._agree(line)
        return True

    async def _book(
        self, found: tuple[Difference, ...], holdings: tuple[Holding, ...], line: Line
    ) -> bool:
        """Book what nothing explains, as far as it can be, and say so aloud."""
        books = await self._desk.ask(self._portfolio, GetBooks())
        left: list[Difference] = []
        for difference in found:
            amount = bookable(difference, books)
            if amount and not await self._clerk.adjust(difference.asset, amount, "external"):
                left.append(difference)
                continue
            if amount != difference.amount:
                left.append(difference)
            self._desk.publish(DriftFound(difference, amount))
        self._suspect = None
        if left:
            self._disagree(tuple(left), 0)
            return False
        await self._offer(holdings)
        self._agree(line)
        return True

    async def _offer(self, holdings: tuple[Holding, ...]) -> None:
        """Offer no more than is free at the venue: what others lock is theirs (A27)."""
        books = await self._desk.ask(self._portfolio, GetBooks())
        locked = locked_by_others(books, holdings, self._assets)
        if locked != self._asides:
            self._asides = locked
            self._portfolio.tell(SetAside(locked))

    def _agree(self, line: Line) -> None:
        self._suspect = None
        if self._gate is not None:
            self._gate.tell(BalancesReconciled(line))

    def _disagree(self, found: tuple[Difference, ...], open_ends: int) -> None:
        if self._gate is None:
            return
        what = "; ".join(map(str, found))
        cause = f" ({open_ends} orders of unknown outcome may explain it)" if open_ends else ""
        self._gate.tell(BalancesUnexplained(f"{what}{cause}"))
