"""In how many ways each fault strikes an order: rules of a fault plan, and what happens besides.

A way is about one order. Its rules strike the create or the cancel that comes next, or whatever is
asked and told of it from then on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

import attrs

from ...scenarios.world import ORDER

Table = dict[str, Any]
Stream = Literal["heard", "silent", "mute", "late", "twice", "reversed"]
"""What becomes of the account's stream while an outcome is open. `silent`: it tells of no orders,
`mute`: of nothing, `late`: of orders after 20 s."""
Then = Literal["nothing", "filled at once", "filled", "cancelled"]
"""What happens besides: `filled` by a stranger, at once or when the create was answered."""
Kind = Literal["far", "near", "taking", "market"]
"""A limit order that rests, one that may trade any time, one that trades at once; one without."""

HTML: Final = "<html><body><h1>502 Bad Gateway</h1></body></html>"
SYMBOL: Final = "BTCUSDT"
LINES: Final = ("open", "close", "reset")
SERVER_ERRORS: Final = (500, 502, 503, 504)
GAVE_UP: Final = ((408, -1007), (504, -1007), (500, -1006), (400, -1006))
DUPLICATE: Final = "Duplicate order sent."
SHARES: Final = ("0.3", "0.5", "0.8")  # of an order that fills in part
ANY: Final[tuple[Kind, ...]] = ("far", "near", "taking", "market")
RESTING: Final[tuple[Kind, ...]] = ("far",)
OPEN: Final[tuple[Stream, ...]] = ("heard", "silent", "mute", "late", "twice")
SILENT: Final[tuple[Stream, ...]] = ("silent", "mute")
ENDING: Final[tuple[Then, ...]] = ("nothing", "nothing", "nothing", "cancelled")


@attrs.frozen(kw_only=True)
class Way:
    """One way in which an order meets a fault.

    create, cancel: rules in force from before its create on, and from before its cancel on.
    kinds, streams, thens: of which one each is drawn. share: of the order that a stranger fills.
    """

    create: tuple[Table, ...] = ()
    cancel: tuple[Table, ...] = ()
    kinds: tuple[Kind, ...] = ANY
    streams: tuple[Stream, ...] = OPEN
    thens: tuple[Then, ...] = ENDING
    share: str = "1"

    @property
    def is_of_one_request(self) -> bool:
        """Whether nothing but its own create is struck: others may be under way beside it."""
        is_filled = any(then.startswith("filled") for then in self.thens)
        if not self.create or self.cancel or is_filled:
            return False
        return all(rule["when"].get("method") == "POST" for rule in self.create)


def _on(method: str, fault: str, verb: str, **parameters: Any) -> Table:
    when = {"method": method, "path": ORDER, "nth": 1}
    return {"fault": fault, "verb": verb, "when": when, **parameters}


def _on_looks(fault: str, verb: str, first: int, **parameters: Any) -> Table:
    when = {"method": "GET", "path": ORDER, "first": first}
    return {"fault": fault, "verb": verb, "when": when, **parameters}


def _creates(*rules: Table) -> Iterable[Way]:
    return (Way(create=(rule,)) for rule in rules)


def _lost(method: str, fault: str, verb: str) -> list[Table]:
    """The request, or its answer, is gone, and the connection may go as well."""
    return [_on(method, fault, verb, line=line) for line in LINES]


def _unreadable(method: str, fault: str) -> list[Table]:
    """It is done, and what is answered cannot be read."""
    cut = [_on(method, fault, "truncate", missing=size, whole=True) for size in (1, 12, 40)]
    bodies = [_on(method, fault, "body", body=text, point="after") for text in ("", HTML)]
    return [*cut, *bodies, _on(method, fault, "truncate", missing=20)]


def _erring(method: str, fault: str) -> list[Table]:
    """A server error, mostly of what was done all the same."""
    done = [_on(method, fault, "status", status=each, point="after") for each in SERVER_ERRORS]
    return [*done, _on(method, fault, "status", status=502, point="before")]


def _gave_up() -> list[Table]:
    done = [
        _on("POST", "A4", "status", status=status, code=code, point="after")
        for status, code in GAVE_UP
    ]
    return [*done, _on("POST", "A4", "status", status=408, code=-1007, point="before")]


def _late(method: str, fault: str) -> list[Table]:
    """The answer comes after nobody waits for it any more, or it is done late."""
    after = [_on(method, fault, "delay", time=time) for time in ("11s", "14s", "20s")]
    return [*after, _on(method, fault, "delay", time="4s", point="before")]


def _doubts(fault: str) -> list[Table]:
    """An order is there, and its answer does not say so."""
    return [
        _on("POST", fault, "status", status=502, point="after"),
        _on("POST", fault, "execute_then_drop_response"),
    ]


def _early() -> Iterable[Way]:
    for time in ("300ms", "2s", "6s"):
        yield Way(create=(_on("POST", "A6", "delay", time=time),), streams=("heard", "twice"))


def _silent() -> Iterable[Way]:
    yield Way(streams=SILENT, kinds=("taking", "market"))
    yield Way(streams=SILENT, kinds=RESTING, thens=("filled",))
    for share in SHARES:
        yield Way(streams=SILENT, kinds=RESTING, thens=("filled",), share=share)


def _filled_in_doubt() -> Iterable[Way]:
    for doubt in _doubts("A2"):
        for share in ("1", *SHARES[:1]):
            yield Way(
                create=(doubt,),
                kinds=RESTING,
                streams=SILENT,
                thens=("filled at once",),
                share=share,
            )


def _lagging() -> Iterable[Way]:
    """Look-ups know the order late: always by some seconds, or not at first."""
    for time in ("3s", "6s", "12s"):
        lag = _on_looks("A14", "query_lag", 100, time=time)
        yield Way(create=(_doubts("A3")[0], lag), streams=SILENT)
    blind = _on_looks("A14", "query_lag", 3, time="3m")
    yield Way(create=(_doubts("A2")[1], blind), streams=SILENT)


def _archived() -> Iterable[Way]:
    gone = _on_looks("A15", "status", 6, status=400, code=-2026)
    for share in ("1", *SHARES[:1]):
        yield Way(create=(gone,), kinds=RESTING, streams=SILENT, thens=("filled",), share=share)


def _cancels() -> Iterable[Way]:
    rules = [
        *_lost("DELETE", "A16", "drop_request"),
        *_lost("DELETE", "A16", "execute_then_drop_response"),
        *_erring("DELETE", "A16"),
        *_late("DELETE", "A16"),
        *_unreadable("DELETE", "A16"),
    ]
    return (Way(cancel=(rule,), kinds=RESTING, thens=("cancelled",)) for rule in rules)


def _races(fault: str, streams: tuple[Stream, ...], shares: tuple[str, ...]) -> Iterable[Way]:
    """It fills, or a part of it does, just before the cancel is done; whose answer may be lost."""
    for share in shares:
        fill = _on("DELETE", fault, "fill", symbol=SYMBOL, share=share)
        for lost in ((), (_on("DELETE", "A16", "execute_then_drop_response"),)):
            yield Way(cancel=(fill, *lost), kinds=RESTING, streams=streams, thens=("cancelled",))


WAYS: Final[Mapping[str, tuple[Way, ...]]] = MappingProxyType(
    {
        "A1": tuple(_creates(*_lost("POST", "A1", "drop_request"))),
        "A2": tuple(_creates(*_lost("POST", "A2", "execute_then_drop_response"))),
        "A3": tuple(_creates(*_erring("POST", "A3"))),
        "A4": tuple(_creates(*_gave_up())),
        "A5": tuple(_creates(*_late("POST", "A5"))),
        "A6": tuple(_early()),
        "A7": tuple(_silent()),
        "A8": tuple(_creates(*_unreadable("POST", "A8"))),
        "A12": tuple(
            _creates(
                _on("POST", "A12", "status", status=400, code=-2010, msg=DUPLICATE, point="after")
            )
        ),
        "A13": tuple(_filled_in_doubt()),
        "A14": tuple(_lagging()),
        "A15": tuple(_archived()),
        "A16": tuple(_cancels()),
        "A17": tuple(_races("A17", OPEN, ("1",))),
        "A18": tuple(_races("A18", ("reversed", "reversed", "late", "silent", "mute"), SHARES)),
    }
)
"""By the code of the fault, in the order of the page on faults."""

WORDS: Final = "executionReport"  # what an account's stream tells of orders

OF_STREAM: Final[Mapping[Stream, tuple[Table, ...]]] = MappingProxyType(
    {
        "heard": (),
        "silent": ({"fault": "A7", "verb": "drop", "when": {"event": WORDS}},),
        "mute": ({"fault": "A7", "verb": "drop", "when": {"stream": "user"}},),
        "late": ({"fault": "B15", "verb": "delay", "when": {"event": WORDS}, "time": "20s"},),
        "twice": ({"fault": "B1", "verb": "duplicate", "when": {"event": WORDS}},),
        "reversed": ({"fault": "A18", "verb": "reorder", "when": {"event": WORDS}, "window": 2},),
    }
)
