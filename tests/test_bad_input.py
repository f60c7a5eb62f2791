"""Bad input over a real socket: each piece of it is answered by the problem that it is, and nothing of it is stored.

What httpx would refuse to send goes out as raw bytes. Each test has an address of its own (the server trusts this machine as a
proxy), since failed sign-ins are counted by address.
"""

import contextlib
import itertools
import json
import re
import socket
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import httpx
import pytest

from tests.served import WITHIN, Server

pytestmark = pytest.mark.slow

LINES: Final = "/v1/channels/en/lines"
NOBODY: Final = f"{LINES}/01J00000000000000000000000"
JSON: Final = "application/json"

_addresses = (f"203.0.113.{number}" for number in itertools.count(1))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all; what a test gets past it would show in the next one's log."""
    running = Server(tmp_path_factory.mktemp("bad-input"), TICKER_TRUSTED_PROXIES="127.0.0.1").start()
    running.post("What stands")
    yield running
    running.end()
    assert re.findall(r"Traceback|request_failed|status=500", running.log) == []  # whatever was sent, no fault was ours


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[httpx.Client]:
    """A client that keeps its connections."""
    with httpx.Client(base_url=server.url, timeout=WITHIN) as made:
        yield made


@pytest.fixture
def editor(server: Server) -> dict[str, str]:
    """An editor's headers, from an address that has done nothing yet."""
    return {**server.editor, "X-Forwarded-For": next(_addresses)}


@pytest.fixture(autouse=True)
def nothing_is_stored(client: httpx.Client) -> Iterator[None]:
    """Whatever was sent: each channel's log ends where it ended before, and the server answers."""
    before = cursors(client)
    yield
    assert cursors(client) == before


def cursors(client: httpx.Client) -> dict[str, str]:
    return {channel: client.get(f"/v1/channels/{channel}/lines").json()["cursor"] for channel in ("en", "ar", "es")}


@dataclass(frozen=True)
class Answer:
    """An answer as it came over a raw socket."""

    status: int
    headers: dict[str, str]
    body: bytes

    @classmethod
    def read(cls, raw: bytes) -> "Answer":
        head, _, body = raw.partition(b"\r\n\r\n")
        status, *fields = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (field.partition(": ") for field in fields)}
        return cls(int(status.split(" ")[1]), headers, body)

    @property
    def problem(self) -> tuple[int, str]:
        """Its status and the slug of its problem, if it is one in the one shape for problems."""
        assert self.headers["content-type"] == "application/problem+json"
        said = json.loads(self.body)
        assert said["status"] == self.status
        assert said["title"]
        assert said["detail"]
        return self.status, said["type"].removeprefix("/problems/")


def spoken(server: Server, chunks: Iterable[bytes], within: float = WITHIN) -> Answer:
    """Send `chunks` as a client that speaks before it listens, and give the answer to them."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=within) as connection:
        for chunk in chunks:
            connection.sendall(chunk)
        return heard(connection)


def heard(connection: socket.socket) -> Answer:
    """Give what the other end says until it closes."""
    raw = b""
    while received := connection.recv(65536):
        raw += received
    return Answer.read(raw)


def asked(answer: httpx.Response) -> tuple[int, str]:
    """Give status and slug of a problem."""
    return Answer(answer.status_code, dict(answer.headers), answer.content).problem


def head(server: Server, *fields: str, request: str = "GET /v1/channels/en/lines HTTP/1.1") -> bytes:
    """Give the bytes of a request's head with our Host."""
    return "\r\n".join([request, f"Host: 127.0.0.1:{server.port}", "Connection: close", *fields, "", ""]).encode("latin-1")


