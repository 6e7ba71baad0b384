"""A network that breaks: a way to a server on which connections are cut in the middle of a request or of its answer."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

BLOCK = 16 * 1024
SHORTEST, LONGEST = 200, 400_000  # bytes after which a connection may be cut: within heads, within photos


class Way:
    """Whatever comes to `port` goes on to the server; `share` of the connections are cut on the way there or back."""

    def __init__(self, server: tuple[str, int], seed: int) -> None:
        self.server, self.chance = server, random.Random(seed)
        self.share, self.cuts, self.carried = 0.0, 0, 0
        self.open: set[socket.socket] = set()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listening.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def break_off(self, share: float) -> None:
        """Cut what is open, and that share of what comes from now on."""
        self.share = share
        cut(*self.open)

    def accept(self) -> None:
        with suppress(OSError):  # closed at the end
            while True:
                coming, _address = self.listening.accept()
                threading.Thread(target=self.carry, args=(coming,), daemon=True).start()

    def carry(self, coming: socket.socket) -> None:
        """Both directions of one connection, each up to where it is cut."""
        try:
            going = socket.create_connection(self.server)
        except OSError:  # the server is not there just now
            coming.close()
            return
        there, back = self.limits()
        ends = (coming, going)
        self.open.update(ends)
        answers = threading.Thread(target=self.pour, args=(going, coming, back, ends), daemon=True)
        answers.start()
        self.pour(coming, going, there, ends)
        answers.join()
        self.open.difference_update(ends)
        for end in ends:
            end.close()

    def limits(self) -> tuple[float, float]:
        """After how many bytes it is cut: on the way there, on the way back."""
        if self.chance.random() >= self.share:
            return float("inf"), float("inf")
        limit = SHORTEST * (LONGEST / SHORTEST) ** self.chance.random()
        return (limit, float("inf")) if self.chance.random() < 0.5 else (float("inf"), min(limit, 3_000))

    def pour(self, source: socket.socket, target: socket.socket, limit: float, ends: tuple[socket.socket, ...]) -> None:
        carried = 0
        try:
            while block := source.recv(BLOCK):
                carried += len(block)
                self.carried += len(block)
                if carried >= limit:
                    self.cuts += 1
                    cut(*ends)
                    return
                target.sendall(block)
            target.shutdown(socket.SHUT_WR)
        except OSError:  # one end is gone, without a word where its process was killed: the other hears of it
            cut(*ends)


def cut(*ends: socket.socket) -> None:
    """Both directions of each at once."""
    for end in ends:
        with suppress(OSError):  # gone already
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def way_to(server: tuple[str, int], seed: int = 7) -> Iterator[Way]:
    """A way to the server, whole at first; `share` says from when on it breaks."""
    way = Way(server, seed)
    try:
        yield way
    finally:
        way.listening.close()
