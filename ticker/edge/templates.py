"""The one template environment of every HTML page, pages and desk alike.

Escaping is on for every template and an unknown name is an error, so that a line's text can only ever come out as text
(invariant 7) and a page never shows a hole. `tojson` is safe inside `<script type="application/ld+json">`: it escapes what
could end the element (`<`, `>`, `&`), and U+2028/9, but leaves Arabic and accents readable.
"""

import json
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ticker.edge.assets import WEB


def _json(value: Any, **options: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, **options)
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def environment() -> Environment:
    """Give a new environment over `web/templates`."""
    made = Environment(
        loader=FileSystemLoader(WEB / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.policies["json.dumps_function"] = _json
    made.policies["json.dumps_kwargs"] = {"sort_keys": False}
    return made


TEMPLATES: Final = environment()


def render(template: str, /, **context: Any) -> str:
    """Give a template's HTML. `base.html` needs `lang` and `dir`; what else a template needs, it says at its top."""
    return TEMPLATES.get_template(template).render(**context)
