"""The fan-out: what all viewers get, without a connection."""

import json
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.live.wire import text_of
from tests.logbook import Logbook, channel
from tests.viewers import Screen
from ticker.live import fanout as fanouts
from ticker.live.fanout import Fanout, Group
from ticker.live.frames import Frame, Transport
from ticker.live.viewer import Viewer
from ticker.log.mirror import Mirror
from ticker.model.line import Line

HEARTBEAT = 25.0
STREAMS = [transport for transport in Transport if transport is not Transport.POLL]  # a poll takes what came from the mirror
EVERYTHING: frozenset[str] = frozenset()


class Bell:
    """Counts its rings."""

    def __init__(self, group: Group | None = None) -> None:
        self.rings = 0

    def ring(self, appended: int | None = None, /) -> None:
        self.rings += 1


def messages_of(frames: list[Frame]) -> list[dict[str, Any]]:
    """Read frames as a viewer would."""
    return [json.loads(text_of(frame)) for frame in frames]


class Newsroom:
    """A log, its mirror and the fan-out, read as soon as something happens."""

    def __init__(self, replay_most: int = 300, **retention: int) -> None:
        self.log = Logbook(channel(**retention))
        mirrors = Mirror([self.log.channel, channel("es")])
        self.mirror = mirrors.channels["en"]
        self.fanout = Fanout(mirrors, heartbeat=HEARTBEAT, replay_most=replay_most, new_bell=Bell)

    def read(self, most: int = 1000) -> None:
        self.fanout.applied(self.mirror, self.log.read(self.mirror, most), self.log.now)

    def load(self) -> None:
        self.mirror.load(self.log.events, self.log.records)
        self.fanout.replaced(self.mirror)

    def publish(self, text: str = "", **fields: Any) -> Line:
        line = self.log.publish(text, **fields)
        self.read()
        return line

    def correct(self, line: Line, text: str = "", **fields: Any) -> Line:
        line = self.log.correct(line, text, **fields)
        self.read()
        return line

    def withdraw(self, line: Line) -> None:
        self.log.withdraw(line)
        self.read()

    def group(self, *topics: str, transport: Transport = Transport.WEBSOCKET) -> Group:
        return self.fanout.enter(self.mirror, frozenset(topics), transport, self.log.now)

    def viewer(
        self, *topics: str, after: str | None = None, limit: int = 10, transport: Transport = Transport.WEBSOCKET
    ) -> Viewer:
        return Viewer(self.fanout, self.group(*topics, transport=transport), after, limit)

    def takes(self, viewer: Viewer, most: int = 1000) -> list[dict[str, Any]]:
        """Give what a viewer takes until there is nothing more."""
        taken: list[Frame] = []
        while frames := viewer.take(self.log.now, most):
            taken += frames
        return messages_of(taken)


def types(messages: list[dict[str, Any]]) -> list[str]:
    return [message["type"] for message in messages]


@pytest.fixture
def newsroom() -> Newsroom:
    return Newsroom()


@pytest.mark.parametrize("transport", STREAMS)
def test_viewer_gets_the_lines_and_what_comes(newsroom: Newsroom, transport: Transport) -> None:
    """A viewer gets a snapshot, then each change once, on every transport the same."""
    old = newsroom.publish("Old")
    viewer = newsroom.viewer(transport=transport)
    [first] = newsroom.takes(viewer)
    line = newsroom.publish("New")
    newsroom.correct(line, "Newer")
    newsroom.withdraw(old)

    assert (first["type"], first["reason"], first["heartbeat"]) == ("snapshot", "first", 25.0)
    assert [shown["text"] for shown in first["lines"]] == ["Old"]
    assert types(newsroom.takes(viewer)) == ["correct", "withdraw"]  # what was corrected meanwhile is not shown first
    assert newsroom.takes(viewer) == []


def test_frames_are_made_once(newsroom: Newsroom) -> None:
    """A thousand viewers who see the same share the bytes."""
    first, second = newsroom.viewer(), newsroom.viewer()
    [snapshot], [same] = first.take(newsroom.log.now, 9), second.take(newsroom.log.now, 9)
    newsroom.publish("New")
    [frame], [again] = first.take(newsroom.log.now, 9), second.take(newsroom.log.now, 9)

    assert snapshot is same
    assert frame is again


