"""What the API sends, as JSON Schema 2020-12. What it takes is described by the models that check it (desk/bodies.py)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ticker.model.line import LINE_ID, NOTE_MOST, SOURCE_MOST, TEXT_MOST, TOPIC, URL_MOST, Status, Urgency

Schema = dict[str, Any]

TIME: Final[Schema] = {"type": "string", "format": "date-time"}
CURSOR: Final[Schema] = {
    "type": "string",
    "description": "Names one event of the channel's log. Opaque: give it back, never compare it.",
}
ID: Final[Schema] = {"type": "string", "pattern": f"^{LINE_ID.pattern}$"}
TOPIC_ID: Final[Schema] = {"type": "string", "pattern": f"^{TOPIC.pattern}$"}


def object_of(description: str, required: Sequence[str], **properties: Schema) -> Schema:
    """Give the schema of an object."""
    return {"type": "object", "description": description, "required": list(required), "properties": properties}


def list_of(items: Schema) -> Schema:
    """Give the schema of an array."""
    return {"type": "array", "items": items}


def ref(name: str, kind: str = "schemas") -> Schema:
    """Give a reference to a component of this document."""
    return {"$ref": f"#/components/{kind}/{name}"}


def string_of(most: int, description: str = "") -> Schema:
    """Give the schema of a string of at most so many characters."""
    return {"type": "string", "maxLength": most} | ({"description": description} if description else {})


SCHEMAS: Final[Mapping[str, Schema]] = {
    "Line": object_of(
        "One line. One that is not usable has only id, channel, status, version, published and updated.",
        ["id", "channel", "status", "version", "published", "updated"],
        id=ID,
        channel={"type": "string"},
        text=string_of(TEXT_MOST),
        source=string_of(SOURCE_MOST, "Shown before the text."),
        urgency={"enum": [urgency.value for urgency in Urgency], "description": "1 flash, 2 urgent, 3 breaking, 5 update."},
        status={"enum": [status.value for status in Status]},
        version={"type": "integer", "minimum": 1},
        correction=string_of(NOTE_MOST, "What was wrong, if it was corrected."),
        topics=list_of(TOPIC_ID),
        url=string_of(URL_MOST),
        pinned={"type": "boolean"},
        published=TIME,
        updated=TIME,
        expires=TIME,
    ),
    "Posted": object_of(
        "What a change did. A line that was so already keeps its version; the cursor is then that of the newest event.",
        ["line", "cursor"],
        line=ref("Line"),
        cursor=CURSOR,
        propagated={"const": False, "description": "Only present when this server may still show for seconds what was before."},
    ),
    "Message": object_of(
        "A message of the live protocol: snapshot, resumed, publish, correct, withdraw, heartbeat or leaving.",
        ["type"],
        type={"type": "string"},
        cursor=CURSOR,
        reason={"type": "string", "description": "Of a snapshot: first, expired, unknown, too_many or slow."},
        channel={"type": "string"},
        language={"type": "string", "description": "Of a snapshot: the channel's, BCP 47."},
        direction={"enum": ["ltr", "rtl"]},
        lines=list_of(ref("Line")),
        line=ref("Line"),
        id=ID,
        version={"type": "integer"},
        status={"enum": [status.value for status in Status]},
        now=TIME,
        heartbeat={"type": "number"},
        reconnect={"type": "number"},
    ),
    "Events": object_of("What came since a cursor.", ["cursor", "events"], cursor=CURSOR, events=list_of(ref("Message"))),
    "Me": object_of(
        "Who a token is.",
        ["name", "scopes", "channels"],
        name={"type": "string"},
        scopes=list_of({"enum": ["post", "correct", "withdraw", "audit", "admin"]}),
        channels=list_of(
            object_of(
                "A channel that the token is for.",
                ["id", "title", "language", "direction", "topics"],
                id={"type": "string"},
                title={"type": "string"},
                language={"type": "string", "description": "BCP 47"},
                direction={"enum": ["ltr", "rtl"]},
                topics=list_of(object_of("A topic.", ["id", "label"], id=TOPIC_ID, label={"type": "string"})),
            )
        ),
    ),
    "Audit": object_of(
        "Who did what, newest first.",
        ["entries"],
        entries=list_of(
            object_of(
                "One change.",
                ["at", "action", "line", "version", "token"],
                at=TIME,
                action={"enum": ["publish", "correct", "withdraw"]},
                line=ID,
                version={"type": "integer"},
                token={"type": "string"},
                kind={"type": "string"},
                correction={"type": "string"},
                note={"type": "string"},
                reason={"type": "string"},
                before={"type": "object"},
                after={"type": "object"},
            )
        ),
    ),
    "OEmbed": object_of(
        "What to show in place of an address (oEmbed 1.0, type rich). The html is one iframe.",
        ["version", "type", "html", "width", "height"],
        version={"const": "1.0"},
        type={"const": "rich"},
        html={"type": "string"},
        width={"type": "integer", "description": "Pixels."},
        height={"type": "integer", "description": "Pixels."},
        title={"type": "string"},
        author_name={"type": "string"},
        author_url={"type": "string"},
        provider_name={"type": "string"},
        provider_url={"type": "string"},
        cache_age={"type": "integer", "description": "Seconds for which the answer may be kept."},
    ),
    "Problem": object_of(
        "What went wrong (RFC 9457). The type is a page that explains it.",
        ["type", "title", "status", "detail"],
        type={"type": "string"},
        title={"type": "string"},
        status={"type": "integer"},
        detail={"type": "string"},
        errors=list_of(object_of("", ["field", "message"], field={"type": "string"}, message={"type": "string"})),
        line=ref("Line"),
    ),
}