# -- the body --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"NaN",
        b'{"text": "One"} {"text": "Two"}',
        b'{"text": "One", "text": "Two"}',
        b'{"text": "One", "pinned": NaN}',
        b'{"text": "One", "urgency": 1' + b"0" * 5000 + b"}",
        b'{"text": "' + b"\xff\xfe" + b'"}',
        b'{"text": "\xc3"}',
        b'{"text": "\xed\xa0\x80"}',  # a surrogate as CESU-8 has it
        b'{"text": "\xf5\x80\x80\x80"}',
        b'{"text": "One\ntwo"}',  # a raw control inside JSON
        b"[" * 50_000,
        b'{"a":' * 10_000,
        b"{'text': 'One'}",
        '{"text": "One"}'.encode("utf-16"),
    ],
    ids=lambda body: repr(body[:32]),
)
def test_what_is_no_json_object_is_an_invalid_request(client: httpx.Client, editor: dict[str, str], body: bytes) -> None:
    """Broken JSON, broken UTF-8, a name given twice: nobody guesses what was meant."""
    answer = client.post(LINES, content=body, headers=editor | {"Content-Type": JSON})

    assert asked(answer) == (400, "invalid-request")


@pytest.mark.parametrize(
    "fields, field",
    [
        ({}, "text"),
        ({"text": None}, "text"),
        ({"text": 5}, "text"),
        ({"text": ["One"]}, "text"),
        ({"text": {"a": "One"}}, "text"),
        ({"text": True}, "text"),
        ({"text": ""}, "text"),
        ({"text": " \t "}, "text"),
        ({"text": "x" * 501}, "text"),
        ({"text": "One\ntwo"}, "text"),
        ({"text": "One\u2028two"}, "text"),
        ({"text": "One\x00"}, "text"),
        ({"text": "One\x1b[31m"}, "text"),
        ({"text": "One\x7f"}, "text"),
        ({"text": "One\x85two"}, "text"),
        ({"text": "One\ufffe"}, "text"),
        ({"text": "One\ufdd0"}, "text"),
        ({"text": "One \ud800"}, "text"),
        ({"text": "\udfff One"}, "text"),
        ({"text": "One", "source": "x" * 121}, "source"),
        ({"text": "One", "source": "\x00"}, "source"),
        ({"text": "One", "source": 1}, "source"),
        ({"text": "One", "urgency": 4}, "urgency"),
        ({"text": "One", "urgency": "3"}, "urgency"),
        ({"text": "One", "urgency": 3.0}, "urgency"),
        ({"text": "One", "urgency": True}, "urgency"),
        ({"text": "One", "urgency": "loud"}, "urgency"),
        ({"text": "One", "topics": "world"}, "topics"),
        ({"text": "One", "topics": [1]}, "topics"),
        ({"text": "One", "topics": ["World"]}, "topics"),
        ({"text": "One", "topics": ["<b>"]}, "topics"),
        ({"text": "One", "topics": [f"t{number}" for number in range(21)]}, "topics"),
        ({"text": "One", "url": "javascript:alert(1)"}, "url"),
        ({"text": "One", "url": "data:text/html,<p>"}, "url"),
        ({"text": "One", "url": "ftp://news.example/"}, "url"),
        ({"text": "One", "url": "//news.example/"}, "url"),
        ({"text": "One", "url": "/article"}, "url"),
        ({"text": "One", "url": "http://"}, "url"),
        ({"text": "One", "url": "https://news.example/a b"}, "url"),
        ({"text": "One", "url": "https://news.example/\x00"}, "url"),
        ({"text": "One", "url": "https://news.example/" + "x" * 2000}, "url"),
        ({"text": "One", "url": 7}, "url"),
        ({"text": "One", "pinned": 1}, "pinned"),
        ({"text": "One", "pinned": "true"}, "pinned"),
        ({"text": "One", "pinned": None}, "pinned"),
        ({"text": "One", "expires": "2099-01-01T00:00:00"}, "expires"),  # no zone
        ({"text": "One", "expires": "2099-01-01"}, "expires"),
        ({"text": "One", "expires": "2099-13-01T00:00:00Z"}, "expires"),
        ({"text": "One", "expires": "2001-01-01T00:00:00Z"}, "expires"),
        ({"text": "One", "expires": 4070908800}, "expires"),
        ({"text": "One", "expires": "tomorrow"}, "expires"),
        ({"text": "One", "note": "x" * 301}, "note"),
        ({"text": "One", "allow_duplicate": "yes"}, "allow_duplicate"),
        ({"text": "One", "headline": "Two"}, "headline"),
        ({"text": "One", "id": "01J00000000000000000000000"}, "id"),
        ({"text": "One", "status": "usable"}, "status"),
    ],
    ids=lambda value: json.dumps(value)[:60],
)
def test_a_field_that_cannot_be_accepted_is_named(
    client: httpx.Client, editor: dict[str, str], fields: dict[str, Any], field: str
) -> None:
    """Limits, types, characters, links, dates, unknown names: 422, and the answer says which field it is."""
    # json.dumps escapes a lone surrogate, as a careless client would.
    answer = client.post(LINES, content=json.dumps(fields), headers=editor | {"Content-Type": JSON})

    assert asked(answer) == (422, "invalid-line")
    assert {error["field"] for error in answer.json()["errors"]} == {field}


