"""What positions and orders ask for margin, and what is left for more; reads, changes nothing.

The names are the venue's: the *initial* margin of a position is its notional at mark divided by
the leverage, that of its orders is what they could make of it beyond that; the *maintenance*
margin is what must be there or the position is closed by force.
"""

from __future__ import annotations

from .books import Books
from .records import Account, Setting, Slot


def setting_of(books: Books, account: Account, symbol: str) -> Setting:
    """How an account trades a symbol; at first crossed, and with 20 or the most that there is."""
    setting = account.settings.get(symbol)
    if setting is None:
        setting = Setting()
        setting.leverage = min(setting.leverage, books.terms_of(symbol).max_leverage())
        account.settings[symbol] = setting
    return setting


def position_margin(books: Books, account: Account, slot: Slot) -> int:
    """Initial margin of a position."""
    return -(-books.value(slot) // setting_of(books, account, slot.symbol).leverage)


def most_value(books: Books, account: Account, slot: Slot) -> int:
    """What a position may come to when its orders fill: all bids, or all asks."""
    value = books.value(slot)
    resting = account.resting.get((slot.symbol, slot.side))
    if resting is None:
        return value
    signed = value if slot.amount >= 0 else -value
    return max(abs(signed + resting.bids), abs(signed - resting.asks))


def order_margin(books: Books, account: Account, slot: Slot) -> int:
    """What the open orders of a position ask for beyond its own margin."""
    resting = account.resting.get((slot.symbol, slot.side))
    if resting is None or not (resting.bids or resting.asks):
        return 0
    leverage = setting_of(books, account, slot.symbol).leverage
    most = -(-most_value(books, account, slot) // leverage)
    return max(0, most - position_margin(books, account, slot)) + resting.loss


def maintenance_margin(books: Books, slot: Slot) -> int:
    """What a position must have."""
    return books.terms_of(slot.symbol).maintenance(books.value(slot)) if slot.amount else 0


def cross_state(books: Books, account: Account, asset: str) -> tuple[int, int, int]:
    """Wallet, unrealised profit and maintenance margin of all that is crossed."""
    wallet = account.wallets.get(asset, 0)
    unrealised = maintenance = 0
    for slot in books.open_slots(account, asset):
        wallet -= slot.isolated
        if not books.is_isolated(slot):
            profit, least = books.standing(slot)
            unrealised += profit
            maintenance += least
    return wallet, unrealised, maintenance


def asked(books: Books, account: Account, asset: str) -> tuple[int, int, int]:
    """Initial margin of crossed positions, of isolated ones, and of all open orders."""
    crossed = isolated = orders = 0
    for slot in account.slots.values():
        if books.terms_of(slot.symbol).asset != asset:
            continue
        orders += order_margin(books, account, slot)
        if slot.amount and books.is_isolated(slot):
            isolated += position_margin(books, account, slot)
        elif slot.amount:
            crossed += position_margin(books, account, slot)
    return crossed, isolated, orders


def available(books: Books, account: Account, asset: str) -> int:
    """What new positions may be opened with; below 0 where more is asked for than there is."""
    wallet, unrealised, _ = cross_state(books, account, asset)
    crossed, _, orders = asked(books, account, asset)
    return wallet + unrealised - crossed - orders


def withdrawable(books: Books, account: Account, asset: str) -> int:
    """What may leave: profit that is not realised may not, a loss counts at once."""
    wallet, unrealised, _ = cross_state(books, account, asset)
    crossed, _, orders = asked(books, account, asset)
    return max(0, min(wallet, wallet + min(unrealised, 0) - crossed - orders))


def own_equity(books: Books, slot: Slot) -> int:
    """What stands behind a position: its own margin, or all that is crossed with it."""
    if books.is_isolated(slot):
        return slot.isolated + books.unrealised(slot)
    account = books.accounts[slot.account]
    wallet, unrealised, _ = cross_state(books, account, books.terms_of(slot.symbol).asset)
    return wallet + unrealised
