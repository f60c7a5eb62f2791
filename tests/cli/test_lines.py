"""`ticker post`, `correct` and `withdraw`: what they send, print and refuse."""

import functools
import json

import pytest

from tests.cli.conftest import Run
from tests.cli.scripted import Answer, accepted, problem, scripted


def me(*channels: str) -> Answer:
    """The answer to who the token is."""
    return 200, {}, {"name": "desk", "scopes": ["post"], "channels": [{"id": channel} for channel in channels]}


def test_a_line_is_posted_with_all_that_was_said_of_it(run: Run) -> None:
    """Every option has its field; id and cursor are printed."""
    options = [
        "--source",
        "Civil Defence",
        "--urgency",
        "flash",
        "--topic",
        "world",
        "--topic",
        "peru",
        "--pin",
        "--key",
        "mine",
    ]
    options += [
        "--url",
        "https://news.example/1",
        "--expires",
        "2026-11-24T23:00:00Z",
        "--note",
        "by phone",
        "--allow-duplicate",
    ]
    with scripted(accepted("A", "1-7")) as server:
        ran = run("post", "Quake felt in Lima", "--channel", "es", *options, TICKER_URL=server.url, TICKER_TOKEN="tk_1")

    assert (ran.status, ran.out, ran.err) == (0, "A 1-7\n", "")
    assert (server.asked[0].path, server.asked[0].key) == ("/v1/channels/es/lines", "mine")
    assert server.asked[0].body == {
        "text": "Quake felt in Lima",
        "source": "Civil Defence",
        "urgency": "flash",
        "topics": ["world", "peru"],
        "url": "https://news.example/1",
        "expires": "2026-11-24T23:00:00Z",
        "note": "by phone",
        "pinned": True,
        "allow_duplicate": True,
    }


def test_the_only_channel_of_the_token_need_not_be_named(run: Run) -> None:
    """An editor of one edition types less."""
    with scripted(me("ar"), accepted()) as server:
        ran = run("post", "a", TICKER_URL=server.url, TICKER_TOKEN="tk_1")

    assert ran.status == 0
    assert [asked.path for asked in server.asked] == ["/v1/me", "/v1/channels/ar/lines"]
    assert server.asked[1].body == {"text": "a"}


def test_of_several_channels_one_must_be_named(run: Run) -> None:
    """Nothing is posted to a channel by chance."""
    with scripted(me("en", "ar")) as server:
        ran = run("post", "a", TICKER_URL=server.url, TICKER_TOKEN="tk_1")

    assert (ran.status, ran.err) == (2, "ticker: --channel is needed: the token is good for en, ar\n")


def test_a_change_names_only_what_changes(run: Run) -> None:
    """An empty value takes away what may be taken away."""
    with scripted(accepted("A", "2-2"), accepted("A", "3-3"), accepted("A", "4-4")) as server:
        changed = functools.partial(run, TICKER_URL=server.url, TICKER_TOKEN="tk_1")
        changed("correct", "A", "--channel", "en", "--text", "b", "--correction", "not Lima", "--if-match", "1")
        changed("correct", "A", "--channel", "en", "--kind", "update", "--source", "", "--topic", "", "--url", "")
        changed("correct", "A", "--channel", "en", "--kind", "unpin")

    assert server.asked[0].headers["If-Match"] == '"1"'
    assert [asked.body for asked in server.asked] == [
        {"kind": "correction", "text": "b", "correction": "not Lima"},
        {"kind": "update", "source": None, "topics": [], "url": None},
        {"kind": "unpin"},
    ]


def test_a_withdrawal_gives_its_reason(run: Run) -> None:
    """And the server's answer whole, if that is asked for."""
    with scripted(accepted("A", "2-2", replayed=True)) as server:
        ran = run("withdraw", "A", "--channel", "en", "--reason", "wrong", "--json", TICKER_URL=server.url, TICKER_TOKEN="tk_1")

    assert (server.asked[0].method, server.asked[0].body) == ("DELETE", {"reason": "wrong"})
    assert json.loads(ran.out) == {"line": {"id": "A"}, "cursor": "2-2", "replayed": True}


def test_a_refusal_is_one_line(run: Run) -> None:
    """Whatever it holds."""
    with scripted(problem(422, "Invalid line", "text\n is \x1b[31mred.")) as server:
        ran = run("post", "a", "--channel", "en", TICKER_URL=server.url, TICKER_TOKEN="tk_1")

    assert (ran.status, ran.out, ran.err) == (1, "", "ticker: Invalid line: text is \ufffd[31mred\n")