@pytest.mark.parametrize(
    "fields, field", [({"kind": "mend"}, "kind"), ({}, "kind"), ({"kind": "correction", "text": "x\x00"}, "text")]
)
def test_a_wrong_change_is_refused_as_a_wrong_line_is(
    client: httpx.Client, editor: dict[str, str], fields: dict[str, Any], field: str
) -> None:
    """A line that exists stays as it is."""
    line = client.get(LINES).json()["lines"][0]
    answer = client.patch(f"{LINES}/{line['id']}", json=fields, headers=editor)

    assert asked(answer) == (422, "invalid-line")
    assert field in {error["field"] for error in answer.json()["errors"]}


@pytest.mark.parametrize(
    "content_type",
    ["text/html", "application/xml", "image/png", "multipart/form-data; boundary=x", "text/plain; charset=latin-1", ""],
)
def test_other_media_types_are_refused(client: httpx.Client, editor: dict[str, str], content_type: str) -> None:
    """Bytes that say they are something else are not read as text."""
    answer = client.post(LINES, content=b"One", headers=editor | {"Content-Type": content_type})

    assert asked(answer) == (415, "unsupported-media")


def test_markup_is_text(client: httpx.Client, editor: dict[str, str]) -> None:
    """It is no fault: it would be published as typed. Here it is refused for its topic alone."""
    fields = {"text": "<script>alert(1)</script>", "topics": ["a b"]}
    answer = client.post(LINES, json=fields, headers=editor)

    assert [error["field"] for error in answer.json()["errors"]] == ["topics"]


# -- sizes and times -------------------------------------------------------------------------------------------------


def test_ten_megabytes_are_refused_by_their_announcement(server: Server, editor: dict[str, str]) -> None:
    """A client that sends all before it reads learns why, also where it announced its size."""
    fields = [f"{name}: {value}" for name, value in editor.items()]
    announced = head(
        server, *fields, "Content-Type: text/plain", f"Content-Length: {10 << 20}", request=f"POST {LINES} HTTP/1.1"
    )

    assert spoken(server, [announced, *[b"x" * (1 << 20)] * 10]).problem == (413, "too-large")


def test_ten_megabytes_are_refused_without_announcement(server: Server, editor: dict[str, str]) -> None:
    """In chunks, of which nobody knows the sum."""
    fields = [f"{name}: {value}" for name, value in editor.items()]
    opened = head(server, *fields, "Content-Type: text/plain", "Transfer-Encoding: chunked", request=f"POST {LINES} HTTP/1.1")
    chunk = b"100000\r\n" + b"x" * (1 << 20) + b"\r\n"

    assert spoken(server, [opened, *[chunk] * 10, b"0\r\n\r\n"]).problem == (413, "too-large")


