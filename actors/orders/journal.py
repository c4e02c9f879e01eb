"""What an order desk must have remembered before it goes on, and a journal that lies in memory.

A journal is an actor that answers `Commit` once its record set is durable, all of it or nothing,
and `Load` with what it holds. A `Commit` that it cannot keep (a full disk, a trade that it already
has) is refused, and then nothing of it is kept. The journal that survives the process lies in
`storage`; `MemoryJournal`, for backtests, survives crashes of actors only: its memory, made once
beside the tree as a file would be, is handed to each incarnation.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Final

import msgspec

from ...runtime import Actor, Ask, Millis, Refusal, on
from ..market.fill import Fill
from ..portfolio.model import Balance, Entry
from .model import Order

RECENT: Final = 65_536  # commits that stay as they are: some 120 MB
REMEMBERED: Final = 1_000  # ended orders that are kept in mind, for late reports of them
BLOCK: Final = 64  # older ones, packed together: half as large, for 1 µs each

_encoder: Final = msgspec.msgpack.Encoder()


class DuplicateTrade(Refusal):
    """A commit brings a trade that the journal already has; nothing of the commit was kept (F4)."""

    def __init__(self, account: str, key: str) -> None:
        super().__init__(f"account {account}: trade {key} is booked already; drop this report")
        self.account = account
        self.key = key


class Commit(msgspec.Struct, Ask[int], frozen=True, gc=False, array_like=True):
    """One record set, answered with its number in the account once it is durable.

    Orders and balances replace what was known under the same id or asset; fills and entries are
    added. Each fill's trade key must be new to the account.
    """

    account: str
    orders: tuple[Order, ...]
    fills: tuple[Fill, ...]
    entries: tuple[Entry, ...]
    balances: tuple[Balance, ...]


class Snapshot(msgspec.Struct, frozen=True, gc=False):
    """What an account comes back to."""

    account: str
    epoch: int  # 1 at the first load, one more at each; never the same twice
    orders: tuple[Order, ...]  # the live ones, oldest first
    balances: tuple[Balance, ...]  # by asset; empty: the journal has never seen this account
    trades: frozenset[str]  # keys of trades that may be reported again; see trade_key
    ended: tuple[Order, ...] = ()  # the last to end, oldest first: late reports may name them
    traded_at: Millis = Millis(0)  # when the newest trade traded, by the venue's clock; 0: none


class Load(msgspec.Struct, Ask[Snapshot], frozen=True, gc=False):
    """Read an account back, and count up its epoch durably."""

    account: str


class Digest(msgspec.Struct, frozen=True):
    """What two runs must agree on to the bit: hashes (blake2b-256, hex) of msgpack records."""

    account: str
    commits: int
    journal: str  # of every commit, in order
    state: str  # of the live orders and the balances that they lead to


class GetDigest(msgspec.Struct, Ask[Digest], frozen=True, gc=False):
    """Hash all that an account has written; takes time in proportion to it."""

    account: str


class Beginning(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What an account had come to before the first commit that is still told."""

    commits: int = 0
    journal: str = blake2b(digest_size=32).hexdigest()  # as in the digest of these commits
    orders: tuple[Order, ...] = ()  # the live ones, oldest first
    balances: tuple[Balance, ...] = ()  # by asset


BEGINNING: Final = Beginning()


def trade_key(symbol: str, trade_id: str) -> str:
    """What makes a trade the same trade within one account.

    >>> trade_key("BTC/USDT", "17")
    'BTC/USDT:17'
    """
    return f"{symbol}:{trade_id}"


class AccountState:
    """Live orders and balances after the commits that were applied, oldest first."""

    def __init__(self, beginning: Beginning = BEGINNING) -> None:
        self._orders = {order.id: order for order in beginning.orders}
        self._balances = {balance.asset: balance for balance in beginning.balances}
        self._ended: OrderedDict[str, Order] = OrderedDict()
        self.traded_at = Millis(0)

    def apply(self, commit: Commit) -> None:
        for order in commit.orders:
            if order.is_live:
                self._orders[order.id] = order
            else:
                self._orders.pop(order.id, None)
                self._ended.pop(order.id, None)
                self._ended[order.id] = order
                if len(self._ended) > REMEMBERED:
                    self._ended.popitem(last=False)
        for fill in commit.fills:
            self.traded_at = max(self.traded_at, fill.at)
        for balance in commit.balances:
            self._balances[balance.asset] = balance

    @property
    def orders(self) -> tuple[Order, ...]:
        """The live ones, oldest first."""
        return tuple(self._orders.values())

    @property
    def ended(self) -> tuple[Order, ...]:
        """The last that ended, oldest first."""
        return tuple(self._ended.values())

    @property
    def balances(self) -> tuple[Balance, ...]:
        """All, by asset."""
        return tuple(self._balances[asset] for asset in sorted(self._balances))


