"""ticker: a breaking-news ticker server. Post a line once, see it everywhere."""

__version__ = "0.1.0"
