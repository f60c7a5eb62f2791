"""The pages of readers as HTML: which template gets what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ticker.edge.templates import render
from ticker.edge.topics import query_of
from ticker.model.channel import Channel
from ticker.model.cursor import Cursor
from ticker.model.line import Line
from ticker.pages.embedding import Embedding
from ticker.pages.oembed import DISCOVERED, endpoint, frame, line_height
from ticker.pages.playground_words import PLAYGROUND_WORDS
from ticker.pages.structured import live_blog
from ticker.pages.view import filters, groups, permalink, shown_line, shown_time, shown_topics, summary, web_link
from ticker.pages.widget import pinned
from ticker.pages.words import words_for


def edition_page(template: str, channel: Channel, /, **more: Any) -> str:
    """Give a page of an edition, in its language and direction."""
    words = words_for(channel.language)
    return render(template, lang=channel.language, dir=channel.direction, words=words, channel=channel, **more)


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
            "playground": PLAYGROUND_WORDS[words_for(channel.language).language].title,
        }
        for channel, cursor, lines in shown
    ]
    return edition_page(
        "home.html",
        first,
        channels=[channel for channel, _, _ in shown],
        base_url=base_url,
        editions=editions,
        limit=limit,
    )


@dataclass(frozen=True, slots=True)
class LivePage:
    """What a live page shows."""

    channel: Channel
    topics: tuple[str, ...]  # only lines of any of these; all lines if there are none
    cursor: Cursor
    lines: Sequence[Line]
    limit: int


def live(page: LivePage, channels: Sequence[Channel], base_url: str) -> str:
    """Give a channel's live page."""
    channel, words = page.channel, words_for(page.channel.language)
    return edition_page(
        "live.html",
        channel,
        channels=channels,
        alternates=alternates(channel, channels),
        base_url=base_url,
        cursor=page.cursor,
        limit=page.limit,
        query=query_of(page.topics),
        topics=" ".join(page.topics),
        filters=filters(channel, page.topics, words),
        groups=groups(page.lines, words),
        live_blog=live_blog(channel, page.lines, base_url),
        site=web_link(channel.site),
        oembed=oembed_links(base_url, f"/{channel.id}{query_of(page.topics)}"),
        snippet=snippet(channel, base_url),
        playground=PLAYGROUND_WORDS[words.language].title,
    )


def line(channel: Channel, cursor: Cursor, shown: Line, channels: Sequence[Channel], base_url: str) -> str:
    """Give a line's own page."""
    words = words_for(channel.language)
    return edition_page(
        "line.html",
        channel,
        channels=channels,
        base_url=base_url,
        cursor=cursor,
        line=shown_line(shown, words, "full"),
        updated=shown_time(shown.updated, "full", words) if shown.updated != shown.published else None,
        address=base_url + permalink(shown),
        description=summary(shown, words),
        frame=frame(f"{base_url}{permalink(shown)}/embed", channel.title, "100%", line_height(shown, channel.language)),
        topics=shown_topics(shown, channel),
        oembed=oembed_links(base_url, permalink(shown)),
    )


def line_embed(channel: Channel, cursor: Cursor, shown: Line, embedding: Embedding) -> str:
    """Give the bare page of one line for an iframe."""
    words = words_for(channel.language)
    return edition_page(
        "line_embed.html",
        channel,
        embedding=embedding,
        cursor=cursor,
        line=shown_line(shown, words, "moment"),
    )


def embed(channel: Channel, lines: Sequence[Line], embedding: Embedding, base_url: str) -> str:
    """Give the bare page of a channel's ticker for an iframe."""
    words = words_for(channel.language)
    return edition_page(
        "embed.html",
        channel,
        embedding=embedding,
        widget=pinned(),
        oembed=oembed_links(base_url, f"/{channel.id}/embed{embedding.query}"),
        lines=[shown_line(line, words) for line in lines],
    )


def oembed_links(base_url: str, path: str) -> list[tuple[str, str]]:
    """Give media type and address of what oEmbed says of a page of ours, for discovery."""
    return [(f"{kind}+oembed", endpoint(base_url, base_url + path, form)) for form, kind in DISCOVERED.items()]
