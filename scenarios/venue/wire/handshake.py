"""The opening of a WebSocket, server's side: what is asked for, and what is answered.

wsproto has one too; it parses the request a second time, and a malformed extension offer makes it
raise what is no protocol error.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import Final

from wsproto.extensions import PerMessageDeflate
from wsproto.utilities import generate_accept_token

from .limits import Limits
from .messages import Request, Response

VERSION: Final = "13"
KEY_LENGTH: Final = 16  # bytes, of the nonce in the client's key
DEFLATE: Final = "permessage-deflate"


def is_upgrade(request: Request) -> bool:
    """Whether the client wants to go on with a WebSocket."""
    return request.headers.get("upgrade", "").lower() == "websocket" and request.method == "GET"


def refusal(request: Request) -> Response | None:
    """What is answered to a handshake that is none; None where it is one."""
    headers = request.headers
    if "upgrade" not in headers.get("connection", "").lower():
        return Response(400, b"no 'connection: upgrade'")
    if headers.get("sec-websocket-version") != VERSION:
        return Response(426, b"", (("sec-websocket-version", VERSION),))
    try:
        key = b64decode(headers.get("sec-websocket-key", ""), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    return None if len(key) == KEY_LENGTH else Response(400, b"no 'sec-websocket-key'")


def acceptance(request: Request, limits: Limits) -> tuple[Response, PerMessageDeflate | None]:
    """The answer to a handshake, and the compression that both sides use from then on."""
    token = generate_accept_token(request.headers["sec-websocket-key"].encode())
    headers = [
        ("upgrade", "websocket"),
        ("connection", "Upgrade"),
        ("sec-websocket-accept", token.decode()),
    ]
    offered = request.headers.get("sec-websocket-extensions", "") if limits.deflates else ""
    for offer in offered.split(","):
        deflate = PerMessageDeflate()
        accepted = _accept(deflate, offer.strip())
        if accepted is not None:
            headers.append(("sec-websocket-extensions", accepted))
            return Response(101, b"", tuple(headers)), deflate
    return Response(101, b"", tuple(headers)), None


def _accept(deflate: PerMessageDeflate, offer: str) -> str | None:
    if offer.partition(";")[0].strip() != DEFLATE:
        return None
    try:
        parameters = deflate.accept(offer)
    except ValueError:  # of a window that is no number
        return None
    if not isinstance(parameters, str):
        return None
    return f"{DEFLATE}; {parameters}" if parameters else DEFLATE
