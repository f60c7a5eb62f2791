"""The editors' API over real HTTP and a real engine."""

import asyncio
from typing import Any

import pytest

from tests.desk.newsroom import Newsroom, until
from ticker import telemetry
from ticker.log.redis import client
from ticker.log.writer import Posted
from ticker.model.cursor import Cursor
from ticker.openapi import document

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]

UNKNOWN = "/v1/channels/en/lines/01J00000000000000000000000"


async def test_a_posted_line_is_out(newsroom: Newsroom) -> None:
    """201 with the line, its cursor, its address and its version; from then on readers see it."""
    answer = await newsroom.post("Bridge closed", fields={"source": "Civil Defence", "urgency": "flash"})
    line = answer.json()["line"]

    assert answer.status_code == 201
    assert (line["text"], line["source"], line["urgency"], line["version"]) == ("Bridge closed", "Civil Defence", 1, 1)
    assert answer.headers["location"] == f"{newsroom.url}/v1/channels/en/lines/{line['id']}"
    assert (answer.headers["etag"], answer.headers["cache-control"]) == ('"1"', "no-store")
    assert answer.json()["cursor"] == newsroom.mirror.channels["en"].cursor
    assert (await newsroom.http.get(answer.headers["location"])).json() == line


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
async def test_curl_d_just_works(newsroom: Newsroom, content_type: str) -> None:
    """A bare text is a line."""
    headers = {"Content-Type": content_type}
    answer = await newsroom.call("POST", "/v1/channels/en/lines", content=b"Tax cut: 2+2 & 50% more\n", headers=headers)

    assert (answer.status_code, await newsroom.texts()) == (201, ["Tax cut: 2+2 & 50% more"])


async def test_the_same_text_is_refused_with_the_earlier_line(newsroom: Newsroom) -> None:
    """Two editors on the same news make one line, unless they insist."""
    first = (await newsroom.post()).json()["line"]
    again = await newsroom.post()
    insisted = await newsroom.post(fields={"allow_duplicate": True})

    assert (again.status_code, again.json()["type"], again.json()["line"]) == (409, "/problems/duplicate-line", first)
    assert insisted.status_code == 201


async def test_a_retry_gives_the_first_answer(newsroom: Newsroom) -> None:
    """The same key and body change nothing, also when the retry is written differently."""
    key = {"Idempotency-Key": "k1"}
    first = await newsroom.post("Bridge closed", headers=key)
    again = await newsroom.call(
        "POST", "/v1/channels/en/lines", content=b" Bridge  closed ", headers=key | {"Content-Type": "text/plain"}
    )

    assert (again.status_code, again.json()) == (201, first.json())
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    assert await newsroom.texts() == ["Bridge closed"]


async def test_a_key_belongs_to_one_request(newsroom: Newsroom) -> None:
    """Another body, another method or another If-Match under the same key is a mistake, and nothing is stored."""
    key = {"Idempotency-Key": "k1"}
    path = await newsroom.posted("Bridge closed")
    await newsroom.call("PATCH", path, json={"kind": "update", "text": "Bridge open"}, headers=key)
    others = [
        await newsroom.call("PATCH", path, json={"kind": "update", "text": "Bridge gone"}, headers=key),
        await newsroom.call("PATCH", path, json={"kind": "update", "text": "Bridge open"}, headers=key | {"If-Match": '"2"'}),
        await newsroom.call("DELETE", path, json={"reason": "x"}, headers=key),
        await newsroom.post("Something else", headers=key),
    ]

    assert {(other.status_code, other.json()["type"]) for other in others} == {(422, "/problems/key-reused")}
    assert await newsroom.texts() == ["Bridge open"]


@pytest.mark.parametrize("key", ["", "a b", "ü", "k" * 256])
async def test_a_key_has_its_limits(newsroom: Newsroom, key: str) -> None:
    """A key that cannot be kept is refused, not cut."""
    answer = await newsroom.post(headers={"Idempotency-Key": key.encode()})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "Idempotency-Key")
    assert await newsroom.texts() == []


async def test_a_correction_replaces_the_text(newsroom: Newsroom) -> None:
    """Readers see the new text and what was wrong."""
    path = await newsroom.posted("Three hurt", url="https://news.example/a")
    body = {"kind": "correction", "text": "Two hurt", "url": None, "correction": "The number was wrong"}
    answer = await newsroom.call("PATCH", path, json=body, headers={"If-Match": '"1"'})
    line = answer.json()["line"]

    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert (line["text"], line["correction"], "url" in line) == ("Two hurt", "The number was wrong", False)
    assert await newsroom.texts() == ["Two hurt"]


