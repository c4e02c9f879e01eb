"""What a server answered stays with the error that ccxt makes of it, and stays out of its text."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import trio

from benthic.actors.ccxt_trio.errors import Fate, Said, fate_of, said_of
from benthic.actors.ccxt_trio.upstream import errors

from . import feed
from .standing import exchange_of, head_of, run, server


async def answering(stream: trio.SocketStream, head: bytes, body: bytes) -> None:
    await head_of(stream)
    await stream.send_all(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)


def refused(head: bytes, body: bytes) -> Exception:
    """What a request for a ticker ends in."""

    async def ask() -> Exception:
        async with (
            server(partial(answering, head=head, body=body)) as port,
            exchange_of("binance", feed.config("binance")) as exchange,
        ):
            exchange.urls = feed.point(exchange.urls, port)
            with pytest.raises(errors.BaseError) as caught:
                await exchange.fetch_ticker("BTC/USDT")
            found: Exception = caught.value
            return found

    return run(ask)


LIMITED = b'{"code":-1003,"msg":"Too many requests"}'
JSON = b"Content-Type: application/json\r\n"
PAGE = b"Content-Type: text/html\r\n"


def test_status_and_retry_after_are_kept() -> None:
    error = refused(b"HTTP/1.1 429 No\r\nretry-after: 30\r\n" + JSON, LIMITED)

    assert said_of(error) == Said(429, "30", LIMITED.decode())  # L1
    assert "Too many" not in repr(said_of(error))
    assert fate_of(error) is Fate.ANSWERED


@pytest.mark.parametrize(
    ("head", "body"),
    [(PAGE, b"<html>log in</html>"), (JSON, b'{"symbol": '), (JSON, b""), (b"", b"<html>")],
    ids=["page", "cut", "empty", "untold"],
)
def test_what_is_no_json_is_an_error_and_not_an_empty_answer(head: bytes, body: bytes) -> None:
    error: Any = refused(b"HTTP/1.1 200 OK\r\n" + head, body)

    assert isinstance(error, errors.BadResponse)  # A8, E9
    said = said_of(error)
    assert said is not None
    assert said.status == 200


def test_an_error_without_an_answer_has_none() -> None:
    assert said_of(errors.BadSymbol("binance has no X")) is None
