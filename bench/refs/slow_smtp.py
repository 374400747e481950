"""A mail server that thinks a while over each letter, in a process of its own. It keeps names and times, no letters."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import queue
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

THINKS_SECONDS = 0.02  # over each letter


@dataclass(frozen=True, slots=True)
class Arrival:
    """One letter that the server took."""

    at: float  # of time.perf_counter(), which processes of one machine share
    message_id: str
    size: int
    content: bytes  # of the first two, else empty


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where the server listens, and what has come."""

    port: int
    arrivals: Any  # a queue of Arrival

    def take(self, count: int, *, within: float) -> list[Arrival]:
        """The next letters. Raises TimeoutError."""
        end = time.monotonic() + within
        found: list[Arrival] = []
        while len(found) < count:
            try:
                found.append(self.arrivals.get(timeout=max(0.0, end - time.monotonic())))
            except queue.Empty:
                raise TimeoutError(f"{len(found)} of {count} letters came in {within:.0f} s") from None
        return found


@contextmanager
def listening() -> Iterator[Mailbox]:
    context = multiprocessing.get_context("spawn")  # a copy of the bench's process would hold its memory
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        arrivals = context.Queue()
        process = context.Process(target=_serve, args=(listener, arrivals), daemon=True)
        process.start()
        try:
            yield Mailbox(listener.getsockname()[1], arrivals)
        finally:
            process.kill()
            process.join()


def _serve(listener: socket.socket, arrivals: Any) -> None:
    async def forever() -> None:
        count = 0

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError):  # the worker is killed when all has come
                await talk(reader, writer)

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal count
            writer.write(b"220 slow\r\n")
            while line := await reader.readline():
                word = line[:4].upper()
                if word == b"QUIT":
                    break
                if word != b"DATA":
                    writer.write(b"250 ok\r\n")
                    continue
                writer.write(b"354 go on\r\n")
                content = await reader.readuntil(b"\r\n.\r\n")
                await asyncio.sleep(THINKS_SECONDS)
                name = content.lower().partition(b"message-id:")[2].partition(b"\r\n")[0].strip().decode()
                arrivals.put(Arrival(time.perf_counter(), name, len(content), content if count < 2 else b""))
                count += 1
                writer.write(b"250 taken\r\n")
            writer.close()

        server = await asyncio.start_server(answer, sock=listener, limit=2**20)
        await server.serve_forever()

    asyncio.run(forever())
