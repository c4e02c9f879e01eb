"""Nonsense that a venue, or a proxy before it, has been seen to send. Pure: text in, text out."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from .payload import Leaf, change, closed, is_list, is_number, is_object, leaves
from .request_verbs import Garbage, Nonsense

DEPTH: Final = 100_000  # of lists in lists
TIMES: Final = range(10**12, 10**14)  # ms since 1970 that a message can mean
NUMBERS: Final = (
    ("nan", "NaN"),
    ("infinity", "Infinity"),
    ("zero", "0.00000000"),
    ("negative_zero", "-0.00000000"),
    ("huge", "1e308"),
)
PRICES: Final = frozenset(
    ("p", "c", "o", "h", "l", "a", "b", "w", "x", "i", "P", "lastPrice", "price")
)
PAIR: Final = 2  # price and amount
HOUR: Final = 3_600_000
BIG: Final = 2**53  # a float tells no whole numbers apart from here on
BARE: Final = "\x00NaN"  # never sent: loses its quotes when the message is closed
FILLING: Final = "\x7f\x7f"  # stands for what pads a message until it is closed
SYMBOLS: Final = ("s", "symbol", "ps")
ORDER_IDS: Final = ("i", "orderId")
CLIENT_IDS: Final = ("c", "clientOrderId", "origClientOrderId", "C")


def spoil(text: str, verb: Garbage) -> str:
    """The message as the verb spoils it."""
    match verb.kind:
        case "not_json":
            return text[: len(text) // 2] + "}"
        case "deep":
            return "[" * DEPTH + "]" * DEPTH
        case "bare_nan":
            spoiled = change(text, lambda content: _numbers(content, verb.field, BARE))
            return spoiled.replace(f'"{closed(BARE)[1:-1]}"', "NaN")
        case _:
            return change(text, lambda content: _spoiled(content, verb.kind, verb.field))


def _spoiled(content: Any, kind: Nonsense, field: str) -> Any:
    said = dict(NUMBERS).get(kind)
    if said is not None:
        return _numbers(content, field, said)
    if kind == "negative":
        return leaves(content, _where(field, lambda value: f"-{value.lstrip('-')}"))
    if kind == "exponent":
        return leaves(content, _where(field, _exponent))
    how = dict(LEAVES).get(kind)
    return leaves(content, how) if how is not None else _reshaped(content, kind)


def _reshaped(content: Any, kind: Nonsense) -> Any:
    match kind:
        case "unknown_event":
            return _with(content, "e", "somethingNew")
        case "unknown_field":
            return _with(content, "somethingNew", {"a": [1, "2", None]})
        case "missing_field":
            return _without_last(content)
        case _:
            return leaves(content, lambda _key, value: _moved(value, kind))


def _numbers(content: Any, field: str, said: str) -> Any:
    return leaves(content, _where(field, lambda _: said))


def _where(field: str, how: Callable[[str], str]) -> Leaf:
    """A leaf rule for text that says a number, of this key where one is given."""

    def rule(key: str, value: Any) -> Any:
        fits = is_number(value) and field in ("", key)
        return how(value) if fits else value

    return rule


def _exponent(value: str) -> str:
    sign, digits, power = Decimal(value).normalize().as_tuple()
    assert isinstance(power, int)  # noqa: S101 - it is a finite number
    whole = "".join(map(str, digits))
    return f"{'-' if sign else ''}0.{whole}e{power + len(whole)}"


def _wrong_type(_key: str, value: Any) -> Any:
    if is_number(value):
        return Decimal(value).__int__()
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else value


def _with(content: Any, key: str, value: object) -> Any:
    if is_list(content):
        return [_with(each, key, value) for each in content]
    return {**content, key: value} if is_object(content) else content


def _without_last(content: Any) -> Any:
    if is_list(content):
        return [_without_last(each) for each in content]
    if is_object(content) and content:
        return {key: content[key] for key in list(content)[:-1]}
    return content


def _wrong_symbol(key: str, value: Any) -> Any:
    return "XYZABC" if key in SYMBOLS else value


def _lower_symbol(key: str, value: Any) -> Any:
    return value.lower() if key in SYMBOLS and isinstance(value, str) else value


def _foreign(key: str, value: Any) -> Any:
    if key in ORDER_IDS and isinstance(value, int):
        return value + 900_000_000
    return f"foreign-{value}" if key in CLIENT_IDS and value else value


def _is_time(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value in TIMES


def _big(_key: str, value: Any) -> Any:
    is_id = isinstance(value, int) and not isinstance(value, bool) and not _is_time(value)
    return value + BIG if is_id and value > 0 else value


def _moved(value: Any, kind: Nonsense) -> Any:
    if not _is_time(value):
        return value
    match kind:
        case "microseconds":
            return value * 1_000
        case "seconds":
            return value // 1_000
        case "future":
            return value + HOUR
        case _:
            return value - HOUR


def spiked(text: str, times: int, over: int) -> str:
    """The message with its prices multiplied by `times` over `over`."""
    return change(text, lambda content: _spiked(content, Decimal(times) / Decimal(over)))


def _spiked(content: Any, factor: Decimal) -> Any:
    def rule(key: str, value: Any) -> Any:
        if key in PRICES and is_number(value):
            return f"{(Decimal(value) * factor).quantize(Decimal(value))}"
        return value

    return leaves(content, rule)


def crossed(text: str) -> str:
    """A depth message with one bid more, at twice the highest price that it names."""

    def cross(content: Any) -> Any:
        for bids, asks in (("b", "a"), ("bids", "asks")):
            levels = [*_levels(content, bids), *_levels(content, asks)]
            if levels:
                price = max(Decimal(price) for price, *_ in levels) * 2
                amount = next((amount for _, amount, *_ in levels if Decimal(amount)), "1.00000000")
                return {**content, bids: [[f"{price}", amount], *_levels(content, bids)]}
        return content

    return change(text, cross)


def _levels(content: Any, key: str) -> list[list[str]]:
    """The price levels under a key; none where there is no such list."""
    listed = content.get(key) if is_object(content) else None
    if not is_list(listed):
        return []
    return [
        level
        for level in listed
        if is_list(level) and len(level) >= PAIR and all(map(is_number, level[:PAIR]))
    ]


def padded(text: str, size: int) -> str:
    """The message with a field that makes it `size` characters longer."""
    marked = change(text, lambda content: _with(content, "padding", FILLING))
    return marked.replace(FILLING, "x" * size, 1)  # not by way of JSON: that takes its time


def behind(text: str, updates: int) -> str:
    """A depth snapshot with a lastUpdateId that lies `updates` back."""

    def lower(key: str, value: Any) -> Any:
        return max(value - updates, 1) if key == "lastUpdateId" else value

    return change(text, lambda content: leaves(content, lower))


LEAVES: Final = (
    ("wrong_type", _wrong_type),
    ("wrong_symbol", _wrong_symbol),
    ("lower_symbol", _lower_symbol),
    ("foreign_order", _foreign),
    ("big_ids", _big),
)
