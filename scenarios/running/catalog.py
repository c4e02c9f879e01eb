"""What can go wrong, by code: the rows of the page on faults, and which scenarios claim each.

A row with a verb lies on the wire: a rule of a fault plan fires it, whether or not a scenario
of the library does.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from .script import library_names, told_of


@attrs.frozen
class Fault:
    """One row. verb: of a fault plan, that the page names for it; empty where it names none."""

    code: str
    words: str
    verb: str = ""

    @property
    def is_of_runtime(self) -> bool:
        """Whether it lies in the runtime or its host, and not on the wire."""
        return self.code[0] in "CKH"

    @property
    def not_here(self) -> str:
        """Why nothing in a world can fire it; empty where something can."""
        return NOT_HERE.get(self.code, "")


def claims() -> dict[str, tuple[str, ...]]:
    """The scenarios of the library that name a fault, by its code; empty where none does."""
    told = {name: told_of(name)[1] for name in library_names()}
    return {
        each.code: tuple(name for name, codes in told.items() if each.code in codes)
        for each in FAULTS
    }


NOT_HERE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "A19": "a bot sends no cancel-and-replace",
        "A20": "a bot changes no order, it cancels",
        "A21": "a bot sends no batches",
        "A22": "a bot places no lists of orders",
        "A23": "a bot places no pairs of orders",
        "B11": "a world's bots trade spot",
        "B12": "a world's bots trade spot",
        "M16": "a world's bots trade spot",
        "K8": "one process cannot open its store twice; tests of storage leave readers behind",
        "K13": "a bot in a world writes no log",
        "H9": "no actor of a bot waits for one that waits for it; tests of the runtime do so",
        "H11": "who keeps the loop keeps virtual time as well",
        "I1": "a bot file is read before there is a world; tests of it are in tests/actors/bot",
        "I6": "nothing fires it: S1 looks for secrets at the end of every run",
        "I7": "nothing fires it: S1 looks for secrets at the end of every run",
        "I8": "there are no signals between bots yet",
        "I9": "there are no signals between bots yet",
        "I10": "there are no signals between bots yet",
        "I11": "there are no signals between bots yet",
        "I12": "nothing of a bot in a world listens",
        "I13": "no name comes from outside in a world",
        "I14": "nothing of a bot executes input: a lint of the source",
        "I15": "names come from the bot file; tests of the commands write odd ones",
        "I16": "a matter of how it is installed",
        "I17": "a script is trusted, and may read whatever its process may",
    }
)
"""Codes that nothing in a world can fire, each with the reason."""

FAULTS: Final = (
    Fault("A1", "the request is lost before the venue sees it", "drop_request"),
    Fault("A2", "the order was placed, and the answer is lost", "execute_then_drop_response"),
    Fault("A3", "a server error for an order that was placed", "status"),
    Fault(
        "A4",
        "the venue says that it gave up waiting for its engine, which did not give up",
        "status",
    ),
    Fault("A5", "the answer comes after the client has stopped waiting", "delay"),
    Fault("A6", "the user stream tells of the order before the answer does", "delay"),
    Fault("A7", "the answer is there, and the user stream stays silent", "drop"),
    Fault("A8", "the answer cannot be parsed", "truncate"),
    Fault("A9", "the balance is not what the client thought", "withdraw"),
    Fault("A10", "the market's filters have changed meanwhile", "change_filter"),
    Fault("A11", "the market has moved, and a post-only order would take", "move_price"),
    Fault(
        "A12",
        "the client repeats a request that had been executed: the id is in use",
        "execute_then_drop_response",
    ),
    Fault(
        "A13",
        "the same, but the first order has filled, and a second one is placed under its id",
        "fill",
    ),
    Fault("A14", "a look-up does not know an order that was accepted a moment ago", "query_lag"),
    Fault("A15", "an old order cannot be looked up any more", "status"),
    Fault("A16", "a cancellation is lost, or its answer is", "drop_request"),
    Fault("A17", "the order fills while its cancellation is under way", "fill"),
    Fault("A18", "a part fills, the rest is cancelled, and the trade is reported last", "reorder"),
    Fault("A19", "of a cancel-and-replace one half fails", "fill"),
    Fault("A20", "a changed order comes back under another id of the venue", "merge"),
    Fault("A21", "of a batch some orders are placed and others refused", "item_error"),
    Fault("A22", "nothing is heard of the list that two orders belong to", "drop"),
    Fault("A23", "both legs of a pair of orders trade before either is cancelled"),
    Fault(
        "A24",
        "an order ends without being cancelled: expired, or prevented from trading with itself",
        "manual_order",
    ),
    Fault("A25", "too many orders", "status"),
    Fault("A26", "the venue cancels an order by itself", "venue_cancel"),
    Fault("A27", "somebody else trades on the account", "manual_order"),
    Fault("B1", "an event comes twice", "duplicate"),
    Fault("B2", "events come in another order than they happened", "reorder"),
    Fault("B3", "an event never comes, and no number tells", "drop"),
    Fault("B4", "after a new connection old events come again", "redeliver"),
    Fault("B5", "the subscription ends: silence, or a word of it", "expire_listen_keys"),
    Fault("B6", "the subscription cannot be prolonged", "status"),
    Fault("B7", "during a change of subscription two streams are alive, and all is told twice"),
    Fault("B8", "the balance is told before the trade that changed it", "reorder"),
    Fault("B9", "money comes or goes without an order", "deposit"),
    Fault("B10", "the fee is taken in a third asset, or is a rebate", "set_fees"),
    Fault("B11", "funding is told twice", "duplicate"),
    Fault("B12", "the position is liquidated", "liquidate"),
    Fault("B13", "an event of a type, or with a field, that nobody knows", "garbage"),
    Fault("B14", "an event of another account or market", "garbage"),
    Fault("B15", "events that are older than the snapshot", "delay"),
    Fault("C1", "the process dies between writing an intent down and sending it"),
    Fault("C2", "the process dies between sending and writing the answer down"),
    Fault("C3", "the process dies after a parent order filled and before its child was sent"),
    Fault("C4", "the process dies while it cancels the other leg of a pair"),
    Fault("C5", "the process dies again and again while it recovers"),
    Fault("C6", "open orders are gone from the venue; `engine_restart` does it"),
    Fault("C7", "the venue takes trades back"),
    Fault("C8", "more fills than fit one page happened while the bot was down"),
    Fault("C9", "the end of an order was missed, and its cancellation is refused for ever"),
    Fault("C10", "the venue's balance is not the ledger's"),
    Fault("C11", "a market is halted, delisted or renamed; `halt` and `delist` do it"),
    Fault("C12", "maintenance: hours without a venue; `refuse_connections` does it"),
    Fault("C13", "two bots work on one key or one store"),
    Fault("C14", "the configuration changed between two runs in a way that the store does not fit"),
    Fault("C15", "the store was written by an older or newer version"),
    Fault("C16", "the bot is stopped while orders are open"),
    Fault("C17", "orders of an earlier run arrive late; `delay` with the point `before` does it"),
    Fault("M1", "depth updates are missing", "gap"),
    Fault("M2", "the snapshot is older than the first update", "stale_snapshot"),
    Fault("M3", "bids and asks cross", "crossed"),
    Fault("M4", "the stream is open and silent", "mute"),
    Fault("M5", "the other end is gone, and nothing says so", "half_open"),
    Fault("M6", "the venue goes down or closes after a day", "server_shutdown"),
    Fault("M7", "new connections are refused for a long time", "refuse_connections"),
    Fault("M8", "candles come twice or out of order", "duplicate"),
    Fault("M9", "a candle is missing", "drop"),
    Fault("M10", "prices that are no numbers, or no prices", "garbage"),
    Fault("M11", "one price far off, and then back", "spike"),
    Fault("M12", "symbols and numbers are written in another way", "garbage"),
    Fault("M13", "times in another unit, ahead, or going back", "garbage"),
    Fault("M14", "more messages than can be read", "burst"),
    Fault("M15", "a subscription is not acknowledged", "mute"),
    Fault("M16", "mark and index price differ from what trades", "set_mark"),
    Fault("E1", "names do not resolve, or to somewhere else"),
    Fault("E2", "the certificate is expired, or somebody else's"),
    Fault("E3", "the connection is reset in the middle of a message", "reset"),
    Fault("E4", "a frame is cut off", "cut_frame"),
    Fault("E5", "a message is far too large", "huge"),
    Fault("E6", "frames that the protocol does not allow", "frame"),
    Fault("E7", "a flood of pings", "pings"),
    Fault("E8", "the answer drips in byte by byte", "dribble"),
    Fault("E9", "a web page in place of JSON", "body"),
    Fault("E10", "a signed request is sent elsewhere", "redirect"),
    Fault("E11", "the venue has closed the connection that a request is sent on", "drop_request"),
    Fault("E12", "an answer to another request", "swap_bodies"),
    Fault("E13", "the address is not allowed for this key any more", "status"),
    Fault("E14", "the region is blocked", "status"),
    Fault("L1", "too many requests: wait", "status"),
    Fault("L2", "the address is banned", "ban"),
    Fault("L3", "somebody else uses up the weight of the address", "headers"),
    Fault("L4", "the clocks of client and venue drift apart", "clock_drift"),
    Fault("L5", "the venue's clock jumps", "clock_step"),
    Fault("L6", "the host changes to summer time or to another zone"),
    Fault("L7", "the venue's clock goes back", "clock_step"),
    Fault("L8", "numbers that a float does not hold", "garbage"),
    Fault("K1", "the process is killed at any commit"),
    Fault("K2", "the power fails, and of what was not synced anything may be left"),
    Fault("K3", "the disk is full"),
    Fault("K4", "the store's map is full"),
    Fault("K5", "a sync fails"),
    Fault("K6", "the disk takes seconds for a sync"),
    Fault("K7", "the file is damaged or shortened"),
    Fault("K8", "a forgotten reader keeps old pages from being used again"),
    Fault("K9", "memory runs out"),
    Fault("K10", "file descriptors run out"),
    Fault("K11", "the process stands still for minutes"),
    Fault("K12", "two writers, or a file system that does not lock"),
    Fault("K13", "the disk of the logs is full"),
    Fault("H1", "an actor raises at a message"),
    Fault("H2", "a message that makes its actor raise every time"),
    Fault("H3", "an actor raises while it starts"),
    Fault("H4", "an actor hangs or raises while it ends"),
    Fault("H5", "a supervisor is cancelled in the middle of a restart"),
    Fault("H6", "more restarts than the budget allows"),
    Fault("H7", "a task is cancelled at any of its checkpoints"),
    Fault("H8", "a mailbox is full"),
    Fault("H9", "actors wait for each other, or run without getting on"),
    Fault("H10", "several things fail at once"),
    Fault("H11", "a strategy does not give the loop back, or eats memory"),
    Fault("H12", "a strategy floods the venue with orders"),
    Fault("H13", "the gate opens before all that it waits for is there"),
    Fault("I1", "a wrong key or value in a configuration"),
    Fault("I2", "a key that is malformed, revoked or not allowed here"),
    Fault("I3", "a key that may withdraw"),
    Fault("I4", "a key without an address list, or without the right to trade"),
    Fault("I5", "a key of the test network on the live one, or the other way round"),
    Fault("I6", "a secret in a log, an error or a traceback"),
    Fault("I7", "a secret in a core dump, a journal or an artefact"),
    Fault("I8", "a signal was changed on its way"),
    Fault("I9", "a signal comes twice"),
    Fault("I10", "a signal is old, late, out of order, or one is missing"),
    Fault("I11", "the leader's key is stolen, or the leader means harm"),
    Fault("I12", "a dashboard without a lock"),
    Fault("I13", "a name that leads out of its folder"),
    Fault("I14", "input that is executed"),
    Fault("I15", "terminal or web codes in names"),
    Fault("I16", "a dependency that means harm"),
    Fault("I17", "a script that reads keys"),
    Fault("I18", "input that is built to exhaust its parser"),
)
