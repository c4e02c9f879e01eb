"""What can go wrong between ccxt and the wire, told apart by what is known of the request.

CcxtTrouble
├─ UnknownExchange       ccxt has no exchange of this name (a UsageError)
├─ UnfitVersion          this ccxt does something that its trio form cannot serve
├─ TransportTrouble      a request has no answer
│  ├─ NothingSent        not one byte of it left: it may be sent again
│  │  ├─ DialFailed      no connection: name, address, proxy, certificate
│  │  └─ DialTimeout     no connection in time
│  └─ OutcomeUnknown     bytes of it left and nothing is known: look before it is sent again
│     ├─ AnswerLost      the connection ended before the answer did
│     ├─ AnswerTimeout   no answer in time
│     └─ AnswerUnreadable   what came is no HTTP, or too much of it
└─ SocketTrouble         a WebSocket did not open, or broke
   ├─ HandshakeRefused   the server answered the handshake with something else
   └─ SocketClosed       the other side closed it, or broke the rules

`fetch` turns these into ccxt's own (`RequestTimeout`, `ExchangeNotAvailable`) and keeps them as
their cause; `fate_of` reads the cause again. What ccxt makes of an answer carries that answer for
`said_of`: of the status, and of how long a server wants to be left alone, ccxt keeps nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

import attrs

from ...runtime.errors import BenthicError, UsageError


class CcxtTrouble(BenthicError):
    """Anything that goes wrong on purpose between ccxt and the wire."""


class UnknownExchange(CcxtTrouble, UsageError):
    """ccxt has no exchange of this name."""

    def __init__(self, name: str, *, close: tuple[str, ...] = ()) -> None:
        hint = f"did you mean {' or '.join(close)}?" if close else "`benthic doctor ccxt` lists all"
        super().__init__(f"ccxt has no exchange {name!r}; {hint}")
        self.name = name
        self.close = close


class UnfitVersion(CcxtTrouble):
    """This ccxt does something that its trio form cannot serve."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}: run `benthic doctor ccxt`, and use the ccxt that is pinned")
        self.what = what


class TransportTrouble(CcxtTrouble):
    """A request has no answer."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where  # "GET https://host:port", without path or query: those may be secrets
        self.why = why


class NothingSent(TransportTrouble):
    """Not one byte of the request left; it may be sent again."""


class DialFailed(NothingSent):
    """No connection: the name, the address, the proxy or the certificate."""


class DialTimeout(NothingSent):
    """No connection in time."""


class OutcomeUnknown(TransportTrouble):
    """Bytes of the request left, and nothing is known of what they did; look before a retry."""


class AnswerLost(OutcomeUnknown):
    """The connection ended before the answer did."""


class AnswerTimeout(OutcomeUnknown):
    """No answer in time."""


class AnswerUnreadable(OutcomeUnknown):
    """What came is no HTTP, or more than is read."""


class SocketTrouble(CcxtTrouble):
    """A WebSocket did not open, or broke."""

    def __init__(self, url: str, why: str) -> None:
        place = url.partition("?")[0]  # a listen key in the query is a secret
        super().__init__(f"{place}: {why}")
        self.url = place
        self.why = why


class HandshakeRefused(SocketTrouble):
    """The server answered the handshake with something else than a WebSocket."""

    def __init__(self, url: str, *, status: int, retry_after: str | None = None) -> None:
        super().__init__(url, f"the server answered the handshake with status {status}")
        self.status = status
        self.retry_after = retry_after  # as the header said it
        # ccxt reads the header from the error itself
        self.headers = {} if retry_after is None else {"Retry-After": retry_after}


class SocketClosed(SocketTrouble):
    """The other side closed the WebSocket, or broke its rules; nothing more comes."""

    def __init__(self, code: int, reason: str, *, url: str = "WebSocket") -> None:
        super().__init__(url, f"closed with code {code} {reason}".rstrip())
        self.code = code
        self.reason = reason


class Fate(Enum):
    """What became of a request that ended in an error."""

    NOTHING_SENT = "nothing sent"
    ANSWERED = "answered"
    UNKNOWN = "unknown"


def fate_of(error: BaseException) -> Fate:
    """What the error says of its request; an error of ccxt without our cause was an answer.

    A ccxt error that came before the wire (bad arguments) counts as answered too: the request
    has no effect that is not known.
    """
    for seen in _causes(error):
        if isinstance(seen, NothingSent):
            return Fate.NOTHING_SENT
        if isinstance(seen, OutcomeUnknown):
            return Fate.UNKNOWN
    return Fate.ANSWERED


@attrs.frozen
class Said:
    """The answer that ccxt made an error of. Its text may hold secrets: it is never shown."""

    status: int
    retry_after: str | None  # the header, as it was written
    text: str = attrs.field(repr=False)  # the body, from its beginning


def said_of(error: BaseException) -> Said | None:
    """What the server answered; None where it did not, or where ccxt refused on its own."""
    for seen in _causes(error):
        said = getattr(seen, "said", None)
        if isinstance(said, Said):
            return said
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it was raised from, outermost first."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__
