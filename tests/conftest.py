"""What holds for every test: reproducible examples, and no asyncio loop in the process."""

import asyncio.base_events
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# The same examples on every machine and in every run: a red test is red for everybody.
# No deadline, since two noisy cores say nothing about a function; no database, since a file of
# old failures is state that a clean clone does not have.
settings.register_profile(
    "deterministic",
    database=None,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("deterministic")


@pytest.fixture(autouse=True)
def no_asyncio_loop(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Creating an asyncio event loop fails the test, even where the code swallows the failure."""
    created: list[str] = []

    def refuse(loop: object, *_: object, **__: object) -> None:
        created.append(type(loop).__name__)
        pytest.fail(f"an asyncio loop ({type(loop).__name__}) was created: benthic runs on trio")

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "__init__", refuse)
    # A loop that never was has nothing to close, but its finalizer would say otherwise.
    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "__del__", lambda _loop: None)
    yield
    if created:
        pytest.fail(f"{len(created)} asyncio loops were created during this test: {created}")


def pytest_configure() -> None:
    """A job in the background ignores Ctrl-C, and its children would too; tests send it to them."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