def test_frames_are_made_once_for_all_filters(newsroom: Newsroom) -> None:
    """Thousands of viewers with filters of their own cost no encoding each, and their rings hold the same bytes."""
    lines = [newsroom.publish("To correct", topics=("world",)), newsroom.publish("To move", topics=("world",))]
    groups = [newsroom.group("world", f"t{number}") for number in range(3)]
    newsroom.publish("One", topics=("world",))
    newsroom.correct(lines[0], "Right")
    newsroom.correct(lines[1], "Moved", topics=("sport",))
    newsroom.withdraw(lines[0])
    rings = [taken[0] for group in groups if (taken := group.since(0))]

    assert [message["type"] for message in messages_of(rings[0])] == ["publish", "withdraw", "withdraw"]
    assert [list(map(id, ring)) for ring in rings] == [list(map(id, rings[0]))] * 3


def test_heartbeats_are_made_once_for_all_filters(newsroom: Newsroom) -> None:
    """What silence costs does not grow with the filters; each channel and transport has a heartbeat of its own."""
    groups = [newsroom.group(f"t{number}") for number in range(3)]
    stream = newsroom.group("t0", transport=Transport.SSE)
    other = newsroom.fanout.enter(newsroom.fanout.mirror.channels["es"], EVERYTHING, Transport.WEBSOCKET, newsroom.log.now)
    newsroom.publish("One")
    newsroom.log.now += 25_000
    newsroom.fanout.beat(newsroom.log.now)
    [beat], *same = (taken[0] for group in groups if (taken := group.since(0)))
    [of_stream], [of_other] = (taken[0] for group in (stream, other) if (taken := group.since(0)))

    assert [list(map(id, ring)) for ring in same] == [[id(beat)]] * 2
    cursors = [message["cursor"] for message in messages_of([beat, of_stream, of_other])]
    assert cursors == [newsroom.mirror.cursor] * 2 + [other.mirror.cursor]
    assert len(set(cursors)) == 2


def test_groups_without_viewers_are_gone(newsroom: Newsroom) -> None:
    """What nobody watches costs nothing, from the next beat on."""
    group = newsroom.group("storm")
    assert newsroom.group("storm") is group
    assert newsroom.group("sport") is not group
    newsroom.fanout.exit(group)
    assert group in newsroom.fanout.groups()
    newsroom.fanout.exit(group)
    assert group not in newsroom.fanout.groups()
    newsroom.fanout.beat(newsroom.log.now)
    assert newsroom.group("storm") is not group


@pytest.mark.parametrize("transport", [Transport.POLL, Transport.WEBSOCKET])
def test_who_comes_and_goes_alone_shares_answers(newsroom: Newsroom, transport: Transport) -> None:
    """Polls of one cursor, none of which waits for another: their answer is made once, and anew after each change."""
    newsroom.publish("Old")
    answers = []
    for text in ("", "", "New"):
        if text:
            newsroom.publish(text)
        group = newsroom.group(transport=transport)
        answers.append(newsroom.fanout.answer(group, "0-0", 10, newsroom.log.now))
        newsroom.fanout.exit(group)

    assert answers[0] is answers[1]
    assert [len(answer.frames) for answer in answers] == [2, 2, 3]


def test_a_poll_hears_of_news_alone(newsroom: Newsroom) -> None:
    """It is woken by what its filter lets through, not by heartbeats, and nothing is made for a ring that it does not read."""
    group = newsroom.group("storm", transport=Transport.POLL)
    assert isinstance(group.bell, Bell)
    newsroom.publish("Sport", topics=("sport",))
    newsroom.log.now += 60_000
    newsroom.fanout.beat(newsroom.log.now)
    assert group.bell.rings == 0
    newsroom.publish("Storm", topics=("storm",))

    assert (group.bell.rings, group.since(0)) == (1, ([], 0))


