"""What an editor asks for."""

from ticker.model.draft import ChangeKind, Draft
from ticker.model.line import Urgency


def test_only_content_moves_a_line_in_feeds() -> None:
    """A pin is no news: readers of feeds are not told of it."""
    assert {kind.value: kind.editorial for kind in ChangeKind} == {
        "correction": True,
        "refile": True,
        "update": True,
        "pin": False,
        "unpin": False,
    }


def test_plain_draft() -> None:
    """A text alone is a breaking line, neither pinned nor ending."""
    draft = Draft("Bridge closed")

    assert (draft.urgency, draft.pinned, draft.expires, draft.allow_duplicate) == (Urgency.BREAKING, False, None, False)
