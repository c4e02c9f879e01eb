"""Whether a client behaved, by what the exchange itself has on record. Pure.

A client that was told to wait sends nothing until then; a client sends no order twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qs

from .network import Answered, Arrival

WAITING: Final = frozenset({418, 429})
ORDERS: Final = frozenset({"/api/v3/order", "/fapi/v1/order", "/dapi/v1/order"})


def sent_into_a_bar(
    arrivals: Iterable[Arrival], answers: Iterable[Answered]
) -> list[tuple[Arrival, Answered]]:
    """Requests that came after the client had been told to wait, and before that was over.

    What came in the same ms as the answer may have been under way already.
    """
    bars = [
        (each.at, each.at + each.retry_after * 1_000, each)
        for each in answers
        if each.status in WAITING and each.retry_after is not None
    ]
    return [
        (arrival, told)
        for arrival in arrivals
        for begin, end, told in bars
        if begin < arrival.at < end
    ]


def sent_twice(arrivals: Iterable[Arrival], answers: Iterable[Answered]) -> dict[str, int]:
    """How often each order was sent, of those that were sent more than once, by its client id.

    One that the venue turned away for its time stamp may come a second time, and no more.
    """
    late = {each.number for each in answers if each.was_too_late}
    counts = dict[str, int]()
    forgiven = set[str]()
    for arrival in arrivals:
        if arrival.method == "POST" and arrival.path in ORDERS:
            named = parse_qs(arrival.text).get("newClientOrderId", [""])[0]
            if arrival.number in late and named not in forgiven:
                forgiven.add(named)
            else:
                counts[named] = counts.get(named, 0) + 1
    return {name: count for name, count in counts.items() if count > 1}
