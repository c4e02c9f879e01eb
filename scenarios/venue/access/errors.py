"""The venue's answer of no, as its clients see it: a code, words, and an HTTP status.

BenthicError
└─ ApiError                   the venue refuses a request; the request's sender is told, nobody else
"""

from __future__ import annotations

from collections.abc import Mapping

from ....runtime.errors import BenthicError

BAD_REQUEST = 400
UNAUTHORIZED = 401
BANNED = 418
TOO_MANY = 429


class ApiError(BenthicError):
    """The venue refuses a request with this code and these words.

    data: what the answer says besides, of the few errors that say more.
    headers: what the answer carries besides, such as Retry-After.
    """

    def __init__(
        self,
        code: int,
        text: str,
        *,
        status: int = BAD_REQUEST,
        data: Mapping[str, object] | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
        self.status = status
        self.data = data
        self.headers = headers


def missing(name: str) -> ApiError:
    """A parameter that must be there is not, or is nothing."""
    return ApiError(
        -1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
    )


def too_great(name: str, most: int) -> ApiError:
    """A parameter is beyond its bound."""
    return ApiError(-1102, f"'{name}' contains unexpected value. Cannot be greater than {most}.")


def illegal(name: str, legal: str) -> ApiError:
    """A parameter has characters that it may not have."""
    return ApiError(
        -1100, f"Illegal characters found in parameter '{name}'; legal range is '{legal}'."
    )


def bad_key_format() -> ApiError:
    """No key came along, or what came cannot be one."""
    return ApiError(-2014, "API-key format invalid.", status=UNAUTHORIZED)


def rejected_key() -> ApiError:
    """No such key, or it may not do this, or not from there."""
    return ApiError(-2015, "Invalid API-key, IP, or permissions for action.", status=UNAUTHORIZED)


def bad_signature() -> ApiError:
    """The signature is not that of this request under this key."""
    return ApiError(-1022, "Signature for this request is not valid.")
