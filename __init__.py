"""benthic: a trading runtime of supervised actors on trio.

This is the face and nothing else. It is lazy (PEP 562): importing `benthic` loads no floor below
it, a name loads its home when it is first asked for. Names that are not listed here are imported
from the folder that owns them, as in `from benthic.actors.feeds import SymbolFeed`.
"""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .actors.bot.builder import Bot, ExchangeBuilder
    from .runtime import (
        Actor,
        Ask,
        BenthicError,
        Child,
        LiveClock,
        Millis,
        Ref,
        Refusal,
        Restart,
        Schedule,
        Strategy,
        Supervisor,
        System,
        Tell,
        VirtualClock,
        on,
        run_virtual,
    )

__all__ = [
    "Actor",
    "Ask",
    "BenthicError",
    "Bot",
    "Child",
    "ExchangeBuilder",
    "LiveClock",
    "Millis",
    "Ref",
    "Refusal",
    "Restart",
    "Schedule",
    "Strategy",
    "Supervisor",
    "System",
    "Tell",
    "VirtualClock",
    "on",
    "run_virtual",
]

# Every name that does not live in the runtime.
_ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {"Bot": ".actors.bot.builder", "ExchangeBuilder": ".actors.bot.builder"}
)

if not TYPE_CHECKING:  # a checker would take any name of a module that has __getattr__

    def __getattr__(name: str) -> object:
        if name not in __all__:
            message = f"module 'benthic' has no attribute {name!r}; it has {', '.join(__all__)}"
            raise AttributeError(message)
        return getattr(import_module(_ELSEWHERE.get(name, ".runtime"), __name__), name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
