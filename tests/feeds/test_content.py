"""What a feed holds: the newest lines, notices of those taken back, and nothing that only editors see."""

from typing import Final

from tests.feeds.newsroom import HOUR, Newsroom
from ticker.feeds.content import Content, Period, channel_version, content_of

TWO_DAYS: Final = Period(entries=50, notice=48 * HOUR)


def content(newsroom: Newsroom, period: Period = TWO_DAYS, topics: tuple[str, ...] = ()) -> Content:
    version = channel_version(newsroom.mirror, period, newsroom.now)
    return content_of(newsroom.mirror, version, period, topics, newsroom.now)


def three_lines() -> Newsroom:
    newsroom = Newsroom()
    for text, topics in (("one", ("storm",)), ("two", ()), ("three", ("world", "storm"))):
        newsroom.publish(text, topics=topics)
        newsroom.pass_time(HOUR)
    return newsroom


def test_newest_first_and_no_more_than_wanted() -> None:
    """A reader finds the newest line on top, and the oldest ones gone."""
    newest = content(three_lines(), Period(entries=2, notice=HOUR)).entries()

    assert [line.text for line in newest] == ["three", "two"]


def test_filter_takes_lines_of_any_topic() -> None:
    """Who asks for two topics gets the lines of either, each once."""
    newsroom = three_lines()

    assert [line.text for line in content(newsroom, topics=("storm",)).lines] == ["three", "one"]
    assert [line.text for line in content(newsroom, topics=("storm", "world")).lines] == ["three", "one"]
    assert content(newsroom, topics=("sport",)).lines == ()


def test_withdrawn_line_becomes_a_notice_and_then_a_tombstone() -> None:
    """For two days a reader is told at the line's place; then only that it is gone."""
    newsroom = three_lines()
    two = newsroom.withdraw(next(line for line in newsroom.records.values() if line.text == "two"))

    assert [line.id for line in content(newsroom).entries()][1] == two.id
    assert content(newsroom).tombstones == ()
    newsroom.pass_time(48 * HOUR)
    assert content(newsroom).notices == ()
    assert content(newsroom).tombstones == (two,)


def test_no_notice_where_the_newsroom_wants_none() -> None:
    """With a period of 0 a withdrawn line is a tombstone at once."""
    newsroom = three_lines()
    gone = newsroom.withdraw(next(iter(newsroom.records.values())))
    now = content(newsroom, Period(entries=50, notice=0))

    assert (now.notices, now.tombstones) == ((), (gone,))


def test_old_line_taken_back_gets_its_notice_beside_the_newest() -> None:
    """A reader who kept a line from last week hears of its withdrawal, though it would not be in the feed any more."""
    newsroom = three_lines()
    oldest = newsroom.withdraw(next(iter(newsroom.records.values())))

    assert [line.id for line in content(newsroom, Period(entries=1, notice=HOUR)).entries()][1:] == [oldest.id]


def test_filtered_feed_has_every_notice() -> None:
    """A tombstone has no topics, so each filtered feed tells: nobody keeps a false line because a filter hid the notice."""
    newsroom = three_lines()
    gone = newsroom.withdraw(next(iter(newsroom.records.values())))

    assert content(newsroom, topics=("storm",)).notices == (gone,)


def test_pinned_line_keeps_its_place() -> None:
    """A pin belongs to the ticker: a feed is the same before and after, so no reader shows the line as new."""
    newsroom = three_lines()
    before = content(newsroom)
    newsroom.pin(next(iter(newsroom.records.values())))

    assert content(newsroom) == before
