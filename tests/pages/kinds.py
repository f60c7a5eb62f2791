"""A page of each kind, with lines of every kind on it."""

from tests.pages.conftest import EDITIONS
from tests.served import Server


def filled(server: Server) -> dict[str, str]:
    """Put lines of every kind on each edition, and give one page of each kind, by what it is."""
    pages = {
        "home": "/",
        "playground": "/playground",
        "desk": "/desk",
        "problem": "/problems/invalid-line",
        "nothing": "/no/such",
    }
    for edition in EDITIONS:
        for number in range(12):
            server.post(
                f"Line {number} of a dozen that stand here in a row", edition, source="Agency", urgency=(1, 2, 3, 5)[number % 4]
            )
        line = server.post("Three hurt in a fall from a bridge", edition, source="Civil Defence", url="https://a.example/")[
            "line"
        ]
        server.correct(line, "Two hurt in a fall from a bridge", "Two were hurt, not three.")
        server.change(server.post("Stay indoors", edition, topics=["world"])["line"], kind="pin")
        gone = server.post("Gone", edition)["line"]
        server.withdraw(gone)
        kinds = {
            "live": f"/{edition}",
            "filtered": f"/{edition}?topic=sport&topic=world",
            "line": f"/{edition}/lines/{line['id']}",
            "embed": f"/{edition}/embed",
            "line embed": f"/{edition}/lines/{line['id']}/embed",
            "withdrawn": f"/{edition}/lines/{gone['id']}",
            "withdrawn embed": f"/{edition}/lines/{gone['id']}/embed?scheme=dark",
            "playground": f"/{edition}/playground",
        }
        pages |= {f"{kind} {edition}": path for kind, path in kinds.items()}
    return pages
