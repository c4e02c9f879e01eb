"""Taking secrets out of a text, whatever wrote it: those that are known, and what looks like one.

The last line of defence, behind `Secret` and errors that carry no URLs: whatever `benthic run`
writes passes through here once more, tracebacks and the words of libraries included.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote, quote_plus, unquote, urlsplit

from ...runtime.secret import HIDDEN, Secret

SHORTEST: Final = 4  # characters: what is shorter is in every other word

_NAMED: Final = re.compile(
    r"""(?ix)
    (?<!exchange\.) (?<!LoadCredential=)  # our own words, which never repeat what they refuse
    ( (?: signature | x-mbx-apikey | listen-?key | api-?key | api-?secret | secret | password
        | passphrase | private-?key | token )
      ["']? \s* [=:] \s* (?: b?["'] )? )
    [^\s"'&,;)}\]]+"""
)
_AUTHORIZATION: Final = re.compile(
    r"""(?ix)
    ( (?:proxy-)? authorization ["']? \s* [=:] \s* (?: b?["'] )? (?: \w+ \s+ )? )
    [^\s"',;)}]+"""
)
_USER: Final = re.compile(r"(?i)([a-z][a-z0-9+.-]*://)[^\s/@\"']+@")
_LONG: Final = re.compile(r"\b(?:[0-9a-fA-F]{48,}|[A-Za-z0-9]{56,})\b")
"""No word, number or id of ours is as long; API keys, listen keys and signatures are."""


class Redactor:
    """Hides the secrets that it is given, in every form in which they may be written."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, secrets: Iterable[Secret]) -> None:
        """Know more secrets."""
        for secret in secrets:
            for text in parts_of(secret.reveal()):
                self._known.update(form for form in forms_of(text) if len(form) >= SHORTEST)
        longest = sorted(self._known, key=len, reverse=True)  # a secret may be part of another
        self._pattern = re.compile("|".join(map(re.escape, longest))) if longest else None

    def clean(self, text: str) -> str:
        """The same text without secrets."""
        if self._pattern is not None:
            text = self._pattern.sub(HIDDEN, text)
        text = _AUTHORIZATION.sub(rf"\1{HIDDEN}", text)
        text = _NAMED.sub(rf"\1{HIDDEN}", text)
        text = _USER.sub(rf"\1{HIDDEN}@", text)
        return _LONG.sub(HIDDEN, text)


def parts_of(secret: str) -> Iterator[str]:
    """A secret, each of its lines, and what of an address is secret."""
    yield secret
    yield from (line.strip() for line in secret.splitlines())
    if "@" in secret and "://" in secret:
        try:
            address = urlsplit(secret)
        except ValueError:
            return
        user = address.netloc.rpartition("@")[0]
        yield user
        yield unquote(user)
        if address.password:
            yield address.password
            yield unquote(address.password)


def forms_of(text: str) -> Iterator[str]:
    """A text as it may be written: in JSON, in a URL, by `repr`, in a header."""
    yield text
    yield json.dumps(text)[1:-1]
    yield json.dumps(text, ensure_ascii=False)[1:-1]
    yield repr(text)[1:-1]
    yield quote(text, safe="")
    yield quote_plus(text)
    yield base64.b64encode(text.encode()).decode().rstrip("=")