def digest(account: str, commits: Iterable[Commit], beginning: Beginning = BEGINNING) -> Digest:
    """The digest of all commits of an account, in order: those before, and these."""
    journal, state, count = beginning.journal, AccountState(beginning), beginning.commits
    for commit in commits:
        journal = chained(journal, commit)
        state.apply(commit)
        count += 1
    final = blake2b(_encoder.encode((state.orders, state.balances)), digest_size=32)
    return Digest(account, count, journal, final.hexdigest())


def chained(journal: str, commit: Commit) -> str:
    """The digest of a journal with one commit more: a chain, which can go on from any link."""
    return blake2b(bytes.fromhex(journal) + _encoder.encode(commit), digest_size=32).hexdigest()


class _Account:
    """What the memory holds of one account."""

    __slots__ = ("blocks", "count", "epoch", "recent", "trades")

    def __init__(self) -> None:
        self.blocks: list[bytes] = []  # BLOCK commits each, oldest first
        self.recent: deque[Commit] = deque()  # those since the last block
        self.trades: dict[str, set[str]] = {}  # ids by symbol
        self.count = 0
        self.epoch = 0

    def add_trades(self, commit: Commit) -> None:
        """Know the trades of a commit. Raises DuplicateTrade, and then none of them is known."""
        added: list[tuple[set[str], str]] = []
        for fill in commit.fills:
            ids, trade_id = self.trades.setdefault(fill.symbol, set()), fill.trade_id
            if trade_id in ids:
                for others, other in added:
                    others.discard(other)
                raise DuplicateTrade(commit.account, trade_key(fill.symbol, trade_id))
            ids.add(trade_id)
            added.append((ids, trade_id))

    def commits(self) -> Iterator[Commit]:
        """All of them, oldest first."""
        for block in self.blocks:
            yield from msgspec.msgpack.decode(block, type=list[Commit])
        yield from self.recent


class JournalMemory:
    """What `MemoryJournal` writes to; outlives its incarnations, not the process."""

    def __init__(self) -> None:
        self._accounts: dict[str, _Account] = {}

    def append(self, commit: Commit) -> int:
        """Keep a commit: its number. Raises DuplicateTrade, and then nothing has changed."""
        account = self._accounts.get(commit.account) or self._account(commit.account)
        if commit.fills:
            account.add_trades(commit)
        recent = account.recent
        recent.append(commit)
        if len(recent) >= RECENT + BLOCK:
            account.blocks.append(_encoder.encode([recent.popleft() for _ in range(BLOCK)]))
        account.count = number = account.count + 1
        return number

    def load(self, name: str) -> Snapshot:
        """What an account comes back to; counts up its epoch."""
        account = self._account(name)
        account.epoch += 1
        state = AccountState()
        for commit in account.commits():
            state.apply(commit)
        trades = frozenset(
            trade_key(symbol, trade_id)
            for symbol, ids in account.trades.items()
            for trade_id in ids
        )
        return Snapshot(
            name,
            account.epoch,
            state.orders,
            state.balances,
            trades,
            state.ended,
            state.traded_at,
        )

    def commits(self, name: str) -> Iterator[Commit]:
        """Everything that an account has written, oldest first."""
        return self._account(name).commits()

    def _account(self, name: str) -> _Account:
        account = self._accounts.get(name)
        if account is None:
            account = self._accounts[name] = _Account()
        return account


class MemoryJournal(Actor):
    """Answers `Commit`, `Load` and `GetDigest` from a memory that outlives it.

    memory: shared by all incarnations; only this actor writes to it.
    """

    def __init__(self, memory: JournalMemory) -> None:
        self._memory = memory

    @on(Commit)
    def commit(self, message: Commit) -> int:
        return self._memory.append(message)

    @on(Load)
    def load(self, message: Load) -> Snapshot:
        return self._memory.load(message.account)

    @on(GetDigest)
    def digest(self, message: GetDigest) -> Digest:
        return digest(message.account, self._memory.commits(message.account))
