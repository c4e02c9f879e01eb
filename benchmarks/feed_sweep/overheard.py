"""Listens in on a venue's wire for what its faults made of true words, where it may pass for true.

A price of ten times the true one in a trade is a trade to whoever hears it. `Told` says which
trades, candles and books were told so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

import msgspec

from ...scenarios.venue.faults.payload import is_list, is_object
from ...scenarios.venue.wire.fate import Fate
from ...scenarios.venue.wire.messages import Request, Response, Session
from ...scenarios.venue.wire.strikes import Faults, Push, RequestFate, ResponseFate
from .truth import Told


class Overheard:
    """`Faults` that asks another plan, and notes in `told` where it lied."""

    def __init__(self, faults: Faults, told: Told) -> None:
        self._faults = faults
        self._told = told

    def on_open(self, address: str, /) -> Fate | None:
        return self._faults.on_open(address)

    def on_request(self, request: Request, /) -> RequestFate | None:
        return self._faults.on_request(request)

    def on_response(self, request: Request, response: Response, /) -> ResponseFate | None:
        fate = self._faults.on_response(request, response)
        if fate is not None and fate.answer is not None:
            note_answer(self._told, request, response.body, fate.answer.body)
        return fate

    def on_push(
        self, session: Session, stream: str, kind: str, symbol: str, text: str, /
    ) -> Sequence[Push] | None:
        pushes = self._faults.on_push(session, stream, kind, symbol, text)
        for push in pushes or ():
            if push.text and push.text != text:
                note_push(self._told, text, push.text)
        return pushes


def note_push(told: Told, true: str, said: str) -> None:
    """A message went out in place of another."""
    was, now = _event(true), _event(said)
    if was is None or now is None or was.get("s") != now.get("s"):
        return
    symbol = str(was.get("s"))
    if was.get("e") == "aggTrade" and was.get("a") == now.get("a"):
        told.trades.add((symbol, str(was["a"])))
    elif was.get("e") == "kline":
        one, other = was["k"], now.get("k")
        if is_object(other) and other.get("x") is True and other.get("t") == one["t"]:
            told.candles.add((symbol, str(one["i"]), int(one["t"])))


def note_answer(told: Told, request: Request, true: bytes, said: bytes) -> None:
    """An answer was given in place of another."""
    asked = {name: values[0] for name, values in parse_qs(request.query).items()}
    symbol, frame = asked.get("symbol", ""), asked.get("interval", "")
    was, now = _content(true), _content(said)
    if is_object(was) and is_object(now):
        truly, number = was.get("lastUpdateId"), now.get("lastUpdateId")
        if isinstance(truly, int) and isinstance(number, int) and number < truly:
            told.books.append((symbol, number, truly))
    elif is_list(was) and is_list(now):
        altered = [(one, other) for one, other in zip(was, now, strict=False) if one != other]
        for one, other in altered:
            if is_object(one) and is_object(other) and "a" in one and one["a"] == other.get("a"):
                told.trades.add((symbol, str(one["a"])))
            elif is_list(one) and is_list(other) and one[:1] == other[:1]:
                told.candles.add((symbol, frame, int(one[0])))


def _event(text: str) -> dict[str, Any] | None:
    content = _content(text.encode())
    if is_object(content) and is_object(inner := content.get("data")):
        content = inner
    return content if is_object(content) else None


def _content(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return None
