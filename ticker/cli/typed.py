"""What is typed after a command, where click has no type for it."""

from pathlib import Path
from typing import Any, Final

import click


class _Text(click.types.StringParamType):
    """Text in UTF-8. Of other bytes Python makes half surrogate pairs, which would go on as if somebody had written them."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Give the text as it is."""
        text: str = super().convert(value, param, ctx)
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            self.fail("is not UTF-8", param, ctx)
        return text


TEXT: Final = _Text()
FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER: Final = click.Path(file_okay=False, path_type=Path)
"""A folder that is there or can be made."""
