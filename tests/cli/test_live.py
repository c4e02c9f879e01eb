"""A running bot answers at its socket, and only there, and only to its owner."""

import json
import os
import socket
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trio

from benthic.cli.live import protocol
from benthic.cli.live.client import ask, ask_tree
from benthic.cli.live.errors import BadAnswer, NoBotThere, SocketTaken
from benthic.cli.live.server import serve
from benthic.runtime import Actor, Ask, Child, Refusal, Supervisor, System, on


class Fragile(Actor):
    @on(Ask)
    def nothing(self, _: Ask[None]) -> None: ...


async def a_number() -> int:
    return 7


async def no_answer() -> None:
    raise Refusal("not now")


@asynccontextmanager
async def serving(path: Path, **views: Callable[[], Awaitable[Any]]) -> AsyncIterator[None]:
    async with trio.open_nursery() as nursery:
        await nursery.start(partial(serve, path, views))
        yield
        nursery.cancel_scope.cancel()


def exchanged(path: Path, request: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(10)
        line.connect(os.fspath(path))
        line.sendall(request)
        return line.makefile("rb").readline()


async def said(path: Path, request: bytes) -> Any:
    return json.loads(await trio.to_thread.run_sync(exchanged, path, request))


def test_the_tree_of_a_running_system_is_seen_through_its_socket(tmp_path: Path) -> None:
    path = tmp_path / "bot.sock"

    async def main() -> None:
        system = System(Supervisor("bot", (Child("one", Fragile),)))

        async def tree() -> Any:
            return protocol.from_tree(system.tree())

        async with trio.open_nursery() as nursery:
            await nursery.start(system.run)
            async with serving(path, tree=tree):
                assert await ask_tree(path) == system.tree()
                assert (await ask_tree(path)).children[0].state == "running"
            await system.stop()

    trio.run(main)
    assert not path.exists()


def test_the_socket_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "bot.sock"

    async def main() -> int:
        async with serving(path):
            return stat.S_IMODE(path.stat().st_mode)

    assert trio.run(main) == 0o600


def test_a_socket_that_a_dead_bot_left_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "bot.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(os.fspath(path))

    async def main() -> Any:
        async with serving(path, number=a_number):
            return await ask(path, "number")

    assert trio.run(main) == 7


def test_the_socket_of_a_living_bot_is_not_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "bot.sock"

    async def main() -> None:
        async with serving(path, number=a_number):
            with pytest.raises(SocketTaken, match="another bot answers here"):
                await serve(path, {})
            assert await ask(path, "number") == 7

    trio.run(main)


def test_a_file_at_the_path_of_the_socket_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "bot.sock"
    path.write_text("mine")

    with pytest.raises(SocketTaken, match="something else than a socket"):
        trio.run(serve, path, {})
    assert path.read_text() == "mine"


def test_a_path_that_is_too_long_for_a_socket_is_refused(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 120)

    with pytest.raises(SocketTaken, match="too long"):
        trio.run(serve, path, {})


def test_nobody_at_the_path_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "bot.sock"

    with pytest.raises(NoBotThere, match="there is no such socket"):
        trio.run(ask, path, "tree")
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(os.fspath(path))
    with pytest.raises(NoBotThere, match="it has ended"):
        trio.run(ask, path, "tree")


@pytest.mark.parametrize(
    ("request_line", "problem"),
    [
        (b"\n", "no request"),
        (b"[1]\n", "no request"),
        (b'{"get": 1}\n', "no such view; there are: number, refusing"),
        (b'{"get": "x"}\n', "no such view; there are: number, refusing"),
        (b'{"get": "refusing"}\n', "not now"),
        (b"x" * 5000, "a line of more than 1024 bytes"),
    ],
    ids=["empty", "list", "number", "unknown", "refused", "long"],
)
def test_a_bad_request_is_answered_with_what_is_wrong(
    tmp_path: Path, request_line: bytes, problem: str
) -> None:
    path = tmp_path / "bot.sock"

    async def main() -> Any:
        async with serving(path, number=a_number, refusing=no_answer):
            answer = await said(path, request_line)
            assert await said(path, b'{"get": "number"}\n') == {"number": 7}
        return answer

    assert problem in trio.run(main)["error"]


def test_an_answer_that_is_no_tree_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "bot.sock"

    async def main() -> None:
        async with serving(path, tree=a_number):
            await ask_tree(path)

    with pytest.raises(ExceptionGroup) as caught:
        trio.run(main)
    assert caught.group_contains(BadAnswer, match="the answer is no tree")


def test_a_bot_that_does_not_answer_is_given_up_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bot.sock"
    monkeypatch.setattr("benthic.cli.live.client.DEADLINE", 0.05)

    async def main() -> None:
        async with serving(path, tree=trio.sleep_forever):
            with pytest.raises(BadAnswer, match="did not answer within"):
                await ask_tree(path)

    trio.run(main)
