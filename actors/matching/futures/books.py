"""The double entry behind futures: who has how much, and what every position stands at.

A futures trade moves no money when it opens a position, and when it closes one the profit comes
from somebody who may not have closed yet. The venue stands between: its purse `settlement` pays
every profit and takes every loss, so it always holds minus the cost of all open positions, and an
asset over all accounts is what was paid in minus what was paid out. Fees, and what rounding
leaves, have purses of their own. `verify` holds all of that, or raises.

What is booked to a user is in whole 10^-8, as the venue shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ....runtime import Millis
from ....runtime.errors import UsageError
from ..markets import Market
from ..protocol import VENUE, Floor
from ..refusals import BooksBroken, Refused
from ..values import AccountId, BalanceChanged, Event, Movement, PositionChanged
from .records import Account, Income, IncomeKind, Purse, Slot
from .terms import INSURANCE, Terms


class Books:
    """Accounts, purses and marks of one clearing.

    history: how many incomes an account remembers.
    """

    def __init__(self, history: int) -> None:
        self._history = history
        self._floor: Floor | None = None
        self._terms: dict[str, Terms] = {}
        self._events: list[Event] = []
        self._markets: Mapping[str, Market] = {}
        self._incomes = 0
        self._purses: dict[tuple[Purse, str], int] = {}
        self._net: dict[str, int] = {}  # deposits minus withdrawals
        self.marks: dict[str, int] = {}
        self.accounts: dict[AccountId, Account] = {}
        for own in (INSURANCE, VENUE):
            self.open(own)

    def attach(self, floor: Floor) -> None:
        """Keep the books of this engine's markets."""
        self._floor = floor
        self._events = floor.events
        self._markets = floor.markets

    def floor(self) -> Floor:
        """The engine; raises UsageError before there is one."""
        if self._floor is None:
            raise UsageError("this clearing has no engine yet: give it to a MatchingEngine first")
        return self._floor

    # -- accounts and terms

    def open(self, account: AccountId) -> Account:
        """The account, which is kept from now on."""
        kept = self.accounts.get(account)
        if kept is None:
            kept = self.accounts[account] = Account(account, self._history)
        return kept

    def account(self, account: AccountId) -> Account:
        """An account that is kept."""
        kept = self.accounts.get(account)
        if kept is None:
            raise Refused("UNKNOWN_ACCOUNT", f"account {account} was never opened")
        return kept

    def terms(self, market: Market) -> Terms:
        """The arithmetic of a market, as it is now."""
        terms = self._terms.get(market.symbol)
        if terms is None or terms.market is not market:
            terms = self._terms[market.symbol] = Terms(market)
        return terms

    def terms_of(self, symbol: str) -> Terms:
        """As `terms`, by symbol."""
        terms = self._terms.get(symbol)
        market = self._markets.get(symbol)
        if terms is not None and terms.market is market:
            return terms
        if market is None:
            raise Refused("UNKNOWN_SYMBOL", f"there is no market {symbol!r}")
        return self.terms(market)

    def mark(self, symbol: str) -> int:
        """What positions are valued at, in price quanta: mark, else last; 0: nothing is known."""
        mark = self.marks.get(symbol)
        if mark is None:
            floor = self.floor()
            mark = floor.mark(symbol) or floor.last(symbol) or 0
        return mark

    # -- valuation

    def value(self, slot: Slot) -> int:
        """A position's notional at mark, >= 0; what it cost where there is no mark."""
        mark = self.mark(slot.symbol)
        return self.terms_of(slot.symbol).value(abs(slot.amount), mark) if mark else abs(slot.cost)

    def standing(self, slot: Slot) -> tuple[int, int]:
        """The unrealised profit of an open position, and its maintenance margin."""
        terms = self.terms_of(slot.symbol)
        mark, amount = self.mark(slot.symbol), slot.amount
        value = terms.value(abs(amount), mark) if mark else abs(slot.cost)
        signed = value if (amount > 0) == (terms.direction > 0) else -value
        return signed - slot.cost, terms.maintenance(value)

    def unrealised(self, slot: Slot) -> int:
        """What closing a position at mark would bring."""
        if not slot.amount:
            return 0
        value = self.terms_of(slot.symbol).direction * self.value(slot)
        return (value if slot.amount > 0 else -value) - slot.cost

    def is_isolated(self, slot: Slot) -> bool:
        """Whether a position has a margin of its own."""
        setting = self.accounts[slot.account].settings.get(slot.symbol)
        return setting is not None and setting.margin == "isolated"

    def open_slots(self, account: Account, asset: str) -> Iterator[Slot]:
        """The open positions that have this margin asset."""
        for slot in account.slots.values():
            if slot.amount and self.terms_of(slot.symbol).asset == asset:
                yield slot

    def holders(self, symbol: str) -> list[Slot]:
        """The open positions in a symbol, by account."""
        return [
            slot
            for _, account in sorted(self.accounts.items())
            for slot in account.slots.values()
            if slot.amount and slot.symbol == symbol
        ]

    def cross_wallet(self, account: Account, asset: str) -> int:
        """A wallet without what is set aside for isolated positions."""
        aside = sum(slot.isolated for slot in self.open_slots(account, asset))
        return account.wallets.get(asset, 0) - aside

    # -- postings

    def post(
        self,
        account: Account,
        asset: str,
        atoms: int,
        movement: Movement,
        at: Millis,
        symbol: str = "",
    ) -> None:
        """Change a wallet, and say so. The other side is the caller's to post."""
        wallet = account.wallets[asset] = account.wallets.get(asset, 0) + atoms
        if account.is_user() and atoms:
            self._events.append(
                BalanceChanged(account.id, asset, wallet, 0, atoms, movement, at, symbol)
            )

    def into(self, purse: Purse, asset: str, atoms: int) -> None:
        """Change a purse of the venue, and its account with it."""
        key = (purse, asset)
        self._purses[key] = self._purses.get(key, 0) + atoms
        wallets = self.accounts[VENUE].wallets
        wallets[asset] = wallets.get(asset, 0) + atoms

    def purse(self, purse: Purse, asset: str) -> int:
        """What is in a purse of the venue."""
        return self._purses.get((purse, asset), 0)

    def pay_in(self, account: Account, asset: str, atoms: int, at: Millis) -> None:
        """Money comes from outside, or leaves where `atoms` is below 0."""
        self._net[asset] = self._net.get(asset, 0) + atoms
        if account.id == VENUE:
            self.into("house", asset, atoms)
            return
        self.post(account, asset, atoms, "deposit" if atoms >= 0 else "withdraw", at)
        self.note(account, "transfer", "", asset, atoms, at)

    def note(
        self,
        account: Account,
        kind: IncomeKind,
        symbol: str,
        asset: str,
        atoms: int,
        at: Millis,
        trade_id: int = 0,
    ) -> None:
        """Remember why a wallet changed."""
        if account.is_user() and atoms:
            self._incomes += 1
            account.incomes.append(Income(self._incomes, kind, symbol, asset, atoms, at, trade_id))

    def tell_position(self, slot: Slot, movement: Movement, at: Millis) -> None:
        """Say how a position stands now."""
        slot.updated_at = at
        if slot.account > VENUE:
            self._events.append(
                PositionChanged(
                    slot.account,
                    slot.symbol,
                    slot.side,
                    slot.amount,
                    slot.cost,
                    self.is_isolated(slot),
                    slot.isolated,
                    movement,
                    at,
                )
            )

    # -- conservation

    def total(self, asset: str) -> int:
        """An asset over all accounts."""
        return sum(account.wallets.get(asset, 0) for account in self.accounts.values())

    def net(self) -> Mapping[str, int]:
        """Deposits minus withdrawals, by asset."""
        return self._net

    def verify(self) -> None:
        """Raise BooksBroken where anything does not add up."""
        costs: dict[str, int] = {}
        amounts: dict[str, int] = {}
        for account in self.accounts.values():
            for slot in account.slots.values():
                asset = self.terms_of(slot.symbol).asset
                costs[asset] = costs.get(asset, 0) + slot.cost
                amounts[slot.symbol] = amounts.get(slot.symbol, 0) + slot.amount
                if slot.isolated < 0 or (not slot.amount and (slot.cost or slot.isolated)):
                    raise BooksBroken(f"a position is not sound: {slot}")
        for symbol, amount in amounts.items():
            if amount:
                raise BooksBroken(f"longs and shorts of {symbol} differ by {amount}")
        for asset in sorted(self._net.keys() | costs.keys()):
            if self.total(asset) != self._net.get(asset, 0):
                raise BooksBroken(f"{asset}: {self.total(asset)} held, {self._net} paid in")
            if self.purse("settlement", asset) != -costs.get(asset, 0):
                raise BooksBroken(f"{asset}: settlement is not minus the cost of open positions")
        self._verify_owners()

    def _verify_owners(self) -> None:
        for account in self.accounts.values():
            for asset, wallet in account.wallets.items():
                purses = sum(some for key, some in self._purses.items() if key[1] == asset)
                if account.id == VENUE and wallet != purses:
                    raise BooksBroken(f"{asset}: the venue has {wallet}, its purses {purses}")
                # A loss may be realised against the profit of positions that are still open.
                if account.id != VENUE and wallet < 0 and not any(self.open_slots(account, asset)):
                    raise BooksBroken(f"account {account.id} owes {-wallet} atoms of {asset}")
