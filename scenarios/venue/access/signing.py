"""Whether a request was signed by the holder of its key.

The payload is the raw query followed by the raw body, as they came, without the signature itself
and without anything between the two: a venue that decoded and encoded again would accept what
the real one refuses.
"""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import unquote_to_bytes

from .ed25519 import verifies
from .errors import bad_signature, missing
from .keys import ApiKey

_NAME = b"signature="


def split_signature(query: bytes, body: bytes) -> tuple[bytes, bytes | None]:
    """The payload that was signed, and the signature as it came (percent-encoded)."""
    signature: bytes | None = None
    halves: list[bytes] = []
    for half in (query, body):
        kept: list[bytes] = []
        for part in half.split(b"&"):
            if part.startswith(_NAME):
                if signature is None:
                    signature = part[len(_NAME) :]
            else:
                kept.append(part)
        halves.append(b"&".join(kept))
    return b"".join(halves), signature


def sign(secret: str, payload: bytes) -> str:
    """The HMAC-SHA256 of a payload, in lower-case hexadecimal digits."""
    return hmac.new(secret.encode(), payload, hashlib.sha256).hexdigest()


def check_signature(key: ApiKey, query: str, body: bytes) -> None:
    """Raise -1102 where a request is not signed, -1022 where its signature is not right."""
    payload, signature = split_signature(query.encode(), body)
    if not signature:
        raise missing("signature")
    check_payload(key, payload, unquote_to_bytes(signature))


def check_payload(key: ApiKey, payload: bytes, signature: bytes) -> None:
    """Raise -1022 where `signature` is not that of `payload` under `key`."""
    if key.kind == "ed25519":
        if not verifies(key.secret.reveal(), payload, signature):
            raise bad_signature()
        return
    expected = sign(key.secret.reveal(), payload).encode()
    # Hexadecimal digits of either case: an HMAC signature is not case-sensitive.
    if not hmac.compare_digest(expected, signature.lower()):
        raise bad_signature()