def test_a_correction_costs_as_much_whatever_lies_in_the_rings(newsroom: Newsroom) -> None:
    """A thousand filters with full rings: one frame is emptied, and with it all of theirs."""
    groups = [newsroom.group(f"t{number}") for number in range(3)]
    wrong = newsroom.publish("Wrong", topics=("t0", "t1", "t2"))
    slots = [group._ring[0] for group in groups]
    newsroom.correct(wrong, "Right", topics=("t0", "t1"))

    assert [slot.frame for slot in slots] == [""] * 3
    assert len({id(slot) for slot in slots}) == 1
    told = [types(messages_of(taken[0])) for group in groups if (taken := group.since(0))]
    assert told == [["correct"], ["correct"], ["withdraw"]]


def test_other_channels_hear_nothing(newsroom: Newsroom) -> None:
    """A line of one edition is not sent to the viewers of another."""
    spanish = newsroom.fanout.mirror.channels["es"]
    viewer = Viewer(newsroom.fanout, newsroom.fanout.enter(spanish, EVERYTHING, Transport.SSE, newsroom.log.now), None, 10)
    newsroom.takes(viewer)
    newsroom.publish("English")
    newsroom.load()

    assert newsroom.takes(viewer) == []


def test_filter_hides_and_removes(newsroom: Newsroom) -> None:
    """A viewer of a topic is told of its lines, and of those that leave it; its cursor passes the others."""
    viewer = newsroom.viewer("storm")
    newsroom.takes(viewer)
    newsroom.publish("Football", topics=("sport",))
    line = newsroom.publish("Gale", topics=("storm",))
    newsroom.correct(line, topics=("world",))
    hidden = newsroom.publish("Markets", topics=("economy",))

    [withdrawn] = newsroom.takes(viewer)  # the publication was emptied meanwhile
    assert withdrawn == {"type": "withdraw", "cursor": withdrawn["cursor"], "id": line.id, "version": 2, "status": "usable"}
    newsroom.log.now += 25_000
    newsroom.fanout.beat(newsroom.log.now)
    [beat] = newsroom.takes(viewer)
    assert (beat["type"], beat["cursor"]) == ("heartbeat", newsroom.mirror.cursor)
    assert hidden.id not in str([withdrawn, beat])


def test_heartbeat_after_silence_only(newsroom: Newsroom) -> None:
    """A group is told that all is well after a silence, not in the middle of lines."""
    viewer = newsroom.viewer()
    newsroom.takes(viewer)
    newsroom.log.now += 24_999
    newsroom.fanout.beat(newsroom.log.now)
    assert newsroom.takes(viewer) == []
    newsroom.publish("New")
    newsroom.log.now += 24_999
    newsroom.fanout.beat(newsroom.log.now)
    assert types(newsroom.takes(viewer)) == ["publish"]
    newsroom.log.now += 1
    newsroom.fanout.beat(newsroom.log.now)
    newsroom.fanout.beat(newsroom.log.now)
    assert types(newsroom.takes(viewer)) == ["heartbeat"]


def test_bell_rings_for_what_there_is_to_take(newsroom: Newsroom) -> None:
    """Viewers are woken for a frame or a new history, and not for lines that they do not see."""
    group = newsroom.group("storm")
    bell = group.bell
    assert isinstance(bell, Bell)
    newsroom.publish(topics=("sport",))
    assert bell.rings == 0
    newsroom.publish(topics=("storm",))
    assert bell.rings == 1
    newsroom.load()
    assert bell.rings == 2


# -- invariant 2: returning viewers --


def test_returning_viewer_is_resumed(newsroom: Newsroom) -> None:
    """A viewer that returns gets what came since, each line once as it stands now, in log order."""
    first, second = newsroom.publish("One"), newsroom.publish("Two")
    cursor = newsroom.mirror.cursor
    newsroom.correct(first, "One, corrected")
    third = newsroom.publish("Three")
    newsroom.correct(third, "Three, corrected")
    newsroom.withdraw(second)
    messages = newsroom.takes(newsroom.viewer(after=cursor))

    assert types(messages) == ["resumed", "correct", "correct", "withdraw"]
    assert [message["line"]["text"] for message in messages[1:3]] == ["One, corrected", "Three, corrected"]
    assert messages[0]["cursor"] == cursor
    assert messages[-1]["cursor"] == newsroom.mirror.cursor


