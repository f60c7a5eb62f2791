"""Random histories on real processes, held against a slow model.

Two servers share a Redis. Editors post, correct, pin and withdraw on either and repeat themselves; viewers come on any
transport with any cursor, for all lines or those of a topic, move and leave; servers and Redis are restarted, killed and
emptied in between. In a rush all of it happens at once: several editors write on both servers, to the same lines, and send
some requests twice, while viewers lose their connections and return elsewhere and a server falls behind. After each step
everything settles, and then what each viewer shows must be what the model says, and what it was sent must have been in order,
sent once, and free of texts that were taken back before.

hypothesis invents the histories. It prints the steps of one that fails, and the line by which it can be repeated.
"""

import asyncio
import itertools
import json
import logging
import signal
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, TypeVar

import httpx
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.redises import RedisServer
from tests.served import WITHIN, Server
from tests.viewers import TRANSPORTS, Screen, Viewer, connect
from ticker.log.keys import Keys

pytestmark = pytest.mark.slow

HISTORIES: Final = settings(
    max_examples=5,
    stateful_step_count=16,
    deadline=None,
    print_blob=True,
    report_multiple_bugs=False,
    suppress_health_check=[*HealthCheck],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking would start processes for an hour
)
VIEWERS_MOST: Final = 6
LINES: Final = "/v1/channels/en/lines"
EMPTY: Final = "0-0"  # the cursor of a log without events

_log = logging.getLogger(__name__)

Given = TypeVar("Given")
which = st.integers(0, 1)  # of the two servers
some = st.integers(0, 1 << 16)  # one of those that there are, whatever their number
transports = st.sampled_from(TRANSPORTS)
made_up = st.from_regex(r"\A\d{1,3}-\d{1,10}\Z") | st.text("0-9 x\u0661", max_size=8)
TOPICS: Final = (("world",), ("sport",), ("world", "sport"), ())
topics = st.sampled_from(TOPICS)
delays = st.integers(0, 60)  # ms


class Stage:
    """The processes, which outlive an example, and a loop that runs while something is awaited."""

    def __init__(self, redis: RedisServer, servers: tuple[Server, Server]) -> None:
        self.redis = redis
        self.servers = servers
        self._runner = asyncio.Runner()
        self.http: httpx.AsyncClient = self.run(self._client())

    async def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(headers=self.servers[0].editor, timeout=WITHIN)

    def run(self, awaited: Coroutine[Any, Any, Given]) -> Given:
        """Await something; the viewers go on reading meanwhile."""
        return self._runner.run(awaited)

    def close(self) -> None:
        self.run(self.http.aclose())
        self._runner.close()

    def flush(self) -> None:
        """Empty Redis of all but the editors' tokens."""
        with self.redis.redis as redis:
            tokens: Any = redis.hgetall(Keys("main").tokens)
            redis.flushall()
            redis.hset(Keys("main").tokens, mapping=tokens)


@dataclass
class Told:
    """What the model knows of a line."""

    line: dict[str, Any]
    place: int  # of its newest event in the log


@dataclass
class Request:
    """An editor's request with its key, to be repeated."""

    method: str
    path: str
    body: dict[str, Any]
    key: str
    cursor: str


@dataclass(frozen=True)
class Act:
    """What an editor does in a rush."""

    kind: str
    server: int
    which_line: int
    topics: tuple[str, ...]
    delay: int  # ms
    doubled: bool  # whether it is sent twice at once, with the same key


@dataclass(frozen=True)
class Move:
    """What happens to a viewer in a rush: it loses its connection, and returns with its cursor."""

    which_seat: int
    server: int
    transport: str
    delay: int  # ms


KINDS: Final = ("post", "correction", "update", "retopic", "pin", "unpin", "withdraw")
acts = st.builds(Act, st.sampled_from(KINDS), which, some, topics, delays, st.booleans())
moves = st.builds(Move, some, which, transports, delays)


@dataclass
class Seat:
    """A viewer, and what the model knows of it."""

    viewer: Viewer
    server: int
    screen: Screen
    came_with: str | None  # the cursor of its first connection
    topics: tuple[str, ...]  # those that it asked for
    checked: int = 0  # messages that were looked at

    @property
    def quiet(self) -> bool:
        """Whether nothing is said to it until something happens: a long-poll at the tail."""
        return self.viewer.transport == "poll" and self.came_with is not None


