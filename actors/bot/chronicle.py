"""The chronicle of one bot: what happens to its line, its orders and its data, told as it happens.

It only listens. `say` takes a level, the name of an event and its fields, and must not wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Final, TypeAlias

from ...runtime import Actor, AskError, NoSuchActor, Outcome, on
from ..exchange.gate import GateClosed, GateOpened, GetGate, Obstacle
from ..exchange.market_messages import UnsoundHeard
from ..exchange.messages import LineChanged
from ..feeds.messages import FeedCaughtUp, GapFound
from ..feeds.source_messages import SourceChanged
from ..modes.messages import Signal, SignalPassed
from ..orders.messages import (
    DriftFound,
    FillUnmatched,
    ForeignOrderSeen,
    NotStored,
    OrderChanged,
    OrderFilled,
    OrderHeldUp,
    PositionUnguarded,
    StrayOrderFound,
)
from .config import Level
from .messages import GetOpening, Opening, OpeningChanged
from .paths import Paths

Say: TypeAlias = Callable[[Level, str, Mapping[str, object]], None]
_OF_ORDERS: Final = (
    OrderChanged,
    OrderFilled,
    FillUnmatched,
    DriftFound,
    ForeignOrderSeen,
    StrayOrderFound,
    NotStored,
    OrderHeldUp,
    PositionUnguarded,
)


class Chronicle(Actor):
    """Hears the actors of one bot; answers nothing.

    venue: its name, for people. symbols: that are followed.
    """

    def __init__(
        self,
        paths: Paths,
        *,
        bot: str,
        venue: str,
        line: str,
        symbols: Iterable[str],
        say: Say,
    ) -> None:
        self._paths = paths
        self._symbols = tuple(symbols)
        self._venue = venue
        self._line = line
        self._bot = bot
        self._say = say
        self._opening: Opening | None = None  # the last that was told, as the next
        self._obstacles: dict[str, tuple[Obstacle, ...]] = {}  # by symbol, as they were told

    async def on_start(self) -> None:
        opening = self._paths.opening
        self._listen(self._line, LineChanged)
        self._listen(self._line, UnsoundHeard)
        self._listen(opening, OpeningChanged)
        self._listen_to_all()
        try:
            self.opening(OpeningChanged(await self.ask(self.lookup(opening), GetOpening())))
        except (AskError, NoSuchActor):
            self._tell("warning", "it is not known how the opening stands")

    @on(LineChanged)
    def line(self, message: LineChanged) -> None:
        line = message.line
        level: Level = "info"
        if line.state in {"away", "barred"}:
            level = "warning"
        elif line.state == "shut":
            level = "error"
        self._tell(level, f"line {line.state}", venue=self._venue, **_reason(line.reason))

    @on(OpeningChanged)
    def opening(self, message: OpeningChanged) -> None:
        opening = message.opening
        if opening == self._opening:
            return  # it was asked for and told
        self._opening = opening
        if opening.state == "waiting":
            self._tell("info", f"waiting for {self._venue}", **_reason(opening.reason))
        elif opening.state == "refused":
            self._tell("error", "refused", **_reason(opening.reason))
        else:
            level: Level = "warning" if opening.reason else "info"
            self._tell(level, opening.state, **_reason(opening.reason))
        if opening.state == "open":
            self._listen_to_all()
            symbol = self._symbols[0]  # that which is traded
            gate = self.request(self.lookup(self._paths.gate), GetGate(symbol), symbol)
            if gate is not None:
                self.gate(gate)

    @on(Outcome)
    def gate(self, message: Outcome) -> None:
        if message.error is None:
            self._tell_gate(message.token, message.value)

    @on(GateOpened)
    def gate_opened(self, message: GateOpened) -> None:
        self._tell_gate(message.symbol, ())

    @on(GateClosed)
    def gate_closed(self, message: GateClosed) -> None:
        self._tell_gate(message.symbol, message.obstacles)

    def _tell_gate(self, symbol: str, obstacles: tuple[Obstacle, ...]) -> None:
        if obstacles == self._obstacles.get(symbol):
            return
        self._obstacles[symbol] = obstacles
        if obstacles:
            reason = "; ".join(map(str, obstacles))
            self._tell("warning", "gate closed", symbol=symbol, reason=reason)
        else:
            self._tell("info", "gate open", symbol=symbol)

    @on(DriftFound)
    def drift(self, message: DriftFound) -> None:
        self._tell("error", "drift", difference=message.difference, booked=message.booked)

    @on(ForeignOrderSeen)
    def foreign(self, message: ForeignOrderSeen) -> None:
        report = message.order.report
        self._tell("warning", "foreign order", venue_id=report.venue_id, symbol=report.symbol)

    @on(StrayOrderFound)
    def stray(self, message: StrayOrderFound) -> None:
        report = message.order.report
        self._tell("error", "stray order", venue_id=report.venue_id, symbol=report.symbol)

    @on(OrderHeldUp)
    def held_up(self, message: OrderHeldUp) -> None:
        order = message.order
        level: Level = "warning" if order.purpose == "protective" else "info"
        self._tell(
            level, "order held up", order=order.id, symbol=order.symbol, reason=message.reason
        )

    @on(PositionUnguarded)
    def unguarded(self, message: PositionUnguarded) -> None:
        order = message.order
        self._tell("error", "unguarded", order=order.id, symbol=order.symbol, amount=message.amount)

    @on(NotStored)
    def not_stored(self, message: NotStored) -> None:
        self._tell("error", "not stored", reason=message.reason)

    @on(OrderChanged)
    def order(self, message: OrderChanged) -> None:
        order = message.order
        self._tell(
            "info",
            f"order {order.status}",
            id=order.client_id,
            symbol=order.symbol,
            side=order.side,
            kind=order.kind,
            amount=order.amount,
            price=order.price,
            filled=order.filled,
        )

    @on(OrderFilled)
    def fill(self, message: OrderFilled) -> None:
        fill = message.fill
        self._tell(
            "info",
            "fill",
            id=message.order.client_id,
            side=fill.side,
            amount=fill.amount,
            price=fill.price,
            fee=fill.fee,
            fee_asset=fill.fee_asset,
        )

    @on(FillUnmatched)
    def unmatched(self, message: FillUnmatched) -> None:
        self._tell("error", "fill unmatched", trade=message.fill.trade_id, reason=message.reason)

    @on(Signal)
    def signal(self, message: Signal) -> None:
        self._tell("info", "signal", side=message.side, price=message.price)

    @on(SignalPassed)
    def passed(self, message: SignalPassed) -> None:
        self._tell("info", "signal passed", side=message.signal.side, reason=message.reason)

    @on(GapFound)
    def gap(self, message: GapFound) -> None:
        self._tell(
            "warning",
            "candles missing",
            symbol=message.symbol,
            frame=message.frame,
            missing=message.missing,
        )

    @on(UnsoundHeard)
    def unsound(self, message: UnsoundHeard) -> None:
        counts = {topic: str(count) for topic, count in message.of}
        self._tell("warning", "unsound data left out", venue=self._venue, **counts)

    @on(FeedCaughtUp)
    def caught_up(self, message: FeedCaughtUp) -> None:
        self._tell("debug", "feed caught up", symbol=message.symbol, frame=message.frame)

    @on(SourceChanged)
    def source_changed(self, message: SourceChanged) -> None:
        self._tell(
            "info",
            f"source {message.way}",
            symbol=message.symbol,
            topic=message.topic,
            frame=message.frame,
            reason=message.reason,
        )

    def _listen_to_all(self) -> None:
        paths = self._paths
        for path, kinds in (
            (paths.gate, (GateOpened, GateClosed)),
            (paths.desk, _OF_ORDERS),
            *((paths.feed(each), (GapFound, FeedCaughtUp)) for each in self._symbols),
            *((paths.source(each), (SourceChanged,)) for each in self._symbols),
            (paths.producer, (Signal,)),
            (paths.consumer, (SignalPassed,)),
        ):
            for kind in kinds:
                self._listen(path, kind)

    def _listen(self, path: str, kind: type) -> None:
        with suppress(NoSuchActor):  # it comes with the opening
            self.subscribe(self.lookup(path), kind)

    def _tell(self, level: Level, event: str, **fields: object) -> None:
        self._say(level, event, {"bot": self._bot, **fields})


def _reason(reason: str) -> dict[str, str]:
    return {"reason": reason} if reason else {}