def test_viewer_that_missed_nothing(newsroom: Newsroom) -> None:
    """Who returns at once is told so, with the cursor it has."""
    newsroom.publish()
    [message] = newsroom.takes(newsroom.viewer(after=newsroom.mirror.cursor))

    assert (message["type"], message["cursor"]) == ("resumed", newsroom.mirror.cursor)


def test_resume_passes_what_the_filter_hides(newsroom: Newsroom) -> None:
    """The cursor of the last message that a filtered viewer gets is past the hidden lines behind it."""
    newsroom.publish()
    cursor = newsroom.mirror.cursor
    newsroom.publish("Gale", topics=("storm",))
    newsroom.publish("Football", topics=("sport",))

    messages = newsroom.takes(newsroom.viewer("storm", after=cursor))
    assert (types(messages), messages[-1]["cursor"]) == (["resumed", "publish"], newsroom.mirror.cursor)
    [hidden] = newsroom.takes(newsroom.viewer("economy", after=cursor))
    assert (hidden["type"], hidden["cursor"]) == ("resumed", newsroom.mirror.cursor)


@pytest.mark.parametrize("after", ["nonsense", "", "99-1000", "3-999"])
def test_cursor_that_names_nothing(newsroom: Newsroom, after: str) -> None:
    """Whatever a viewer brings, it gets the lines and is told that its cursor means nothing here."""
    for _ in range(3):
        newsroom.publish()
    [message] = newsroom.takes(newsroom.viewer(after=after))

    assert (message["type"], message["reason"], len(message["lines"])) == ("snapshot", "unknown", 3)


def test_cursor_that_is_too_old() -> None:
    """Who was away for longer than the log remembers gets the lines, and is told why."""
    newsroom = Newsroom(events=2)
    for _ in range(4):
        newsroom.publish()
    [message] = newsroom.takes(newsroom.viewer(after="1-1000"))

    assert (message["type"], message["reason"]) == ("snapshot", "expired")


def test_too_much_to_catch_up_with() -> None:
    """Who missed more than is worth replaying gets the lines; hidden ones do not count."""
    newsroom = Newsroom(replay_most=2)
    newsroom.publish()
    cursor = newsroom.mirror.cursor
    for n in range(3):
        newsroom.publish(topics=("storm",) if n else ())
    [message] = newsroom.takes(newsroom.viewer(after=cursor))

    assert (message["type"], message["reason"]) == ("snapshot", "too_many")
    assert types(newsroom.takes(newsroom.viewer("storm", after=cursor))) == ["resumed", "publish", "publish"]


def test_withdrawal_is_told_though_its_tombstone_is_gone() -> None:
    """A viewer that missed a withdrawal loses the line also where the log has forgotten that there ever was one."""
    newsroom = Newsroom(lines=1)
    line = newsroom.publish("Wrong")
    cursor = newsroom.mirror.cursor
    newsroom.withdraw(line)
    for text in ("Also wrong", "Wrong again"):
        newsroom.withdraw(newsroom.publish(text))
    messages = newsroom.takes(newsroom.viewer(after=cursor))

    assert newsroom.mirror.get(line.id) is None
    assert {"type": "withdraw", "cursor": "2-1000", "id": line.id, "version": 2, "status": "canceled"} in messages
    assert "publish" not in types(messages)


def test_corrected_line_is_removed_where_the_log_keeps_it_no_longer() -> None:
    """A viewer that missed a correction does not go on showing the old text: the line leaves its screen."""
    newsroom = Newsroom(lines=1)
    line = newsroom.publish("Wrong")
    cursor = newsroom.mirror.cursor
    newsroom.correct(line, "Right")
    newsroom.publish("Newer")
    messages = newsroom.takes(newsroom.viewer(after=cursor))

    assert types(messages) == ["resumed", "withdraw", "publish"]
    assert (messages[1]["id"], messages[1]["status"]) == (line.id, "usable")