async def test_pins_count_versions(newsroom: Newsroom) -> None:
    """A pinned line stays first until it is unpinned."""
    path = await newsroom.posted("First")
    await newsroom.posted("Second")
    pinned = await newsroom.call("PATCH", path, data={"kind": "pin"})
    order = await newsroom.texts()
    unpinned = await newsroom.call("PATCH", path, json={"kind": "unpin"}, headers={"If-Match": "*"})

    assert (pinned.json()["line"]["pinned"], unpinned.json()["line"]["version"]) == (True, 3)
    assert (order, await newsroom.texts()) == (["First", "Second"], ["Second", "First"])


async def test_somebody_else_was_first(newsroom: Newsroom) -> None:
    """412 carries the line as it stands now, and nothing is overwritten."""
    path = await newsroom.posted("Fire")
    theirs = await newsroom.call("PATCH", path, json={"kind": "update", "text": "Fire out"}, headers={"If-Match": '"1"'})
    mine = [
        await newsroom.call("PATCH", path, json={"kind": "update", "text": "Fire spreads"}, headers={"If-Match": '"1"'}),
        await newsroom.call("DELETE", path, json={"reason": "x"}, headers={"If-Match": '"1"'}),
    ]

    assert [(answer.status_code, answer.headers["etag"], answer.json()["line"]) for answer in mine] == [
        (412, '"2"', theirs.json()["line"])
    ] * 2
    assert await newsroom.texts() == ["Fire out"]


async def test_a_line_that_is_so_already_is_no_news(newsroom: Newsroom) -> None:
    """It is answered as it stands, whoever asks and however often; nothing new reaches readers, and nothing is counted."""
    path = await newsroom.posted("Fire", topics=["world"])
    counted = _counted("update")
    same = {"kind": "update", "text": " Fire ", "topics": ["world"], "note": "looked again"}
    answers = [await newsroom.call("PATCH", path, json=same, headers={"Idempotency-Key": key}) for key in ("a", "b", "a")]

    assert [(answer.status_code, answer.headers["etag"], answer.json()["line"]["version"]) for answer in answers] == [
        (200, '"1"', 1)
    ] * 3
    assert ["idempotency-replayed" in answer.headers for answer in answers] == [False, False, True]
    assert len(newsroom.mirror.channels["en"].events()) == 1
    assert _counted("update") == counted
    assert [entry.get("note") for entry in await newsroom.audited()] == ["looked again", "looked again", None]


@pytest.mark.parametrize("match", ['W/"1"', "1", '"x"', '"0"', '"1", "2"', '""', '"1" x'])
async def test_if_match_is_one_version(newsroom: Newsroom, match: str) -> None:
    """A condition that is not understood is never taken for fulfilled."""
    path = await newsroom.posted("Fire")
    answer = await newsroom.call("PATCH", path, json={"kind": "pin"}, headers={"If-Match": match})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "If-Match")


async def test_headers_that_count_are_given_once(newsroom: Newsroom) -> None:
    """Of two conditions or keys nobody chooses one."""
    for name in ("If-Match", "Idempotency-Key"):
        headers = [("Authorization", f"Bearer {newsroom.token}"), (name, '"1"'), (name, '"2"')]
        answer = await newsroom.http.patch(UNKNOWN, json={"kind": "pin"}, headers=headers)

        assert (answer.status_code, answer.json()["errors"]) == (400, [{"field": name, "message": "is given twice"}])


async def test_a_withdrawn_line_is_gone_when_it_is_acknowledged(newsroom: Newsroom) -> None:
    """The answer is the tombstone without a text, and no reader gets the text after it."""
    path = await newsroom.posted("Wrong")
    answer = await newsroom.call("DELETE", path, params={"reason": "wrong place"})

    assert (answer.status_code, answer.json()["line"]["status"], "text" in answer.json()["line"]) == (200, "canceled", False)
    assert "propagated" not in answer.json()
    assert (await newsroom.texts(), (await newsroom.http.get(path)).status_code) == ([], 410)


async def test_a_withdrawn_line_cannot_be_changed_but_withdrawn_again(newsroom: Newsroom) -> None:
    """A withdrawal that is repeated without a key is no mistake."""
    path = await newsroom.posted("Wrong")
    await newsroom.call("DELETE", path, json={"reason": "a"})
    change = await newsroom.call("PATCH", path, json={"kind": "refile", "text": "x"})
    counted = _counted("withdraw")
    again = await newsroom.call("DELETE", path, json={"reason": "b"})

    assert (_counted("withdraw") - counted, "idempotency-replayed" in again.headers) == (0, False)
    assert (change.status_code, change.json()["type"]) == (410, "/problems/line-withdrawn")
    assert (again.status_code, again.json()["line"]["version"]) == (200, 2)


