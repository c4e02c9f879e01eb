"""Our client ids as venues take them, and back; pure.

Ours are "bn-" and 32 hex digits (`orders.ids`). Most venues take them as they are. Others take
digits alone, or a UUID: the same digits are then written so, and read back. A stranger's id of that
very form is read as ours, too; the desk does not know it, and treats it as any foreign order.
"""

from __future__ import annotations

import re
from typing import Final, Literal

import attrs

Form = Literal["as it is", "32 hex digits", "a UUID"]

PREFIX: Final = "bn-"
_OURS: Final = re.compile(r"bn-[0-9a-f]{32}", re.ASCII)
_BARE: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


@attrs.frozen
class ClientIdRule:
    """Which client ids a venue takes, and how ours are written there.

    letters: of a regular expression: what an id may consist of.
    """

    letters: str = "[.A-Z:/a-z0-9_-]"
    longest: int = 36
    form: Form = "as it is"

    def fits(self, venue_form: str) -> bool:
        """Whether the venue takes it."""
        pattern = f"{self.letters}{{1,{self.longest}}}"
        return re.fullmatch(pattern, venue_form, re.ASCII) is not None

    def written(self, client_id: str) -> str:
        """Our id as the venue takes it."""
        if self.form == "as it is" or _OURS.fullmatch(client_id) is None:
            return client_id
        digits = client_id.removeprefix(PREFIX)
        if self.form == "32 hex digits":
            return digits
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def read(self, venue_form: str) -> str:
        """Our id, of what the venue says; what is not in our form stays as it is."""
        if self.form == "32 hex digits" and _BARE.fullmatch(venue_form) is not None:
            return PREFIX + venue_form
        if self.form == "a UUID" and _UUID.fullmatch(venue_form) is not None:
            return PREFIX + venue_form.replace("-", "")
        return venue_form
