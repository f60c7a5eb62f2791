"""The HTTP API as commands see it: repetitions, their bound, and what an error says."""

from pathlib import Path

import click
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.scripted import Answer, accepted, problem, scripted
from ticker.cli.client import Client, editor_token, pause_before, problem_of, server_url
from ticker.cli.refused import Refused


@pytest.fixture(autouse=True)
def without_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shortest of the jittered pauses."""
    monkeypatch.setattr("ticker.cli.client.random.random", lambda: 0.0)
    monkeypatch.setattr("ticker.cli.client._PAUSE_LEAST", 0.01)


def client(url: str, *, timeout: float = 5, notices: list[str] | None = None) -> Client:
    return Client(url, "tk_secret", timeout=timeout, notice=(notices if notices is not None else []).append)


def test_a_change_is_sent_with_token_key_and_version() -> None:
    """As docs and server have it."""
    with scripted(accepted(), accepted("A"), accepted("A", "2-2")) as server, client(server.url) as api:
        done = api.post("en", {"text": "a"})
        api.correct("en", "A/B", {"kind": "pin"}, "mine", 3)
        api.withdraw("en", "A", "wrong", None, None)

    post, patch, delete = server.asked
    assert (done.line, done.cursor, done.replayed) == ("01JDQ7ZZ000000000000000016", "1-7", False)
    assert (post.method, post.path, post.body) == ("POST", "/v1/channels/en/lines", {"text": "a"})
    assert post.headers["Authorization"] == "Bearer tk_secret"
    assert (patch.method, patch.path, patch.body) == ("PATCH", "/v1/channels/en/lines/A%2FB", {"kind": "pin"})
    assert (patch.key, patch.headers["If-Match"]) == ("mine", '"3"')
    assert (delete.method, delete.path, delete.body) == ("DELETE", "/v1/channels/en/lines/A", {"reason": "wrong"})
    assert "If-Match" not in delete.headers
    assert len({post.key, delete.key}) == 2


@pytest.mark.parametrize(
    "failure",
    [
        None,
        problem(503, "Log loading", "Redis is reading its data.", retry_after=0),
        problem(503, "Outcome unknown", "It may have happened."),
        problem(429, "Too many failed sign-ins", "Wait.", retry_after=0),
        (502, {}, "<html>Bad gateway</html>"),
        (504, {"Retry-After": "Tue, 24 Nov 2026 22:00:00 GMT"}, ""),
    ],
)
def test_a_passing_failure_is_repeated_with_the_same_key(failure: Answer) -> None:
    """The line is posted once, whatever came of the first attempts, and somebody who waits is told once."""
    notices: list[str] = []
    with scripted(failure, failure, accepted(replayed=True)) as server, client(server.url, notices=notices) as api:
        done = api.post("en", {"text": "a"})

    assert done.replayed
    assert [asked.body for asked in server.asked] == [{"text": "a"}] * 3
    assert len({asked.key for asked in server.asked}) == 1
    assert len(notices) == 1


@pytest.mark.parametrize(
    "answer, said",
    [
        (
            problem(422, "Invalid line", "text is empty.", errors=[{"field": "text", "message": "is empty"}]),
            "Invalid line: text is empty",
        ),
        (
            problem(
                422,
                "Invalid line",
                "text is empty (and 1 more).",
                errors=[{"field": "text", "message": "is empty"}, {"field": "note", "message": "must be text"}],
            ),
            "Invalid line: text is empty; note must be text",
        ),
        (problem(401, "Sign in needed", "The token is not valid."), "Sign in needed: The token is not valid"),
        (problem(500, "Internal error", ""), "Internal error"),
        ((404, {}, "<html>"), "{url}/v1/channels/en/lines answered 404 Not Found"),
        ((200, {}, "<html>"), "{url} is not a ticker server: it answered 200 without a line"),
        ((200, {}, {"line": {}}), "{url} is not a ticker server: it answered 200 without a line"),
        ((200, {}, []), "{url} is not a ticker server: it answered 200 without a line"),
        (
            (301, {"Location": "https://news.example/"}, ""),
            "{url}/v1/channels/en/lines answered 301 Moved Permanently and points to https://news.example/: set TICKER_URL",
        ),
    ],
)
def test_a_refusal_is_final_and_one_line(answer: Answer, said: str) -> None:
    """Title, detail and fields of the problem; or what answered instead of a ticker server."""
    with scripted(answer) as server, client(server.url) as api, pytest.raises(Refused) as caught:
        api.post("en", {"text": "a"})

    assert str(caught.value) == said.format(url=server.url)


def test_patience_ends_and_names_the_key_if_it_may_have_happened() -> None:
    """Whoever repeats the command with that key cannot double the line."""
    answers = None, problem(503, "Log loading", "Wait.", retry_after=60)
    with scripted(*answers) as server, client(server.url) as api, pytest.raises(Refused) as caught:
        api.post("en", {"text": "a"}, "mine")

    assert (
        str(caught.value)
        == "Log loading: Wait; it may have happened all the same: repeat it with --key mine, then it happens once"
    )


def test_patience_ends_without_a_key_if_nothing_happened() -> None:
    """A server that is not there has done nothing."""
    with scripted() as server:
        pass
    with client(server.url, timeout=0.05) as api, pytest.raises(Refused) as caught:
        api.post("en", {"text": "a"})

    assert str(caught.value) == f"no answer from {server.url}: [Errno 111] Connection refused"


def test_half_a_character_is_for_the_server_to_refuse() -> None:
    """Bytes of the command line that are no UTF-8 arrive as JSON all the same."""
    refusal = problem(422, "Invalid line", "text holds half a pair.")
    with scripted(refusal) as server, client(server.url) as api, pytest.raises(Refused, match="half a pair"):
        api.post("en", {"text": "a\udcff"})

    assert server.asked[0].body == {"text": "a\udcff"}


def test_the_channels_of_the_token_are_asked_for() -> None:
    """By /v1/me."""
    with scripted((200, {}, {"channels": [{"id": "en"}, {"id": "ar"}]}), (200, {}, {})) as server, client(server.url) as api:
        assert api.channels() == ["en", "ar"]
        with pytest.raises(Refused, match="is not a ticker server"):
            api.channels()


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_a_pause_grows_to_a_bound(attempt: int, chance: float) -> None:
    """Never so long that the bound of the command is used up by one."""
    assert 0 < pause_before(attempt, None, chance) < 5
    assert pause_before(attempt, "7", chance) <= 7 * 1.25
    assert pause_before(attempt, "soon", chance) == pause_before(attempt, None, chance)


@pytest.mark.parametrize("body", ["[]", "null", '{"errors": [1], "title": "x"}', '{"errors": 3, "title": "x"}', '"\\ud800"'])
def test_any_body_of_an_error_is_survived(body: str) -> None:
    """A proxy may answer anything."""
    response = httpx.Response(404, text=body, request=httpx.Request("GET", "http://news.example/x"))

    assert problem_of(response) == "http://news.example/x answered 404 Not Found"


@pytest.mark.parametrize(
    "environ, url",
    [
        ({}, "http://127.0.0.1:8000"),
        ({"TICKER_URL": ""}, "http://127.0.0.1:8000"),
        ({"TICKER_URL": "https://news.example/ticker/"}, "https://news.example/ticker"),
    ],
)
def test_the_server_is_the_one_of_the_environment(environ: dict[str, str], url: str) -> None:
    """TICKER_URL, else this machine."""
    assert server_url(environ) == url


@pytest.mark.parametrize("raw", ["news.example", "ftp://x", "http://", "http://x:y", "http://[::1"])
def test_what_is_no_address_is_said(raw: str) -> None:
    """Before anything is sent."""
    with pytest.raises(click.UsageError, match="TICKER_URL must be a web address"):
        server_url({"TICKER_URL": raw})


def test_the_token_is_the_one_of_the_environment_or_its_file(tmp_path: Path) -> None:
    """A file keeps it out of the process list and the shell's history."""
    file = tmp_path / "token"
    file.write_text("tk_file\n")

    assert editor_token({}) is None
    assert editor_token({"TICKER_TOKEN": "tk_1 ", "TICKER_TOKEN_FILE": str(file)}) == "tk_1"
    assert editor_token({"TICKER_TOKEN": "", "TICKER_TOKEN_FILE": str(file)}) == "tk_file"


@pytest.mark.parametrize("content", ["", "two words", "é"])
def test_a_file_without_a_token_is_said(tmp_path: Path, content: str) -> None:
    """Not sent, and not shown either."""
    file = tmp_path / "token"
    file.write_text(content)

    with pytest.raises(click.UsageError, match="TICKER_TOKEN_FILE holds no token"):
        editor_token({"TICKER_TOKEN_FILE": str(file)})
    with pytest.raises(click.UsageError, match=r"TICKER_TOKEN_FILE: .*/none: No such file"):
        editor_token({"TICKER_TOKEN_FILE": str(tmp_path / "none")})
