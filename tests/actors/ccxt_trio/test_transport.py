"""The HTTP transport: what is known of a request whenever it has no answer."""

from __future__ import annotations

import gzip
import zlib
from functools import partial
from urllib.parse import SplitResult

import pytest
import trio
import trio.testing

from benthic.actors.ccxt_trio.errors import (
    AnswerLost,
    AnswerTimeout,
    AnswerUnreadable,
    DialFailed,
    DialTimeout,
    Fate,
    NothingSent,
    TransportTrouble,
    fate_of,
)
from benthic.actors.ccxt_trio.h11_transport import H11Transport
from benthic.actors.ccxt_trio.wire import Answer, Request, Road, place

from .standing import answered, dead_port, exchange_of, head_of, run, server


async def ask(port: int, transport: H11Transport, **more: object) -> Answer:
    url = f"http://127.0.0.1:{port}/path?x=1"
    return await transport.send(Request(**{"method": "GET", "url": url, **more}))  # type: ignore[arg-type] # values of the test


class Counter:
    """A server that counts connections and requests, and does as its script says."""

    def __init__(self, *script: bytes | None) -> None:
        self.script = list(script)
        self.connections = 0
        self.heads = list[bytes]()

    async def serve(self, stream: trio.SocketStream) -> None:
        self.connections += 1
        while True:
            self.heads.append(await head_of(stream))
            said = self.script.pop(0)
            if said is None:  # hang up
                await stream.aclose()
                return
            await stream.send_all(said)


def test_connections_stay_open_and_answers_are_whole() -> None:
    async def body() -> None:
        compressed = gzip.compress(b'{"b":2}')
        raw = zlib.compress(b'{"c":3}')[2:-4]
        counter = Counter(
            answered(b'{"a":1}', b"X-Weight: 1\r\n"),
            answered(compressed, b"Content-Encoding: gzip\r\n"),
            answered(raw, b"Content-Encoding: deflate\r\n"),
        )
        transport = H11Transport()
        async with server(counter.serve) as port:
            answers = [await ask(port, transport) for _ in range(3)]
            await transport.aclose()

        assert [each.body for each in answers] == [b'{"a":1}', b'{"b":2}', b'{"c":3}']
        assert ("X-Weight", "1") in answers[0].headers
        assert counter.connections == 1
        assert counter.heads[0].startswith(b"GET /path?x=1 HTTP/1.1\r\n")

    run(body)


def test_without_a_connection_nothing_was_sent() -> None:
    async def body() -> None:
        with pytest.raises(DialFailed) as caught:
            await ask(dead_port(), H11Transport(), method="POST", body=b"{}")

        assert fate_of(caught.value) is Fate.NOTHING_SENT

    run(body)


class NeverDials:
    """A network on which nothing is reached."""

    async def open(self, url: SplitResult, road: Road) -> trio.abc.Stream:
        del url, road
        await trio.sleep_forever()
        raise AssertionError


def test_a_dial_that_takes_too_long_sent_nothing() -> None:
    async def body() -> None:
        with pytest.raises(DialTimeout) as caught:
            await ask(1, H11Transport(NeverDials()), timeout=0.01)

        assert fate_of(caught.value) is Fate.NOTHING_SENT

    run(body)


class Away:
    """A network on which a host is not reached; it counts how often that is tried."""

    def __init__(self) -> None:
        self.dials = 0

    async def open(self, url: SplitResult, road: Road) -> trio.abc.Stream:
        del road
        self.dials += 1
        await trio.lowlevel.checkpoint()
        raise DialFailed(place(url), "no connection: refused")


def test_a_host_that_is_away_is_not_dialled_for_each_of_a_thousand_questions() -> None:  # M7, R9
    async def body() -> None:
        away = Away()
        transport = H11Transport(away)
        for _ in range(1_000):
            with pytest.raises(DialFailed, match="refused") as caught:
                await ask(1, transport)
            assert fate_of(caught.value) is Fate.NOTHING_SENT
            await trio.sleep(0.3)

        assert 30 <= away.dials <= 36  # 300 s: soon, and then every ten seconds

    trio.run(body, clock=trio.testing.MockClock(autojump_threshold=0))


