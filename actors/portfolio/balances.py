"""The rules of the ledger: what a reservation, a release or a fill moves between which accounts.

Pure double entry over exact decimals. A rule gives the entries of one booking and changes nothing;
`post` says what balances they lead to, or refuses. Nothing here knows an order, a file or a clock.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from decimal import Decimal

from ..market.fill import Fill
from ..market.money import ZERO, add, multiply, subtract
from ..market.side import Side
from .messages import InsufficientFunds
from .model import Account, Balance, Entry

Entries = tuple[Entry, ...]
_OTHERS = frozenset(("venue", "fees", "external"))


def deposit(asset: str, amount: Decimal) -> Entries:
    """Entries that bring `amount` from outside."""
    return Entry(asset, "venue", amount.copy_negate()), Entry(asset, "available", amount)


def adjust(asset: str, amount: Decimal, source: Account) -> Entries:
    """Entries that bring `amount` from where no order of ours trades, or take it there; F1 holds.

    The entries of nothing are none.
    """
    if not amount:
        return ()
    return Entry(asset, source, amount.copy_negate()), Entry(asset, "available", amount)


def usable(balance: Balance, aside: Decimal) -> Balance:
    """What is left of a balance where `aside` of what is available is not to be touched."""
    if not aside:
        return balance
    available = max(subtract(balance.available, aside), ZERO)
    return Balance(balance.asset, available, balance.reserved)


def reserve(asset: str, amount: Decimal) -> Entries:
    """Entries that keep `amount` for an order."""
    return Entry(asset, "available", amount.copy_negate()), Entry(asset, "reserved", amount)


def release(asset: str, amount: Decimal) -> Entries:
    """Entries that give back what an order kept; none where it kept nothing."""
    if not amount:
        return ()
    return Entry(asset, "reserved", amount.copy_negate()), Entry(asset, "available", amount)


def reverse(entries: Entries) -> Entries:
    """Entries that undo `entries`, last one first."""
    return tuple(
        Entry(line.asset, line.account, line.delta.copy_negate()) for line in reversed(entries)
    )


def settle(
    side: Side,
    base: str,
    quote: str,
    fills: Iterable[Fill],
    unlocked: Decimal,
    *,
    kept: Container[str] | None = None,
) -> Entries:
    """Entries of the fills of one order.

    unlocked: what leaves the order's reservation, in units of the asset that it pays with (quote
    for a buy, base for a sell). Of that the fills are paid first, fees in that asset next; what is
    left over becomes available, what is missing comes from available. Fees are taken in their own
    asset, whatever it is, and a negative one is a rebate (F6).

    kept: assets of which there are books; None: of all. A fee in another one, as of whoever pays
    with a coin that the bot does not trade, is paid past them (B10).
    """
    paid, got = (quote, base) if side == "buy" else (base, quote)
    amount = cost = paid_fee = got_fee = ZERO
    other_fees: dict[str, Decimal] = {}
    for fill in fills:
        part = fill.amount
        amount, cost = add(amount, part), add(cost, multiply(part, fill.price))
        asset = fill.fee_asset
        if asset == paid:
            paid_fee = add(paid_fee, fill.fee)
        elif asset == got:
            got_fee = add(got_fee, fill.fee)
        else:
            other_fees[asset] = add(other_fees.get(asset, ZERO), fill.fee)
    spent, gained = (cost, amount) if side == "buy" else (amount, cost)
    left = subtract(subtract(unlocked, spent), paid_fee)
    lines = [Entry(paid, "reserved", unlocked.copy_negate())] if unlocked else []
    if left:
        lines.append(Entry(paid, "available", left))
    lines.append(Entry(paid, "venue", spent))
    if paid_fee:
        lines.append(Entry(paid, "fees", paid_fee))
    net = subtract(gained, got_fee)
    if net:
        lines.append(Entry(got, "available", net))
    lines.append(Entry(got, "venue", gained.copy_negate()))
    if got_fee:
        lines.append(Entry(got, "fees", got_fee))
    for asset, fee in other_fees.items():
        if fee:
            payer: Account = "available" if kept is None or asset in kept else "venue"
            lines += Entry(asset, payer, fee.copy_negate()), Entry(asset, "fees", fee)
    return tuple(lines)


def post(balances: Mapping[str, Balance], entries: Entries) -> tuple[Balance, ...]:
    """The balances of the touched assets once `entries` are booked.

    Each account of an asset stands in at most one line, as the rules above have it. Raises
    InsufficientFunds where a part of a balance would become negative (F2).
    """
    after: dict[str, Balance] = {}
    asset = ""
    available = reserved = ZERO
    for line in entries:
        account = line.account
        if account in _OTHERS:
            continue
        if line.asset != asset:
            if asset:
                after[asset] = Balance(asset, available, reserved)
            asset = line.asset
            balance = after.get(asset) or balances.get(asset)
            available, reserved = (
                (ZERO, ZERO) if balance is None else (balance.available, balance.reserved)
            )
        delta = line.delta
        if account == "available":
            held, available = available, add(available, delta)
            part = available
        else:
            held, reserved = reserved, add(reserved, delta)
            part = reserved
        if part < ZERO:
            raise InsufficientFunds(asset, needed=delta.copy_negate(), available=held)
    if asset:
        after[asset] = Balance(asset, available, reserved)
    return tuple(after.values())
