"""A webhook receiver that can be slow, down or lying, on a real socket."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

#: Said whole and at once.
PLAIN: dict[str, bytes] = {
    "takes": b"HTTP/1.1 204 No Content\r\n\r\n",
    "refuses": b"HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n",
    "says gone": b"HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n",
    "says garbage": b"\x00\xff\x16\x03\x01 this is no HTTP\r\n\r\n",
    "says nothing": b"",
    "claims an endless body": b"HTTP/1.1 200 OK\r\ncontent-length: 999999999999\r\n\r\nx",
}


@dataclass
class Receiver:
    """``manner``: how it behaves now. ``got``: every request that arrived whole, as headers and body."""

    url: str = ""
    manner: str = "takes"
    elsewhere: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def events(self) -> list[Any]:
        return [json.loads(body) for _, body in self.got]

    def serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            head, _, body = self._read(connection)
            lines = head.decode().split("\r\n")[1:]
            headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
            while len(body) < int(headers.get("content-length", "0")):
                body += connection.recv(65_536)
            self.got.append((headers, body))
            if self.manner == "redirects":
                connection.sendall(f"HTTP/1.1 307 Moved\r\nlocation: {self.elsewhere}\r\n\r\n".encode())
            elif self.manner == "drips":
                for byte in b"HTTP/1.1 200 OK\r\n" + b"x" * 1_000:
                    connection.sendall(bytes([byte]))
                    time.sleep(0.02)
            elif self.manner == "sleeps":
                time.sleep(2)
                connection.sendall(PLAIN["takes"])
            else:
                connection.sendall(PLAIN[self.manner])

    @staticmethod
    def _read(connection: socket.socket) -> tuple[bytes, bytes, bytes]:
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65_536)
            if not more:
                raise OSError
            data += more
        return data.partition(b"\r\n\r\n")


@contextmanager
def receiving() -> Iterator[Receiver]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        receiver = Receiver(url=f"http://127.0.0.1:{server.getsockname()[1]}/hook")
        server.settimeout(0.05)
        stopped = threading.Event()

        def accept() -> None:
            while not stopped.is_set():
                with suppress(OSError):  # nothing came yet, or the test is over
                    connection, _ = server.accept()
                    connection.settimeout(5)
                    threading.Thread(target=receiver.serve, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield receiver
        stopped.set()
        thread.join(5)
