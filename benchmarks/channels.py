"""What trio offers for the same work: memory channels between tasks, nurseries for restarts."""

from __future__ import annotations

import contextlib
from time import perf_counter

import trio

BUFFER = 1_000  # messages


async def channel_tell(count: int) -> float:
    """Messages a second from one task to another, through a buffer of 1,000."""
    send, receive = trio.open_memory_channel[int](BUFFER)
    handled = 0
    began = perf_counter()

    async def consume() -> None:
        nonlocal handled
        async for number in receive:
            handled += number

    async with trio.open_nursery() as nursery:
        nursery.start_soon(consume)
        async with send:
            for _ in range(count):
                await send.send(1)
    return handled / (perf_counter() - began)


async def channel_ask(count: int) -> float:
    """Questions a second that one task asks another: a channel there, a channel back."""
    ask, asked = trio.open_memory_channel[int](1)
    answer, answered = trio.open_memory_channel[int](1)

    async def serve() -> None:
        async for number in asked:
            await answer.send(number)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve)
        began = perf_counter()
        for number in range(count):
            await ask.send(number)
            await answered.receive()
        seconds = perf_counter() - began
        await ask.aclose()
    return count / seconds


async def nursery_restart(count: int) -> float:
    """µs to close a nursery with a task in it, open another, and have its task handle a message."""
    send, receive = trio.open_memory_channel[trio.Event](BUFFER)

    async def handle() -> None:
        async for handled in receive:
            handled.set()

    began = perf_counter()
    for _ in range(count):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(handle)
            handled = trio.Event()
            send.send_nowait(handled)
            await handled.wait()
            nursery.cancel_scope.cancel()
    return (perf_counter() - began) / count * 1e6


async def nursery_crash(count: int) -> float:
    """The same where the task raises, and the error is caught outside."""
    send, receive = trio.open_memory_channel[trio.Event](BUFFER)

    async def handle() -> None:
        (await receive.receive()).set()
        raise ConnectionError

    began = perf_counter()
    for _ in range(count):
        handled = trio.Event()
        send.send_nowait(handled)
        with contextlib.suppress(ExceptionGroup):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(handle)
    return (perf_counter() - began) / count * 1e6
