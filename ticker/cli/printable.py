"""Text from elsewhere on a terminal: never anything but text."""

import json
import re
from typing import Any, Final

_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What could move the cursor, start an escape sequence, break a line or turn around the text that follows."""

_RAW: Final = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Those of them that JSON leaves as they are; U+009B starts an escape sequence."""


def printable(text: object) -> str:
    """Give `text` on one line, its controls as U+FFFD. A server of ours sends none; this one may be another."""
    return _CONTROLS.sub("\ufffd", str(text))


def json_line(value: Any) -> str:
    """Give `value` as JSON on one line, readable in any language and harmless on a terminal."""
    compact = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _RAW.sub(lambda found: f"\\u{ord(found.group()):04x}", compact)
