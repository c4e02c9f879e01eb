"""All of ccxt on trio, without an asyncio loop: exchanges, their ground, and their errors.

It knows of the runtime its clock and its errors, and nothing of actors, orders or markets.
`making` holds `open_exchange`; importing it imports ccxt, importing this does not.
"""

from .errors import (
    CcxtTrouble,
    Fate,
    NothingSent,
    OutcomeUnknown,
    Said,
    SocketTrouble,
    TransportTrouble,
    UnfitVersion,
    UnknownExchange,
    fate_of,
    said_of,
)

__all__ = [
    "CcxtTrouble",
    "Fate",
    "NothingSent",
    "OutcomeUnknown",
    "Said",
    "SocketTrouble",
    "TransportTrouble",
    "UnfitVersion",
    "UnknownExchange",
    "fate_of",
    "said_of",
]
