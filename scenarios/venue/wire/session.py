"""One open WebSocket, server's side: wsproto's frames between a handler and an outflow.

No I/O and no decisions: a handler hears what the client says, and whoever holds the session sends.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import (
    BytesMessage,
    CloseConnection,
    Event,
    Message,
    Ping,
    Pong,
    TextMessage,
)
from wsproto.extensions import PerMessageDeflate

from ....runtime.clock import Millis
from ..agenda import Agenda, Ticket
from .fate import Ending, Fate
from .limits import Limits
from .messages import SocketHandler
from .outflow import Outflow

TEXT: Final = 0x81  # a whole text message in one frame
SHORT: Final = 126  # payloads of fewer bytes have their length in one byte
MEDIUM: Final = 1 << 16  # and of fewer than this in two more
SLICE: Final = 4_096  # compressed bytes looked at before the size of a message is checked
UNSUPPORTED: Final = 1003
TOO_BIG: Final = 1009


class SocketSession:
    """What `Session` promises, for one connection.

    end: carries out the ending of a fate. What is sent before `start` follows the handshake.
    """

    def __init__(
        self,
        number: int,
        address: str,
        agenda: Agenda,
        out: Outflow,
        limits: Limits,
        end: Callable[[Fate], None],
    ) -> None:
        self.id = number
        self.address = address
        self.opened_at = agenda.now
        self.is_open = True
        self._agenda = agenda
        self._out = out
        self._limits = limits
        self._end = end
        self._handler: SocketHandler | None = None
        self._early: list[Callable[[], None]] | None = []  # what was said before the handshake
        self._ws = Connection(ConnectionType.SERVER)
        self._deflates = False
        self._parts: list[str] = []  # of the message that is coming in
        self._size = 0  # of those
        self._goodbye: Ticket | None = None

    # -- for who holds it

    def send(self, text: str, fate: Fate | None = None) -> None:
        """See `Session.send`."""
        if self._early is not None:
            self._early.append(partial(self.send, text, fate))
        elif not self.is_open:
            return
        elif fate is None:
            self._out.write(self._frame(text))
        elif fate.delay:
            self._agenda.after(fate.delay, partial(self._send_as, text, fate))
        else:
            self._send_as(text, fate)

    def ping(self, payload: bytes = b"") -> None:
        """See `Session.ping`."""
        if self._early is not None:
            self._early.append(partial(self.ping, payload))
        elif self.is_open:
            self._out.write(self._ws.send(Ping(payload=payload[:125])))

    def close(self, code: int = 1000, reason: str = "") -> None:
        """See `Session.close`."""
        if self._early is not None:
            self._early.append(partial(self.close, code, reason))
        elif self.is_open:
            self.is_open = False
            self._out.write(self._ws.send(CloseConnection(code=code, reason=reason)))
            self._goodbye = self._agenda.after(self._limits.goodbye, self._leave)

    def strike(self, fate: Fate) -> None:
        """See `Session.strike`."""
        if self._early is not None:
            self._early.append(partial(self.strike, fate))
        elif self.is_open and fate.delay:
            self._agenda.after(fate.delay, partial(self._strike, fate))
        else:
            self._strike(fate)

    # -- for the connection

    def start(self, handler: SocketHandler, deflate: PerMessageDeflate | None) -> None:
        """The handshake was answered."""
        if deflate is not None:
            self._ws = Connection(ConnectionType.SERVER, [deflate])
            self._deflates = True
        self._handler = handler
        self.opened_at = Millis(self._agenda.now)
        early, self._early = self._early or [], None
        for action in early:
            action()

    def receive(self, data: bytes) -> None:
        """What the client sent; empty where it will send no more."""
        if not data:
            self._leave()
            return
        size = SLICE if self._deflates else len(data)
        for start in range(0, len(data), size):
            if self._ws.state not in {ConnectionState.OPEN, ConnectionState.LOCAL_CLOSING}:
                return
            self._ws.receive_data(data[start : start + size])
            for event in self._ws.events():
                self._take(event)

    def gone(self) -> None:
        """The connection is no more: tell the handler, once, and later than this call."""
        self.is_open = False
        self._early = []
        if self._goodbye is not None:
            self._goodbye.cancel()
        if self._handler is not None:
            handler, self._handler = self._handler, None
            self._agenda.at(self._agenda.now, handler.closed)

    # -- what the client says

    def _take(self, event: Event) -> None:
        if isinstance(event, CloseConnection):
            self._answer_close(event)
        elif not self.is_open or self._handler is None:
            return  # said after we closed
        elif isinstance(event, TextMessage):
            self._take_text(event, self._handler)
        elif isinstance(event, BytesMessage):
            self.close(UNSUPPORTED, "text messages only")
        elif isinstance(event, Ping):
            self._out.write(self._ws.send(event.response()))
            self._handler.pinged()
        elif isinstance(event, Pong):
            self._handler.ponged(bytes(event.payload))

    def _take_text(self, event: Message[str], handler: SocketHandler) -> None:
        self._size += len(event.data)
        if self._size > self._limits.message:
            self.close(TOO_BIG, f"a message of more than {self._limits.message} bytes")
            return
        if event.data:
            self._parts.append(event.data)
        if event.message_finished:
            message = "".join(self._parts)
            self._parts.clear()
            self._size = 0
            handler.text(message)

    def _answer_close(self, event: CloseConnection) -> None:
        """The client closed, or answered our close, or sent what is no frame."""
        state = self._ws.state
        if state is ConnectionState.REMOTE_CLOSING:
            self._out.write(self._ws.send(event.response()))
        elif state is ConnectionState.OPEN:
            self._out.write(self._ws.send(CloseConnection(code=event.code, reason=event.reason)))
        self._leave()

    def _leave(self) -> None:
        self.is_open = False
        self._out.do(partial(self._end, Fate(ending=Ending.CLOSE)))

    # -- what is said to it

    def _frame(self, text: str) -> bytes:
        payload = text.encode("utf-8", "replace")  # half a surrogate pair is no text
        if self._deflates:
            return self._ws.send(TextMessage(data=payload.decode()))
        size = len(payload)  # by hand, since a push goes to many and is most of what is sent
        if size < SHORT:
            return bytes((TEXT, size)) + payload
        if size < MEDIUM:
            return bytes((TEXT, SHORT)) + size.to_bytes(2, "big") + payload
        return bytes((TEXT, SHORT + 1)) + size.to_bytes(8, "big") + payload

    def _send_as(self, text: str, fate: Fate) -> None:
        if self.is_open:
            # A compressed frame that is never sent would spoil all that follow it.
            data = b"" if fate.lost or fate.raw is not None else self._frame(text)
            self._out.write_as(data, fate)
            self._finish(fate)

    def _strike(self, fate: Fate) -> None:
        if self._handler is None:
            return  # gone meanwhile
        self._out.write_as(b"", fate)
        self._finish(fate)

    def _finish(self, fate: Fate) -> None:
        if fate.ending is Ending.CLOSE and fate.code is not None:
            self._out.do(partial(self.close, fate.code, fate.reason))
        elif fate.ending is not Ending.KEEP:
            self._out.do(partial(self._end, fate))