def test_one_byte_too_many_is_too_many(client: httpx.Client, editor: dict[str, str]) -> None:
    """64 KiB are read (and are then no line); one byte more is not."""
    headers = editor | {"Content-Type": "text/plain"}
    most = client.post(LINES, content=b"x" * 65536, headers=headers)
    more = client.post(LINES, content=b"x" * 65537, headers=headers)

    assert (asked(most), asked(more)) == ((422, "invalid-line"), (413, "too-large"))


@pytest.mark.parametrize(
    "start, chunk",
    [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ", b"x" * 65536),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"X-Many: x\r\n" * 6000),
        (b"GET /", b"x" * 65536),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"x" * 65536),
    ],
    ids=["one field", "many fields", "the address", "a name"],
)
def test_twenty_megabytes_of_headers_are_refused(server: Server, start: bytes, chunk: bytes) -> None:
    """They fill no memory, and whoever sent them by mistake learns it."""
    began = memory(server)
    answer = spoken(server, [start, *[chunk] * 320])

    assert answer.problem in ((431, "headers-too-large"), (400, "invalid-request"))
    assert memory(server) - began < 10 << 20


def test_a_client_that_leaves_is_no_fault(server: Server, editor: dict[str, str]) -> None:
    """Gone in the middle of its head or its body: nothing is stored, and nobody is alarmed."""
    fields = [f"{name}: {value}" for name, value in editor.items()]
    whole = head(server, *fields, "Content-Length: 9", "Content-Type: text/plain", request=f"POST {LINES} HTTP/1.1") + b"Half"
    for end in (10, len(whole) - 10, len(whole) - 4, len(whole)):
        with socket.create_connection(("127.0.0.1", server.port), timeout=WITHIN) as connection:
            connection.sendall(whole[:end])
            connection.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionResetError):
                connection.recv(65536)


def test_what_drips_is_ended(server: Server, editor: dict[str, str]) -> None:
    """A byte now and then holds a connection neither in the head, nor in the body, nor after an answer that waited for none."""
    fields = [f"{name}: {value}" for name, value in editor.items()]
    request = f"POST {LINES} HTTP/1.1"
    starts = [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n",
        head(server, *fields, "Content-Length: 60000", "Content-Type: text/plain", request=request),
        f"{request}\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n".encode(),  # nobody signed in, nobody waits for it
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ]
    with ThreadPoolExecutor() as clients:
        answers = [*clients.map(lambda drip: dripped(server, *drip), zip(starts, (b"X", b"x", b"x", b"\r\n"), strict=True))]

    assert [answer.status for answer in answers] == [408, 408, 401, 200]
    assert [answers[0].problem, answers[1].problem] == [(408, "request-timeout")] * 2


def dripped(server: Server, start: bytes, drop: bytes) -> Answer:
    """Send `start`, then a drop every half second until the other end closes, which it must; give what it said."""
    deadline = time.monotonic() + WITHIN
    raw = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=0.5) as connection:
        connection.sendall(start)
        while time.monotonic() < deadline:
            try:
                received = connection.recv(65536)
            except TimeoutError:
                with contextlib.suppress(OSError):  # then the next look finds the end
                    connection.sendall(drop)
                continue
            except ConnectionResetError:
                return Answer.read(raw)
            if not received:
                return Answer.read(raw)
            raw += received
    raise AssertionError("the connection is still open")


def memory(server: Server) -> int:
    """Give the bytes that the server occupies."""
    assert server.process
    with open(f"/proc/{server.process.pid}/statm") as statm:
        return int(statm.read().split()[1]) * 4096


