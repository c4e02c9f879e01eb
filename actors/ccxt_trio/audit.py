"""What an installed ccxt asks of its trio form that nobody serves: the tripwire of an upgrade.

Every exchange's class is looked at, and the bodies of ccxt's that are copied here are held against
the ones that the copies were made from. It reads code and runs none of it. What it cannot see is a
change of meaning: the tests hold the results against an unmodified ccxt.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Collection, Iterator
from types import FunctionType, ModuleType
from typing import Any, Final

import attrs

from .base import OnTrio
from .client import TrioClient
from .fingerprints import EXCUSED, FINGERPRINTS
from .loading import PRO, REST, exchange_class, installed, names
from .rebinding import ASYNCIO, codes, functions, uses
from .rest import RestOnTrio
from .upstream import BaseExchange, Client, SyncExchange

GATHER: Final = "gather"
HOST: Final = frozenset({"time", "random", "uuid", "secrets", "threading", "aiohttp", "requests"})
"""Modules through which ccxt would meet the host's time, chance or network behind our back."""
GOES_ON: Final = "calls the one that it overrides through super(), which is ours"
SERVED: Final = frozenset(
    name
    for name in (*vars(OnTrio), *vars(RestOnTrio), "on_error", "on_close", "throttle")
    if not name.startswith("_") and hasattr(BaseExchange, name)
)
"""What ours takes the place of, and what ours relies upon."""
PARTS: Final = frozenset({"Future", "Throttler", "Client"})
"""Classes of ccxt's that are made for asyncio."""


@attrs.frozen
class Finding:
    """One thing that a version of ccxt would break, or one that is known and does not."""

    kind: str  # "asyncio", "host", "part", "override", "copied"
    exchange: str  # a name, or "base"
    where: str  # a method, or "Class.method"
    what: str
    excuse: str = ""  # why it is no matter; empty where it is one

    @property
    def is_known(self) -> bool:
        """Whether it has been looked at and found harmless."""
        return bool(self.excuse)


@attrs.frozen
class Audit:
    """What was looked at, and what was found."""

    version: str
    exchanges: int
    with_websockets: int
    findings: tuple[Finding, ...]

    @property
    def broken(self) -> tuple[Finding, ...]:
        """Those that nobody has an excuse for."""
        return tuple(each for each in self.findings if not each.is_known)


def audit() -> Audit:
    """Look at all that is installed."""
    findings = [*_copied(), *_base_findings()]
    seen = set[type[Any]](BaseExchange.__mro__)
    for package in (REST, PRO):
        for name in names(package):
            kind = exchange_class(package, name)
            findings.extend(findings_of(kind, name, seen=seen))
            seen.update(kind.__mro__)
    return Audit(installed(), len(names(REST)), len(names(PRO)), tuple(dict.fromkeys(findings)))


def findings_of(kind: type[Any], name: str, *, seen: Collection[type[Any]]) -> Iterator[Finding]:
    """What an exchange does its own way. seen: classes that were looked at already."""
    for each in kind.__mro__:
        if each in seen:
            continue
        yield from _class_findings(each, name, frozenset())
        for method, function in functions(each):
            if method in SERVED:
                excuse = GOES_ON if _goes_on(function) else ""
                what = f"{each.__module__} has its own"
                yield Finding("override", name, method, what, excuse or _excuse(name, method))


def fingerprint(function: FunctionType) -> str:
    """Of the source of a function, whatever its layout and the comments on lines of their own."""
    lines = [line.strip() for line in inspect.getsource(function).splitlines()]
    said = "".join("".join(line.split()) for line in lines if not line.startswith("#"))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def copied() -> Iterator[tuple[str, FunctionType]]:
    """The functions of ccxt's whose place ours take, by their names."""
    for kind, ours in ((BaseExchange, OnTrio), (SyncExchange, OnTrio), (Client, TrioClient)):
        taken = {name for each in _until(ours, kind) for name in vars(each)}
        for name, function in functions(kind):
            if name in taken and not (name.startswith("__") and name != "__init__"):
                yield f"{kind.__module__}.{name}", function


def _copied() -> Iterator[Finding]:
    now = {name: fingerprint(function) for name, function in copied()}
    for name, known in FINGERPRINTS.items():
        if name not in now:
            yield _finding("copied", "base", name, "is gone: ours takes the place of nothing")
        elif now[name] != known:
            yield _finding("copied", "base", name, f"has changed: {now[name]}, it was {known}")
    for name in sorted(now.keys() - FINGERPRINTS.keys()):
        yield _finding("copied", "base", name, "is new: ours hides it")


def _base_findings() -> Iterator[Finding]:
    above = frozenset(vars(BaseExchange))
    for kind, ours, hidden in (
        (BaseExchange, OnTrio, frozenset[str]()),
        (SyncExchange, OnTrio, above),
        (Client, TrioClient, frozenset[str]()),
    ):
        taken = {name for each in _until(ours, kind) for name in vars(each)}
        yield from _class_findings(kind, "base", hidden | taken)


def _class_findings(kind: type[Any], name: str, taken: frozenset[str]) -> Iterator[Finding]:
    for method, function in functions(kind):
        if method in taken:
            continue
        for attribute in uses(function, ASYNCIO):
            if attribute != GATHER:
                yield _finding("asyncio", name, method, f"asyncio.{attribute or '?'} in {kind}")
        read = {each for code in codes(function.__code__) for each in code.co_names}
        for each in sorted(read & function.__globals__.keys()):
            found = _risk(each, function.__globals__[each])
            if found and uses(function, each):
                yield _finding(found, name, method, f"{each} in {kind.__module__}")


def _risk(name: str, value: object) -> str:
    """The kind of finding that a global would be; empty where it is none."""
    if isinstance(value, ModuleType):
        return "host" if value.__name__.partition(".")[0] in HOST else ""
    module = str(getattr(value, "__module__", ""))
    if module.partition(".")[0] in {ASYNCIO, "_asyncio"}:
        return "asyncio"
    return "part" if name in PARTS and module.startswith("ccxt.async_support.base") else ""


def _finding(kind: str, exchange: str, where: str, what: str) -> Finding:
    return Finding(kind, exchange, where, what, _excuse(exchange, where))


def _excuse(exchange: str, where: str) -> str:
    return EXCUSED.get(f"{exchange}.{where}", "")


def _goes_on(function: FunctionType) -> bool:
    """Whether an override calls what it overrides, or what took its place."""
    return "super" in {name for code in codes(function.__code__) for name in code.co_names}


def _until(kind: type[Any], end: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__mro__:
        if each is end:
            return
        if each.__module__.partition(".")[0] == __name__.partition(".")[0]:
            yield each
