"""Whatever bytes come, in whatever pieces, under whatever faults: nothing is raised."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from wsproto.connection import Connection as Frames
from wsproto.connection import ConnectionType
from wsproto.events import CloseConnection, Ping, TextMessage

from benthic.scenarios.venue.agenda import Agenda
from benthic.scenarios.venue.wire.connection import Connection, Wire
from benthic.scenarios.venue.wire.fate import Ending, Fate
from benthic.scenarios.venue.wire.limits import Limits
from benthic.scenarios.venue.wire.messages import Response
from benthic.scenarios.venue.wire.strikes import RequestFate

from .echoing import Echo, Plan

KEY = b"sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
UPGRADE = b"GET /ws HTTP/1.1\r\nhost: h\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
SOCKET = UPGRADE + b"sec-websocket-version: 13\r\n" + KEY
PIECES = (
    b"GET /a HTTP/1.1\r\nhost: h\r\n\r\n",
    b"POST /b HTTP/1.1\r\nhost: h\r\ncontent-length: 3\r\n\r\nabc",
    b"POST /c HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    b"POST /d HTTP/1.1\r\nhost: h\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n",
    b"CONNECT h:1 HTTP/1.1\r\nhost: h\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nhost: h\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n\r\n",
    b"\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # the beginning of a TLS handshake
    SOCKET + b"\r\n",
    SOCKET + b"sec-websocket-extensions: permessage-deflate\r\n\r\n",
    SOCKET + b"sec-websocket-extensions: permessage-deflate; client_max_window_bits=\r\n\r\n",
    UPGRADE + b"\r\n",
    Frames(ConnectionType.CLIENT).send(TextMessage(data="hello")),
    Frames(ConnectionType.CLIENT).send(Ping(payload=b"x" * 125)),
    Frames(ConnectionType.CLIENT).send(CloseConnection(code=1000)),
    b"\xc1\x85\0\0\0\0hello",
    b"\x01\x80\0\0\0\0",
    b"\x80\x80\0\0\0\0",
    b"\x88\x82\0\0\0\0\x03\xed",
    b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0",
)
fates = st.builds(
    Fate,
    delay=st.integers(0, 50),
    stall=st.integers(0, 50),
    lost=st.booleans(),
    raw=st.none() | st.binary(max_size=10),
    keep=st.none() | st.integers(-1, 40),
    piece=st.none() | st.integers(-1, 40),
    pause=st.integers(0, 20),
    cut=st.none() | st.integers(-1, 40),
    ending=st.sampled_from(Ending),
    code=st.none() | st.integers(1000, 4999),
    reason=st.text(max_size=200),
)
request_fates = st.builds(
    RequestFate,
    delay=st.integers(0, 50),
    lost=st.booleans(),
    answer=st.none() | st.just(Response(503, b"no")),
    fate=st.none() | fates,
)
streams = st.lists(st.sampled_from(PIECES) | st.binary(max_size=30), max_size=8).map(b"".join)


class Sink:
    """An outlet that keeps what it is given and, as faces do, tells of ends later."""

    def __init__(self, agenda: Agenda) -> None:
        self.agenda = agenda
        self.connection: Connection | None = None
        self.written = bytearray()
        self.ends: list[str] = []

    def write(self, data: bytes) -> None:
        assert not self.ends or self.ends == ["halt"]
        self.written += data

    def close(self) -> None:
        self._end("close")

    def abort(self) -> None:
        self._end("abort")

    def halt(self) -> None:
        self.ends.append("halt")

    def _end(self, how: str) -> None:
        self.ends.append(how)
        self.agenda.after(5, self._lose)

    def _lose(self) -> None:
        assert self.connection is not None
        self.connection.lost()


def play(data: bytes, cuts: list[int], plan: Plan, *, limits: Limits | None = None) -> Sink:
    """Feed it all, a millisecond between two pieces, then the end, and wait for an hour."""
    agenda, echo = Agenda(), Echo()
    wire = Wire(echo, agenda, faults=plan, limits=limits)
    sink = Sink(agenda)
    connection = sink.connection = wire.connect(sink, "fuzz")
    edges = [0, *sorted({cut for cut in cuts if 0 < cut < len(data)}), len(data)]
    for begin, end in pairwise(edges):
        if not sink.ends and end > begin:
            connection.receive(data[begin:end])
        agenda.run_to(agenda.now + 1)
    for listener in echo.listeners:
        listener.session.send("push")
        listener.session.ping(b"x" * 200)
    if not sink.ends:
        connection.receive(b"")
    agenda.run_to(3_600_000)
    connection.lost()
    agenda.run_to(3_600_001)
    assert wire.open == {}
    assert all(each.heard.count("<closed>") == 1 for each in echo.listeners)
    return sink


class Everywhere(Plan):
    """One fate for all."""

    def __init__(self, asked: RequestFate | None, answered: Fate | None) -> None:
        super().__init__()
        self._asked = asked
        self._answered = answered

    def on_request(self, _request: object) -> RequestFate | None:
        return self._asked

    def on_open(self, _address: str) -> Fate | None:
        return None if self._asked is None else self._asked.fate


@settings(max_examples=300)
@given(data=streams, cuts=st.lists(st.integers(0, 600), max_size=6))
def test_no_bytes_make_a_connection_raise(data: bytes, cuts: list[int]) -> None:
    sink = play(data, cuts, Plan())

    assert sink.ends.count("close") == 1


@settings(max_examples=200)
@given(rest=st.binary(max_size=200), cuts=st.lists(st.integers(0, 600), max_size=6))
def test_no_frames_make_a_websocket_raise(rest: bytes, cuts: list[int]) -> None:
    for extension in (b"", b"sec-websocket-extensions: permessage-deflate\r\n"):
        sink = play(SOCKET + extension + b"\r\n" + rest, cuts, Plan(), limits=Limits(message=50))

        assert sink.written.startswith(b"HTTP/1.1 101 ")


@settings(max_examples=300)
@given(
    data=streams,
    cuts=st.lists(st.integers(0, 600), max_size=6),
    asked=st.none() | request_fates,
    answered=st.none() | fates,
)
def test_no_fate_makes_a_connection_raise(
    data: bytes, cuts: list[int], asked: RequestFate | None, answered: Fate | None
) -> None:
    plan = Everywhere(asked, answered)
    for path in ("/a", "/b", "/c", "/ws"):
        if answered is not None:
            plan.responses[path] = answered

    play(data, cuts, plan)