def _counted(action: str) -> float:
    labels = {"channel": "en", "action": action}
    return telemetry.REGISTRY.get_sample_value("ticker_changes_total", labels) or 0.0


async def test_a_server_that_lags_says_so(newsroom: Newsroom) -> None:
    """When this process cannot yet show a withdrawal, it is done all the same, and the answer does not hide the rest."""

    async def never(channel: str, cursor: Cursor, within: float) -> bool:
        return False

    path = await newsroom.posted("Wrong")
    newsroom.reached = never
    answer = await newsroom.call("DELETE", path, json={"reason": "a"})

    assert (answer.status_code, answer.json()["propagated"]) == (200, False)


async def test_a_withdrawal_needs_a_reason(newsroom: Newsroom) -> None:
    """Nobody withdraws by accident."""
    path = await newsroom.posted("Right")
    answer = await newsroom.call("DELETE", path)
    twice = await newsroom.call("DELETE", f"{path}?reason=a&reason=b")

    assert (answer.status_code, answer.json()["errors"]) == (422, [{"field": "reason", "message": "is required"}])
    assert (twice.status_code, await newsroom.texts()) == (400, ["Right"])


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize("path", [UNKNOWN, "/v1/channels/en/lines/x", "/v1/channels/ar/lines/01J00000000000000000000000"])
async def test_unknown_lines_are_unknown(newsroom: Newsroom, method: str, path: str) -> None:
    """Whether the id could be one or not."""
    body = {"kind": "pin"} if method == "PATCH" else {"reason": "x"}
    answer = await newsroom.call(method, path, json=body)

    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown-line")


async def test_unknown_channels_are_unknown(newsroom: Newsroom) -> None:
    """Also for a token that may do everything."""
    answer = await newsroom.post(channel="xx")

    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown-channel")
    assert answer.json()["detail"].startswith("'xx' is none of the channels here: en, ")


@pytest.mark.parametrize(
    ("body", "content_type", "status", "slug"),
    [
        (b"{", "application/json", 400, "invalid-request"),
        (b"\xff", "text/plain", 400, "invalid-request"),
        (b'{"text": "\\ud800"}', "application/json", 422, "invalid-line"),
        (b'{"text": "a", "url": "javascript:alert(1)"}', "application/json", 422, "invalid-line"),
        (b"", "text/plain", 422, "invalid-line"),
        (b"<text>a</text>", "application/xml", 415, "unsupported-media"),
    ],
)
async def test_bad_input_stores_nothing(newsroom: Newsroom, body: bytes, content_type: str, status: int, slug: str) -> None:
    """Each fault has its problem, and readers see nothing of it."""
    answer = await newsroom.call("POST", "/v1/channels/en/lines", content=body, headers={"Content-Type": content_type})

    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}")
    assert (await newsroom.texts(), await newsroom.audited()) == ([], [])


async def test_markup_is_text(newsroom: Newsroom) -> None:
    """Nothing that looks like markup is changed."""
    text = "<b>&amp; </script><!-- “x” ]]>"
    await newsroom.posted(text)

    assert await newsroom.texts() == [text]


async def test_a_compressed_body_is_refused(newsroom: Newsroom) -> None:
    """No body is unpacked, so none is larger than it looks."""
    answer = await newsroom.post(headers={"Content-Encoding": "gzip"})

    assert (answer.status_code, answer.headers["accept-encoding"]) == (415, "identity")


@pytest.mark.parametrize(("scope", "allowed"), [("post", 0), ("correct", 1), ("withdraw", 2), ("audit", 3)])
async def test_each_verb_needs_its_scope(newsroom: Newsroom, scope: str, allowed: int) -> None:
    """A token does what its scope says and nothing else."""
    path = await newsroom.posted("Fire")
    token = await newsroom.tokens.create("one verb", ("en",), (scope,))
    answers = [
        await newsroom.post("Flood", token=token),
        await newsroom.call("PATCH", path, token, json={"kind": "pin"}),
        await newsroom.call("DELETE", path, token, json={"reason": "x"}),
        await newsroom.call("GET", "/v1/channels/en/audit", token),
    ]

    assert [number for number, answer in enumerate(answers) if answer.status_code != 403] == [allowed]
    assert answers[allowed].is_success


