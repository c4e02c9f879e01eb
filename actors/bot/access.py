"""What a bot file says of the way to a venue: references to secrets, addresses, ccxt's options.

What stands here may be a secret that was put into the wrong place. So unlike elsewhere no error
repeats a value: it names what is expected, and the key that is named beside it is the place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from .config import Options, Proxy, Reference, RestUrl, WsUrl
from .errors import Unexpected

KINDS: Final = ("env", "file", "credential")
FORMS: Final = '{ env = "NAME" }, { file = "PATH" } or { credential = "NAME" }'
PROXIES: Final = ("http", "https", "socks5", "socks5h")

_VARIABLE: Final = re.compile(r"[A-Z_][A-Z0-9_]{0,63}", re.ASCII)
_CREDENTIAL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", re.ASCII)
_SECRET: Final = re.compile(
    r"(api)?[-_ ]?(key|secret|token|password|passphrase|passwd|pwd)"
    r"|private[-_ ]?key|wallet[-_ ]?address|mnemonic",
    re.IGNORECASE | re.ASCII,
)
"""Names of ccxt's options under which only a secret could stand."""


def read_reference(folder: Path, value: Any) -> Reference:
    """Where a secret lies. Raises Unexpected, which does not say what stands there instead."""
    if isinstance(value, str):
        raise Unexpected(f"a secret does not stand in a bot file: refer to it with {FORMS}")
    if not isinstance(value, dict) or len(value) != 1:
        raise Unexpected(f"expected one reference: {FORMS}")
    ((kind, name),) = value.items()
    if kind not in KINDS:
        raise Unexpected(f"unknown key{meant(kind, KINDS)}")
    if not isinstance(name, str):
        raise Unexpected(f"{kind}: expected text in quotes")
    if kind == "env" and _VARIABLE.fullmatch(name) is None:
        raise Unexpected("env: expected the name of a variable: capitals, digits and _")
    if kind == "credential" and _CREDENTIAL.fullmatch(name) is None:
        raise Unexpected("credential: expected the name of a credential of systemd")
    if kind == "file":
        if not name or "\0" in name:
            raise Unexpected("file: is no path: name a file with the secret in it")
        name = str(folder / Path(name).expanduser())
    return Reference(kind, name)


def read_proxy(folder: Path, value: Any) -> Reference | Proxy | None:
    """A proxy's address, or a reference to one. Raises Unexpected."""
    if value is None or isinstance(value, dict):
        return None if value is None else read_reference(folder, value)
    parts = _address(value, PROXIES)
    if parts.port is None:
        raise Unexpected("expected a port, as in http://proxy.example:3128")
    return Proxy(value)


def read_rest_url(value: Any) -> RestUrl:
    """Where requests go. Raises Unexpected."""
    _address(value, ("https", "http"))
    return RestUrl(value.rstrip("/"))


def read_ws_url(value: Any) -> WsUrl:
    """Where WebSockets are opened. Raises Unexpected."""
    _address(value, ("wss", "ws"))
    return WsUrl(value.rstrip("/"))


def read_options(value: Any) -> Options:
    """Options of ccxt. Raises Unexpected where one bears the name of a secret."""
    if not isinstance(value, dict):
        raise Unexpected("expected a table of ccxt's options")
    for path in _paths(value):
        if _SECRET.fullmatch(path[-1]):
            raise Unexpected(f"{'.'.join(path)}: secrets are no options: use key, secret, password")
    return Options(value)


def meant(word: str, known: Iterable[str]) -> str:
    """What somebody may have wanted to write instead of a word that is not known."""
    names = sorted(known)
    close = get_close_matches(word, names, n=1)
    return f"; did you mean {close[0]}?" if close else f"; there are {', '.join(names)}"


def near(word: str, known: Iterable[str]) -> str:
    """The same, of names of which there are too many to list."""
    close = get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _address(value: Any, schemes: tuple[str, ...]) -> SplitResult:
    expected = f"expected an address that begins with {' or '.join(f'{s}://' for s in schemes)}"
    if not isinstance(value, str):
        raise Unexpected(expected)
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise Unexpected(f"{expected}, with a host and a port that are") from None
    if parts.scheme not in schemes or not host:
        raise Unexpected(f"{expected}, and a host")
    if "@" in parts.netloc:
        raise Unexpected(f"an address with a user or a password is a secret: use {FORMS}")
    if parts.query or parts.fragment:
        raise Unexpected("an address has no query here: leave out ? and #")
    return parts


def _paths(table: dict[str, Any], above: tuple[str, ...] = ()) -> Iterable[tuple[str, ...]]:
    for key, value in table.items():
        yield (*above, key)
        if isinstance(value, dict):
            yield from _paths(value, (*above, key))
