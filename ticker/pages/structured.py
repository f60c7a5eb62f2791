"""A live page for search engines: schema.org LiveBlogPosting, each line a BlogPosting.

Only what is shown is said: a withdrawn line is in neither. Everything follows from the lines, nothing from the clock, so an
unchanged channel gives unchanged bytes. A ticker has no natural end: the coverage ends with the day (UTC) of its newest line
and moves on with it.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from ticker.model.channel import Channel
from ticker.model.line import Line, newest_first
from ticker.model.times import moment, rfc3339
from ticker.pages.view import permalink, web_link

_HEADLINE_MOST = 110  # characters; search engines cut longer headlines


def live_blog(channel: Channel, lines: Sequence[Line], base_url: str) -> dict[str, Any] | None:
    """Give the LiveBlogPosting of a channel's shown lines; None without lines, since a live blog has at least one update."""
    if not lines:
        return None
    ordered = sorted(lines, key=newest_first, reverse=True)
    address = f"{base_url}/{channel.id}"
    blog: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "LiveBlogPosting",
        "@id": f"{address}#live",
        "url": address,
        "headline": channel.title,
        "description": channel.description,
        "inLanguage": channel.language,
        "datePublished": rfc3339(ordered[-1].published),
        "dateModified": rfc3339(max(line.updated for line in ordered)),
        "coverageStartTime": rfc3339(ordered[-1].published),
        "coverageEndTime": f"{moment(ordered[0].published) + timedelta(days=1):%Y-%m-%dT00:00:00Z}",
    }
    if site := web_link(channel.site):
        blog["publisher"] = {"@type": "Organization", "name": channel.title, "url": site}
    blog["liveBlogUpdate"] = [_posting(line, channel, base_url) for line in ordered]
    return blog


def _posting(line: Line, channel: Channel, base_url: str) -> dict[str, Any]:
    address = base_url + permalink(line)
    posting: dict[str, Any] = {
        "@type": "BlogPosting",
        "@id": address,
        "url": address,
        "headline": _headline(line.text),
        "articleBody": line.text,
        "datePublished": rfc3339(line.published),
        "dateModified": rfc3339(line.updated),
        "inLanguage": channel.language,
    }
    if line.source is not None:
        posting["creditText"] = line.source
    if line.topics:
        posting["keywords"] = [channel.label(topic) for topic in line.topics]
    if article := web_link(line.url):
        posting["isBasedOn"] = article
    if line.correction is not None:
        posting["correction"] = {"@type": "CorrectionComment", "text": line.correction}
    return posting


def _headline(text: str) -> str:
    if len(text) <= _HEADLINE_MOST:
        return text
    words = text[:_HEADLINE_MOST].rpartition(" ")[0]
    return (words or text[: _HEADLINE_MOST - 1]).rstrip(" ,;:") + "…"
