"""A venue with one book, as naive as can be: every change has a number and its whole book."""

from decimal import Decimal
from random import Random

from benthic.actors.market.book import Book, Level
from benthic.actors.market.book_diff import BookDiff, Numbering
from benthic.runtime import Millis

SYMBOL = "BTC/USDT"
Side = dict[int, int]  # price -> amount, of what is offered


class ToldBook:
    """Changes by chance, remembers what it was at every number, and tells diffs of its changes."""

    def __init__(self, chance: Random, numbering: Numbering) -> None:
        self._chance = chance
        self._numbering = numbering
        self.bids: Side = dict.fromkeys(range(80, 100), 5)
        self.asks: Side = dict.fromkeys(range(101, 121), 5)
        self.number = 1_000
        self.at = Millis(1_700_000_000_000)
        self._previous = self.number
        self.history: dict[int, tuple[Side, Side]] = {}
        self._remember()

    def diff(self) -> BookDiff:
        """Some changes, as one diff."""
        first, bids, asks = self.number + 1, list[tuple[int, int]](), list[tuple[int, int]]()
        for _ in range(self._chance.randint(1, 4)):
            self.number += 1 if self._numbering == "ranges" else self._chance.randint(1, 5)
            side, told = (self.bids, bids) if self._chance.random() < 0.5 else (self.asks, asks)
            told.append(self._change(side))
            self._remember()
        self.at = Millis(self.at + self._chance.randint(1, 300))
        previous, self._previous = self._previous, self.number
        links = self._numbering == "links"
        return BookDiff(
            tuple(self._text(*pair) for pair in bids),
            tuple(self._text(*pair) for pair in asks),
            self.at,
            last=self.number,
            first=None if links else first,
            previous=previous if links else None,
        )

    def snapshot(self, *, back: int, limit: int | None) -> Book:
        """The book as it was some numbers ago, cut as was asked for."""
        number = max(each for each in self.history if each <= max(self.number - back, 1_000))
        bids, asks = self.levels(number)
        return Book(SYMBOL, bids[:limit], asks[:limit], self.at, number)

    def levels(self, number: int) -> tuple[tuple[Level, ...], tuple[Level, ...]]:
        """Both sides, best first, as they were at a number."""
        bids, asks = self.history[max(each for each in self.history if each <= number)]
        return (
            tuple(_level(price, bids) for price in sorted(bids, reverse=True)),
            tuple(_level(price, asks) for price in sorted(asks)),
        )

    def _change(self, side: Side) -> tuple[int, int]:
        is_bid = side is self.bids
        best_ask, best_bid = min(self.asks, default=140), max(self.bids, default=60)
        price = (
            self._chance.randint(best_ask - 25, best_ask - 1)
            if is_bid
            else self._chance.randint(best_bid + 1, best_bid + 25)
        )
        amount = self._chance.choice((0, 0, 1, 2, 3))
        if amount:
            side[price] = amount
        elif len(side) > 1:
            side.pop(price, None)
        else:
            amount = side.get(price, 0)
        return price, amount

    def _text(self, price: int, amount: int) -> tuple[str, str]:
        """As venues write it, who do not always write a number alike."""
        return f"{price}{self._chance.choice(('', '.0', '.00'))}", f"{amount}.000"

    def _remember(self) -> None:
        self.history[self.number] = dict(self.bids), dict(self.asks)


def _level(price: int, side: Side) -> Level:
    return Level(Decimal(price), Decimal(side[price]))
