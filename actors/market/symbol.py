"""What is traded, and what it is paid with: a spot pair as BTC/USDT, a contract as BTC/USDT:USDT.

Hot records carry the text ("BTC/USDT"), not this value: it is parsed once, where it comes in.
"""

from __future__ import annotations

import msgspec

from .errors import BadValue

_LONGEST = 24  # characters of one asset


class Symbol(msgspec.Struct, frozen=True, order=True):
    """A pair of assets; `str(symbol)` is the text that records carry."""

    base: str  # what is bought and sold
    quote: str  # what prices and costs are counted in
    settle: str = ""  # what a contract is margined and paid in; empty: a spot pair
    term: str = ""  # of a contract that ends: its date, and an option's strike: "260327-60000-C"

    @classmethod
    def parse(cls, text: object, *, place: str = "symbol") -> Symbol:
        """The pair that a text writes as BASE/QUOTE.

        place: where the text stands, for the error ("bot.toml: symbol").

        >>> Symbol.parse("BTC/USDT").quote
        'USDT'
        """
        if not isinstance(text, str):
            raise BadValue(place, text, 'write a pair as text, such as "BTC/USDT"')
        if ":" in text:
            raise BadValue(place, text, _contract(text))
        base, slash, quote = text.partition("/")
        if not slash or "/" in quote:
            raise BadValue(place, text, 'write a pair as BASE/QUOTE, such as "BTC/USDT"')
        for asset in (base, quote):
            if not is_asset(asset):
                raise BadValue(
                    place,
                    text,
                    f"an asset has 1 to {_LONGEST} printable characters and no space, "
                    f'"/" or ":" in it, and {asset!r} is none',
                )
        if base == quote:
            raise BadValue(place, text, "an asset cannot be traded for itself; name two")
        return cls(base, quote)

    @property
    def is_spot(self) -> bool:
        """Whether the assets themselves change hands."""
        return not self.settle

    def __str__(self) -> str:
        if not self.settle:
            return f"{self.base}/{self.quote}"
        term = f"-{self.term}" if self.term else ""
        return f"{self.base}/{self.quote}:{self.settle}{term}"


def _contract(text: str) -> str:
    """What to do instead of trading a contract."""
    pair = text.partition(":")[0]
    name = pair if "/" in pair else "BTC/USDT"
    return (
        "is a contract, and orders on contracts are not offered yet, neither live nor on paper nor "
        f'in a backtest: only spot pairs are traded, in all three; write the pair, "{name}"'
    )


def is_asset(text: str) -> bool:
    """Whether a text may name an asset: short, printable, and free of what separates fields."""
    return (
        0 < len(text) <= _LONGEST
        and text.isprintable()
        and not any(character.isspace() or character in "/:" for character in text)
    )
