"""The channels as they are written in a file: checked, given their defaults and made into the model's `Channel`."""

import re
from datetime import date
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, field_validator, model_validator
from pydantic_core import PydanticCustomError

from ticker.model.channel import CHANNEL_ID, RESERVED, Channel, Retention, Topic
from ticker.model.line import TOPIC, URL_MOST
from ticker.model.text import plain

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_AUTHORITY = re.compile(r"([A-Za-z0-9._-]{1,64}@)?[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?,\d{4}(-\d\d(-\d\d)?)?")
_KEPT = Retention()
_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})


def web_address(raw: str) -> str:
    """Give `raw` if it is an http(s) address with a host and without a user, in ASCII and without spaces, else ValueError."""
    wrong = ValueError("must be a web address as in https://news.example/")
    try:
        parts = urlsplit(raw)
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        raise wrong from None
    if not valid or len(raw) > URL_MOST or not re.fullmatch(r"[!#-;=?-Z\[\]_a-z~%]+", raw):
        raise wrong
    return raw


def tag_authority(raw: str) -> str:
    """Give `raw` if it can name the lines in `tag:` ids (RFC 4151, section 2.1), else ValueError."""
    if not _AUTHORITY.fullmatch(raw) or not _is_date(raw.partition(",")[2]):
        raise ValueError('must be a domain and a year in which it was yours, as in "news.example,2026" (RFC 4151)')
    return raw


def _is_date(raw: str) -> bool:
    """Tell whether a year, year and month, or day exists."""
    try:
        date.fromisoformat(f"{raw}-01-01"[:10])
    except ValueError:
        return False
    return True


def _title(raw: str) -> str:
    return plain(raw, most=120)


def _description(raw: str) -> str:
    return plain(raw, most=500)


class GivenTopic(BaseModel):
    """A topic as written: `{id = "world", label = "World"}`."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    id: str
    label: Annotated[str, AfterValidator(_title)]

    @field_validator("id")
    @classmethod
    def _slug(cls, raw: str) -> str:
        if not TOPIC.fullmatch(raw):
            raise ValueError("must be 1 to 64 of a-z, 0-9 and -, neither first nor last a -")
        return raw


class GivenRetention(BaseModel):
    """How much of a channel is kept, as written; see `Retention`."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    lines: int = Field(_KEPT.lines, ge=1, le=100_000)
    days: int = Field(_KEPT.days, ge=1, le=36_500)
    events: int = Field(_KEPT.events, ge=100, le=1_000_000)


class GivenChannel(BaseModel):
    """A channel as written; what is left out has a default."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    id: str
    title: Annotated[str, AfterValidator(_title)]
    language: str
    direction: Literal["ltr", "rtl"] | None = None  # that of the language
    description: Annotated[str, AfterValidator(_description)] | None = None  # the title
    authority: Annotated[str, AfterValidator(tag_authority)] | None = None  # that of the settings
    site: Annotated[str, AfterValidator(web_address)] | None = None
    topics: Annotated[tuple[GivenTopic, ...], Strict(False)] = ()
    retention: GivenRetention = GivenRetention()

    @field_validator("id")
    @classmethod
    def _free(cls, raw: str) -> str:
        if not CHANNEL_ID.fullmatch(raw):
            raise ValueError("must be 1 to 32 of a-z, 0-9 and -")
        if raw in RESERVED:
            raise ValueError(f'"{raw}" is the first part of an address of the server itself')
        return raw

    @field_validator("language")
    @classmethod
    def _tag(cls, raw: str) -> str:
        if not _LANGUAGE.fullmatch(raw):
            raise ValueError('must be a language tag as in "en" or "es-PE" (BCP 47)')
        return raw

    @model_validator(mode="after")
    def _topics_once(self) -> Self:
        twice("topics", [topic.id for topic in self.topics])
        return self

    def channel(self, authority: str) -> Channel:
        """Give the channel; `authority` is for one that names none."""
        rtl = self.language.partition("-")[0].lower() in _RIGHT_TO_LEFT
        return Channel(
            id=self.id,
            title=self.title,
            language=self.language,
            direction=self.direction or ("rtl" if rtl else "ltr"),
            description=self.description or self.title,
            authority=self.authority or authority,
            site=self.site,
            topics=tuple(Topic(topic.id, topic.label) for topic in self.topics),
            retention=Retention(**self.retention.model_dump()),
        )


def twice(name: str | None, ids: list[str]) -> None:
    """Raise an error that carries its place (`at`, below the value checked) when an id occurs a second time."""
    for index, one in enumerate(ids):
        if one in ids[:index]:
            at = (index, "id") if name is None else (name, index, "id")
            raise PydanticCustomError("twice", 'there is another "{id}" above', {"id": one, "at": at})


def _topics(*labels: str) -> tuple[GivenTopic, ...]:
    slugs = ("world", "politics", "economy", "sport", "regions")
    return tuple(GivenTopic(id=slug, label=label) for slug, label in zip(slugs, labels, strict=True))


EDITIONS: Final = (
    GivenChannel(
        id="en",
        title="Breaking news",
        language="en",
        description="The latest lines from our newsroom, as they break.",
        topics=_topics("World", "Politics", "Economy", "Sport", "Regions"),
    ),
    GivenChannel(
        id="ar",
        title="أخبار عاجلة",
        language="ar",
        description="آخر الأخبار من غرفة التحرير لحظة وقوعها.",
        topics=_topics("العالم", "سياسة", "اقتصاد", "رياضة", "مناطق"),
    ),
    GivenChannel(
        id="es",
        title="Última hora",
        language="es",
        description="Las últimas noticias de nuestra redacción, en cuanto se producen.",
        topics=_topics("Mundo", "Política", "Economía", "Deportes", "Regiones"),
    ),
)
"""The three editions of a newsroom that has configured none."""
