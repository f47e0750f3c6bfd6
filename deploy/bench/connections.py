"""Requests on so many connections at once, by a client that costs little: it shares the machine with what it measures."""

import asyncio
from collections.abc import Iterator, Sequence

from deploy.local.ports import HOST

END = b"\r\n\r\n"


async def posted(port: int, path: str, bodies: Sequence[bytes], *, token: str, width: int) -> None:
    """POST each body once, on `width` connections that are kept. Raises where one is answered by no 2xx."""
    left = iter(bodies)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(min(width, len(bodies))):
            tasks.create_task(_one_after_the_other(port, path, left, token))


async def _one_after_the_other(port: int, path: str, bodies: Iterator[bytes], token: str) -> None:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        for body in bodies:
            writer.write(_head(path, len(body), token) + body)
            head = await reader.readuntil(END)
            answer = await reader.readexactly(_length(head))
            if not head.startswith(b"HTTP/1.1 2"):
                raise RuntimeError(f"{head[:12].decode()} {answer[:200].decode()}")
    finally:
        writer.close()


def _head(path: str, length: int, token: str) -> bytes:
    fields = (f"Host: {HOST}", "Content-Type: application/json", f"Content-Length: {length}", f"Authorization: Bearer {token}")
    return "\r\n".join((f"POST {path} HTTP/1.1", *fields)).encode() + END


def _length(head: bytes) -> int:
    named = head.lower().partition(b"content-length:")[2]
    return int(named.split(b"\r\n", 1)[0])