Done = tuple[Request, dict[str, Any]]  # a change and its answer


class Histories(RuleBasedStateMachine):
    """One history."""

    stage: ClassVar[Stage]  # set by the test: hypothesis makes the machines itself

    def __init__(self) -> None:
        super().__init__()
        self.numbers = itertools.count()
        self.lines: dict[str, Told] = {}  # the usable ones
        self.log: list[str] = []  # the cursors of all events of this history
        self.requests: list[Request] = []
        self.cursors: list[str] = []  # of this history and of those before
        self.gone: dict[str, int] = {}  # texts that no message may hold any more, and the number of the event since when
        self.settled = 0  # the number of the newest event when the last step had settled
        self.hidden = False  # whether somebody may not be told the newest event, for its topics
        self.seats: list[Seat] = []
        self.stage.flush()

    @property
    def tail(self) -> str:
        return self.log[-1] if self.log else EMPTY

    # -- editors --

    @rule(server=which, pinned=st.booleans(), topics=topics)
    def post(self, server: int, pinned: bool, topics: tuple[str, ...] = ()) -> None:
        self._change(server, "POST", LINES, {"text": self._text(), "pinned": pinned, "topics": [*topics]})

    @precondition(lambda self: self.lines)
    @rule(server=which, which_line=some, kind=st.sampled_from(["correction", "refile", "update"]))
    def correct(self, server: int, which_line: int, kind: str) -> None:
        line = self._pick(which_line)
        note = {"correction": "It was wrong."} if kind == "correction" else {}
        self._change(server, "PATCH", f"{LINES}/{line['id']}", {"kind": kind, "text": self._text(), **note})

    @precondition(lambda self: self.lines)
    @rule(server=which, which_line=some, topics=topics)
    def retopic(self, server: int, which_line: int, topics: tuple[str, ...]) -> None:
        """Some viewers lose the line, others get it."""
        body = {"kind": "update", "topics": [*topics]}
        self._change(server, "PATCH", f"{LINES}/{self._pick(which_line)['id']}", body)

    @precondition(lambda self: self.lines)
    @rule(server=which, which_line=some, kind=st.sampled_from(["pin", "unpin"]))
    def pin(self, server: int, which_line: int, kind: str) -> None:
        self._change(server, "PATCH", f"{LINES}/{self._pick(which_line)['id']}", {"kind": kind})

    @precondition(lambda self: self.lines)
    @rule(server=which, which_line=some)
    def withdraw(self, server: int, which_line: int) -> None:
        line = self._pick(which_line)
        self._change(server, "DELETE", f"{LINES}/{line['id']}", {"reason": "It was not so."})

    @precondition(lambda self: self.requests)
    @rule(server=which, which_request=some)
    def repeat(self, server: int, which_request: int) -> None:
        """A retry changes nothing and gets the first answer's cursor."""
        request = self.requests[which_request % len(self.requests)]
        answer = self.stage.run(self._sent(server, request))

        assert answer.is_success, answer.text
        assert answer.headers["idempotency-replayed"] == "true"
        assert answer.json()["cursor"] == request.cursor

    # -- viewers --

    @precondition(lambda self: len(self.seats) < VIEWERS_MOST)
    @rule(server=which, transport=transports, topics=topics)
    def come(self, server: int, transport: str, topics: tuple[str, ...]) -> None:
        self._seat(server, transport, Screen(), topics)

    @precondition(lambda self: len(self.seats) < VIEWERS_MOST)
    @rule(server=which, transport=transports, topics=topics, which_cursor=some)
    def come_with_an_old_cursor(self, server: int, transport: str, topics: tuple[str, ...], which_cursor: int) -> None:
        """Its own from a time before, another's, or one of a lost history; its screen is empty, as after a reload."""
        screen = Screen()
        screen.cursor = self.cursors[which_cursor % len(self.cursors)] if self.cursors else EMPTY
        self._seat(server, transport, screen, topics)

    @precondition(lambda self: len(self.seats) < VIEWERS_MOST)
    @rule(server=which, transport=transports, cursor=made_up)
    def come_with_a_made_up_cursor(self, server: int, transport: str, cursor: str) -> None:
        screen = Screen()
        screen.cursor = cursor or None
        self._seat(server, transport, screen)

    @precondition(lambda self: self.seats)
    @rule(which_seat=some, server=which, transport=transports, meanwhile=st.integers(0, 2))
    def move(self, which_seat: int, server: int, transport: str, meanwhile: int) -> None:
        """A viewer loses its connection, misses something, and returns elsewhere with its cursor."""
        seat = self.seats.pop(which_seat % len(self.seats))
        self.stage.run(seat.viewer.leave())
        for _ in range(meanwhile):
            self.post(1 - server, pinned=False)
        self._seat(server, transport, seat.screen, seat.topics, seat)

    @precondition(lambda self: self.seats)
    @rule(which_seat=some)
    def leave(self, which_seat: int) -> None:
        self.stage.run(self.seats.pop(which_seat % len(self.seats)).viewer.leave())

    # -- all at once --

    @rule(acts=st.lists(acts, min_size=2, max_size=8), moves=st.lists(moves, max_size=4), behind=st.none() | which)
    def rush(self, acts: list[Act], moves: list[Move], behind: int | None) -> None:
        """Editors on both servers, viewers who return elsewhere, and a server that stands still for a moment."""
        lines = [told.line["id"] for told in self.lines.values()]
        # Who withdraws a line for the second time is given the tail's cursor, which is no event of that change.
        withdrawn: set[str] = set()
        editing = []
        for act in acts:
            line = lines[act.which_line % len(lines)] if lines and act.kind != "post" else None
            if line in withdrawn and act.kind == "withdraw":
                continue
            if act.kind == "withdraw" and line:
                withdrawn.add(line)
            editing.append(self._edit(act, line))
        wandering = [
            self._wander(seat, [move for move in moves if move.which_seat % len(self.seats) == index])
            for index, seat in enumerate(self.seats)
        ]
        disturbing = [] if behind is None else [self._fall_behind(behind)]

        async def at_once() -> list[Done]:
            edits = asyncio.gather(*editing)
            await asyncio.gather(edits, *wandering, *disturbing)
            return [done for done in edits.result() if done]

        def place(done: Done) -> int:
            return number(done[1]["cursor"])

        for _, same in itertools.groupby(sorted(self.stage.run(at_once()), key=place), key=place):
            # Who changed nothing is given the tail's cursor, which is the event of another's change: that one comes first.
            for request, answer in sorted(same, key=lambda done: self._stands(done[1]["line"])):
                self._note(request, answer)

    def _stands(self, line: dict[str, Any]) -> bool:
        """Whether the model holds this version of a line."""
        known = self.lines.get(line["id"])
        return known is not None and bool(known.line["version"] == line["version"])

    async def _edit(self, act: Act, line: str | None) -> Done | None:
        """Do what an editor does in a rush; give the request and its answer, unless the line was withdrawn meanwhile."""
        body: dict[str, Any] = {"kind": act.kind}
        if line is None:
            method, path, body = "POST", LINES, {"text": self._text(), "topics": [*act.topics]}
        elif act.kind == "withdraw":
            method, path, body = "DELETE", f"{LINES}/{line}", {"reason": "It was not so."}
        else:
            method, path = "PATCH", f"{LINES}/{line}"
            if act.kind == "retopic":
                body = {"kind": "update", "topics": [*act.topics]}
            elif act.kind in ("correction", "update"):
                body["text"] = self._text()
            if act.kind == "correction":
                body["correction"] = "It was wrong."
        request = Request(method, path, body, f"key-{next(self.numbers)}", "")
        await asyncio.sleep(act.delay / 1000)
        answers = await asyncio.gather(
            *(self._sent(server, request) for server in ((act.server, 1 - act.server) if act.doubled else (act.server,)))
        )
        if {answer.status_code for answer in answers} == {410}:
            return None
        assert all(answer.is_success for answer in answers), [answer.text for answer in answers]
        assert len({answer.json()["cursor"] for answer in answers}) == 1  # done once
        [first] = [answer for answer in answers if "idempotency-replayed" not in answer.headers]
        return request, first.json()

    async def _wander(self, seat: Seat, moves: list[Move]) -> None:
        for move in moves:
            await asyncio.sleep(move.delay / 1000)
            await seat.viewer.leave()
            seat.viewer = self._viewer(move.server, move.transport, seat.screen, seat.topics)
            seat.server = move.server
            await seat.viewer.__aenter__()

    async def _fall_behind(self, server: int) -> None:
        """What others write meanwhile it shows later; what it was asked it answers later."""
        process = self.stage.servers[server].process
        assert process
        process.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(0.1)
        finally:
            process.send_signal(signal.SIGCONT)

    # -- disturbances --

    @rule(which_server=which, how=st.sampled_from(["stop", "kill"]), transport=transports)
    def restart_a_server(self, which_server: int, how: str, transport: str) -> None:
        """Its viewers are told or cut off; they come back, to the one that runs."""
        server = self.stage.servers[which_server]
        theirs = [seat for seat in self.seats if seat.server == which_server]
        self.seats = [seat for seat in self.seats if seat.server != which_server]
        self.stage.run(asyncio.to_thread(server.stop if how == "stop" else server.kill))
        for seat in theirs:
            self.stage.run(seat.viewer.ended())
            if how == "stop":
                assert seat.screen.types[-1] == "leaving"
                assert seat.viewer.close_code in (1001, None)
            self._seat(1 - which_server, transport, seat.screen, seat.topics, seat)
        self.stage.run(asyncio.to_thread(server.start))

    @rule(how=st.sampled_from(["stop", "kill"]))
    def restart_redis(self, how: str) -> None:
        """Nobody loses anything."""
        redis = self.stage.redis
        self.stage.run(asyncio.to_thread(redis.stop if how == "stop" else redis.kill))
        self.stage.run(asyncio.to_thread(redis.start))
        self._ready()

    @rule()
    def flush(self) -> None:
        """Everything is lost; a new history begins."""
        self.stage.flush()
        self.lines.clear()
        self.log.clear()
        self.requests.clear()
        self.gone = dict.fromkeys(self.gone, 0)
        self.settled = 0
        self.hidden = False

    # -- what must hold --

    @invariant()
    def everybody_sees_what_is(self) -> None:
        if self.hidden and any(seat.topics for seat in self.seats):
            # A viewer of a topic learns of what it does not see with the next heartbeat; of this line it learns at once.
            self.post(0, pinned=False, topics=("world", "sport"))
        self.stage.run(self._settled())
        for seat in self.seats:
            expected = self._expected(seat)
            shown = [(line["id"], line["version"]) for line in ticker_order(seat.screen.lines.values())]
            assert shown == [(line["id"], line["version"]) for line in expected], self._described(seat)
            assert seat.screen.texts == [line["text"] for line in expected]

    @invariant()
    def nothing_comes_twice(self) -> None:
        assert [seat.screen.twice for seat in self.seats if seat.screen.twice] == []

    @invariant()
    def all_comes_in_order(self) -> None:
        for seat in self.seats:
            last = -1
            for message in seat.screen.messages:
                if message["type"] in ("publish", "correct", "withdraw"):
                    assert number(message["cursor"]) > last
                if "cursor" in message:
                    last = number(message["cursor"])

    @invariant()
    def what_was_taken_back_is_gone(self) -> None:
        for seat in self.seats:
            # All of these were sent after the step before this one had settled, hence after anything was acknowledged in it.
            for message in seat.screen.messages[seat.checked :]:
                since = max(self.settled, number(message.get("cursor", EMPTY)))
                written = json.dumps(message)
                assert [text for text, gone in self.gone.items() if gone <= since and text in written] == []
            seat.checked = len(seat.screen.messages)
        self.settled = number(self.tail)

    def teardown(self) -> None:
        for seat in self.seats:
            self.stage.run(seat.viewer.leave())

    # -- inside --

    def _text(self) -> str:
        return f"Text {next(self.numbers):04}"

    def _pick(self, which_line: int) -> dict[str, Any]:
        return [*self.lines.values()][which_line % len(self.lines)].line

    async def _sent(self, server: int, request: Request) -> httpx.Response:
        url, headers = self.stage.servers[server].url + request.path, {"Idempotency-Key": request.key}
        return await self.stage.http.request(request.method, url, json=request.body, headers=headers)

    def _change(self, server: int, method: str, path: str, body: dict[str, Any]) -> None:
        """Do what an editor asks, and note its effect in the model."""
        request = Request(method, path, body, f"key-{next(self.numbers)}", "")
        answer = self.stage.run(self._sent(server, request))
        assert answer.is_success, answer.text
        alone = self.settled == number(self.tail)  # not in the wake of a rush
        self._note(request, answer.json())
        if alone:  # it was sent after all messages of before, so what it took back is in none since, whatever their cursors
            self.settled = number(self.tail)

    def _note(self, request: Request, answer: dict[str, Any]) -> None:
        """Note a change in the model."""
        line, cursor = answer["line"], answer["cursor"]
        if self._stands(line):  # it was so already: no event
            assert (self.lines[line["id"]].line, number(cursor)) == (line, len(self.log))
            self.requests.append(replace(request, cursor=cursor))
            return
        assert number(cursor) == len(self.log) + 1
        self.log.append(cursor)
        self.cursors.append(cursor)
        self.requests.append(replace(request, cursor=cursor))
        before = self.lines.pop(line["id"], None)
        if before and before.line["text"] != line.get("text"):
            self.gone[before.line["text"]] = number(cursor)
        if line["status"] == "usable":
            self.lines[line["id"]] = Told(line, len(self.log))
        self.hidden = {"world", "sport"} != {*line.get("topics", ())}

    def _viewer(self, server: int, transport: str, screen: Screen, topics: tuple[str, ...]) -> Viewer:
        return connect(self.stage.servers[server].url, transport=transport, screen=screen, limit=100, topic=[*topics])

    def _seat(
        self, server: int, transport: str, screen: Screen, topics: tuple[str, ...] = (), before: Seat | None = None
    ) -> None:
        """Connect a viewer that is new, or was somewhere before."""
        viewer = self._viewer(server, transport, screen, topics)
        came_with, checked = (before.came_with, before.checked) if before else (screen.cursor, 0)
        self.seats.append(Seat(viewer, server, screen, came_with, topics, checked))
        self.stage.run(viewer.__aenter__())

    def _ready(self) -> None:
        async def ready() -> None:
            async with asyncio.timeout(WITHIN):
                while not all([await asyncio.to_thread(server.ready) for server in self.stage.servers]):
                    await asyncio.sleep(0.02)

        self.stage.run(ready())

    async def _settled(self) -> None:
        """Wait until each viewer has heard of the newest event."""
        for seat in self.seats:
            try:
                await seat.viewer.sees(lambda screen: screen.cursor == self.tail and bool(seat.quiet or screen.messages))  # noqa: B023
            except TimeoutError:
                raise AssertionError(f"stuck: {self._described(seat)}") from None

    def _described(self, seat: Seat) -> str:
        messages = [(message["type"], message.get("reason"), message.get("cursor")) for message in seat.screen.messages]
        came = f"{seat.viewer.transport} viewer of {seat.topics} that came with {seat.came_with}"
        said = f"{came}; log {self.log}; messages {messages}"
        _log.error(said)  # hypothesis repeats what failed, and tells of the repetition only
        return said

    def _expected(self, seat: Seat) -> list[dict[str, Any]]:
        """Give what must be on a screen: all lines after a snapshot, else those that changed after the cursor it came with."""
        if "snapshot" in seat.screen.types:
            since = -1
        else:
            assert seat.came_with in [EMPTY, *self.log], f"resumed at {seat.came_with}, which names nothing"
            since = [EMPTY, *self.log].index(seat.came_with)
        lines = (told.line for told in self.lines.values() if told.place > since)
        return ticker_order(line for line in lines if not seat.topics or {*seat.topics} & {*line["topics"]})


def ticker_order(lines: Any) -> list[dict[str, Any]]:
    """Give lines as a ticker shows them: pinned first, then the newest."""
    return sorted(lines, key=lambda line: (line["pinned"], line["published"], line["id"]), reverse=True)


def number(cursor: str) -> int:
    return int(cursor.partition("-")[0])


@pytest.fixture
def stage(redis_server: RedisServer, servers: Any) -> Iterator[Stage]:
    pair = tuple(servers(TICKER_REDIS_URL=redis_server.url, TICKER_LEAVE_WINDOW="0.1").start() for _ in range(2))
    pair[0].token = pair[1].token = pair[0].command("token", "create", "editor")
    made = Stage(redis_server, (pair[0], pair[1]))
    yield made
    made.close()


def test_random_histories(stage: Stage) -> None:
    """Whatever happens in whatever order, every viewer on every transport of every server shows what is."""
    Histories.stage = stage
    run_state_machine_as_test(Histories, settings=HISTORIES)
