"""The tripwire: it passes on the ccxt that is pinned, and trips over what a new one might do."""

from __future__ import annotations

import asyncio  # noqa: TID251 - named by a planted method; no loop is made
import json
import subprocess
import sys
import time
from random import Random
from typing import Any

import pytest
import trio

from benthic.actors.ccxt_trio.audit import audit, copied, findings_of, fingerprint
from benthic.actors.ccxt_trio.errors import UnknownExchange
from benthic.actors.ccxt_trio.fingerprints import FINGERPRINTS
from benthic.actors.ccxt_trio.ground import Ground
from benthic.actors.ccxt_trio.loading import PRO, REST, exchange_class, names
from benthic.actors.ccxt_trio.making import made_of, open_exchange, trio_class
from benthic.actors.ccxt_trio.rebinding import Gathering, names_asyncio
from benthic.actors.ccxt_trio.upstream import BaseExchange
from benthic.runtime.clock import Millis, VirtualClock

from .standing import run


def test_nothing_that_is_installed_is_broken_and_all_that_is_known_has_a_reason() -> None:
    found = audit()

    assert (found.exchanges, found.with_websockets) == (104, 76)
    assert found.broken == ()
    assert {each.exchange for each in found.findings} >= {"kraken", "hollaex", "p2b"}
    assert all(each.excuse for each in found.findings)


def planted(**methods: Any) -> type[Any]:
    return type("planted", (exchange_class(PRO, "binance"),), methods)


async def waits(self: Any) -> None:
    await asyncio.wait_for(self.close(), 1)


async def looks_at_the_clock(self: Any) -> float:
    del self
    return time.time()


async def load_markets(self: Any) -> None:
    del self


@pytest.mark.parametrize(
    ("methods", "kind", "what"),
    [
        ({"waits": waits}, "asyncio", "asyncio.wait_for"),
        ({"looks_at_the_clock": looks_at_the_clock}, "host", "time in"),
        ({"load_markets": load_markets}, "override", "has its own"),
    ],
    ids=["asyncio", "host", "override"],
)
def test_a_planted_danger_is_found(methods: dict[str, Any], kind: str, what: str) -> None:
    danger = planted(**methods)
    [found] = findings_of(danger, "planted", seen=danger.__mro__[1:])

    assert (found.kind, found.is_known) == (kind, False)
    assert what in found.what


def test_a_body_that_changed_has_another_fingerprint() -> None:
    assert {name: fingerprint(function) for name, function in copied()} == dict(FINGERPRINTS)
    assert fingerprint(waits) != fingerprint(load_markets)  # type: ignore[arg-type] # functions


def test_the_command_says_so_in_json_and_ends_well() -> None:
    child = subprocess.run(
        [sys.executable, "-m", "benthic", "doctor", "ccxt", "--json"],
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    said = json.loads(child.stdout)

    assert (said["ok"], said["broken"], said["exchanges"]) == (True, [], 104)


def test_made_classes_keep_what_exchanges_do_their_own_way() -> None:
    for name in names(REST):
        made = trio_class(name)
        upstream = exchange_class(PRO if name in names(PRO) else REST, name)
        order = made.__mro__
        assert order.index(upstream) < order.index(BaseExchange)
        assert [each for each in order if each in upstream.__mro__] == list(upstream.__mro__)
        for kind in upstream.__mro__[: upstream.__mro__.index(BaseExchange)]:
            for method, function in vars(kind).items():
                is_own = getattr(function, "__name__", method) == method  # ccxt adds fetchTicker …
                if callable(function) and is_own and names_asyncio(function):
                    copy = vars(order[order.index(kind) - 1])[method]
                    assert copy.__globals__["asyncio"] is Gathering
                    assert function.__globals__["asyncio"] is asyncio


def test_an_unknown_exchange_is_told_what_it_may_have_meant() -> None:
    with pytest.raises(UnknownExchange, match="did you mean binance"):
        trio_class("binanse")


def test_time_ids_and_nonces_come_from_the_clock_and_the_seed() -> None:
    async def draws(seed: int) -> list[Any]:
        clock = VirtualClock(Millis(1_767_225_600_123))
        async with trio.open_nursery() as nursery:
            ground = Ground(nursery=nursery, clock=clock, chance=Random(seed))  # noqa: S311 - ids of a test
            exchange = open_exchange("kraken", ground)
            drawn = [
                *(exchange.milliseconds(), exchange.seconds(), exchange.microseconds()),
                *(exchange.uuid(), exchange.uuid16(), exchange.uuid22(), exchange.origin),
                *(exchange.rand_number(5), exchange.random_bytes(8), exchange.nonce()),
                exchange.totp("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
            ]
            assert exchange.microseconds() > drawn[2]
            await exchange.close()
        return drawn

    async def body() -> None:
        first, again, other = await draws(1), await draws(1), await draws(2)

        assert first[:3] == [1_767_225_600_123, 1_767_225_600, 1_767_225_600_123_000]
        assert first == again
        assert first[3:9] != other[3:9]

    run(body)


def test_one_exchange_imports_few_modules_and_ccxt_stays_usable() -> None:
    program = (
        "import sys\n"
        "from benthic.actors.ccxt_trio.making import trio_class\n"
        "trio_class('binance')\n"
        "few = sum(name.startswith('ccxt.') for name in sys.modules)\n"
        "import ccxt, ccxt.pro\n"
        "assert issubclass(ccxt.pro.kraken, ccxt.async_support.kraken)\n"
        "assert issubclass(ccxt.BadSymbol, ccxt.ExchangeError)\n"
        "assert len(ccxt.exchanges) == 104 and ccxt.__version__\n"
        "print(few)\n"
    )
    child = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True, timeout=60
    )

    assert int(child.stdout) < 40


def test_made_of_leaves_ccxts_class_as_it_was() -> None:
    kind = exchange_class(PRO, "bybit")
    before = dict(vars(kind))
    made_of(kind)

    assert dict(vars(kind)) == before
