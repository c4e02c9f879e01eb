"""Bans in the store: which addresses a venue serves no more, and until when."""

from __future__ import annotations

from ..actors.exchange.bans import Ban
from ..runtime import Millis
from .codec import BAN
from .creation import sign
from .environment import Environment, Transaction
from .keys import name_key
from .tables import Tables


def write_ban(txn: Transaction, tables: Tables, ban: Ban) -> None:
    """Keep a ban in place of an earlier one of its address. Raises Unstorable."""
    key = name_key(b"", ban.address)
    sign(txn, tables.meta)
    txn.put(key, BAN.record(key, ban), db=tables.bans)


def read_bans(txn: Transaction, tables: Tables, now: Millis) -> tuple[Ban, ...]:
    """Those that are not over, by address."""
    known = (BAN.read(record) for _, record in txn.cursor(tables.bans))
    return tuple(ban for ban in known if ban.until > now)


def add_bans(txn: Transaction, environment: Environment) -> None:
    """From layout 1 to 2: a table for them."""
    environment.add_table(txn, "bans")
