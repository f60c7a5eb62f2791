"""What compressing saves can be read."""

import pytest

from bench.deflate import main

pytestmark = [pytest.mark.slow]


def test_each_message_is_smaller_compressed(capsys: pytest.CaptureFixture[str]) -> None:
    """Lines and snapshots, in two languages."""
    main()
    rows = [line.strip("| ").split(" | ") for line in capsys.readouterr().out.splitlines()[2:]]

    assert len(rows) == 8
    assert [row[0] for row in rows if not int(row[2]) < int(row[1])] == []
