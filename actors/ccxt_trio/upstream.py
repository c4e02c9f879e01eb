"""The names of ccxt that its trio form builds on; no other file here imports ccxt.

ccxt ships no types, so all of them are `Any`. `audit` holds the bodies that we copy against the
ones that they were copied from.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from .loading import prepare

prepare()  # before the first import of anything of ccxt

_base: Final = import_module("ccxt.async_support.base.exchange")
_client: Final = import_module("ccxt.async_support.base.ws.client")
_functions: Final = import_module("ccxt.async_support.base.ws.functions")
errors: Final[Any] = import_module("ccxt.base.errors")

BaseExchange: Any = _base.BaseExchange  # a class
SyncExchange: Any = _base.SyncExchange  # a class
Client: Any = _client.Client  # a class
json_text: Final[Any] = _client.json_dumps
gunzip: Final[Any] = _functions.gunzip
inflate: Final[Any] = _functions.inflate
