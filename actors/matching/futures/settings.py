"""How an account trades a symbol: leverage, margin type, position mode, and isolated margin.

What could change the risk of something that is open is refused, as the venue refuses it.
"""

from __future__ import annotations

from typing import Final

from ....runtime import Millis
from ..refusals import Refused
from ..values import AccountId, PositionSide
from .books import Books
from .margin import available, most_value, position_margin, setting_of
from .records import (
    Account,
    MarginChange,
    MarginMove,
    MarginType,
    PositionMode,
    Setting,
    Slot,
)

_SIDES: Final[tuple[PositionSide, ...]] = ("both", "long", "short")


class Settings:
    """Changes the settings of accounts."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def set_leverage(self, account: AccountId, symbol: str, leverage: int) -> Setting:
        """Choose a leverage for a symbol."""
        books = self._books
        owner, terms = books.account(account), books.terms_of(symbol)
        if not 1 <= leverage <= terms.max_leverage():
            raise Refused("LEVERAGE", f"{leverage} is not between 1 and {terms.max_leverage()}")
        setting = setting_of(books, owner, symbol)
        slots = [owner.slots[symbol, side] for side in _SIDES if (symbol, side) in owner.slots]
        is_less = leverage < setting.leverage
        if is_less and setting.margin == "isolated" and any(slot.amount for slot in slots):
            raise Refused("LEVERAGE", "under an isolated position the leverage can only go up")
        for slot in slots:
            most = most_value(books, owner, slot)
            if most > terms.max_value(leverage):
                raise Refused(
                    "MAX_POSITION", f"a leverage of {leverage} is not for {most} atoms of value"
                )
        before, setting.leverage = setting.leverage, leverage
        if is_less and available(books, owner, terms.asset) < 0:
            setting.leverage = before
            raise Refused("MARGIN_IS_INSUFFICIENT", f"for a leverage of {leverage} in {symbol}")
        return setting

    def set_margin_type(self, account: AccountId, symbol: str, margin: MarginType) -> None:
        """Cross or isolate a symbol."""
        owner = self._books.account(account)
        setting = setting_of(self._books, owner, symbol)
        if setting.margin == margin:
            raise Refused("NO_NEED_TO_CHANGE", f"{symbol} is {margin} already")
        self._refuse_open(owner, symbol)
        setting.margin = margin

    def set_position_mode(self, account: AccountId, mode: PositionMode) -> None:
        """One position for each symbol, or a long and a short one."""
        owner = self._books.account(account)
        if owner.mode == mode:
            raise Refused("NO_NEED_TO_CHANGE", f"the account is in {mode} mode already")
        self._refuse_open(owner, None)
        owner.mode = mode

    def position_margin(
        self,
        account: AccountId,
        symbol: str,
        side: PositionSide,
        atoms: int,
        move: MarginMove,
        at: Millis,
    ) -> None:
        """Move money between the wallet and an isolated position."""
        books = self._books
        owner, terms = books.account(account), books.terms_of(symbol)
        slot = owner.slots.get((symbol, side))
        if slot is None or not slot.amount or not books.is_isolated(slot):
            raise Refused("ISOLATED_MARGIN", f"there is no isolated {side} position in {symbol}")
        if atoms <= 0:
            raise Refused("ISOLATED_MARGIN", f"{atoms} atoms are nothing to {move}")
        if move == "add":
            most = available(books, owner, terms.asset)
        else:
            most = self._removable(owner, slot)
        if atoms > most:
            raise Refused("ISOLATED_MARGIN", f"no more than {max(0, most)} atoms to {move}")
        slot.isolated += atoms if move == "add" else -atoms
        owner.margin_changes.append(MarginChange(symbol, side, atoms, move, at))
        books.tell_position(slot, "margin", at)

    def _removable(self, owner: Account, slot: Slot) -> int:
        """What an isolated position has beyond its initial margin; profit does not count."""
        asked = position_margin(self._books, owner, slot)
        return slot.isolated + min(0, self._books.unrealised(slot)) - asked

    def _refuse_open(self, owner: Account, symbol: str | None) -> None:
        held = [s.symbol for s in owner.slots.values() if s.amount and symbol in {None, s.symbol}]
        if held:
            raise Refused("POSITION_OPEN", f"there is a position in {held[0]}: close it first")
        orders = self._books.floor().open_orders(owner.id, symbol)
        if orders:
            raise Refused("POSITION_OPEN", f"{len(orders)} orders are open: cancel them first")
