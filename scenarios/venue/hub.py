"""The hub: which WebSocket listens to which stream, and what a client may say to it.

It knows names of streams, not what they carry: a dialect pushes a text under a name, and it goes
to whoever listens, each in the wrapping that its connection asked for. What the venue does to
every WebSocket is here too: pings, the close after a day, limits of messages and connections.
"""

from __future__ import annotations

from typing import Final, Protocol

import msgspec

from ...runtime import Millis
from .agenda import Agenda, Ticket
from .hub_requests import Wish, WishRefused, read_wish
from .wire.messages import Request, Response, Session
from .wire.strikes import Faults

DAY: Final = 24 * 60 * 60_000
FIVE_MINUTES: Final = 5 * 60_000
POLICY: Final = 1008  # close code: the client broke a rule
GOING_AWAY: Final = 1001
TOO_MANY: Final = 429


class HubRules(msgspec.Struct, frozen=True, kw_only=True):
    """What the venue asks of WebSocket clients; times in ms."""

    ping_every: int = 20_000
    pong_within: int = 60_000
    life: int = DAY
    streams: int = 1024  # of one connection
    messages: int = 5  # from one connection in a second
    connections: int = 300  # from one address in five minutes


class Heart:
    """Keeps one session alive and ends it in time: pings, pongs, the close after a day.

    A handler of a WebSocket owns one, tells it of what comes in, and stops it at the end.
    """

    def __init__(self, session: Session, agenda: Agenda, rules: HubRules) -> None:
        self.session = session
        self._agenda = agenda
        self._rules = rules
        self._ponged_at = agenda.now
        self._second = -1
        self._messages = 0
        self._beat = agenda.after(rules.ping_every, self._ping)
        self._end: Ticket = agenda.after(rules.life, self._close)

    def ponged(self) -> None:
        """A pong came."""
        self._ponged_at = self._agenda.now

    def count(self) -> bool:
        """Count a message from the client; False where it was one too many: it is cut off."""
        second = self._agenda.now // 1000
        if second != self._second:
            self._second = second
            self._messages = 0
        self._messages += 1
        if self._messages <= self._rules.messages:
            return True
        self.session.close(POLICY, "Too many requests")
        return False

    def stop(self) -> None:
        """The session is over."""
        self._beat.cancel()
        self._end.cancel()

    def _ping(self) -> None:
        if self._agenda.now - self._ponged_at > self._rules.pong_within:
            self.session.close(POLICY, "Pong timeout")
            return
        self.session.ping(str(self._agenda.now).encode())
        self._beat = self._agenda.after(self._rules.ping_every, self._ping)

    def _close(self) -> None:
        self._beat.cancel()
        self.session.close(GOING_AWAY, "connection is only valid for 24 hours")


class Listener:
    """One connection to the market streams: a `SocketHandler`."""

    def __init__(self, hub: Hub, session: Session) -> None:
        self.session = session
        self.streams: dict[str, None] = {}  # in the order of subscription
        self.is_combined = False  # whether each message names its stream
        self._hub = hub
        self._heart = Heart(session, hub.agenda, hub.rules)

    def text(self, message: str) -> None:
        if not self._heart.count():
            return
        try:
            wish = read_wish(message)
            result = self._grant(wish)
        except WishRefused as refused:
            self.session.send(msgspec.json.encode(refused.body).decode())
            return
        self.session.send(msgspec.json.encode({"result": result, "id": wish.id}).decode())

    def pinged(self) -> None:
        self._heart.count()

    def ponged(self, _payload: bytes) -> None:
        self._heart.ponged()

    def closed(self) -> None:
        self._heart.stop()
        self._hub.forget(self)

    def _grant(self, wish: Wish) -> object:
        match wish.method:
            case "SUBSCRIBE":
                self._hub.subscribe(self, wish.streams, wish.id)
                return None
            case "UNSUBSCRIBE":
                self._hub.unsubscribe(self, wish.streams)
                return None
            case "LIST_SUBSCRIPTIONS":
                return list(self.streams)
            case "SET_PROPERTY":
                self.is_combined = wish.flag
                return None
            case _:
                return self.is_combined


class Source(Protocol):
    """Where what a stream carries comes from; a stream that nobody hears need not flow."""

    def begin(self, stream: str) -> None:
        """The first listener has come; a stream that there is not stays silent."""
        ...

    def end(self, stream: str) -> None:
        """The last one has gone."""
        ...