@pytest.mark.parametrize(
    "args, said",
    [
        (["post", "-", "--key", "a"], "--key is for one line; with -, each gets a key of its own (see --batch)"),
        (["post", "a", "--batch", "a"], "--batch is for standard input: ticker post - --batch NAME"),
        (["post", "a", "--key", "a b"], "Invalid value for '--key': must be 1 to 255 visible ASCII characters"),
        (["post", "a"], "a token is needed: set TICKER_TOKEN, or TICKER_TOKEN_FILE to a file that holds it"),
        (["withdraw", "a"], "Missing option '--reason'."),
    ],
)
def test_what_cannot_be_meant_is_said_before_anything_is_sent(run: Run, args: list[str], said: str) -> None:
    """Exit status 2."""
    ran = run(*args)

    assert (ran.status, ran.out, ran.err) == (2, "", f"ticker: {said}\n")


def test_standard_input_is_posted_line_by_line_in_order(run: Run) -> None:
    """An object's fields go before the options; equal lines are two lines; what was there before is marked."""
    lines = b'first\n\n{"text": "second", "urgency": 2}\nfirst\n'
    with scripted(accepted("A", "1-1"), accepted("B", "2-2"), accepted("C", "3-3", replayed=True)) as server:
        ran = run("post", "-", "--channel", "en", "--urgency", "flash", stdin=lines, TICKER_URL=server.url, TICKER_TOKEN="tk_1")

    assert (ran.status, ran.out, ran.err) == (0, "A 1-1\nB 2-2\nC 3-3 replayed\n", "")
    assert [asked.body for asked in server.asked] == [
        {"text": "first", "urgency": "flash"},
        {"text": "second", "urgency": 2},
        {"text": "first", "urgency": "flash"},
    ]
    assert len({asked.key for asked in server.asked}) == 3


def test_it_stops_at_the_first_refusal_and_names_the_line(run: Run) -> None:
    """What was posted before is on standard output; what comes after is not posted."""
    with scripted(accepted("A", "1-1"), problem(422, "Invalid line", "text is empty.")) as server:
        ran = run("post", "-", "--channel", "en", stdin=b"\nfirst\nsecond\nthird\n", TICKER_URL=server.url, TICKER_TOKEN="tk_1")

    assert (ran.status, ran.out, ran.err) == (1, "A 1-1\n", "ticker: line 3: Invalid line: text is empty\n")
    assert len(server.asked) == 2


def test_a_line_that_the_input_repeats_is_told_its_option(run: Run) -> None:
    """Each rerun stops there too, until somebody decides."""
    said = "The same text was published in this channel moments ago."
    repeated = problem(409, "Duplicate line", said, type="/problems/duplicate-line")
    with scripted(accepted("A", "1-1"), repeated) as server:
        ran = run("post", "-", "--channel", "en", stdin=b"first\nfirst\n", TICKER_URL=server.url, TICKER_TOKEN="tk_1")

    assert ran.err.startswith("ticker: line 2: Duplicate line: ")
    assert ran.err.endswith("; --allow-duplicate posts it all the same\n")


def test_a_rerun_sends_the_same_keys_and_another_batch_others(run: Run) -> None:
    """So the server posts only what is missing."""

    def keys(*args: str) -> list[str]:
        with scripted(accepted(), accepted()) as server:
            run("post", "-", "--channel", "en", *args, stdin=b"first\nsecond\n", TICKER_URL=server.url, TICKER_TOKEN="tk_1")
        return [asked.key for asked in server.asked]

    assert keys() == keys("--source", "Wire")
    assert set(keys()).isdisjoint(keys("--batch", "2026-11-24"))


def test_after_a_lost_answer_a_batch_says_nothing_of_keys(run: Run) -> None:
    """Running it again is enough."""
    with scripted(None, problem(503, "Log loading", "Wait.", retry_after=60)) as server:
        ran = run("post", "-", "--channel", "en", stdin=b"first\n", TICKER_URL=server.url, TICKER_TOKEN="tk_1")

    assert (ran.status, ran.err) == (1, "ticker: line 1: Log loading: Wait; it may have happened all the same: run it again\n")


def test_a_correction_without_its_note_is_told_what_it_lacks(run: Run) -> None:
    """Before anything is sent, by the names of the options."""
    ran = run("correct", "A", "--channel", "en", TICKER_TOKEN="tk_1")

    assert (ran.status, ran.out) == (2, "")
    assert "--correction" in ran.err
    assert "--kind refile" in ran.err
