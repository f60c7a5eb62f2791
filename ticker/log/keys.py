"""Every Redis key of the log: its type, what it holds and who writes it.

All keys of a newsroom carry one hash tag, hence live in one Cluster slot: a script may touch several of them atomically,
and one XREAD serves all channels.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChannelKeys:
    """The keys of one channel."""

    events: str  # stream, id N-R: type, line, version, at, prev, forgot?. Written and trimmed by the scripts, never to nothing
    lines: str  # hash, line id → record (JSON): the only public place of the text. Written by the scripts
    current: str  # sorted set, usable line ids by time of publication. Written by the scripts
    withdrawn: str  # sorted set, withdrawn line ids by time of withdrawal. Written by the scripts
    keys: str  # hash, token and idempotency key → line, digest, cursor. Kept with the line, trimmed with it
    audit: str  # stream of entries (JSON) with the text before and after: for editors with the right scope, never public


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a newsroom."""

    newsroom: str

    def channel(self, channel: str) -> ChannelKeys:
        """Give the keys of one channel."""
        prefix = f"ticker:{{{self.newsroom}}}:{channel}"
        return ChannelKeys(
            events=f"{prefix}:events",
            lines=f"{prefix}:lines",
            current=f"{prefix}:current",
            withdrawn=f"{prefix}:withdrawn",
            keys=f"{prefix}:keys",
            audit=f"{prefix}:audit",
        )

    @property
    def tokens(self) -> str:
        """Hash: SHA-256 of a token → name, channels, scopes, created (JSON). Written by Tokens."""
        return f"ticker:{{{self.newsroom}}}:tokens"

    @property
    def readers(self) -> str:
        """Hash: process → its cursor in each channel and when it was there (JSON). Written by each process's reader."""
        return f"ticker:{{{self.newsroom}}}:readers"
