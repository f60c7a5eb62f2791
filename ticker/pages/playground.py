"""The playground: choose how an embedded ticker is to be, see it, and copy what a page needs for it.

The choices are made in the browser (web/static/playground.js); here is what they can be.
"""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from ticker.model.channel import Channel
from ticker.pages.embedding import HEIGHTS, MAX, MAX_MOST, SPEED, SPEED_MOST
from ticker.pages.oembed import SANDBOX
from ticker.pages.playground_words import PLAYGROUND_WORDS, PlaygroundWords
from ticker.pages.sheets import alternates, edition_page
from ticker.pages.widget import pinned
from ticker.pages.words import words_for

LANGUAGES: Final = {"en": "English", "ar": "العربية", "es": "Español", "fr": "Français"}
"""Languages that the widget's own words come in, by their own names."""

COLOURS: Final = {"signal": "#b3001b", "on-signal": "#ffffff", "ground": "#ffffff", "ink": "#14171a"}
"""Custom properties `--ticker-…` that can be chosen, with the widget's own in the light scheme."""


def playground(channel: Channel, channels: Sequence[Channel], base_url: str) -> str:
    """Give the page in the language of `channel`, which is the one chosen first."""
    own = PLAYGROUND_WORDS[words_for(channel.language).language]
    return edition_page(
        "playground.html",
        channel,
        own=own,
        channels=channels,
        alternates=alternates(channel, channels),
        base_url=base_url,
        widget=pinned(),
        languages=LANGUAGES,
        colours=COLOURS,
        default={"max": MAX, "max_most": MAX_MOST, "speed": SPEED, "speed_most": SPEED_MOST},
        data=_data(channels, own, base_url),
    )


def _data(channels: Sequence[Channel], own: PlaygroundWords, base_url: str) -> dict[str, Any]:
    parts = urlsplit(base_url)
    return {
        "server": base_url,
        "socket": f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}",
        "widget": {"path": pinned().path, "integrity": pinned().integrity},
        "sandbox": SANDBOX,
        "heights": HEIGHTS,
        "channels": {
            channel.id: {
                "title": channel.title,
                "topics": [{"id": topic.id, "label": topic.label} for topic in channel.topics],
            }
            for channel in channels
        },
        "words": {name: getattr(own, name) for name in ("contrast", "low_contrast", "full_width")},
    }