async def test_a_token_for_one_channel_stays_there(newsroom: Newsroom) -> None:
    """Whatever else it may do."""
    token = await newsroom.tokens.create("arabic", ("ar",), ("admin",))
    there, elsewhere = await newsroom.post(channel="ar", token=token), await newsroom.post(channel="en", token=token)

    assert (there.status_code, elsewhere.status_code, elsewhere.json()["type"]) == (201, 403, "/problems/forbidden")


async def test_a_revoked_token_is_worthless_at_once(newsroom: Newsroom) -> None:
    """The next request is refused."""
    token = await newsroom.tokens.create("gone", (), ("post",))
    before = await newsroom.post("First", token=token)
    await newsroom.tokens.revoke("gone")
    after = await newsroom.post("Second", token=token)

    assert (before.status_code, after.status_code) == (201, 401)
    assert after.headers["www-authenticate"] == 'Bearer realm="ticker", error="invalid_token"'


async def test_failed_signins_are_slowed_down(newsroom: Newsroom) -> None:
    """429 with Retry-After for the one address; a valid token works there all the same."""
    wrong = "tk_" + "x" * 43
    statuses = [(await newsroom.call("GET", "/v1/me", wrong)).status_code for _ in range(6)]
    slowed = await newsroom.call("GET", "/v1/me", wrong)

    assert statuses == [401] * 5 + [429]
    assert 1 <= int(slowed.headers["retry-after"]) <= 10
    assert (await newsroom.post()).status_code == 201
    assert (await newsroom.call("GET", "/v1/me", wrong, headers={"x-from": "192.0.2.9"})).status_code == 401


async def test_me_tells_what_a_desk_needs(newsroom: Newsroom) -> None:
    """Name, scopes, and the token's channels with language, direction and topics."""
    token = await newsroom.tokens.create("arabic", ("ar", "gone"), ("post", "audit"))
    mine = (await newsroom.call("GET", "/v1/me", token)).json()
    all_of_it = (await newsroom.call("GET", "/v1/me")).json()

    assert (mine["name"], mine["scopes"]) == ("arabic", ["post", "audit"])
    assert [(channel["id"], channel["direction"]) for channel in mine["channels"]] == [("ar", "rtl")]
    assert mine["channels"][0]["topics"][0]["id"] == "world"
    assert [channel["id"] for channel in all_of_it["channels"]] == ["en", "ar"]
    assert "admin" in all_of_it["scopes"]


async def test_the_audit_log_tells_who_did_what(newsroom: Newsroom) -> None:
    """Newest first, with the text before and after, for one line or for all."""
    path = await newsroom.posted("Three hurt", note="by phone")
    await newsroom.posted("Other")
    await newsroom.call("PATCH", path, json={"kind": "correction", "text": "Two hurt", "correction": "The number"})
    await newsroom.call("DELETE", path, json={"reason": "all wrong"})
    line = path.rpartition("/")[2]
    entries = (await newsroom.call("GET", "/v1/channels/en/audit", params={"line": line})).json()["entries"]

    assert [entry["action"] for entry in entries] == ["withdraw", "correct", "publish"]
    assert {entry["token"] for entry in entries} == {"desk"}
    assert (entries[0]["reason"], entries[1]["before"]["text"], entries[1]["after"]["text"]) == (
        "all wrong",
        "Three hurt",
        "Two hurt",
    )
    assert entries[2]["note"] == "by phone"
    assert len(await newsroom.audited()) == 4


@pytest.mark.parametrize("line", [None, "one"])
async def test_the_audit_log_is_read_page_by_page(newsroom: Newsroom, line: str | None) -> None:
    """Each page names the next; together they hold each entry once, also when there is news in between."""
    path = await newsroom.posted("Line 0")
    for number in range(1, 5):
        await newsroom.call("PATCH", path, json={"kind": "update", "text": f"Line {number}"})
        await newsroom.posted(f"Other line {number}")
    ours = {"line": path.rpartition("/")[2]} if line else {}
    whole = (await newsroom.call("GET", "/v1/channels/en/audit", params=ours)).json()["entries"]
    answer = await newsroom.call("GET", "/v1/channels/en/audit", params={"limit": "2", **ours})
    pages = [answer.json()["entries"]]
    await newsroom.posted("News")
    while "next" in answer.links:
        address = answer.links["next"]["url"]
        assert address.startswith(f"{newsroom.url}/v1/channels/en/audit?")
        answer = await newsroom.call("GET", address.removeprefix(newsroom.url))
        pages.append(answer.json()["entries"])

    assert [entry for page in pages for entry in page] == whole
    assert [len(page) for page in pages] == ([2, 2, 1] if line else [2, 2, 2, 2, 1])