# -- the head --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        [""],
        ["localhost", "localhost"],
        ["localhost", "evil.example"],
        ["evil.example/path"],
        ["a b"],
        ["localhost:port"],
        ["localhost:1:2"],
        ["user@localhost"],
        ["<script>"],
        ["[::1"],
        ["b\xfccher.example"],
    ],
    ids=repr,
)
def test_a_request_names_one_host(server: Server, hosts: list[str]) -> None:
    """None, two or a broken one: no cache or proxy before us may understand it otherwise than we do."""
    request = "\r\n".join(["GET / HTTP/1.1", *(f"Host: {host}" for host in hosts), "Connection: close", "", ""])

    assert spoken(server, [request.encode("latin-1")]).problem == (400, "invalid-request")


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS where none is spoken
        b"HELLO\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nBad Name: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n folded: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"\x00" * 100,
    ],
    ids=lambda raw: repr(raw[:48]),
)
def test_what_is_no_http_is_refused(server: Server, raw: bytes) -> None:
    """In the one shape for problems, and the next connection is served."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=WITHIN) as connection:
        connection.sendall(raw)
        answer = heard(connection)

    assert answer.problem == (400, "invalid-request")
    assert b"errors say where" not in answer.body
    assert "date" in answer.headers


def test_a_nul_in_the_address_is_an_unknown_address(server: Server) -> None:
    """However it is escaped."""
    for path in ("/%00", "/en%00", "/%ff", "/en/%2e%2e/%2e%2e/etc/passwd", "/static/%2e%2e/%2e%2e/pyproject.toml", "/../x"):
        answer = spoken(server, [head(server, "Accept: application/json", request=f"GET {path} HTTP/1.1")])

        assert answer.status == 404


# -- who is asking ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "authorization",
    [
        [],
        ["Bearer"],
        ["Bearer "],
        ["Basic ZWRpdG9yOnNlY3JldA=="],
        ["Bearer tk_" + "x" * 43],
        ["Bearer \xff\xfe"],
        ["Bearer a b"],
        ["Bearer " + "x" * 9000],
    ],
    ids=lambda given: repr(given)[:40],
)
def test_without_a_valid_token_nothing_is_posted(server: Server, authorization: list[str]) -> None:
    """401, and how to sign in."""
    fields = [*(f"Authorization: {given}" for given in authorization), f"X-Forwarded-For: {next(_addresses)}"]
    raw = head(server, *fields, "Content-Length: 3", "Content-Type: text/plain", request=f"POST {LINES} HTTP/1.1") + b"One"
    answer = spoken(server, [raw])

    assert answer.problem == (401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer ")


def test_two_tokens_are_no_token(server: Server) -> None:
    """Not even if both are the same and valid."""
    twice = [f"Authorization: Bearer {server.token}"] * 2
    raw = head(server, *twice, "Content-Length: 3", "Content-Type: text/plain", request=f"POST {LINES} HTTP/1.1") + b"One"

    assert spoken(server, [raw]).problem == (401, "unauthorized")


def test_a_revoked_token_is_worthless_at_once(server: Server, client: httpx.Client) -> None:
    """It worked a moment ago."""
    secret = server.command("token", "create", "leaver")
    headers = {"Authorization": f"Bearer {secret}", "X-Forwarded-For": next(_addresses)}
    before = client.get("/v1/me", headers=headers).status_code
    server.command("token", "revoke", "leaver")
    after = client.post(LINES, json={"text": "One"}, headers=headers)

    assert (before, asked(after)) == (200, (401, "unauthorized"))


def test_a_token_does_what_its_scopes_say(server: Server, client: httpx.Client) -> None:
    """One that may correct cannot post, withdraw or read the audit log."""
    secret = server.command("token", "create", "corrector", "--scope", "correct")
    headers = {"Authorization": f"Bearer {secret}", "X-Forwarded-For": next(_addresses)}
    line = client.get(LINES).json()["lines"][0]["id"]
    answers = [
        client.post(LINES, json={"text": "One"}, headers=headers),
        client.delete(f"{LINES}/{line}?reason=x", headers=headers),
        client.get("/v1/channels/en/audit", headers=headers),
    ]

    assert [asked(answer) for answer in answers] == [(403, "forbidden")] * 3


def test_a_token_works_in_its_channels(server: Server, client: httpx.Client) -> None:
    """One for Arabic cannot post in English."""
    secret = server.command("token", "create", "arabic", "--channel", "ar")
    headers = {"Authorization": f"Bearer {secret}", "X-Forwarded-For": next(_addresses)}

    assert asked(client.post(LINES, json={"text": "One"}, headers=headers)) == (403, "forbidden")


def test_failed_signins_are_slowed_down_by_address(server: Server, client: httpx.Client) -> None:
    """After a few of them 429 with Retry-After, for that address alone; an editor there who works goes on working."""
    guess = {"Authorization": "Bearer tk_" + "y" * 43}
    here, there = ({"X-Forwarded-For": next(_addresses)} for _ in range(2))
    me = "/v1/me"
    client.get(me, headers=server.editor | here)
    answers = [client.get(me, headers=guess | here) for _ in range(8)]
    locked = answers[-1]

    assert [answer.status_code for answer in answers] == [401] * 5 + [429] * 3
    assert asked(locked) == (429, "too-many-attempts")
    assert 1 <= int(locked.headers["retry-after"]) <= 10
    assert client.get(me, headers=guess | there).status_code == 401
    assert client.get(me, headers=server.editor | here).status_code == 200


def test_nobody_gets_a_fresh_address_by_saying_so(client: httpx.Client) -> None:
    """What a client puts into X-Forwarded-For stands before what the proxy adds, in the same field or in one of its own."""
    guess = {"Authorization": "Bearer tk_" + "z" * 43}
    address = next(_addresses)
    me = "/v1/me"
    one = [client.get(me, headers=guess | {"X-Forwarded-For": f"{next(_addresses)}, {address}"}) for _ in range(3)]
    two = [
        client.get(me, headers=[*guess.items(), ("X-Forwarded-For", next(_addresses)), ("X-Forwarded-For", address)])
        for _ in range(4)
    ]

    assert [answer.status_code for answer in one + two] == [401] * 5 + [429] * 2


# -- where to ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "method, path, slug",
    [
        ("POST", "/v1/channels/xx/lines", "unknown-channel"),
        ("POST", "/v1/channels/EN/lines", "unknown-channel"),
        ("POST", "/v1/channels/%00/lines", "unknown-channel"),
        ("PATCH", NOBODY, "unknown-line"),
        ("DELETE", NOBODY + "?reason=x", "unknown-line"),
        ("PATCH", f"{LINES}/../../x", "not-found"),
        ("DELETE", f"{LINES}/%00?reason=x", "unknown-line"),
        ("GET", NOBODY, "unknown-line"),
        ("GET", f"{LINES}/x", "unknown-line"),
        ("GET", "/v1/channels/xx/lines", "unknown-channel"),
        ("GET", "/v1/channels/xx/sse", "unknown-channel"),
        ("GET", "/v1/channels/xx/audit", "unknown-channel"),
        ("GET", "/xx/rss.xml", "unknown-channel"),
        ("GET", "/nothing/here/at/all", "not-found"),
        ("POST", "/v1/lines", "not-found"),
    ],
)
def test_what_is_not_there_is_not_found(
    client: httpx.Client, editor: dict[str, str], method: str, path: str, slug: str
) -> None:
    """An unknown channel, line or address, each by its name."""
    body = {"POST": {"text": "One"}, "PATCH": {"kind": "pin"}}.get(method)
    answer = client.request(method, path, headers=editor | {"Accept": JSON}, json=body)

    assert asked(answer) == (404, slug)


@pytest.mark.parametrize(
    "method, path, allow",
    [
        ("PUT", LINES, {"GET", "HEAD", "POST"}),
        ("DELETE", LINES, {"GET", "HEAD", "POST"}),
        ("POST", NOBODY, {"DELETE", "GET", "HEAD", "PATCH"}),
        ("POST", "/", {"GET", "HEAD"}),
        ("POST", "/en", {"GET", "HEAD"}),
        ("POST", "/en/rss.xml", {"GET", "HEAD"}),
        ("POST", "/healthz", {"GET", "HEAD"}),
        ("PATCH", "/metrics", {"GET", "HEAD"}),
        ("BREW", "/desk", {"GET", "HEAD"}),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(
    client: httpx.Client, editor: dict[str, str], method: str, path: str, allow: set[str]
) -> None:
    """405 with Allow."""
    answer = client.request(method, path, headers=editor | {"Accept": JSON})
    if method == "BREW":  # httptools knows the methods of HTTP, and that is none
        assert asked(answer) == (400, "invalid-request")
        return

    assert asked(answer) == (405, "method-not-allowed")
    assert set(answer.headers["allow"].split(", ")) == allow


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "limit=-1", "wait=31", "topic=A%20b", "topic=", "limit=1e1"]
)
def test_a_viewers_wrong_query_is_refused(server: Server, client: httpx.Client, query: str) -> None:
    """In words, where HTTP can; a wrong cursor is no fault."""
    assert asked(client.get(f"{server.url}{LINES}?{query}&after=1-1")) == (400, "invalid-request")
    assert asked(client.get(f"/v1/channels/en/sse?{query}")) == (400, "invalid-request")


# -- WebSockets ------------------------------------------------------------------------------------------------------

SHAKE: Final = (
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)


@pytest.mark.parametrize("hosts", [[], ["a b"], ["localhost", "localhost"]], ids=repr)
def test_a_websocket_names_one_host_too(server: Server, hosts: list[str]) -> None:
    """Its handshake is a request like any other."""
    fields = ["GET /v1/channels/en/ws HTTP/1.1", *(f"Host: {host}" for host in hosts), *SHAKE, "", ""]
    answer = spoken(server, ["\r\n".join(fields).encode()])

    assert 400 <= answer.status < 500


@pytest.mark.parametrize(
    "fields",
    [
        SHAKE[:3],
        (*SHAKE[:3], "Sec-WebSocket-Key: short"),
        (*SHAKE[:2], "Sec-WebSocket-Version: 1", SHAKE[3]),
        (*SHAKE[:2], SHAKE[3]),
        (*SHAKE, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="),
    ],
)
def test_a_broken_handshake_is_refused(server: Server, fields: tuple[str, ...]) -> None:
    """With a 4xx, and the server goes on."""
    raw = "\r\n".join(["GET /v1/channels/en/ws HTTP/1.1", "Host: localhost", *fields, "", ""]).encode()

    assert 400 <= spoken(server, [raw]).status < 500


@pytest.mark.parametrize("path", ["/", "/v1/channels/en/lines", "/en/ws", "/v1"])
def test_a_websocket_to_elsewhere_is_refused(server: Server, path: str) -> None:
    """Where no viewers are served, there is no handshake."""
    raw = "\r\n".join([f"GET {path} HTTP/1.1", "Host: localhost", *SHAKE, "", ""]).encode()

    assert 400 <= spoken(server, [raw]).status < 500


def test_bytes_that_are_no_frame_end_a_websocket(server: Server) -> None:
    """A viewer that speaks garbage after its handshake is let go."""
    raw = "\r\n".join(["GET /v1/channels/en/ws HTTP/1.1", "Host: localhost", *SHAKE, "", ""]).encode()
    for garbage in (b"\xff" * 100, b"\x00" * 100, b"\x81\xfe\xff\xff" + b"x" * 70_000, b"GET / HTTP/1.1\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", server.port), timeout=WITHIN) as connection:
            connection.sendall(raw)
            assert connection.recv(12) == b"HTTP/1.1 101"
            connection.sendall(garbage)
            with contextlib.suppress(ConnectionResetError):  # it closes with bytes of ours unread
                while connection.recv(65536):
                    pass
