"""One worker of the register behind HTTP, as it runs in production."""

from __future__ import annotations

import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Server:
    port: int
    pid: int
    cookie: str = ""

    def get(self, address: str) -> float:
        """Seconds from asking to the last byte. Raises RuntimeError unless the answer is 200."""
        start = time.perf_counter()
        self.ask("GET", address)
        return time.perf_counter() - start

    def ask(self, method: str, address: str, body: bytes | None = None, **headers: str) -> bytes:
        """The answer as it comes over the wire. Raises RuntimeError unless it is 200."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, address, body, named | ({"Cookie": self.cookie} if self.cookie else {}))
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{address} answered {answer.status}: {content[:200]!r}")
        return content

    def memory_mb(self) -> float:
        """Resident memory of the worker, now."""
        sizes = self.told_of_worker("statm").split()
        return int(sizes[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def cpu_s(self) -> float:
        """Seconds of CPU that the worker has used so far."""
        fields = self.told_of_worker("stat").rpartition(")")[2].split()  # from the third field of proc(5) on
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def told_of_worker(self, what: str) -> str:
        """What the kernel says of the worker (the child of the master)."""
        return Path(f"/proc/{self.workers()[0]}/{what}").read_text(encoding="ascii")

    def workers(self) -> list[int]:
        """The processes that answer, just now."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii")
        return [int(child) for child in children.split()]


@contextmanager
def serving(database: str, cookie: str = "", **more: str) -> Iterator[Server]:
    """A server on a free port over `database`, with `more` in its environment, asked with `cookie`; then stopped."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "gi_registry.wsgi", "--workers=1", f"--bind=127.0.0.1:{port}"]
    command.append("--timeout=120")  # the first answer of a fresh worker, on a machine that others use too
    environment = os.environ | {
        "DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
        "DEBUG": "0",
        "SECRET_KEY": "bench",
        **more,
    }
    process = subprocess.Popen([*command, "--log-level=error"], env=environment)
    try:
        wait_until_listening(port)
        yield Server(port, process.pid, cookie)
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_until_listening(port: int, seconds: float = 20) -> None:
    """Return when the port takes connections. Raises TimeoutError."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on {port}")


def medians(server: Server, *addresses: list[str]) -> list[float]:
    """The median seconds of each list of addresses, asked in turn so that all see the same machine."""
    times: list[list[float]] = [[] for _ in addresses]
    for round_ in zip(*addresses, strict=True):
        for taken, address in zip(times, round_, strict=True):
            taken.append(server.get(address))
    return [statistics.median(taken) for taken in times]