async def test_answers_have_the_headers_that_the_api_describes(newsroom: Newsroom) -> None:
    """Who writes a client from /openapi.json misses none."""
    key = {"Idempotency-Key": "a"}
    await newsroom.post(headers=key)
    posted = await newsroom.post(headers=key)
    path = f"/v1/channels/en/lines/{posted.json()['line']['id']}"
    answers = {"post": posted}
    for operation, method, body in (("change", "PATCH", {"kind": "pin"}), ("withdraw", "DELETE", {"reason": "x"})):
        for _ in range(2):
            answers[operation] = await newsroom.call(method, path, json=body, headers={"Idempotency-Key": operation})
    answers["audit"] = await newsroom.call("GET", "/v1/channels/en/audit?limit=1")
    described = {
        operation["operationId"]: {
            name.lower()
            for status, answer in operation["responses"].items()
            if status.startswith("2")
            for name in answer.get("headers", {})
        }
        for methods in document(newsroom.url)["paths"].values()
        for operation in methods.values()
    }
    common = {"cache-control", "content-length", "content-type", "date", "server"}

    assert {name: {*answer.headers} - common for name, answer in answers.items()} == {name: described[name] for name in answers}


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "limit=1&limit=2", "line=x", "after=x", "after=1"])
async def test_a_wrong_audit_query_is_refused(newsroom: Newsroom, query: str) -> None:
    """Nothing is guessed."""
    assert (await newsroom.call("GET", f"/v1/channels/en/audit?{query}")).status_code == 400


async def test_private_notes_stay_private(newsroom: Newsroom) -> None:
    """Neither the answer nor any reader gets the note, the reason or the name of the token."""
    answer = await newsroom.post(fields={"note": "from a secret source"})
    path = f"/v1/channels/en/lines/{answer.json()['line']['id']}"
    public = [answer.text, (await newsroom.http.get(path)).text, (await newsroom.http.get("/v1/channels/en/lines")).text]

    assert not any("secret" in text or "desk" in text.replace(newsroom.url, "") for text in public)


async def test_a_write_goes_on_when_its_request_does_not(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor whose connection breaks in mid-post finds the line posted once."""
    entered, go_on = asyncio.Event(), asyncio.Event()
    publish = newsroom.writer.publish

    async def slow(*args: Any) -> Posted:
        entered.set()
        await go_on.wait()
        return await publish(*args)

    monkeypatch.setattr(newsroom.writer, "publish", slow)
    request = asyncio.create_task(_in_process(newsroom, "Bridge closed"))
    await entered.wait()
    request.cancel()
    await asyncio.gather(request, return_exceptions=True)
    go_on.set()
    await until(lambda: len(newsroom.mirror.channels["en"].events()) == 1)

    assert await newsroom.texts() == ["Bridge closed"]


async def _in_process(newsroom: Newsroom, text: str) -> None:
    """A post whose ASGI task can be cancelled, as servers do it."""
    body = {"type": "http.request", "body": text.encode(), "more_body": False}
    headers = [(b"authorization", f"Bearer {newsroom.token}".encode()), (b"content-type", b"text/plain")]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/channels/en/lines",
        "query_string": b"",
        "headers": headers,
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
        "root_path": "",
    }

    async def receive() -> Any:
        return body

    async def send(message: Any) -> None:
        raise AssertionError(message)

    await newsroom.app(scope, receive, send)


async def test_without_redis_editors_are_told_to_retry(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 with Retry-After and its own type, never an answer in which something may have happened unsaid."""
    monkeypatch.setattr(newsroom.redis, "connection_pool", client("unix:///nowhere/engine.sock").connection_pool)
    answer = await newsroom.post()

    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/log-unreachable")
    assert int(answer.headers["retry-after"]) >= 1


async def test_the_page_holds_no_data_and_may_run_nothing_else(newsroom: Newsroom) -> None:
    """Public HTML, never stored, never framed, with no script but ours."""
    await newsroom.posted("Fire")
    page = await newsroom.http.get("/desk")
    policy = page.headers["content-security-policy"]

    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert "Fire" not in page.text
    assert "unsafe" not in policy
    for part in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", newsroom.url.replace("http", "ws")):
        assert part in policy
    assert page.headers["x-frame-options"] == "DENY"
    assert "set-cookie" not in page.headers


async def test_a_fault_of_ours_is_not_called_anything_else(newsroom: Newsroom) -> None:
    """What no retry can mend is an internal error."""
    await newsroom.redis.set(newsroom.keys.channel("en").audit, "no stream")

    assert (await newsroom.call("GET", "/v1/channels/en/audit")).status_code == 500
