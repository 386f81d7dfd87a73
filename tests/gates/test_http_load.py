"""The load is sent when it is due, however slow the answers are, and to this machine only."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from backend_lead.errors import Refused
from backend_lead.gates.http_load import Sendable, send

_STOPS = 0.5


class _Service(BaseHTTPRequestHandler):
    """Answers one request at a time, as a process with one core does; the first one takes long."""

    protocol_version = "HTTP/1.1"
    lock = threading.Lock()
    seen: list[tuple[str, str | None, bytes]] = []
    first = True

    def do_GET(self) -> None:
        self._answer()

    do_POST = do_GET

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.lock:
            type(self).seen.append((self.path, self.headers.get("Authorization"), body))
            if self.path == "/stops" and type(self).first:
                type(self).first = False
                time.sleep(_STOPS)
        if self.path == "/closes":
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(b"ok")
            self.close_connection = True
        elif self.path == "/hangs-up":
            self.close_connection = True
        elif self.path == "/chunks":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"3\r\nabc\r\n")
            self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.send_response(404 if self.path == "/missing" else 204 if self.path == "/nothing" else 200)
            if self.path != "/nothing":
                self.send_header("Content-Length", "2")
            self.end_headers()
            if self.path != "/nothing":
                self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[str]:
    _Service.seen, _Service.first = [], True
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Service)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_what_had_to_wait_is_counted_from_when_it_was_due(service: str):
    # One answer of half a second, one request every 20 ms: a client that waits would see one slow answer.
    due = [number * .02 for number in range(20)]
    outcomes = send(service, [Sendable("list", "GET", "/stops")] * 20, due)
    assert [each.status for each in outcomes] == [200] * 20
    slow = [each for each in outcomes if each.took > _STOPS - each.due - .05 > .05]
    assert len(slow) > 10
    assert all(each.took >= _STOPS - each.due - .01 for each in outcomes[1:])


def test_requests_arrive_as_they_were_meant(service: str):
    [outcome] = send(service, [Sendable("create", "POST", "/tasks", {"title": "é"}, "secret")], [0.0])
    assert (outcome.kind, outcome.status) == ("create", 200)
    assert _Service.seen == [("/tasks", "Bearer secret", b'{"title": "\\u00e9"}')]


@pytest.mark.parametrize(("path", "status"), [("/missing", 404), ("/nothing", 204), ("/chunks", 200), ("/closes", 200),
                                              ("/hangs-up", 0)])
def test_every_kind_of_end_is_seen(service: str, path: str, status: int):
    outcomes = send(service, [Sendable("row", "GET", path)] * 5, [0.0] * 5)
    assert [each.status for each in outcomes] == [status] * 5


def test_connections_that_end_with_their_answer_do_not_hold_up_those_that_queue(service: str):
    outcomes = send(service, [Sendable("row", "GET", "/closes")] * 200, [0.0] * 200)
    assert [each.status for each in outcomes] == [200] * 200


def test_a_service_that_is_not_there_fails_every_request():
    assert [each.status for each in send("http://127.0.0.1:1", [Sendable("row", "GET", "/")] * 3, [0.0] * 3)] == [0] * 3


@pytest.mark.parametrize(("address", "due"), [
    ("http://192.0.2.1:80", [0.0]), ("http://example.org", [0.0]),
    ("http://127.0.0.1:1", [61.0]), ("http://127.0.0.1:1", [0.5] * 5_001)])
def test_other_machines_and_unbounded_loads_are_refused(address: str, due: list[float]):
    with pytest.raises(Refused):
        send(address, [Sendable("row", "GET", "/")] * len(due), due)
