"""The REST half of an exchange on trio: what `ccxt.async_support` does by asyncio, done by trio.

It also takes time and chance from the exchange's ground. It stands between an exchange's own class
and ccxt's base, so that what an exchange overrides stays overridden. The bodies follow ccxt's line
by line where they can; `audit` notices when ccxt's change.
"""

from __future__ import annotations

import ssl
import uuid
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

import outcome
import trio

from .errors import AnswerTimeout, DialTimeout, Said, TransportTrouble
from .ground import Ground
from .rebinding import rebound
from .tasks import Tasks
from .throttle import TrioThrottler
from .upstream import BaseExchange, SyncExchange, errors
from .wire import SECURE, Answer, Request, Road

FORM = "application/x-www-form-urlencoded"
MOST_KEPT = 4_096  # characters of an answer that an error carries


class RestOnTrio(BaseExchange):  # type: ignore[misc] # ccxt has no types
    """ccxt's base, with trio, a clock and a source of chance where it had asyncio and the host's.

    `_ground` is set before `__init__`, which draws from it already.
    """

    _ground: Ground
    closed_by_user: bool
    clients: dict[str, Any]
    markets: Any
    ssl_context: Any

    def __init__(self, config: dict[str, Any]) -> None:
        self._tasks = Tasks(self._ground.nursery)
        self._loading = trio.Lock()
        self._loads = 0  # attempts that have ended
        self._failed: Exception | None = None  # how the last one did
        self._last_micros = 0
        super().__init__(config)

    # -- time and chance

    def milliseconds(self) -> int:
        return self._ground.clock.now()

    def seconds(self) -> int:
        return self._ground.clock.now() // 1000

    def microseconds(self) -> int:
        """Never the same twice: exchanges take it for a nonce, and the clock counts in ms."""
        self._last_micros = max(self._ground.clock.now() * 1000, self._last_micros + 1)
        return self._last_micros

    def totp(self, key: str) -> str:
        code: str = rebound(SyncExchange.totp, time=ClockTime(self._ground))(key)
        return code

    def uuid(self) -> str:
        return str(uuid.UUID(int=self._ground.chance.getrandbits(128), version=4))

    def uuid16(self, length: int = 16) -> str:
        return f"{self._ground.chance.getrandbits(length * 4):0{length}x}"

    def uuid22(self, length: int = 22) -> str:
        return f"{self._ground.chance.getrandbits(length * 4):0{length}x}"

    def rand_number(self, size: int) -> int:
        return int("".join(self._ground.chance.choice("0123456789") for _ in range(size)))

    def random_bytes(self, length: int) -> str:
        return format(self._ground.chance.getrandbits(length * 8), "x")

    # -- tasks

    async def sleep(self, milliseconds: float) -> None:
        await trio.sleep(milliseconds / 1000)

    def spawn(self, method: Callable[..., Awaitable[Any]], *args: Any) -> Any:
        return self._tasks.spawn(method, *args)

    def delay(self, timeout: float, method: Callable[..., Awaitable[Any]], *args: Any) -> Any:
        return self._tasks.delay(timeout / 1000, method, *args)

    def init_throttler(self, cost: float | None = None) -> None:
        del cost  # ccxt's own takes it and does nothing with it
        self.throttler = TrioThrottler(self.tokenBucket)

    def get_event_loop(self) -> None:
        return None

    # -- opening and closing

    def open(self, lazy: bool = False) -> None:  # noqa: FBT001, FBT002 - ccxt calls it so
        """Be ready for requests; nothing is dialled yet."""
        if lazy and self.closed_by_user:
            raise errors.ExchangeClosedByUser(f"{self.id} was closed; open a new one")
        self.closed_by_user = False

    async def close(self, clean_instance_data: bool = False) -> None:  # noqa: FBT001, FBT002 - ccxt's
        """End all connections and tasks; when it returns, none is left."""
        self.closed_by_user = True
        await self.close_ws_clients()
        with trio.CancelScope(shield=True):
            await self._ground.transport.aclose()
        if clean_instance_data:
            self.clean_ws_data()
            self.clean_rest_data()

    async def close_ws_clients(self) -> None:
        clients, self.clients = self.clients, {}
        for client in clients.values():
            await client.close()
        await self._tasks.stop()

    # -- markets

    async def load_markets(self, reload: bool = False, params: Any = None) -> Any:  # noqa: FBT001, FBT002 - ccxt's
        """All who ask meanwhile wait for one load, and share its error.

        One that is cancelled hands over: the next in line loads.
        """
        if self.markets and self.markets_by_id and not reload:
            return self.markets
        known = self._loads
        async with self._loading:
            if self._loads == known:
                await self._load(reload, {} if params is None else params)
            if self._failed is not None:
                raise self._failed
        return self.markets

    async def _load(self, reload: bool, params: Any) -> None:  # noqa: FBT001 - handed on
        self.reloading_markets = True
        ended = await outcome.acapture(self.load_markets_helper, reload, params)
        self.reloading_markets = False
        self._failed = None
        if isinstance(ended, outcome.Error):
            if not isinstance(ended.error, Exception):
                ended.unwrap()  # cancelled: this was no attempt
            else:
                self._failed = ended.error
        self._loads += 1

    # -- requests

    async def fetch(
        self, url: str, method: str = "GET", headers: Any = None, body: Any = None
    ) -> Any:
        """Send a request; what the exchange's own checks make of the answer."""
        asked = self.prepare_request_headers(headers)
        self.last_request_headers = asked
        proxied = self.check_proxy_url_settings(url, method, headers, body)
        if proxied is not None:
            asked.update({"Origin": self.origin})
            url = proxied + self.url_encoder_for_proxy_url(url)
        self.open(True)  # noqa: FBT003 - ccxt's
        road = self._rest_road(url, method, asked, body, proxied)
        if self.verbose:
            self.log("\nfetch Request:", self.id, method, url, "RequestHeaders:", asked, body)
        request = Request(
            method=method,
            url=url,
            headers=(),
            body=_encoded(asked, body),
            road=road,
            timeout=self.timeout / 1000,
        )
        details = f"{self.id} {method} {url.partition('?')[0]}"  # the query holds the signature
        try:
            answer = await self._ground.transport.send(_with_headers(request, asked))
        except (DialTimeout, AnswerTimeout) as error:
            raise errors.RequestTimeout(f"{details}: {error}") from error
        except TransportTrouble as error:
            raise errors.ExchangeNotAvailable(f"{details}: {error}") from error
        return self._understood(answer, request, asked, body)

    def _understood(self, answer: Answer, request: Request, asked: Any, body: Any) -> Any:
        headers = dict[str, str]()
        for name, value in answer.headers:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        about = (request.url, request.method)
        text = self.on_rest_response(
            answer.status, answer.reason, *about, headers, _decoded(answer), asked, body
        )
        parsed = self.parse_json(text)
        if self.enableLastHttpResponse:
            self.last_http_response = text
        if self.enableLastResponseHeaders:
            self.last_response_headers = headers
        if self.enableLastJsonResponse:
            self.last_json_response = parsed
        if self.verbose:
            self.log("\nfetch Response:", self.id, *about, answer.status, headers, text)
        if parsed and not isinstance(parsed, list) and self.returnResponseHeaders:
            parsed["responseHeaders"] = headers
        outcome_of = (answer.status, answer.reason, *about)
        try:
            self.handle_errors(*outcome_of, headers, text, parsed, asked, body)
            self.handle_http_status_code(*outcome_of, text)
            if parsed is None and _is_broken(request.method, headers, text):
                raise errors.BadResponse(f"{self.id} {request.method}: the answer is no JSON")
        except errors.BaseError as error:
            error.said = Said(answer.status, _header(headers, "retry-after"), text[:MOST_KEPT])
            raise
        if parsed is not None:
            return parsed
        return text if self.is_text_response(headers) or not text else answer.body

    def _rest_road(self, url: str, method: str, headers: Any, body: Any, proxied: Any) -> Road:
        http, https, socks = self.check_proxy_settings(url, method, headers, body)
        proxy = http or https or socks
        self.check_conflicting_proxies(proxy, proxied)
        if self.aiohttp_proxy is not None and (proxied is not None or proxy):
            raise errors.NotSupported(f"{self.id} has several proxies set; leave one")
        return self.road_to(url, proxy or self.aiohttp_proxy)

    def road_to(self, url: str, proxy: str | None) -> Road:
        """How a server is reached, by the settings of the exchange."""
        is_secure = url.partition(":")[0] in SECURE or (proxy or "").startswith("https:")
        return Road(tls=self._tls() if is_secure else None, proxy=proxy or None)

    def _tls(self) -> ssl.SSLContext:
        if not isinstance(self.ssl_context, ssl.SSLContext):
            self.ssl_context = ssl.create_default_context(cafile=self.cafile)
            if not self.verify:  # the user's own words
                self.ssl_context.check_hostname = False
                self.ssl_context.verify_mode = ssl.CERT_NONE
            if self.safe_bool(self.options, "include_OS_certificates", False):  # noqa: FBT003 - ccxt's
                self.ssl_context.load_default_certs()
        return self.ssl_context


