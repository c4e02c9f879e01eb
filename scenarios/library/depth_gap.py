"""Changes of the order book are missing, the snapshot for it is old, and bids and asks cross.

A book with a hole is none: whoever asks is told so until it is whole again, and then it is that of
the exchange.

Faults: M1, M2, M3
"""

from __future__ import annotations

from fractions import Fraction

import trio

from ...actors.feeds.messages import BookView, GetBook
from ...actors.market.book import Book
from ..world import PAIR, Feeds, World, WorldBot


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot(feeds=Feeds(topics=("candles", "trades", "ticker", "book")))
    stream = "*@depth*"
    world.venue.strike("M1", "gap", when={"stream": stream, "every": 8}, messages=2)
    world.venue.strike("M3", "crossed", when={"stream": stream, "every": 5})
    old = {"method": "GET", "path": "/api/v3/depth", "first": 2}
    world.venue.strike("M2", "stale_snapshot", when=old, updates=20)
    for _ in range(240):
        await trio.sleep(1)
        book = (await _book(bot)).book
        world.expect(book is None or book.bids[0].price < book.asks[0].price, "it never crosses")
    struck = [each.fault for each in world.venue.fired()]
    world.expect("M2" in struck, "it has asked for another snapshot, and another after that")
    await world.settle(within=120)
    for _ in range(300):
        if _agrees((await _book(bot)).book, bot.oracle.best()):
            return
        await trio.sleep(0.2)
    world.expect(bot.oracle.best() is None, "the book is that of the exchange")


def _agrees(book: Book | None, best: tuple[Fraction, Fraction] | None) -> bool:
    if book is None or best is None:
        return False
    return (Fraction(book.bids[0].price), Fraction(book.asks[0].price)) == best


async def _book(bot: WorldBot) -> BookView:
    view: BookView = await bot.actor(bot.paths.feed(PAIR)).ask(GetBook(1))
    return view
