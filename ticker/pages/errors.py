"""The pages of what went wrong, for people: the same problems that programs get as problem+json."""

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from ticker.edge.problems import PROBLEMS, Kind, Problem, problem_response
from ticker.edge.templates import render
from ticker.model.channel import Channel
from ticker.pages.document import page_headers
from ticker.pages.embedding import embedding_of
from ticker.pages.words import Words, words_for

_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "line-withdrawn": ("withdrawn", "withdrawn_why"),
    "unknown-line": ("no_line", "no_line_why"),
    "unknown-channel": ("no_channel", "no_channel_why"),
    "invalid-request": ("no_topic", "no_topic_why"),  # nothing else in the address of a page or feed can be wrong
    "not-found": ("not_found", "not_found_why"),
    "log-loading": ("not_yet", "not_yet_why"),
}
"""Problems that readers meet are said in the edition's language: slug → names of title and explanation in Words."""


def wants_page(request: Request) -> bool:
    """Tell whether whoever asks is a browser at a page's address, and no program at the API's."""
    return not request.url.path.startswith(("/v1/", "/oembed")) and "text/html" in request.headers.get("accept", "").lower()


def error_page(request: Request, problem: Problem, channels: Mapping[str, Channel], base_url: str) -> Response:
    """Answer a problem: as a page to a browser at a page's address, else as problem+json."""
    if not wants_page(request):
        return problem_response(problem)
    channel = channels.get(request.url.path.split("/")[1])
    first = next(iter(channels.values()), None)
    words = words_for(channel.language if channel else first.language if first else "en")
    title, explanation, language = _said(problem.slug, problem.kind, words)
    framed = request.url.path.endswith("/embed")
    html = render(
        "error_embed.html" if framed else "error.html",
        lang=channel.language if channel else words.language,
        dir=channel.direction if channel else first.direction if first else "ltr",
        words=words,
        channels=list(channels.values()),
        channel=channel,
        status=problem.kind.status,
        title=title,
        explanation=explanation,
        said_in=language,
        embedding=embedding_of(request.query_params),
    )
    headers = {"Cache-Control": "no-store"} | problem.headers | dict(page_headers(base_url, framed=framed))
    return HTMLResponse(html, problem.kind.status, headers)


def problem_kind_page(slug: str, channels: Mapping[str, Channel]) -> str:
    """Give the HTML of the page that explains one kind of problem; it is what `type` in problem+json points to.

    Raises Problem (not-found) when there is no such kind.
    """
    if slug not in PROBLEMS:
        raise Problem("not-found", "There is no kind of problem with this name.")
    return render(
        "problem.html",
        lang="en",
        dir="ltr",
        words=words_for("en"),
        channels=list(channels.values()),
        slug=slug,
        kind=PROBLEMS[slug],
        kinds=PROBLEMS,
    )


def _said(slug: str, kind: Kind, words: Words) -> tuple[str, str, str]:
    if slug in _TEXTS:
        title, explanation = _TEXTS[slug]
        return getattr(words, title), getattr(words, explanation), words.language
    return kind.title, kind.explanation, "en"