class ClockTime:
    """What ccxt asks of `time`, answered by a clock."""

    def __init__(self, ground: Ground) -> None:
        self._clock = ground.clock

    def time(self) -> float:
        """Seconds since 1970."""
        return self._clock.now() / 1000


def _encoded(headers: dict[str, Any], body: Any) -> bytes:
    """The bytes of a body. Fields without files go as a form, as they do with aiohttp."""
    kinds = [name for name in headers if name.lower() == "content-type"]
    if kinds and headers[kinds[0]] == "multipart/form-data":
        headers[kinds[0]] = FORM
        return urlencode(body).encode()
    return body.encode() if isinstance(body, str) else bytes(body or b"")


def _with_headers(request: Request, headers: dict[str, Any]) -> Request:
    pairs = tuple((name, str(value)) for name, value in headers.items() if value is not None)
    return Request(
        method=request.method,
        url=request.url,
        headers=pairs,
        body=request.body,
        road=request.road,
        timeout=request.timeout,
    )


def _header(headers: dict[str, str], wanted: str) -> str | None:
    return next((value for name, value in headers.items() if name.lower() == wanted), None)


def _is_broken(method: str, headers: dict[str, str], text: str) -> bool:
    """Whether a text is what is left of JSON, or a page that somebody on the way put in its place.

    ccxt hands such a text to its parsers, which find nothing in it and say so: no open orders.
    """
    kind = (_header(headers, "content-type") or "").lower()
    if not text.strip():
        return method != "DELETE" and "json" in kind  # some say nothing to a cancel
    return "html" in kind or text.lstrip()[0] in "{[<"


def _decoded(answer: Answer) -> str:
    kinds = [value for name, value in answer.headers if name.lower() == "content-type"]
    charset = "".join(kinds).lower().partition("charset=")[2].partition(";")[0].strip("\"' ")
    try:
        return answer.body.decode(charset or "utf-8", "replace")
    except LookupError:
        return answer.body.decode("utf-8", "replace")
