"""The actor that answers a desk's journal messages from disk: the one writer of a store.

Answers come after the commit: whoever has one can be killed at once and will find it again. While a
commit runs in a worker thread, the next requests gather in the mailbox and go together as the next
transaction, so a sync of the disk is paid once for all who wait. Under a virtual clock threads
would make runs differ, so there each request is written in its own turn.

What a transaction holds is decided in `batch`; a full disk refuses those who wait for it and
nobody else, a failing one ends the actor, and then the process: see StoreBroken.
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from functools import partial
from typing import Final

import attrs
import msgspec

from ..actors.exchange.bans import Ban, RecallBans, RememberBan
from ..actors.orders.journal import Commit, Digest, GetDigest, Load, Snapshot
from ..runtime import Actor, Ask, Reply, Tell, on
from ..runtime.errors import Refusal
from .environment import Room
from .errors import StoreBroken, StoreRefusal
from .order_store import Answer, OrderStore, Request
from .worker import in_thread

LARGEST_BATCH: Final = 512  # requests in one transaction


class Writing(Enum):
    """Where the disk is waited for."""

    IN_THREAD = "in thread"  # live: the actors go on meanwhile
    INLINE = "inline"  # under a virtual clock: nothing moves until it is done


@attrs.frozen
class StoreStatistics:
    """What a store has done since it was started, and how much of its map is used."""

    requests: int  # carried out or refused
    transactions: int
    largest: int  # requests in one transaction
    refused: int
    room: Room


class GetStoreStatistics(msgspec.Struct, Ask[StoreStatistics], frozen=True, gc=False):
    """How the store is doing."""


class _Gather(msgspec.Struct, Tell, frozen=True, gc=False):
    """Let those who are ready to ask do so first: an ask may reach an idle actor before theirs."""


class _Write(msgspec.Struct, Tell, frozen=True, gc=False):
    """Write what has gathered. Comes behind the requests that are in the mailbox already."""


class Store(Actor):
    """Answers `Commit`, `Load` and `GetDigest` of all desks, and `GetStoreStatistics`.

    It remembers bans as well, see `actors.exchange.bans`.

    order_store: open, and closed by whoever opened it once the System has stopped; an incarnation
    that crashes leaves it to the next one.
    """

    def __init__(self, order_store: OrderStore, writing: Writing = Writing.IN_THREAD) -> None:
        self._order_store = order_store
        self._writes_inline = writing is Writing.INLINE
        self._waiting: deque[tuple[Request, Reply]] = deque()
        self._is_told = False  # that something waits to be written
        self._requests = self._transactions = self._largest = self._refused = 0

    def on_start(self) -> None:
        self._order_store.require_sound()

    def on_stop(self) -> None:
        while self._waiting:  # what came before the stop is carried out before it
            batch = self._take_batch()
            try:
                self._answer(batch, self._carry_out([request for request, _ in batch]))
            except StoreBroken as broken:
                for _, reply in batch:
                    reply.fail(broken)

    @on(Commit)
    def commit(self, message: Commit) -> int | None:
        if self._writes_inline:
            return self._now(message)  # type: ignore[return-value]  # a commit's answer is a number
        self._gather(message)
        return None

    @on(Load)
    def load(self, message: Load) -> Snapshot | None:
        if self._writes_inline:
            return self._now(message)  # type: ignore[return-value]  # a load's answer is a snapshot
        self._gather(message)
        return None

    @on(GetDigest)
    def digest(self, message: GetDigest) -> Digest | None:
        if self._writes_inline:
            return self._now(message)  # type: ignore[return-value]  # its answer is a digest
        self._gather(message)
        return None

    @on(RememberBan)
    def remember_ban(self, message: RememberBan) -> None:
        if self._writes_inline:
            self._now(message)
        else:
            self._gather(message)

    @on(RecallBans)
    def recall_bans(self, message: RecallBans) -> tuple[Ban, ...] | None:
        if self._writes_inline:
            return self._now(message)  # type: ignore[return-value]  # its answer are bans
        self._gather(message)
        return None

    @on(_Gather)
    def gather(self, _: _Gather) -> None:
        self.ref.tell(_Write())

    @on(_Write, io=True)
    async def write(self, _: _Write) -> None:
        self._is_told = False
        batch = self._take_batch()
        requests = [request for request, _ in batch]
        with self.hold():  # were the clock a virtual one, it would run away from the disk
            # Not abandoned when cancelled: a commit that has begun ends, and its askers hear of it.
            answers = await in_thread(partial(self._carry_out, requests))
        self._answer(batch, answers)
        if self._waiting:
            self._tell_myself()

    @on(GetStoreStatistics)
    def statistics(self, _: GetStoreStatistics) -> StoreStatistics:
        return StoreStatistics(
            self._requests,
            self._transactions,
            self._largest,
            self._refused,
            self._order_store.room(),
        )

    def _gather(self, request: Request) -> None:
        self._waiting.append((request, self.reply_later()))
        if not self._is_told:
            self._tell_myself()

    def _tell_myself(self) -> None:
        self._is_told = True
        self.ref.tell(_Gather())

    def _take_batch(self) -> list[tuple[Request, Reply]]:
        size = min(len(self._waiting), LARGEST_BATCH)
        return [self._waiting.popleft() for _ in range(size)]

    def _carry_out(self, requests: list[Request]) -> list[Answer]:
        # In a worker thread: touches nothing of the actor but the store, which waits for it.
        try:
            return self._order_store.write(requests)
        except StoreRefusal as refusal:
            return [refusal.again() for _ in requests]

    def _now(self, request: Request) -> Answer:
        (answer,) = answers = self._carry_out([request])
        self._count(answers)
        if isinstance(answer, Refusal):
            raise answer
        return answer

    def _answer(self, batch: list[tuple[Request, Reply]], answers: list[Answer]) -> None:
        self._count(answers)
        for (_, reply), answer in zip(batch, answers, strict=True):
            if isinstance(answer, Refusal):
                reply.fail(answer)
            else:
                reply.answer(answer)

    def _count(self, answers: list[Answer]) -> None:
        self._requests += len(answers)
        self._transactions += 1
        self._largest = max(self._largest, len(answers))
        self._refused += sum(isinstance(answer, Refusal) for answer in answers)
