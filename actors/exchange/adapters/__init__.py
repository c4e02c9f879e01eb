"""Adapters: between ccxt's dicts and errors and our words. Pure but for the calls of an exchange.

`registry.adapter_for` gives the adapter of an exchange, `troubles` reads what it raises. Importing
those imports ccxt; importing this does not.
"""

from .capabilities import Capabilities
from .client_ids import ClientIdRule

__all__ = ["Capabilities", "ClientIdRule"]
