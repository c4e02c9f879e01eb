"""What a script does to the network of one bot."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

from ...runtime import Millis
from ..venue.wire.memory import Line
from .amounts import check_least
from .armed import FaultList
from .places import caller
from .uplink import Trouble, Uplink


class HostNetwork:
    """Cut, delay, partition, throttle; each lasts until `heal`."""

    def __init__(
        self, uplink: Uplink, faults: FaultList, now: Callable[[], Millis], bot: str
    ) -> None:
        self._uplink = uplink
        self._faults = faults
        self._now = now
        self._bot = bot

    @property
    def open_connections(self) -> int:
        """How many connections are open."""
        return len(self._uplink.open)

    @property
    def dialled(self) -> int:
        """Attempts so far."""
        return self._uplink.dialled

    def cut(self) -> None:
        """No way out: what is open is lost at once, and every dial fails."""
        self._trouble("E11", "cut", "the network is cut")

    def partition(self) -> None:
        """Nothing passes, and nothing says so (M5)."""
        self._trouble("M5", "partition", "nothing passes any more")

    def lose_names(self) -> None:
        """No name resolves; what is open stays open (E1)."""
        self._trouble("E1", "names", "no name resolves")

    def spoil_certificate(self) -> None:
        """Whoever answers shows another's certificate: no dial comes through (E2)."""
        self._trouble("E2", "certificate", "the certificate is somebody else's")

    def spend_files(self) -> None:
        """No file descriptor is left: nothing can be dialled; what is open stays open (K10)."""
        self._trouble("K10", "files", "no file descriptor is left")

    def reset(self) -> None:
        """Every open connection is lost; new ones work (E3)."""
        if self._arm("E3", "reset"):
            self._uplink.reset()
            self._fire("E3", "every connection is reset")

    def delay(self, milliseconds: int) -> None:
        """Let connections that are opened from now on take so long each way."""
        check_least(0, milliseconds=milliseconds)
        if self._arm("A5", f"delay {milliseconds} ms"):
            self._uplink.line = Line(latency=milliseconds)
            self._fire("A5", f"new connections take {milliseconds} ms each way")

    def throttle(self, bytes_per_second: int) -> None:
        """Let each connection carry no more than that each way (E8)."""
        check_least(1, bytes_per_second=bytes_per_second)
        if self._arm("E8", f"throttle {bytes_per_second} B/s"):
            self._uplink.rate = bytes_per_second
            self._fire("E8", f"connections carry {bytes_per_second} bytes a second")

    def heal(self) -> None:
        """All is well again."""
        uplink = self._uplink
        uplink.rate, uplink.line = 0, Line()
        uplink.set_trouble("")

    @contextmanager
    def being_cut(self) -> Generator[None]:
        """Cut while the block runs."""
        self.cut()
        try:
            yield
        finally:
            self.heal()

    def _trouble(self, fault: str, trouble: Trouble, words: str) -> None:
        if self._arm(fault, trouble):
            self._uplink.set_trouble(trouble)
            self._fire(fault, words)

    def _arm(self, fault: str, words: str) -> bool:
        return self._faults.arm(fault, f"network of {self._bot}: {words}", caller())

    def _fire(self, fault: str, words: str) -> None:
        self._faults.fire(self._now(), fault, f"{self._bot}: {words}")