def test_answers_are_shared_until_something_changes(newsroom: Newsroom) -> None:
    """A herd that returns shares its answers; a change, even an expiry, makes new ones."""
    group = newsroom.group()
    newsroom.publish("Short", expires=newsroom.log.now + 500)
    now = newsroom.log.now // 1000 * 1000
    first = newsroom.fanout.answer(group, None, 10, now)

    assert newsroom.fanout.answer(group, None, 10, now + 999) is first
    assert newsroom.fanout.answer(group, None, 5, now) is not first
    newsroom.mirror.tick(now + 2000)
    assert newsroom.fanout.answer(group, None, 10, now) is not first


def test_made_up_cursors_fill_no_memory(newsroom: Newsroom) -> None:
    """Whoever asks with ever new cursors does not make the server keep ever more answers."""
    group = newsroom.group()
    for n in range(1000):
        newsroom.fanout.answer(group, f"made-up-{n}", 10, newsroom.log.now)

    assert len(group._answers) <= fanouts._ANSWERS_KEPT


# -- invariants 4 and 5: slow viewers --


def test_slow_viewer_skips_to_the_newest_state(newsroom: Newsroom) -> None:
    """A viewer that did not take for long is moved to what is now, and follows on from there."""
    slow, quick = newsroom.viewer(), newsroom.viewer()
    newsroom.takes(slow)
    newsroom.takes(quick)
    for n in range(fanouts.RING_FRAMES + 5):
        newsroom.publish(f"Line {n}")
        assert types(newsroom.takes(quick)) == ["publish"]
    messages = newsroom.takes(slow)

    assert (types(messages), messages[0]["reason"], slow.answered) == (["snapshot"], "slow", "")
    assert messages[0]["cursor"] == newsroom.mirror.cursor
    newsroom.publish("Next")
    assert [message["line"]["text"] for message in newsroom.takes(slow)] == ["Next"]


