"""The answer that an error came of, read for its code and its words; and words made safe to show.

What a venue answers may quote the request: a key, a signature, a listen key. `safe` keeps a short
text of it, without the query of any URL and without whatever looks like a token.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from ....runtime import Millis
from ...ccxt_trio.errors import Said

LONGEST: Final = 160  # characters of what is shown
TOKEN: Final = 16  # characters from which on a word with digits may be a secret
ALWAYS: Final = 32  # and one without
_CODES: Final = ("code", "retCode", "ret_code", "err-code", "sCode", "error_code", "label")
_WORDS: Final = ("msg", "retMsg", "ret_msg", "err-msg", "sMsg", "message", "error_message")
_QUERY: Final = re.compile(r"\?\S+")
_WORD: Final = re.compile(rf"[A-Za-z0-9+/=_-]{{{TOKEN},}}", re.ASCII)
_BAN: Final = re.compile(r'(?:until |"retryAfter": ?)(\d{13})', re.ASCII)
_DEEP: Final = 3  # levels of an answer that are looked at


def codes_in(said: Said | None) -> tuple[str, ...]:
    """The codes in an answer, the innermost first: a list of results says more than its head."""
    return tuple(_found(said, _CODES))[::-1]


def words_in(said: Said | None) -> str:
    """What the answer says in words; empty where it is no JSON of a known form."""
    return "; ".join(_found(said, _WORDS))


def _found(said: Said | None, names: tuple[str, ...]) -> Iterator[str]:
    if said is not None:
        try:
            parsed = json.loads(said.text)
        except (ValueError, RecursionError):
            return
        yield from _look(parsed, names, _DEEP)


def _look(value: Any, names: tuple[str, ...], levels: int) -> Iterator[str]:
    if levels == 0:
        return
    if isinstance(value, list):
        for each in value[:5]:
            yield from _look(each, names, levels - 1)
    if not isinstance(value, Mapping):
        return
    for name in names:
        if isinstance(value.get(name), str | int):
            yield str(value[name])
    problem = value.get("error")
    for each in problem if isinstance(problem, list) else [problem]:
        if isinstance(each, str) and each:
            yield each
    for name in ("data", "result"):
        yield from _look(value.get(name), names, levels - 1)


def safe(text: str) -> str:
    """A text as an error may hold it: short, printable, without queries and tokens."""
    text = _WORD.sub(lambda found: "***" if _is_token(found[0]) else found[0], _QUERY.sub("", text))
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _is_token(word: str) -> bool:
    return len(word) >= ALWAYS or any(letter.isdigit() for letter in word)


def until(said: Said | None, now: Millis, *, words: str = "") -> Millis | None:
    """The time before which the venue wants no request; None where it says none (L1, L2).

    The later one counts of what the header and the words say; the header is seconds, or a date.
    words: what is known where no answer is, as of a refusal that came over a WebSocket.
    """
    if said is None:
        return Millis(max(map(int, _BAN.findall(words)), default=0)) or None
    times = [int(found) for found in _BAN.findall(said.text)]
    header = (said.retry_after or "").strip()
    if header.isdecimal() and len(header) <= 9:  # noqa: PLR2004 - thirty years
        times.append(now + int(header) * 1000)
    elif header:
        try:
            date = parsedate_to_datetime(header)
        except ValueError:
            date = None
        if date is not None:
            aware = date if date.tzinfo is not None else date.replace(tzinfo=UTC)
            times.append(int((aware - datetime.fromtimestamp(0, UTC)).total_seconds() * 1000))
    return Millis(max(times)) if times else None
