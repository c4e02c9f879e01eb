"""The accounts of a spot venue: an exact ledger in whole atoms, with the fees of every trade.

It is the venue's own book-keeping and has nothing in common with that of a bot. Each posting has
two sides: what a trade takes from one account another one gets, and a fee goes to the venue's own
(`VENUE`), so that an asset over all accounts is what was paid in minus what was paid out, exactly
and at any time. `check` says so, or raises.

A fee is taken of what an account receives, in whole 10^-8 and rounded in its favour, as the venue
prints it. An account with a `fee_asset` pays in that, at the last price and with the discount, as
long as it has enough. A negative rate is a rebate, paid by the venue.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...runtime import Millis
from ...runtime.errors import UsageError
from ..market.money import plain
from ..market.side import Liquidity, Side
from .accounts import IN_QUOTE, Account, broken_sums, to_fee, units_of
from .markets import ATOM_DIGITS, RATE, Market
from .protocol import VENUE, Floor, Forced
from .refusals import BooksBroken, Refused
from .values import AccountId, BalanceChanged, Event, Execution, Movement, Order

DISCOUNT: Final = RATE // 4  # of fees that are paid in a third asset, in 1e-8

_POWERS: Final = tuple(10**digits for digits in range(ATOM_DIGITS + 1))


class SpotClearing:
    """Keeps the spot accounts of one engine.

    discount: of fees in a third asset, in 1e-8.
    """

    def __init__(self, *, discount: int = DISCOUNT) -> None:
        if not 0 <= discount <= RATE:
            raise UsageError(f"a discount of {discount} is not between 0 and {RATE} (1e-8)")
        self._discount = discount
        self._accounts = {VENUE: Account(VENUE, 0, 0, None)}
        self._net: dict[str, int] = {}  # deposits minus withdrawals, by asset
        self._events: list[Event] = []
        self._floor: Floor | None = None
        self._holds_fees = False  # whether the fees of any account are in the quote

    def attach(self, floor: Floor) -> None:
        """Clear for this engine, and say there what changes."""
        self._floor = floor
        self._events = floor.events

    # -- accounts

    def open_account(
        self,
        account: AccountId,
        *,
        maker: int | None = None,
        taker: int | None = None,
        fee_asset: str | None = None,
    ) -> None:
        """Begin to keep an account; one that is kept already gets these rates from now on."""
        if account <= VENUE:
            raise UsageError(f"account {account} is the venue's: number accounts from 1")
        self._holds_fees = self._holds_fees or fee_asset is IN_QUOTE
        kept = self._accounts.get(account)
        if kept is None:
            self._accounts[account] = Account(account, maker, taker, fee_asset)
        else:
            kept.maker, kept.taker, kept.fee_asset = maker, taker, fee_asset

    def deposit(self, account: AccountId, asset: str, atoms: int, at: Millis) -> None:
        """Money comes in from outside."""
        if atoms < 0:
            raise UsageError(f"a deposit of {atoms} atoms of {asset} is none: use withdraw")
        owner = self._account(account)
        owner.balance(asset).free += atoms
        self._net[asset] = self._net.get(asset, 0) + atoms
        self._tell(owner, asset, atoms, "deposit", at)

    def withdraw(self, account: AccountId, asset: str, atoms: int, at: Millis) -> None:
        """Money leaves."""
        if atoms < 0:
            raise UsageError(f"a withdrawal of {atoms} atoms of {asset} is none: use deposit")
        owner = self._account(account)
        balance = owner.balance(asset)
        if balance.free < atoms:
            raise self._short(account, asset, atoms)
        balance.free -= atoms
        self._net[asset] = self._net.get(asset, 0) - atoms
        self._tell(owner, asset, -atoms, "withdraw", at)

    # -- orders

    def hold(self, order: Order, market: Market, reference_price: int, cost: int) -> None:  # noqa: ARG002 - of futures
        """Keep aside what the order may cost: the quote of a buy, the base of a sell."""
        request = order.request
        if request.side == "buy":
            asset = market.quote
            atoms = cost * _POWERS[ATOM_DIGITS - market.price_digits - market.amount_digits]
        else:
            asset = market.base
            left = order.amount - order.filled - order.prevented
            atoms = left * _POWERS[ATOM_DIGITS - market.amount_digits]
        owner = self._accounts.get(request.account)
        if self._holds_fees and request.side == "buy":
            atoms += _fee_at_most(owner, market, atoms)
        balance = None if owner is None else owner.balances.get(asset)
        if balance is None or balance.free < atoms:
            raise self._short(request.account, asset, atoms)
        balance.free -= atoms
        balance.locked += atoms
        order.held = atoms
        self._events.append(
            BalanceChanged(
                request.account,
                asset,
                balance.free,
                balance.locked,
                0,
                "order",
                order.updated_at,
                market.symbol,
            )
        )

    def rehold(self, order: Order, market: Market, reference_price: int, cost: int) -> None:
        """As `hold`: what was free a moment ago is enough."""
        self.hold(order, market, reference_price, cost)

    def release(self, order: Order, market: Market) -> None:
        """Free what is left of the hold."""
        held = order.held
        if not held:
            return
        order.held = 0
        request = order.request
        asset = market.quote if request.side == "buy" else market.base
        balance = self._accounts[request.account].balances[asset]
        balance.free += held
        balance.locked -= held
        self._events.append(
            BalanceChanged(
                request.account,
                asset,
                balance.free,
                balance.locked,
                0,
                "order",
                order.updated_at,
                market.symbol,
            )
        )

    def trade(  # noqa: PLR0913, PLR0917 - the whole of a trade; keywords would cost on the hot path
        self,
        buyer: Order,
        seller: Order,
        market: Market,
        price: int,
        amount: int,
        maker_side: Side,
        trade_id: int,
        at: Millis,
    ) -> tuple[Execution, Execution]:
        """Move base and quote between two accounts, and the fees to the venue."""
        digits = ATOM_DIGITS - market.amount_digits
        base_atoms = amount * _POWERS[digits]
        scale = _POWERS[digits - market.price_digits]
        cost = price * amount * scale
        reserved = (buyer.price or price) * amount * scale
        if self._holds_fees:
            reserved += _fee_at_most(self._accounts[buyer.request.account], market, reserved)
        self._pay(buyer, market, market.quote, reserved, cost, at)
        self._pay(seller, market, market.base, base_atoms, base_atoms, at)
        buyer_role: Liquidity = "maker" if maker_side == "buy" else "taker"
        seller_role: Liquidity = "maker" if maker_side == "sell" else "taker"
        bought = self._receive(buyer, market, market.base, base_atoms, cost, price, buyer_role, at)
        sold = self._receive(seller, market, market.quote, cost, cost, price, seller_role, at)
        symbol = market.symbol
        return (
            Execution(trade_id, buyer.id, buyer.request.account, symbol, "buy", price, amount,
                      buyer_role, bought[1], bought[0], 0, at),
            Execution(trade_id, seller.id, seller.request.account, symbol, "sell", price, amount,
                      seller_role, sold[1], sold[0], 0, at),
        )  # fmt: skip

    def _pay(
        self, order: Order, market: Market, asset: str, reserved: int, spent: int, at: Millis
    ) -> None:
        """Spend of an order's hold; what was held for a worse price is free again."""
        account = order.request.account
        owner = self._accounts[account]
        if account == VENUE:
            owner.balance(asset).free -= spent
            return
        balance = owner.balances[asset]
        order.held -= reserved
        balance.locked -= reserved
        balance.free += reserved - spent
        self._events.append(
            BalanceChanged(
                account, asset, balance.free, balance.locked, -spent, "trade", at, market.symbol
            )
        )

    def _receive(  # noqa: PLR0913, PLR0917 - as `trade`
        self,
        order: Order,
        market: Market,
        asset: str,
        atoms: int,
        cost: int,
        price: int,
        role: Liquidity,
        at: Millis,
    ) -> tuple[str, int]:
        """Book what an account gets out of a trade; the asset and atoms of its fee."""
        account = order.request.account
        owner = self._accounts[account]
        balance = owner.balances.get(asset) or owner.balance(asset)
        if account == VENUE:
            balance.free += atoms
            return asset, 0
        rate = owner.maker if role == "maker" else owner.taker
        if rate is None:
            rate = market.maker if role == "maker" else market.taker
        fee_asset, fee = owner.fee_asset, None
        if fee_asset is not None:
            if fee_asset is IN_QUOTE:
                fee_asset = market.quote
                if fee_asset != asset:
                    fee = self._pay_in_quote(owner, market, cost * rate, at)
            elif fee_asset != asset and rate > 0:
                fee = self._pay_fee(owner, fee_asset, market, cost * rate, price, at)
        if fee is None:
            fee_asset, fee = asset, to_fee(atoms * rate)
            net = atoms - fee
            self._accounts[VENUE].balance(asset).free += fee
        else:
            fee_asset, net = fee_asset or asset, atoms
        balance.free += net
        self._events.append(
            BalanceChanged(
                account, asset, balance.free, balance.locked, net, "trade", at, market.symbol
            )
        )
        return fee_asset, fee

    # -- what is asked

    def free(self, account: AccountId, asset: str) -> int:
        """What may be spent."""
        return self._account(account).balance(asset).free

    def locked(self, account: AccountId, asset: str) -> int:
        """What open orders keep from being spent."""
        return self._account(account).balance(asset).locked

    def balances(self, account: AccountId) -> dict[str, tuple[int, int]]:
        """Free and locked by asset, of every asset that it ever had."""
        owner = self._account(account)
        return {asset: (each.free, each.locked) for asset, each in owner.balances.items()}

    def total(self, asset: str) -> int:
        """Over all accounts, the venue's own included."""
        of_all = (owner.balances.get(asset) for owner in self._accounts.values())
        return sum(each.free + each.locked for each in of_all if each is not None)

    def check(self) -> None:
        """Raise BooksBroken where an asset does not add up or an account owes."""
        for detail in broken_sums(self._accounts.values(), self._net):
            raise BooksBroken(detail)
        if self._floor is None:
            return
        for account, owner in self._accounts.items():
            if account != VENUE:
                held = sum(order.held for order in self._floor.open_orders(account))
                locked = sum(each.locked for each in owner.balances.values())
                if held != locked:
                    raise BooksBroken(f"account {account} has {locked} locked, its orders {held}")

    # -- of futures alone

    def allowance(self, order: Order, market: Market) -> int:  # noqa: ARG002 - of futures
        """All of it: there is no position that it could close."""
        return order.left

    def mark_moved(self, market: Market, mark: int, at: Millis) -> Sequence[Forced]:  # noqa: ARG002 - of futures
        """Nobody: what is owned outright is never sold by force."""
        return ()

    def absorb(self, order: Order, market: Market, amount: int, at: Millis) -> None:  # noqa: ARG002 - of futures
        """There are no forced orders."""
        raise UsageError(f"{market.symbol} is spot: order {order.id} cannot be one by force")

    def fund(self, market: Market, rate: int, mark: int, at: Millis) -> None:  # noqa: ARG002 - of futures
        """There are no positions to fund."""
        raise UsageError(f"{market.symbol} is spot and knows no funding")

    # -- inside

    def _account(self, account: AccountId) -> Account:
        owner = self._accounts.get(account)
        if owner is None:
            raise Refused("UNKNOWN_ACCOUNT", f"no account {account} has been opened")
        return owner

    def _short(self, account: AccountId, asset: str, atoms: int) -> Refused:
        free = self.free(account, asset)
        needs, has = plain(units_of(atoms)), plain(units_of(free))
        return Refused("INSUFFICIENT_BALANCE", f"needs {needs} {asset}, {has} is free")

    def _pay_fee(
        self, owner: Account, asset: str, market: Market, charge: int, price: int, at: Millis
    ) -> int | None:
        """Take a fee in a third asset; None where the account has not enough of it.

        charge: atoms of the market's quote, times 1e8.
        """
        per_unit = self._price_of(asset, market, price)
        if per_unit is None:
            return None
        numerator, digits = per_unit
        fee = to_fee(charge * (RATE - self._discount) // RATE * _POWERS[digits] // numerator)
        balance = owner.balances.get(asset)
        if balance is None or balance.free < fee:
            return None
        balance.free -= fee
        self._accounts[VENUE].balance(asset).free += fee
        self._tell(owner, asset, -fee, "fee", at, market.symbol)
        return fee

    def _pay_in_quote(self, owner: Account, market: Market, charge: int, at: Millis) -> int | None:
        """Take the fee of a buy in the quote, or pay a rebate in it; None: there is not enough."""
        asset, fee = market.quote, to_fee(charge)
        balance = owner.balance(asset)
        if balance.free < fee:
            return None
        balance.free -= fee
        self._accounts[VENUE].balance(asset).free += fee
        self._tell(owner, asset, -fee, "fee", at, market.symbol)
        return fee

    def _price_of(self, asset: str, market: Market, price: int) -> tuple[int, int] | None:
        """What an asset costs in the quote of a market: price quanta and their digits."""
        if asset == market.quote:
            return 1, 0
        if asset == market.base:
            return price, market.price_digits
        if self._floor is None:
            return None
        for other in self._floor.markets.values():
            if other.base == asset and other.quote == market.quote:
                last = self._floor.last(other.symbol)
                return None if last is None else (last, other.price_digits)
        return None

    def _tell(
        self,
        owner: Account,
        asset: str,
        delta: int,
        movement: Movement,
        at: Millis,
        symbol: str = "",
    ) -> None:
        balance = owner.balance(asset)
        self._events.append(
            BalanceChanged(
                owner.id, asset, balance.free, balance.locked, delta, movement, at, symbol
            )
        )


def _fee_at_most(owner: Account | None, market: Market, atoms: int) -> int:
    """What is held of a buyer for fees, where they are in the quote, at this cost of a trade."""
    if owner is None or owner.fee_asset is not IN_QUOTE:
        return 0
    maker = market.maker if owner.maker is None else owner.maker
    taker = market.taker if owner.taker is None else owner.taker
    return atoms * max(maker, taker, 0) // RATE