def test_ring_is_bounded_in_bytes(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long lines do not make a ring of many megabytes."""
    monkeypatch.setattr(fanouts, "RING_BYTES", 2000)
    group, viewer = newsroom.group(), newsroom.viewer()
    newsroom.takes(viewer)
    for _ in range(20):
        newsroom.publish("x" * 500)

    taken = group.since(group.first)
    assert taken is not None
    assert 0 < sum(map(len, taken[0])) <= 2000
    assert types(newsroom.takes(viewer)) == ["snapshot"]
    newsroom.publish("x" * 3000)  # more than a ring holds
    assert types(newsroom.takes(viewer)) == ["snapshot"]


def test_frames_of_an_old_version_are_emptied(newsroom: Newsroom) -> None:
    """What a slow viewer has yet to take never holds what was corrected or withdrawn meanwhile."""
    viewer = newsroom.viewer()
    newsroom.takes(viewer)
    wrong, gone = newsroom.publish("Wrong"), newsroom.publish("Gone")
    newsroom.correct(wrong, "Better")
    newsroom.correct(wrong, "Right")
    newsroom.withdraw(gone)
    messages = newsroom.takes(viewer)

    assert types(messages) == ["correct", "withdraw"]
    assert messages[0]["line"]["text"] == "Right"
    assert not any(text in json.dumps(messages) for text in ("Wrong", "Better", "Gone"))


def test_emptied_frames_free_their_bytes(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes that were emptied make room: nobody is moved for want of it."""
    monkeypatch.setattr(fanouts, "RING_BYTES", 4000)
    viewer = newsroom.viewer()
    newsroom.takes(viewer)
    for n in range(40):
        newsroom.withdraw(newsroom.publish(f"{n} " + "x" * 400))
        newsroom.log.now += 1

    assert types(newsroom.takes(viewer)) == ["withdraw"] * 40


def test_viewer_takes_a_part(newsroom: Newsroom) -> None:
    """A transport that takes one frame at a time gets each once, in order."""
    viewer = newsroom.viewer()
    newsroom.takes(viewer)
    for n in range(3):
        newsroom.publish(f"Line {n}")

    parts = [messages_of(viewer.take(newsroom.log.now, 1)) for _ in range(4)]
    assert [[message["line"]["text"] for message in part] for part in parts] == [["Line 0"], ["Line 1"], ["Line 2"], []]


def test_rest_of_a_replay_is_void_after_a_withdrawal(newsroom: Newsroom) -> None:
    """A viewer that has taken a part of its replay gets none of the rest once a line of it may be withdrawn."""
    newsroom.publish()
    cursor = newsroom.mirror.cursor
    lines = [newsroom.publish(f"Missed {n}") for n in range(5)]
    viewer = newsroom.viewer(after=cursor)
    part = messages_of(viewer.take(newsroom.log.now, 2))
    newsroom.withdraw(lines[3])
    rest = newsroom.takes(viewer)

    assert types(part) == ["resumed", "publish"]
    assert (types(rest), rest[0]["reason"]) == (["snapshot"], "slow")
    assert "Missed 3" not in json.dumps(rest)
    newsroom.publish("Next")
    assert types(newsroom.takes(viewer)) == ["publish"]


def test_rest_of_a_replay_goes_on_with_new_lines(newsroom: Newsroom) -> None:
    """A plain new line voids nothing: it follows the replay."""
    newsroom.publish()
    cursor = newsroom.mirror.cursor
    for _ in range(3):
        newsroom.publish()
    viewer = newsroom.viewer(after=cursor)
    part = messages_of(viewer.take(newsroom.log.now, 1))
    newsroom.publish("New")
    messages = part + newsroom.takes(viewer, most=1)

    assert types(messages) == ["resumed", *["publish"] * 4]
    assert messages[-1]["line"]["text"] == "New"


def test_answer_is_told_once(newsroom: Newsroom) -> None:
    """Each answer is counted when it is given."""
    viewer = newsroom.viewer()
    viewer.take(newsroom.log.now, 9)
    assert viewer.answered == "first"
    viewer.take(newsroom.log.now, 9)
    assert viewer.answered == ""


# -- invariant 6: another history --


def test_every_viewer_is_moved_to_a_new_history(newsroom: Newsroom) -> None:
    """After a loss of history each viewer gets the lines as they are now, whatever it had yet to take."""
    newsroom.publish("Kept")
    quick, slow = newsroom.viewer(), newsroom.viewer()
    newsroom.takes(quick)
    newsroom.takes(slow)
    lost = newsroom.publish("Lost")
    newsroom.takes(quick)
    newsroom.log.lose(keep=1)
    newsroom.load()
    moved = [newsroom.takes(viewer) for viewer in (quick, slow)]

    assert [(types(messages), messages[0]["reason"]) for messages in moved] == [(["snapshot"], "unknown")] * 2
    assert lost.id not in json.dumps(moved)
    newsroom.publish("New")
    assert [types(newsroom.takes(viewer)) for viewer in (quick, slow)] == [["publish"]] * 2


def test_new_history_in_the_middle_of_a_replay(newsroom: Newsroom) -> None:
    """Nobody gets the rest of a replay of a history that is lost."""
    newsroom.publish()
    cursor = newsroom.mirror.cursor
    newsroom.publish("Lost")
    viewer = newsroom.viewer(after=cursor)
    viewer.take(newsroom.log.now, 1)
    newsroom.log.lose(keep=1)
    newsroom.load()

    [moved] = newsroom.takes(viewer)
    assert (moved["type"], moved["reason"], len(moved["lines"])) == ("snapshot", "unknown", 1)


class FanoutMachine(RuleBasedStateMachine):
    """Viewers of all kinds over a log that lags and loses its tail: what is on their screens, and in their bytes."""

    def __init__(self) -> None:
        super().__init__()
        self._ring_frames, fanouts.RING_FRAMES = fanouts.RING_FRAMES, 4  # type: ignore[misc]
        self.newsroom = Newsroom(replay_most=3, events=8)
        self.viewers: list[tuple[Viewer, Screen, str]] = []
        self.away: list[tuple[Screen, str]] = []
        self.texts = 0

    def teardown(self) -> None:
        fanouts.RING_FRAMES = self._ring_frames  # type: ignore[misc]

    def _text(self) -> str:
        self.texts += 1
        return f"<{self.texts}>"

    def _any(self, pick: int) -> Line | None:
        lines = self.newsroom.log.lines()
        return lines[pick % len(lines)] if lines else None

    @rule(topic=st.sampled_from(["", "storm"]), pinned=st.booleans())
    def publish(self, topic: str, pinned: bool) -> None:
        self.newsroom.log.publish(self._text(), topics=(topic,) if topic else (), pinned=pinned)

    @rule(pick=st.integers(0, 9), topic=st.sampled_from(["", "storm"]))
    def correct(self, pick: int, topic: str) -> None:
        if line := self._any(pick):
            self.newsroom.log.correct(line, self._text(), topics=(topic,) if topic else ())

    @rule(pick=st.integers(0, 9))
    def withdraw(self, pick: int) -> None:
        if line := self._any(pick):
            self.newsroom.log.withdraw(line)

    @rule(most=st.integers(1, 3))
    def read(self, most: int) -> None:
        log, mirror = self.newsroom.log, self.newsroom.mirror
        if log.events and not mirror.knows(log.events[0].prev) and not mirror.knows(log.events[0].cursor):
            self.newsroom.load()
        self.newsroom.read(most)

    @rule(keep=st.integers(0, 8))
    def lose(self, keep: int) -> None:
        self.newsroom.log.lose(keep)
        self.newsroom.load()

    @rule(seconds=st.integers(1, 30))
    def wait(self, seconds: int) -> None:
        self.newsroom.log.now += seconds * 1000
        self.newsroom.mirror.tick(self.newsroom.log.now)
        self.newsroom.fanout.beat(self.newsroom.log.now)

    @rule(topic=st.sampled_from(["", "storm"]), transport=st.sampled_from(STREAMS))
    def arrive(self, topic: str, transport: Transport) -> None:
        self._connect(Screen(), topic, transport)

    @rule(pick=st.integers(0, 9), transport=st.sampled_from(STREAMS))
    def come_back(self, pick: int, transport: Transport) -> None:
        if self.away:
            screen, topic = self.away.pop(pick % len(self.away))
            self._connect(screen, topic, transport)

    @rule(pick=st.integers(0, 9))
    def leave(self, pick: int) -> None:
        if self.viewers:
            viewer, screen, topic = self.viewers.pop(pick % len(self.viewers))
            self.newsroom.fanout.exit(viewer._group)
            if screen.cursor is not None:
                self.away.append((screen, topic))

    @rule(pick=st.integers(0, 9), most=st.integers(1, 3))
    def take(self, pick: int, most: int) -> None:
        if self.viewers:
            viewer, screen, _ = self.viewers[pick % len(self.viewers)]
            self._take(viewer, screen, most)

    @rule()
    def all_catch_up(self) -> None:
        """At the tail, with all taken, each screen shows what the log holds."""
        log, mirror = self.newsroom.log, self.newsroom.mirror
        if log.events and not mirror.knows(log.events[0].prev) and not mirror.knows(log.events[0].cursor):
            self.newsroom.load()
        self.newsroom.read()
        for viewer, screen, topic in self.viewers:
            while self._take(viewer, screen, 2):
                pass
            topics = frozenset({topic}) if topic else EVERYTHING
            assert screen.texts == [line.text for line in mirror.ticker(log.now, 1000, topics)]
            assert mirror.since(screen.cursor or "") is not None  # type: ignore[arg-type]

    @invariant()
    def no_line_comes_twice(self) -> None:
        """A version may: a snapshot of a mirror that lags may hold what the next event tells, and viewers ignore that."""
        assert [types(screen.twice) for _, screen, _ in self.viewers if "publish" in types(screen.twice)] == []

    def _connect(self, screen: Screen, topic: str, transport: Transport) -> None:
        viewer = self.newsroom.viewer(*([topic] if topic else []), after=screen.cursor, limit=1000, transport=transport)
        self.viewers.append((viewer, screen, topic))

    def _take(self, viewer: Viewer, screen: Screen, most: int) -> bool:
        frames = viewer.take(self.newsroom.log.now, most)
        said = " ".join(text_of(frame) for frame in frames)
        mirror = self.newsroom.mirror
        living = {line.text for line in mirror.lines(self.newsroom.log.now)}
        dead = {f"<{n}>" for n in range(1, self.texts + 1)} - living
        assert not any(text in said for text in dead), "a text that was corrected or withdrawn"
        for message in messages_of(frames):
            screen.apply(message)
        return bool(frames)


TestFanoutMachine: Any = FanoutMachine.TestCase
TestFanoutMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