class Silent:
    """A network that takes nothing up and says nothing; it counts who knocks at the same time."""

    def __init__(self) -> None:
        self.dials = self.most = self._open = 0

    async def open(self, url: SplitResult, road: Road) -> trio.abc.Stream:
        del url, road
        self.dials += 1
        self._open += 1
        self.most = max(self.most, self._open)
        try:
            await trio.sleep_forever()
        finally:
            self._open -= 1
        raise AssertionError


def test_one_at_a_time_tries_a_host_that_is_away() -> None:  # M7, R9
    async def body() -> None:
        silent = Silent()
        transport = H11Transport(silent)

        async def asker() -> None:
            for _ in range(100):
                with pytest.raises((DialFailed, DialTimeout)):
                    await ask(1, transport, timeout=10)
                await trio.sleep(1)

        with pytest.raises(DialTimeout):
            await ask(1, transport, timeout=10)
        silent.most = 0
        async with trio.open_nursery() as nursery:
            for _ in range(20):
                nursery.start_soon(asker)

        assert silent.most == 1
        assert 5 <= silent.dials <= 20

    trio.run(body, clock=trio.testing.MockClock(autojump_threshold=0))


def test_an_order_does_not_wait_for_the_time_at_which_questions_are_dialled_again() -> None:
    async def body() -> None:
        away = Away()
        transport = H11Transport(away)
        for method in ("GET", "GET", "POST", "DELETE", "GET"):
            with pytest.raises(DialFailed):
                await ask(1, transport, method=method)

        assert away.dials == 3

    trio.run(body, clock=trio.testing.MockClock(autojump_threshold=0))


