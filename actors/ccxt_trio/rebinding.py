"""Private copies of ccxt's functions that name asyncio, bound to trio; ccxt stays as it is.

ccxt's exchanges name asyncio for one purpose, `asyncio.gather`. A class that has such functions
gets a *twin*: a subclass that holds copies of them, whose global `asyncio` is ours. Given to the
made class as a base, a twin comes directly before its original in the order of methods, so whoever
overrode the original, or calls it through `super()`, meets the copy in its place.
"""

from __future__ import annotations

import dis
from collections.abc import Awaitable, Iterator
from types import CodeType, FunctionType
from typing import Any

import outcome
import trio

ASYNCIO = "asyncio"


class Gathering:
    """What is left of asyncio for an exchange."""

    @staticmethod
    async def gather(*awaitables: Awaitable[Any]) -> list[Any]:
        """All results in order. The first failure ends the others and is raised as it is."""
        results: list[Any] = [None] * len(awaitables)
        failed: list[Exception] = []

        async def one(place: int, awaitable: Awaitable[Any]) -> None:
            ended = await outcome.acapture(_awaited, awaitable)
            if isinstance(ended, outcome.Value):
                results[place] = ended.value
            elif isinstance(ended.error, Exception):
                failed.append(ended.error)
                nursery.cancel_scope.cancel()
            else:
                ended.unwrap()  # cancelled, or the end of the program

        async with trio.open_nursery() as nursery:
            for place, awaitable in enumerate(awaitables):
                nursery.start_soon(one, place, awaitable)
        if failed:
            raise failed[0]
        return results


async def _awaited(awaitable: Awaitable[Any]) -> Any:
    return await awaitable


def functions(kind: type[Any]) -> Iterator[tuple[str, FunctionType]]:
    """The functions in the body of a class, those inside of static and class methods too.

    Not the second names that ccxt gives to methods when a class is used: `closeWsClients`.
    """
    for name, value in vars(kind).items():
        inner = getattr(value, "__func__", value)
        if isinstance(inner, FunctionType) and inner.__name__ == name:
            yield name, inner


def codes(code: CodeType) -> Iterator[CodeType]:
    """A code object and those within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)


def uses(function: FunctionType, name: str) -> list[str]:
    """The attributes of the global `name` that a function reads; "" where it reads it bare."""
    found = list[str]()
    for code in codes(function.__code__):
        if name not in code.co_names:
            continue
        previous = ""
        for step in dis.get_instructions(code):
            if previous:
                found.append(step.argval if step.opname in {"LOAD_ATTR", "LOAD_METHOD"} else "")
            is_it = step.opname in {"LOAD_GLOBAL", "LOAD_NAME"} and step.argval == name
            previous = name if is_it else ""
    return found


def names_asyncio(function: FunctionType) -> bool:
    """Whether a function, or one inside it, reads the global `asyncio`."""
    return any(ASYNCIO in code.co_names for code in codes(function.__code__))


def rebound(function: FunctionType, **globals_of_ours: Any) -> FunctionType:
    """A copy that sees other globals; it shares the closure, so `super()` means what it meant."""
    copy = FunctionType(
        function.__code__,
        {**function.__globals__, **globals_of_ours},
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    copy.__qualname__ = function.__qualname__
    copy.__dict__.update(function.__dict__)
    return copy


def twin(kind: type[Any], *, served: frozenset[str]) -> type[Any] | None:
    """The subclass that holds the copies; None where there is nothing to copy.

    served: names that another base serves in its place.
    """
    copies = {
        name: rebound(function, asyncio=Gathering)
        for name, function in functions(kind)
        if name not in served and names_asyncio(function)
    }
    return type(f"{kind.__name__}_on_trio", (kind,), copies) if copies else None
