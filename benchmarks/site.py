"""The server under measure, and whoever asks it. `python -m benchmarks.site PORT` serves as `maillage run` does."""

import http.client
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from importlib import import_module

import django


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    location: str
    seconds: float


@dataclass
class Browser:
    """One person's browser: a connection kept open, her cookies."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None

    def get(self, address: str) -> Answer:
        return self._ask("GET", address, None)

    def post(self, address: str, fields: Mapping[str, str]) -> Answer:
        return self._ask("POST", address, urllib.parse.urlencode(fields))

    def _ask(self, method: str, address: str, body: str | None) -> Answer:
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Host": "localhost"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        start = time.perf_counter()
        try:
            self.connection.request(method, address, body, headers)
            response = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # Idle too long for the server, which closed it: a browser connects again.
            self.connection.close()
            self.connection.request(method, address, body, headers)
            response = self.connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        seconds = time.perf_counter() - start
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                pair = value.split(";", 1)[0]
                self.cookies[pair.split("=", 1)[0]] = pair.split("=", 1)[1]
        return Answer(response.status, text, response.getheader("Location", ""), seconds)


def filled(page: str, marked: str) -> dict[str, str]:
    """What the form of a page sends when nothing is changed; the one that contains `marked`."""
    forms = re.findall(r"<form\b([^>]*)>(.*?)</form>", page, re.S)
    chosen = next(body for head, body in forms if "post" in head.lower() and marked in unescape(head) + body)
    found: dict[str, str] = {}
    for tag in re.findall(r"<input\b[^>]*>", chosen):
        name, value = _said(tag, "name"), _said(tag, "value")
        kind = _said(tag, "type")
        if name and (kind not in ("radio", "checkbox", "submit", "file") or " checked" in tag):
            found[name] = value
    for head, body in re.findall(r"<select\b([^>]*)>(.*?)</select>", chosen, re.S):
        options = re.findall(r"<option\b([^>]*)>", body)
        picked = next((one for one in options if " selected" in one), options[0] if options else "")
        found[_said(head, "name")] = _said(picked, "value")
    for head, body in re.findall(r"<textarea\b([^>]*)>(.*?)</textarea>", chosen, re.S):
        found[_said(head, "name")] = unescape(body.strip())
    return found


def _said(tag: str, name: str) -> str:
    match = re.search(rf'\b{name}="([^"]*)"', tag)
    return unescape(match[1]) if match else ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving() -> Iterator[tuple[int, int]]:
    """(port, process id) of a server on this process's database, once it answers."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.site", str(port)])
    try:
        browser = Browser(port)
        while True:
            try:
                browser.get("/compte/entrer/")
                break
            except OSError:
                browser.connection = None
                if process.poll() is not None:
                    raise RuntimeError("the server did not start") from None
                time.sleep(0.05)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


if __name__ == "__main__":
    django.setup()
    import_module("maillage.config.web").serve("127.0.0.1", int(sys.argv[1]))