@pytest.mark.parametrize(
    ("said", "error"),
    [
        pytest.param(None, AnswerLost, id="hangs up"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", AnswerTimeout, id="stalls"),
        pytest.param(b"<html>busy</html>\r\n\r\n", AnswerUnreadable, id="no HTTP"),
        pytest.param(
            answered(b"xx", b"Content-Encoding: gzip\r\n"), AnswerUnreadable, id="no gzip"
        ),
        pytest.param(answered(b"xx", b"Content-Encoding: br\r\n"), AnswerUnreadable, id="brotli"),
    ],
)
def test_once_bytes_are_sent_the_outcome_is_unknown(
    said: bytes | None, error: type[TransportTrouble]
) -> None:
    async def body() -> None:
        counter = Counter(said)
        async with server(counter.serve) as port:
            with pytest.raises(error) as caught:
                await ask(port, H11Transport(), method="POST", body=b"{}", timeout=0.3)

        assert fate_of(caught.value) is Fate.UNKNOWN
        assert len(counter.heads) == 1

    run(body)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_only_a_read_is_sent_again_when_a_kept_connection_was_dead(method: str) -> None:
    async def body() -> None:
        counter = Counter(answered(b"1"), None, answered(b"2"))
        transport = H11Transport()
        async with server(counter.serve) as port:
            await ask(port, transport)
            if method == "GET":
                assert (await ask(port, transport)).body == b"2"
            else:
                with pytest.raises(AnswerLost):
                    await ask(port, transport, method=method)
            await transport.aclose()

        assert len(counter.heads) == (3 if method == "GET" else 2)

    run(body)


def test_a_connection_that_was_closed_while_it_rested_is_seen_before_a_write() -> None:
    async def body() -> None:
        served = 0

        async def once(stream: trio.SocketStream) -> None:
            nonlocal served
            await head_of(stream)
            await stream.send_all(answered(b"1"))
            await stream.aclose()
            served += 1
            closed[served - 1].set()

        closed = [trio.Event(), trio.Event()]
        transport = H11Transport()
        async with server(once) as port:
            await ask(port, transport, method="POST")
            await closed[0].wait()
            assert (await ask(port, transport, method="POST")).body == b"1"
            await transport.aclose()

        assert served == 2

    run(body)


def test_what_cannot_be_written_was_not_sent() -> None:
    async def body() -> None:
        counter = Counter()
        transport = H11Transport()
        async with server(counter.serve) as port:
            with pytest.raises(NothingSent):
                await ask(port, transport, headers=(("X-Key", "a\r\nX-Other: b"),))
        await transport.aclose()
        with pytest.raises(NothingSent, match="closed"):
            await ask(1, transport)
        with pytest.raises(DialFailed, match="no URL"):
            await transport.send(Request(method="GET", url="http:///nowhere"))

        assert counter.heads == []

    run(body)


def test_an_error_of_ccxt_keeps_its_cause_and_hides_the_query() -> None:
    async def body() -> None:
        counter = Counter(None)
        async with server(counter.serve) as port, exchange_of("binance") as exchange:
            url = f"http://127.0.0.1:{port}/order?signature=s3cret"
            with pytest.raises(Exception, match="POST") as caught:
                await exchange.fetch(url, "POST")
            with pytest.raises(Exception, match="GET") as dead:
                await exchange.fetch(f"http://127.0.0.1:{dead_port()}/", "GET")

        assert type(caught.value).__name__ == "ExchangeNotAvailable"
        assert fate_of(caught.value) is Fate.UNKNOWN
        assert fate_of(dead.value) is Fate.NOTHING_SENT
        assert "s3cret" not in f"{caught.value!r}{caught.value.__cause__!r}"

    run(body)


def test_the_timeout_of_an_exchange_is_ccxts_error_and_a_cancel_is_a_cancel() -> None:
    async def body() -> None:
        async def silent(stream: trio.SocketStream) -> None:
            await head_of(stream)
            await trio.sleep_forever()

        async with server(silent) as port, exchange_of("kraken", {"timeout": 50}) as exchange:
            url = f"http://127.0.0.1:{port}/"
            with pytest.raises(Exception, match="no answer") as caught:
                await exchange.fetch(url, "POST")
            exchange.timeout = 60_000
            with trio.move_on_after(0.05) as scope:
                await exchange.fetch(url, "POST")

        assert type(caught.value).__name__ == "RequestTimeout"
        assert scope.cancelled_caught

    run(body)


def test_one_load_of_markets_serves_all_and_a_cancelled_loader_hands_over() -> None:
    async def body() -> None:
        loads = 0
        gate = trio.Event()
        markets: list[dict[str, object]] = [
            {"id": "A", "symbol": "A/B", "base": "A", "quote": "B", "spot": True}
        ]

        async def fetch_markets(_params: object = None) -> list[dict[str, object]]:
            nonlocal loads
            loads += 1
            await gate.wait()
            return markets

        async with exchange_of("binance") as exchange:
            exchange.fetch_markets = fetch_markets
            exchange.has["fetchCurrencies"] = False
            got = list[object]()

            async def load() -> None:
                got.append(await exchange.load_markets())

            async with trio.open_nursery() as nursery:
                scope = trio.CancelScope()

                async def cancelled() -> None:
                    with scope:
                        await exchange.load_markets()

                nursery.start_soon(cancelled)
                await trio.testing.wait_all_tasks_blocked()
                for _ in range(20):
                    nursery.start_soon(load)
                await trio.testing.wait_all_tasks_blocked()
                scope.cancel()
                await trio.testing.wait_all_tasks_blocked()
                gate.set()

        assert loads == 2
        assert len(got) == 20

    run(body)


def test_a_gather_raises_the_first_error_bare_and_ends_the_others() -> None:
    from benthic.actors.ccxt_trio.rebinding import Gathering

    async def body() -> None:
        async def fails() -> None:
            raise KeyError("first")

        async def forever() -> None:
            await trio.sleep_forever()

        async def one() -> int:
            return 1

        with pytest.raises(KeyError, match="first"):
            await Gathering.gather(forever(), fails())
        assert await Gathering.gather(one(), one()) == [1, 1]
        assert await Gathering.gather() == []

    run(partial(body))