class Hub:
    """Streams by name, and who listens to each.

    source: told of the first listener of a stream and of the last.
    """

    def __init__(self, agenda: Agenda, faults: Faults, rules: HubRules | None = None) -> None:
        self.source: Source | None = None
        self.agenda = agenda
        self.faults = faults
        self.rules = rules if rules is not None else HubRules()
        self._listeners: dict[str, dict[Listener, None]] = {}
        self._all: dict[Listener, None] = {}
        self._arrivals: dict[str, list[Millis]] = {}

    def __len__(self) -> int:
        return len(self._all)

    def admit(self, address: str) -> Response | None:
        """Count a connection; the refusal where it is one too many of its address."""
        now = self.agenda.now
        recent = [at for at in self._arrivals.get(address, ()) if at > now - FIVE_MINUTES]
        self._arrivals[address] = recent
        if len(recent) >= self.rules.connections:
            wait = -(-(recent[0] + FIVE_MINUTES - now) // 1000)
            return Response(TOO_MANY, b"", (("Retry-After", str(wait)),))
        recent.append(now)
        return None

    def open(self, request: Request, session: Session, path: str) -> Listener | None:
        """A client of `/ws/A/B…` or `/stream?streams=A/B…`; None where the path is neither.

        path: the request's, without the prefix of a product family.
        """
        if path == "/ws" or path.startswith("/ws/"):
            streams = [stream for stream in path[len("/ws/") :].split("/") if stream]
        elif path == "/stream" or path.startswith("/stream/"):
            streams = _queried(request.query)
        else:
            return None
        self._refuse_beyond(len(set(streams)), None)  # before anybody listens
        listener = Listener(self, session)
        listener.is_combined = path.startswith("/stream")
        self._all[listener] = None
        self.subscribe(listener, streams, None)
        return listener

    def subscribe(self, listener: Listener, streams: list[str], wish_id: object) -> None:
        """Let a client listen to streams; too many on one connection are refused together."""
        fresh = [stream for stream in dict.fromkeys(streams) if stream not in listener.streams]
        self._refuse_beyond(len(listener.streams) + len(fresh), wish_id)
        for stream in fresh:
            listener.streams[stream] = None
            listeners = self._listeners.get(stream)
            if listeners is not None:
                listeners[listener] = None
                continue
            self._listeners[stream] = {listener: None}
            if self.source is not None:
                self.source.begin(stream)

    def unsubscribe(self, listener: Listener, streams: list[str]) -> None:
        """Let a client listen to streams no more; those it did not listen to are passed over."""
        for stream in streams:
            if stream in listener.streams:
                del listener.streams[stream]
                self._drop(stream, listener)

    def forget(self, listener: Listener) -> None:
        """A client has gone."""
        for stream in listener.streams:
            self._drop(stream, listener)
        listener.streams.clear()
        self._all.pop(listener, None)

    def wants(self, stream: str) -> bool:
        """Whether anybody listens: what nobody hears need not be written."""
        return stream in self._listeners

    def streams(self) -> list[str]:
        """All streams that somebody listens to."""
        return list(self._listeners)

    def push(self, stream: str, kind: str, symbol: str, text: str) -> None:
        """Send a message to all who listen to a stream."""
        listeners = self._listeners.get(stream)
        if listeners is None:
            return
        wrapped = f'{{"stream":"{stream}","data":{text}}}'
        for listener in tuple(listeners):
            said = wrapped if listener.is_combined else text
            self.deliver(listener.session, stream, kind, symbol, said)

    def _refuse_beyond(self, count: int, wish_id: object) -> None:
        if count > self.rules.streams:
            text = f"Invalid request: too many streams; current limit is {self.rules.streams}"
            raise WishRefused(2, text, wish_id)

    def deliver(self, session: Session, stream: str, kind: str, symbol: str, text: str) -> None:
        """Send a message to one session, as far as the faults let it."""
        instead = self.faults.on_push(session, stream, kind, symbol, text)
        if instead is None:
            session.send(text)
            return
        for push in instead:
            for _ in range(push.times):
                session.send(push.text, push.fate)

    def heart(self, session: Session) -> Heart:
        """A heart for a session of another kind than the market streams."""
        return Heart(session, self.agenda, self.rules)

    def announce(self, stream: str, text: str) -> None:
        """Tell every client, whatever it listens to."""
        wrapped = f'{{"stream":"{stream}","data":{text}}}'
        for listener in tuple(self._all):
            listener.session.send(wrapped if listener.is_combined else text)

    def close_all(self, code: int, reason: str) -> None:
        """Close every connection, as a venue that goes down does."""
        for listener in tuple(self._all):
            listener.session.close(code, reason)

    def _drop(self, stream: str, listener: Listener) -> None:
        listeners = self._listeners[stream]
        del listeners[listener]
        if not listeners:
            del self._listeners[stream]
            if self.source is not None:
                self.source.end(stream)


def _queried(query: str) -> list[str]:
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if name == "streams":
            return [stream for stream in _decoded(value).split("/") if stream]
    return []


def _decoded(text: str) -> str:
    return text.replace("%2F", "/").replace("%2f", "/").replace("%40", "@").replace("%21", "!")
