"""What an error of ccxt's says about a request: one of our errors, and what may be done next. Pure.

Two questions are asked of every error, in this order: is it known what became of the request, and
why was it not done? A write of which that is not known is `Unsettled`, whatever else is known: only
a code, a status or the wire itself can say that nothing was done (A1 to A4, E1, E9, L1, L4).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final, Literal, cast

import attrs

from ....runtime import BenthicError, Millis
from ...ccxt_trio.errors import CcxtTrouble, Fate, Said, fate_of, said_of
from ...market.errors import OrderRejected, Reason
from ..errors import (
    Barred,
    KeyTrouble,
    NotListed,
    NotOffered,
    RegionBlocked,
    Unsettled,
    UnsoundAnswer,
    VenueAway,
)
from ..messages import Submit
from .codes import CLASSES, NONE, WORDS, Codes, Meaning
from .said import codes_in, safe, until, words_in

Refusing = Callable[[str, str], BenthicError]  # made of a venue and a reason
Again = Literal[
    "never",  # the same fails again
    "later",  # as it stands, after a pause
    "then",  # not before the time that the error names
    "resynchronised",  # with a new timestamp, once the venue's clock has been read
    "look first",  # it may have been done
]

PAUSE: Final = Millis(10_000)  # where the venue wants to be left alone and does not say how long
BAN: Final = Millis(120_000)  # the shortest that Binance's bans are
SUBMIT: Final = Submit.__name__
_TEAPOT: Final = 418
_WHOLLY_REFUSED: Final[Mapping[Meaning, tuple[Refusing, Again, Reason]]] = MappingProxyType(
    {
        "KEY": (KeyTrouble, "never", "KEY"),
        "REGION": (RegionBlocked, "never", "REGION"),
        "NOT_SENT": (VenueAway, "later", "NOT_SENT"),
        "AWAY": (VenueAway, "later", "REFUSED"),
    }
)
"""What is raised, and when it may be tried again, by what an error means."""


@attrs.frozen(kw_only=True)
class About:
    """The request that failed."""

    venue: str
    what: str  # the message: "Submit", "FetchTicker"
    now: Millis
    symbol: str = ""
    client_id: str = ""  # of writes
    codes: Codes = NONE
    plain_noes: frozenset[str] = frozenset()  # words with 5xx that say that nothing was done


@attrs.frozen
class Trouble:
    """What is raised, and what may be done.

    reason: of a write that was definitely not done; None: of a read, or where it is not known.
    """

    error: BenthicError
    again: Again
    reason: Reason | None = None
    detail: str = ""

    def rejection(self, client_id: str) -> OrderRejected | None:
        """The definite no to an order, where this is one."""
        return None if self.reason is None else OrderRejected(client_id, self.reason, self.detail)


def of_read(error: BaseException, about: About) -> Trouble:
    """What a read that failed comes to; nothing was changed, so it may be asked again at will."""
    if isinstance(error, BenthicError) and not isinstance(error, CcxtTrouble):
        return Trouble(error, "later" if isinstance(error, UnsoundAnswer) else "never")
    meaning, detail = meaning_of(error, about)
    if meaning == "UNKNOWN":
        is_unsound = _is_one_of(error, "BadResponse")
        kind = UnsoundAnswer(about.venue, about.what, detail) if is_unsound else None
        return Trouble(kind or VenueAway(about.venue, detail), "later")
    if meaning == "UNKNOWN_SYMBOL":
        return Trouble(NotListed(about.venue, about.symbol), "never")
    if meaning == "UNKNOWN_ORDER":
        return Trouble(OrderRejected(about.client_id, "UNKNOWN_ORDER", detail), "never")
    shared = _shared(error, meaning, detail, about)
    if shared is None:
        return Trouble(NotOffered(about.symbol, f"{about.what} ({detail})"), "never")
    return attrs.evolve(shared, reason=None)


def of_write(error: BaseException, about: About) -> Trouble:
    """What a write that failed comes to: not done, for a reason, or not known."""
    if isinstance(error, OrderRejected):
        return Trouble(error, "never", error.reason, error.detail)
    if isinstance(error, BenthicError) and not isinstance(error, CcxtTrouble):
        return Trouble(Unsettled(_order(about), safe(str(error))), "look first")
    meaning, detail = meaning_of(error, about)
    if meaning == "UNKNOWN" or _is_of_another(meaning, about):
        return Trouble(Unsettled(_order(about), detail), "look first")
    shared = _shared(error, meaning, detail, about)
    if shared is not None:
        return shared
    reason = cast("Reason", meaning)  # the other meanings are shared ones
    again: Again = "look first" if reason == "DUPLICATE_ORDER" else "never"
    rejected = OrderRejected(about.client_id, reason, detail)
    return Trouble(rejected, again, reason, detail)


def _is_of_another(meaning: Meaning, about: About) -> bool:
    """Whether the answer is one to some other request: no venue looks for what is sent (E12)."""
    return about.what == SUBMIT and meaning == "UNKNOWN_ORDER"


def _order(about: About) -> str:
    return f"{about.venue}: {about.what} {about.client_id}".rstrip()


def _shared(error: BaseException, meaning: Meaning, detail: str, about: About) -> Trouble | None:
    """What is the same for reads and writes: the venue did not look at the request."""
    venue = about.venue
    if meaning == "RATE_LIMIT":
        said = said_of(error)
        pause = BAN if said is not None and said.status == _TEAPOT else PAUSE
        told = until(said, about.now, words=str(error))
        end = Millis(about.now + pause) if told is None or told <= about.now else told
        return Trouble(Barred(venue, detail, until=end), "then", "RATE_LIMIT", detail)
    if meaning == "CLOCK":
        words = f"{detail}: its clock and ours differ"
        return Trouble(VenueAway(venue, words), "resynchronised", "CLOCK", words)
    if meaning in _WHOLLY_REFUSED:
        kind, again, reason = _WHOLLY_REFUSED[meaning]
        return Trouble(kind(venue, detail), again, reason, detail)
    return None


def meaning_of(error: BaseException, about: About) -> tuple[Meaning, str]:
    """What an error says became of its request, and in which words; these are safe to show."""
    fate = fate_of(error)
    if fate is Fate.NOTHING_SENT:
        return "NOT_SENT", safe(_last_words(error))
    if fate is Fate.UNKNOWN:
        return "UNKNOWN", safe(_last_words(error))
    said = said_of(error)
    words = words_in(said)
    known = [code for code in codes_in(said) if code in about.codes]
    detail = safe(_detail(error, said, words))
    if known:
        return about.codes[known[0]], detail
    return _of_answer(error, said, words, about), detail


def _of_answer(error: BaseException, said: Said | None, words: str, about: About) -> Meaning:
    """By the status where it says all, then by the venue's words, then by ccxt's class."""
    status = 0 if said is None else said.status
    by_status = _of_status(status, words, about)
    if by_status is not None:
        return by_status
    heard = (str(error) if said is None else words).lower()
    for phrase, meaning in WORDS:
        if phrase in heard:
            return meaning
    for name, meaning in CLASSES:
        if _is_one_of(error, name):
            return meaning
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        # Without words of the venue's it is a firewall before it, which let nothing through (E9).
        return "REFUSED" if words else "AWAY"
    return "UNKNOWN"


def _of_status(status: int, words: str, about: About) -> Meaning | None:
    if status == HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS:
        return "REGION"
    if status in {HTTPStatus.TOO_MANY_REQUESTS, _TEAPOT}:
        return "RATE_LIMIT"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "AWAY" if words.strip(" .").lower() in about.plain_noes else "UNKNOWN"
    if status == HTTPStatus.REQUEST_TIMEOUT:
        return "UNKNOWN"
    return None


def _is_one_of(error: BaseException, name: str) -> bool:
    """By name: ccxt is not imported to read its errors."""
    return any(kind.__name__ == name for kind in type(error).__mro__)


def _detail(error: BaseException, said: Said | None, words: str) -> str:
    if said is None:
        return str(error) or type(error).__name__
    codes = " ".join(code for code in codes_in(said) if len(code) < 12)  # noqa: PLR2004 - no id
    page = "with a page where JSON was due" if said.text.lstrip().startswith("<") else ""
    if said.status == HTTPStatus.OK and not words and not page and _is_one_of(error, "BadResponse"):
        page = "with a body that is no whole JSON"
    return " ".join(part for part in (f"status {said.status}", codes, words, page) if part)


def _last_words(error: BaseException) -> str:
    """What the transport said: it names the server, and neither path nor query."""
    seen: BaseException = error
    while seen.__cause__ is not None and not isinstance(seen, CcxtTrouble):
        seen = seen.__cause__
    return str(seen) or type(seen).__name__
