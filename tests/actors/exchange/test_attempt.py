"""What is taken for the error of a call to ccxt, however it comes out of it."""

from __future__ import annotations

import trio

from benthic.actors.ccxt_trio.upstream import errors
from benthic.actors.exchange.attempt import attempted


def test_a_refusal_is_what_counts_where_ccxt_fails_as_it_tidies_up_after_it() -> None:
    subscriptions = dict[str, bool]()

    async def log_in() -> None:  # as that of binance to the account's stream
        try:
            await refused()
        except errors.PermissionDenied:
            del subscriptions["spot"]

    async def refused() -> None:
        raise errors.PermissionDenied("binance -2015")

    assert isinstance(trio.run(attempted, log_in), errors.PermissionDenied)


def test_an_error_of_the_wrong_kind_counts_where_nothing_was_refused() -> None:
    async def parse() -> None:
        raise KeyError("spot")

    assert isinstance(trio.run(attempted, parse), KeyError)
