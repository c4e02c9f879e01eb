"""The accounts of a futures venue: linear and inverse contracts, margin, funding, liquidation.

`FuturesClearing` is the face; the rules stand in the modules beside it. It keeps the books of one
engine and shares no code with what a bot keeps: a test may hold the two against each other. An
account has one wallet for each margin asset, and its `free` balance is that wallet: what of it can
be spent is said by `summary`, since it changes with every mark.
"""

from __future__ import annotations

from ....runtime import Millis
from ....runtime.errors import UsageError
from ...market.money import plain
from ...market.side import Liquidity, Side
from ..accounts import units_of
from ..markets import Market
from ..protocol import VENUE, Floor, Forced
from ..refusals import Refused
from ..values import AccountId, Execution, Movement, Order, PositionSide
from .books import Books
from .funding import Funding
from .holds import Holds
from .liquidation import Liquidation, deleverage_rank
from .margin import withdrawable
from .records import (
    Account,
    Income,
    MarginChange,
    MarginMove,
    MarginType,
    Position,
    PositionMode,
    Purse,
    Setting,
    Summary,
)
from .settings import Settings
from .settlement import Settlement
from .terms import INSURANCE, Terms
from .views import position_of, summary_of


class FuturesClearing:
    """Keeps the futures accounts of one engine.

    history: how many incomes and margin changes an account remembers.
    """

    def __init__(self, *, history: int = 10_000) -> None:
        self._books = Books(history)
        self._holds = Holds(self._books)
        self._settlement = Settlement(self._books)
        self._funding = Funding(self._books, self._settlement)
        self._liquidation = Liquidation(self._books, self._settlement)
        self._settings = Settings(self._books)

    def attach(self, floor: Floor) -> None:
        """Clear for this engine, and say there what changes."""
        self._books.attach(floor)

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
        if fee_asset is not None:
            raise UsageError("futures fees are paid in the margin asset: leave fee_asset out")
        kept = self._books.open(account)
        kept.maker, kept.taker = maker, taker

    def deposit(self, account: AccountId, asset: str, atoms: int, at: Millis) -> None:
        """Money comes in; for the accounts of the venue and its `INSURANCE` fund too."""
        if atoms < 0:
            raise UsageError(f"a deposit of {atoms} atoms of {asset} is none: use withdraw")
        self._books.pay_in(self._books.account(account), asset, atoms, at)

    def withdraw(self, account: AccountId, asset: str, atoms: int, at: Millis) -> None:
        """Money leaves: no more than neither positions nor orders ask for."""
        if atoms < 0:
            raise UsageError(f"a withdrawal of {atoms} atoms of {asset} is none: use deposit")
        owner = self._books.account(account)
        most = withdrawable(self._books, owner, asset)
        if atoms > most:
            needs, has = plain(units_of(atoms)), plain(units_of(most))
            raise Refused("INSUFFICIENT_BALANCE", f"needs {needs} {asset}, {has} may be withdrawn")
        self._books.pay_in(owner, asset, -atoms, at)

    # -- orders and trades

    def hold(self, order: Order, market: Market, reference_price: int, cost: int) -> None:  # noqa: ARG002 - of spot
        """Keep margin for an order, or raise Refused and keep nothing."""
        self._holds.hold(order, market, reference_price)

    def rehold(self, order: Order, market: Market, reference_price: int, cost: int) -> None:  # noqa: ARG002 - of spot
        """Keep margin for an order that had as much before; never refused."""
        self._holds.rehold(order, market, reference_price)

    def release(self, order: Order, market: Market) -> None:  # noqa: ARG002 - of spot
        """Free what is left of a hold; harmless where nothing is."""
        self._holds.release(order)

    def allowance(self, order: Order, market: Market) -> int:  # noqa: ARG002 - its symbol says it
        """How much a reduce-only or position-closing order may trade now, in amount quanta."""
        return self._holds.allowance(order)

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
        """Settle a match: positions, profits and fees of both sides, the maker's first."""
        terms = self._books.terms(market)
        if maker_side == "buy":
            bought = self._side(buyer, terms, price, amount, maker_side, trade_id, at)
            sold = self._side(seller, terms, price, amount, maker_side, trade_id, at)
        else:
            sold = self._side(seller, terms, price, amount, maker_side, trade_id, at)
            bought = self._side(buyer, terms, price, amount, maker_side, trade_id, at)
        return bought, sold

    def _side(
        self,
        order: Order,
        terms: Terms,
        price: int,
        amount: int,
        maker_side: Side,
        trade_id: int,
        at: Millis,
    ) -> Execution:
        request, market = order.request, terms.market
        account = self._books.accounts[request.account]
        side = request.position_side if account.is_user() else "both"
        slot = account.slot(request.symbol, side)
        role: Liquidity = "maker" if maker_side == request.side else "taker"
        rate = account.maker if role == "maker" else account.taker
        if rate is None:
            rate = market.maker if role == "maker" else market.taker
        self._holds.traded(order, terms, amount)
        charge = self._settlement.charge(order, slot, terms, rate, amount, price)
        signed = amount if request.side == "buy" else -amount
        movement: Movement = "liquidation" if order.is_liquidation else "trade"
        profit = self._settlement.settle(
            slot, terms, signed, price, charge, movement, at, trade_id=trade_id
        )
        return Execution(
            trade_id,
            order.id,
            account.id,
            request.symbol,
            request.side,
            price,
            amount,
            role,
            charge.fee,
            terms.asset,
            profit,
            at,
            side,
        )

    # -- what the mark and the hour bring

    def mark_moved(self, market: Market, mark: int, at: Millis) -> tuple[Forced, ...]:
        """Take note of a mark price; the next position that must be closed by force."""
        return self._liquidation.mark_moved(market, mark, at)

    def absorb(self, order: Order, market: Market, amount: int, at: Millis) -> None:
        """Take over what the book left of a forced order."""
        self._liquidation.absorb(order, market, amount, at)

    def fund(self, market: Market, rate: int, mark: int, at: Millis) -> None:
        """Settle funding between the positions of a contract; rate in 1e-8."""
        self._funding.fund(market, rate, mark, at)

    # -- how an account trades

    def set_leverage(self, account: AccountId, symbol: str, leverage: int) -> Setting:
        """Choose a leverage; raises Refused(LEVERAGE, MAX_POSITION, MARGIN_IS_INSUFFICIENT)."""
        return self._settings.set_leverage(account, symbol, leverage)

    def set_margin_type(self, account: AccountId, symbol: str, margin: MarginType) -> None:
        """Cross or isolate a symbol; raises Refused(NO_NEED_TO_CHANGE, POSITION_OPEN)."""
        self._settings.set_margin_type(account, symbol, margin)

    def set_position_mode(self, account: AccountId, mode: PositionMode) -> None:
        """One position a symbol or two; raises Refused(NO_NEED_TO_CHANGE, POSITION_OPEN)."""
        self._settings.set_position_mode(account, mode)

    def position_margin(
        self,
        account: AccountId,
        symbol: str,
        side: PositionSide,
        atoms: int,
        move: MarginMove,
        *,
        at: Millis,
    ) -> None:
        """Move margin of an isolated position; raises Refused(ISOLATED_MARGIN)."""
        self._settings.position_margin(account, symbol, side, atoms, move, at)

    # -- what is asked

    def position_mode(self, account: AccountId) -> PositionMode:
        """One position a symbol, or two."""
        return self._books.account(account).mode

    def position(self, account: AccountId, symbol: str, side: PositionSide = "both") -> Position:
        """One position, of no amount where there is none."""
        return position_of(self._books, self._books.account(account), symbol, side)

    def positions(self, account: AccountId, symbol: str | None = None) -> list[Position]:
        """The open positions; of one symbol: all that it can have, open or not."""
        owner = self._books.account(account)
        if symbol is not None:
            sides = _sides_of(owner.mode)
            return [position_of(self._books, owner, symbol, side) for side in sides]
        open_slots = [slot for slot in owner.slots.values() if slot.amount]
        return [position_of(self._books, owner, slot.symbol, slot.side) for slot in open_slots]

    def summary(self, account: AccountId, asset: str) -> Summary:
        """What an account has of a margin asset, and what of it is asked for."""
        return summary_of(self._books, self._books.account(account), asset)

    def account_summary(self, account: AccountId) -> list[Summary]:
        """As `summary`, of every asset that the account ever had."""
        owner = self._books.account(account)
        return [summary_of(self._books, owner, asset) for asset in owner.wallets]

    def income(self, account: AccountId) -> list[Income]:
        """Why the wallets changed, oldest first."""
        return list(self._books.account(account).incomes)

    def margin_changes(self, account: AccountId) -> list[MarginChange]:
        """What the account moved into and out of isolated positions, oldest first."""
        return list(self._books.account(account).margin_changes)

    def deleverage_quantile(self, account: AccountId, symbol: str, side: PositionSide) -> int:
        """How near a position is to being closed for others: 0 (last of five) to 4 (first)."""
        books = self._books
        slot = books.account(account).slot(symbol, side)
        rank = deleverage_rank(books, slot)
        same = [each for each in books.holders(symbol) if each.amount * slot.amount > 0]
        behind = sum(1 for each in same if deleverage_rank(books, each) < rank)
        return 4 * behind // max(1, len(same) - 1) if slot.amount else 0

    def insurance(self, asset: str) -> int:
        """The wallet of the insurance fund."""
        return self._books.accounts[INSURANCE].wallets.get(asset, 0)

    def purse(self, purse: Purse, asset: str) -> int:
        """What the venue's own account has of an asset for one purpose."""
        return self._books.purse(purse, asset)

    def free(self, account: AccountId, asset: str) -> int:
        """The wallet balance. What of it may be spent is `summary(...).available`."""
        return self._books.account(account).wallets.get(asset, 0)

    def locked(self, account: AccountId, asset: str) -> int:  # noqa: ARG002 - of spot
        """Always 0: margin is asked for, not taken out of the wallet."""
        return 0

    def balances(self, account: AccountId) -> dict[str, tuple[int, int]]:
        """Wallet and 0 by asset, of every asset that the account ever had."""
        owner: Account = self._books.account(account)
        return {asset: (wallet, 0) for asset, wallet in owner.wallets.items()}

    def total(self, asset: str) -> int:
        """Over all accounts, the venue's own and the insurance fund included."""
        return self._books.total(asset)

    def check(self) -> None:
        """Raise BooksBroken where an asset does not add up or an account owes."""
        self._books.verify()


def _sides_of(mode: PositionMode) -> tuple[PositionSide, ...]:
    return ("both",) if mode == "one_way" else ("long", "short")
