"""The sequences of tests/vectors on the Python model of a viewer; the widget plays the same ones."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from tests.viewers import Screen
from ticker.model.times import parse_rfc3339

VECTORS: Final = sorted((Path(__file__).parent / "vectors").glob("*.json"))


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_viewer_shows_what_the_vector_says(path: Path) -> None:
    """After each message the model shows what every viewer must show."""
    vector: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    screen = Screen(limit=vector["limit"])
    shown: list[list[dict[str, Any]]] = []
    for step in vector["steps"]:
        clock = parse_rfc3339(step["clock"])
        if step["message"] is not None:
            screen.apply(step["message"], clock)
        lines = screen.shown(clock)[: vector["max"]]
        shown.append([{name: line[name] for name in ("id", "version", "text")} for line in lines])

    assert [step["shown"] for step in vector["steps"]] == shown


def test_there_are_vectors() -> None:
    """The folder was found."""
    assert len(VECTORS) >= 12
