"""The order store: what the journals of all accounts have been told, durably, in one LMDB file.

This is the plain object that reads and writes; it belongs to one caller at a time, usually the
actor `Store`, and each call blocks until the disk has answered. A call carries out any number of
commits and loads in one transaction: that is what makes a group commit cheap.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from ..actors.exchange.bans import Ban, RecallBans, RememberBan
from ..actors.orders.journal import Commit, Digest, GetDigest, Load, Snapshot, digest
from ..runtime.clock import Millis
from ..runtime.errors import Refusal
from .audit import Violation, audit_money, audit_tables
from .bans import read_bans, write_ban
from .batch import Batch, Standing
from .codec import UnknownRecord
from .environment import Environment, Room, Transaction
from .errors import StoreDamaged, StoreUnsound
from .folder import WriterLock
from .folding import STEP, Compaction, compact, has_old
from .keys import account_head
from .tables import (
    Tables,
    count_commits,
    journal_length,
    read_accounts,
    read_commits,
    read_folded,
    read_snapshot,
)

Request = Commit | Load | GetDigest | RememberBan | RecallBans
Answer = int | Snapshot | Digest | tuple[Ban, ...] | Refusal | None
"""To a Commit its number, to the others what was read; to each why it was refused."""


class OrderStore:
    """Carries out commits and loads. Get one from `open_store`; close it, or use it with `with`."""

    def __init__(self, environment: Environment, lock: WriterLock) -> None:
        self._environment = environment
        self._lock = lock
        self._tables = Tables(environment.tables)
        self._standing = environment.read(self._read_standing)

    @property
    def path(self) -> Path:
        """The folder."""
        return self._environment.path

    def write(self, requests: Sequence[Request]) -> list[Answer]:
        """Carry out all requests in their order, in one transaction; the answers once durable.

        A request that is refused leaves nothing behind and does not touch the others. Raises
        StoreFull or StoreFailed where nothing of any request is durable, and StoreBroken.
        """

        def work(txn: Transaction) -> tuple[list[Answer], Standing]:
            batch = Batch(txn, self._tables, self._standing)
            answers = [self._carry_out(txn, batch, request) for request in requests]
            batch.write()
            return answers, batch.standing

        try:
            answers, standing = self._environment.write(work)
        except (UnknownRecord, msgspec.DecodeError) as error:
            raise StoreDamaged(self.path, damage=str(error)) from error
        self._standing = standing  # only now: it is durable
        return answers

    def commit(self, commit: Commit) -> int:
        """Carry out one commit; its number once durable. Raises a Refusal or StoreBroken."""
        (answer,) = self.write([commit])
        if isinstance(answer, int):
            return answer
        raise _refusal(answer)

    def load(self, account: str) -> Snapshot:
        """Count up the epoch of an account and read it. Raises a Refusal or StoreBroken."""
        (answer,) = self.write([Load(account)])
        if isinstance(answer, Snapshot):
            return answer
        raise _refusal(answer)

    def compact(self, before: Millis, *, step: int = STEP) -> Compaction:
        """Fold the commits of before a time away; see `folding`.

        step: commits in one transaction. Raises StoreUnsound where the store does not add up,
        StoreRefusal or StoreBroken.
        """
        if self._environment.read(lambda txn: has_old(txn, self._tables, before)):
            faults = self.audit()
            if faults:
                raise StoreUnsound(self.path, faults=len(faults), first=faults[0].detail)
        return compact(self._environment, before, step=step)

    def audit(self) -> list[Violation]:
        """Where the store does not add up; nothing where all is well."""
        return self._environment.read(
            lambda txn: [*audit_tables(txn, self._tables), *audit_money(txn, self._tables)]
        )

    def require_sound(self) -> None:
        """Raise StoreBroken where the disk has failed since the store was opened."""
        self._environment.require_sound()

    def room(self) -> Room:
        """How much of the map is used."""
        return self._environment.room()

    def close(self) -> None:
        """Let go of the file and let the next writer in."""
        self._environment.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _carry_out(self, txn: Transaction, batch: Batch, request: Request) -> Answer:
        try:
            if isinstance(request, Commit):
                return batch.add(request)
            if isinstance(request, Load):
                account = batch.count_up(request.account)
                batch.write()  # what came before it in the batch is read back
                return read_snapshot(txn, self._tables, request.account, account)
            if isinstance(request, RememberBan):
                write_ban(txn, self._tables, request.ban)
                return None
            if isinstance(request, RecallBans):
                return read_bans(txn, self._tables, request.now)
            account = batch.account(request.account)
            batch.write()
            folded = read_folded(txn, self._tables, account_head(account.number))
            commits = read_commits(txn, self._tables, account)
            return digest(request.account, commits, folded.beginning)
        except Refusal as refusal:
            return refusal

    def _read_standing(self, txn: Transaction) -> Standing:
        tables = self._tables
        accounts = read_accounts(txn, tables)
        return Standing(accounts, count_commits(txn, tables, accounts), journal_length(txn, tables))


def _refusal(answer: Answer) -> Refusal:
    if isinstance(answer, Refusal):
        return answer
    raise AssertionError(answer)  # the answer to another request
