"""ccxt without what is not used: an exchange is imported when it is first asked for.

`import ccxt` alone imports some hundred exchanges, and `ccxt.pro` all of them thrice. Where nobody
has imported ccxt yet, `prepare` puts its three packages in place as packages whose exchanges are
found on first touch; nothing inside of ccxt is changed, and who imports ccxt later gets the same.
Where ccxt is there already it stays as it is.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, Final

from .errors import UnfitVersion, UnknownExchange

PACKAGES: Final = ("ccxt", "ccxt.async_support", "ccxt.pro")
REST: Final = "ccxt.async_support"
PRO: Final = "ccxt.pro"
_BASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ccxt": "ccxt.base.exchange",
        "ccxt.async_support": "ccxt.async_support.base.exchange",
        "ccxt.pro": "ccxt.async_support.base.exchange",
    }
)
_SHARED: Final = ("ccxt.base.errors", "ccxt.base.decimal_to_precision", "ccxt.base.precise")


class Shelf(ModuleType):
    """A package of ccxt whose names are found when they are asked for."""

    def __getattr__(self, name: str) -> Any:
        found = _find(self, name)
        ModuleType.__setattr__(self, name, found)
        return found

    def __setattr__(self, name: str, value: Any) -> None:
        # The import system hangs a module into its package; an exchange's name means its class.
        kind = vars(value).get(name) if isinstance(value, ModuleType) else None
        super().__setattr__(name, kind if isinstance(kind, type) else value)


def prepare() -> None:
    """Put ccxt's packages in place where nobody has. Raises UnfitVersion where there is no ccxt."""
    if PACKAGES[0] in sys.modules:
        return
    for name in PACKAGES:
        spec = find_spec(name)
        if spec is None or spec.submodule_search_locations is None:
            raise UnfitVersion(f"package {name} is not installed")
        shelf = Shelf(name)
        shelf.__spec__ = spec
        shelf.__file__ = spec.origin
        shelf.__path__ = list(spec.submodule_search_locations)
        shelf.__package__ = name
        sys.modules[name] = shelf
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, shelf)


def installed() -> str:
    """The version of ccxt; empty where it is not installed."""
    try:
        return version("ccxt")
    except PackageNotFoundError:
        return ""


def names(package: str) -> tuple[str, ...]:
    """The exchanges of a package, by the files that it has; none of them is imported."""
    prepare()
    folder = Path(next(iter(sys.modules[package].__path__)))
    return tuple(sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__"))


def exchange_class(package: str, name: str) -> type[Any]:
    """The class of an exchange, imported now. Raises UnknownExchange."""
    known = names(package)
    if name not in known:
        raise UnknownExchange(name, close=tuple(get_close_matches(name, known, n=2)))
    found: type[Any] = getattr(import_module(f"{package}.{name}"), name)
    return found


def _find(shelf: Shelf, name: str) -> Any:
    package = shelf.__name__
    if name == "__version__":
        return installed()
    if name.startswith("__"):
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    if name == "exchanges":
        return list(names(package))
    if name in {"Exchange", "BaseExchange"}:
        return getattr(import_module(_BASES[package]), name)
    for module in _SHARED:
        if hasattr(import_module(module), name):
            return getattr(import_module(module), name)
    if find_spec(f"{package}.{name}") is None:
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    module_found = import_module(f"{package}.{name}")
    kind = vars(module_found).get(name)
    return kind if isinstance(kind, type) else module_found
