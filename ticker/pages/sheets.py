"""The pages of readers as HTML: which template gets what."""

from collections.abc import Sequence

from ticker.edge.templates import render
from ticker.model.channel import Channel
from ticker.model.cursor import Cursor
from ticker.model.line import Line
from ticker.pages.structured import live_blog
from ticker.pages.view import groups, permalink, shown_line, shown_time, shown_topics, web_link
from ticker.pages.words import words_for


def snippet(channel: Channel, base_url: str) -> str:
    """Give the HTML that embeds a channel on any page; until the script runs, it is a link to the live page."""
    return (
        f'<script type="module" src="{base_url}/widget.js"></script>\n'
        f'<breaking-ticker channel="{channel.id}"></breaking-ticker>'
    )


def alternates(channel: Channel, channels: Sequence[Channel]) -> dict[str, str]:
    """Give the edition of each language, as language → channel id: for this channel's own language itself, else the first."""
    found = {channel.language: channel.id}
    for other in channels:
        found.setdefault(other.language, other.id)
    return found


def home(shown: Sequence[tuple[Channel, Cursor, Sequence[Line]]], base_url: str, limit: int) -> str:
    """Give the home page, in the language of the first channel."""
    first = shown[0][0]
    editions = [
        {
            "channel": channel,
            "words": words_for(channel.language),
            "cursor": cursor,
            "lines": [shown_line(line, words_for(channel.language), "moment") for line in lines],
            "snippet": snippet(channel, base_url),
        }
        for channel, cursor, lines in shown
    ]
    return render(
        "home.html",
        lang=first.language,
        dir=first.direction,
        words=words_for(first.language),
        channels=[channel for channel, _, _ in shown],
        base_url=base_url,
        editions=editions,
        limit=limit,
    )


def live(
    channel: Channel, cursor: Cursor, lines: Sequence[Line], channels: Sequence[Channel], base_url: str, limit: int
) -> str:
    """Give a channel's live page."""
    words = words_for(channel.language)
    return render(
        "live.html",
        lang=channel.language,
        dir=channel.direction,
        words=words,
        channel=channel,
        channels=channels,
        alternates=alternates(channel, channels),
        base_url=base_url,
        cursor=cursor,
        limit=limit,
        groups=groups(lines, words),
        live_blog=live_blog(channel, lines, base_url),
        site=web_link(channel.site),
        snippet=snippet(channel, base_url),
    )


def line(channel: Channel, cursor: Cursor, shown: Line, channels: Sequence[Channel], base_url: str) -> str:
    """Give a line's own page."""
    words = words_for(channel.language)
    return render(
        "line.html",
        lang=channel.language,
        dir=channel.direction,
        words=words,
        channel=channel,
        channels=channels,
        base_url=base_url,
        cursor=cursor,
        line=shown_line(shown, words, "full"),
        updated=shown_time(shown.updated, "full", words) if shown.updated != shown.published else None,
        address=base_url + permalink(shown),
        topics=shown_topics(shown, channel),
    )


def embed(channel: Channel, lines: Sequence[Line], base_url: str) -> str:
    """Give the bare page for an iframe."""
    words = words_for(channel.language)
    return render(
        "embed.html",
        lang=channel.language,
        dir=channel.direction,
        words=words,
        channel=channel,
        base_url=base_url,
        lines=[shown_line(line, words) for line in lines],
    )
