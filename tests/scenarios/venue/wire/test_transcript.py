"""Transcripts: every byte with its time, and the same ones in every process."""

import subprocess
import sys
from pathlib import Path

import trio

from benthic.runtime.clock import Millis
from benthic.scenarios.venue.wire.client import HttpClient
from benthic.scenarios.venue.wire.transcript import Line, Transcript

from .echoing import World, run_world

PROGRAM = """
import random
import sys
import trio
from wsproto.extensions import PerMessageDeflate
sys.path.insert(0, sys.argv[2])
from echoing import World, run_world
from benthic.scenarios.venue.wire.client import HttpClient, SocketClient
from benthic.scenarios.venue.wire.fate import Fate
from benthic.scenarios.venue.wire.memory import Line
from benthic.scenarios.venue.wire.transcript import Transcript

seed = int(sys.argv[1])
transcript = Transcript()
world = World(transcript=transcript, line=Line(latency=3, piece=40))
chance = random.Random(seed)

async def over_http(number):
    client = HttpClient(await world.memory.open(f"10.0.0.{number}"))
    for _ in range(20):
        await client.request("POST", chance.choice(["/a", "/slow"]), body=b"x" * number)
        if chance.random() < 0.5:
            await trio.sleep(chance.randrange(5))

async def over_websocket(number):
    extensions = [PerMessageDeflate()] if number % 2 else []
    stream = await world.memory.open(f"10.0.1.{number}")
    client = await SocketClient.open(stream, "/ws", extensions=extensions)
    for _ in range(20):
        await client.send(f"{chance.random()}")
        await client.receive()

async def body(world):
    world.plan.responses["/slow"] = Fate(piece=9, pause=7)
    async with trio.open_nursery() as nursery:
        for number in range(6):
            nursery.start_soon(over_http, number)
            nursery.start_soon(over_websocket, number)

run_world(world, body, seed=seed)
print(transcript.digest(), len(transcript.lines))
"""


def told_by(seed: int) -> str:
    here = str(Path(__file__).parent)
    command = [sys.executable, "-c", PROGRAM, str(seed), here]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_one_seed_gives_the_same_bytes_at_the_same_times_in_two_processes() -> None:
    first = told_by(7)

    assert first == told_by(7)
    assert first != told_by(8)
    assert int(first.split()[1]) > 500


def test_a_transcript_tells_each_byte_both_ways() -> None:
    async def body(world: World) -> None:
        client = HttpClient(await world.memory.open("me"))
        await client.request("GET", "/")
        await client.aclose()

    transcript = Transcript()
    run_world(World(transcript=transcript), body)

    assert [line.way for line in transcript.lines] == ["open", "in", "out", "in", "close"]
    assert transcript.lines[1].data.startswith(b"GET / HTTP/1.1\r\n")
    assert str(transcript).startswith("0 1 open b'me'\n0 1 in b'GET / HTTP/1.1\\r\\n")


def test_a_transcript_may_be_told_elsewhere_and_keeps_its_digest() -> None:
    kept, told = Transcript(), list[Line]()
    sent = Transcript(told.append)
    for transcript in (kept, sent):
        transcript.add(Line(Millis(5), 1, "in", b"x"))

    assert (told, sent.lines) == (kept.lines, [])
    assert sent.digest() == kept.digest() != Transcript().digest()


def test_bytes_arrive_at_the_time_at_which_they_are_sent() -> None:
    async def body(world: World) -> None:
        await trio.sleep(5)
        client = HttpClient(await world.memory.open())
        await trio.sleep(7)
        await client.request("GET", "/")

    transcript = Transcript()
    run_world(World(transcript=transcript, start=Millis(1_000)), body)

    assert [(line.at, line.way) for line in transcript.lines] == [
        (6_000, "open"),
        (13_000, "in"),
        (13_000, "out"),
    ]
