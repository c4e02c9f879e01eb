"""Ed25519 signatures, checked by the letter of RFC 8032 in whole numbers.

A simulated venue has no secret to keep from a stopwatch, so that a few lines of arithmetic do
what would otherwise be one more library. It signs nothing, and it is no model for what must not
leak: use a library for that.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Final, TypeAlias

# A point of the curve in extended coordinates: x = X/Z, y = Y/Z, xy = T/Z.
Point: TypeAlias = tuple[int, int, int, int]

P: Final = 2**255 - 19
ORDER: Final = 2**252 + 27742317777372353535851937790883648493
D: Final = -121665 * pow(121666, P - 2, P) % P
ROOT: Final = pow(2, (P - 1) // 4, P)  # of -1
ZERO: Final[Point] = (0, 1, 1, 0)
SIZE: Final = 32  # bytes of a key, and of half a signature
_HEAD: Final = bytes.fromhex("302a300506032b6570032100")  # before the key in its DER form
_MARK: Final = "-----"


def verifies(public: str, payload: bytes, signature: bytes) -> bool:
    """Whether a base64 signature of a payload is by the holder of a public key (PEM)."""
    key = key_of(public)
    try:
        raw = base64.b64decode(signature, validate=True)
    except ValueError:
        return False
    return key is not None and check(key, payload, raw)


def key_of(pem: str) -> bytes | None:
    """The 32 bytes of a public key in PEM; None where it is no Ed25519 key."""
    lines = [line for line in pem.strip().splitlines() if not line.startswith(_MARK)]
    try:
        raw = base64.b64decode("".join(lines), validate=True)
    except ValueError:
        return None
    if len(raw) != len(_HEAD) + SIZE or not raw.startswith(_HEAD):
        return None
    return raw[len(_HEAD) :]


def check(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature of 64 bytes is that of a message under a key of 32 bytes."""
    if len(signature) != 2 * SIZE:
        return False
    first, scalar = signature[:SIZE], int.from_bytes(signature[SIZE:], "little")
    owner, commitment = _point(key), _point(first)
    if owner is None or commitment is None or scalar >= ORDER:
        return False
    digest = hashlib.sha512(first + key + message).digest()
    challenge = int.from_bytes(digest, "little") % ORDER
    return _equal(_times(scalar, _base()), _add(commitment, _times(challenge, owner)))


def _base() -> Point:
    y = 4 * pow(5, P - 2, P) % P
    x = _x_of(y, 0) or 0
    return (x, y, 1, x * y % P)


def _x_of(y: int, sign: int) -> int | None:
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def _point(text: bytes) -> Point | None:
    number = int.from_bytes(text, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    x = _x_of(y, sign) if y < P else None
    return None if x is None else (x, y, 1, x * y % P)


def _add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(scalar: int, point: Point) -> Point:
    total = ZERO
    while scalar:
        if scalar & 1:
            total = _add(total, point)
        point = _add(point, point)
        scalar >>= 1
    return total


def _equal(one: Point, other: Point) -> bool:
    return (one[0] * other[2] - other[0] * one[2]) % P == 0 and (
        one[1] * other[2] - other[1] * one[2]
    ) % P == 0
