"""How a service listens: uvicorn, with the time limits and the French answers that it has not of itself."""

import asyncio
import json
import socket
from collections.abc import Mapping
from typing import Any

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from shared.settings import Settings
from shared.web.access import unreadable
from shared.web.problems import PROBLEM_JSON, body_of

LARGEST_HEADERS = 32_768
"""Bytes of a request's headers, its address among them."""
SENTENCES: Mapping[int, str] = {
    400: "Cette demande ne peut être lue.",
    408: "Cette demande est arrivée trop lentement.",
    431: "Les en-têtes de cette demande sont trop longs.",
}


def listening(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """How this application is served. The address of a client is the connection's: no header says another."""

    class Protocol(Timed):
        headers_within = settings.headers_within
        read_within = settings.read_within

    return uvicorn.Config(
        app, host=settings.host, port=settings.port, log_config=None, access_log=False, server_header=False, ws="none",
        http=Protocol, proxy_headers=False, h11_max_incomplete_event_size=LARGEST_HEADERS, timeout_graceful_shutdown=5,
    )  # fmt: skip


class Timed(H11Protocol):
    """HTTP/1.1 whose headers come within a time, and whose answers are read."""

    headers_within: float
    read_within: float
    _headers: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Somebody is there: they have so long to say what they want."""
        super().connection_made(transport)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # else a stream whose reader has vanished is held open for a quarter of an hour
            transport.get_extra_info("socket").setsockopt(
                socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(self.read_within * 1000)
            )
        self._await_headers()

    def data_received(self, data: bytes) -> None:
        """The time for headers runs from the first byte of a request to the last of its headers."""
        super().data_received(data)
        if self.cycle and not self.cycle.response_complete:
            self._headers = _stopped(self._headers)
        elif not self._headers:
            self._await_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._headers, self._reading = _stopped(self._headers), _stopped(self._reading)
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Nobody reads: for so long, and no longer."""
        super().pause_writing()
        self._reading = self.loop.call_later(self.read_within, self.transport.abort)

    def resume_writing(self) -> None:
        """They do again."""
        self._reading = _stopped(self._reading)
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP is told so as every other problem is."""
        too_long = self.conn.their_state is h11.ERROR and len(self.conn.trailing_data[0]) > LARGEST_HEADERS
        self._refuse(431 if too_long else 400)

    def _await_headers(self) -> None:
        self._headers = self.loop.call_later(self.headers_within, self._refuse, 408)

    def _refuse(self, status: int) -> None:
        """Answer once what no handler will, and close."""
        if not self.transport.is_closing() and self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            code = {408: "too_slow"}.get(status, "malformed")
            body = json.dumps(body_of(status, code, SENTENCES[status])).encode()
            headers: Any = [("content-type", PROBLEM_JSON), ("content-length", str(len(body))), ("connection", "close")]
            for part in (h11.Response(status_code=status, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(part) or b"")
            unreadable(status, code, len(body))
        self.transport.close()


def _stopped(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
    """No timer, whether or not there was one."""
    if timer:
        timer.cancel()
    return None
