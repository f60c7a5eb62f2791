"""Every setting, with what it means: one frozen value, read once at the start and handed down."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, cast
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, ValidationInfo, field_validator
from pydantic.annotated_handlers import GetCoreSchemaHandler
from pydantic_core import core_schema

from ticker.model.channel import Channel
from ticker.settings.channels import EDITIONS, GivenChannel, tag_authority, twice, web_address

DEFAULT_AUTHORITY = "localhost,2026"


class _Channels:
    """Reads `[[channels]]`, a list of tables, as a dict by id in the order written; one made in code is taken as it is."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.with_info_wrap_validator_function(cls._read, handler.generate_schema(tuple[GivenChannel, ...]))

    @staticmethod
    def _read(
        raw: Any, handler: core_schema.ValidatorFunctionWrapHandler, info: core_schema.ValidationInfo[Any]
    ) -> dict[str, Channel]:
        if isinstance(raw, dict) and raw and all(isinstance(channel, Channel) for channel in raw.values()):
            return raw
        given: tuple[GivenChannel, ...] = handler(tuple(raw) if isinstance(raw, list) else raw)
        if not given:
            raise ValueError("at least one is needed")
        twice(None, [channel.id for channel in given])
        fallback = info.data.get("authority", DEFAULT_AUTHORITY)
        return {channel.id: channel.channel(fallback) for channel in given}


def _network(raw: object) -> IPv4Network | IPv6Network:
    if isinstance(raw, IPv4Network | IPv6Network):
        return raw
    try:
        return ip_network(str(raw), strict=False)
    except ValueError:
        raise ValueError('must be an address or a network as in "10.0.0.7" or "10.0.0.0/8"') from None


def _some(raw: str) -> str:
    if not raw.strip() or re.search(r"[\s/]", raw):
        raise ValueError("must be a host name or an address")
    return raw


_Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]


class Settings(BaseModel):
    """What the operator decided. Made by `load_settings`; `Settings()` holds the defaults."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, validate_default=True, allow_inf_nan=False, use_attribute_docstrings=True
    )

    host: Annotated[str, AfterValidator(_some)] = "127.0.0.1"
    """The address to listen on; "0.0.0.0" or "::" is every one of this machine."""

    port: int = Field(8000, ge=1, le=65535)
    """The TCP port to listen on."""

    workers: int = Field(1, ge=1, le=64)
    """Server processes that share the port, as many as cores are to be used."""

    base_url: str = ""
    """The address that readers use, as in "https://ticker.news.example"; by default made of host and port. Links in feeds and
    pages are built from it, never from a request's Host header."""

    data_dir: Annotated[Path, Strict(False)] = Path("data")
    """The folder of the embedded engine's log; unused with `redis_url`. A relative one starts at the working directory."""

    redis_url: str | None = Field(None, repr=False)
    """A Redis 7 or Valkey 8 to keep the log in ("redis://", "rediss://" or "unix://"); none: an embedded one is started."""

    newsroom: str = "main"
    """Which newsroom of that Redis this is: the hash tag of all its keys."""

    authority: Annotated[str, AfterValidator(tag_authority)] = DEFAULT_AUTHORITY
    """Who names the lines in feeds, for channels that say nothing else: a domain of yours and a year in which you had it
    (RFC 4151). Never change it: readers would see each line as new."""

    channels: Annotated[dict[str, Channel], _Channels] = Field(default=cast(Any, EDITIONS))
    """The editions, by id, in the order shown."""

    heartbeat: float = Field(25.0, ge=1, le=60)
    """Seconds of silence after which a viewer gets a heartbeat. Many proxies cut a silent connection after 30 or 60."""

    duplicate_window: int = Field(120, ge=0, le=86_400)
    """Seconds in which the same text in the same channel is refused; 0 allows it."""

    feed_entries: int = Field(50, ge=1, le=500)
    """How many lines a feed lists."""

    feed_notice_hours: int = Field(48, ge=0, le=8760)
    """Hours for which feeds show a notice in place of a withdrawn line; 0 drops it at once."""

    leave_window: float = Field(10.0, ge=0, le=300)
    """Seconds over which a stopping server asks its viewers to come back, each at a time of its own."""

    write_deadline: float = Field(15.0, ge=0.1, le=300)
    """Seconds a viewer may take to accept what was sent before it is closed (1013)."""

    unsent_most: int = Field(64, ge=1, le=1_000_000)
    """MiB that slow viewers may have waiting in a process; past that those are cut off that have been slow for longest."""

    arrivals: int = Field(0, ge=0, le=1_000_000)
    """Viewers that a process lets in per second, the others wait at the door; 0 lets them in as fast as it can."""

    deflate: Annotated[bool, Strict(False)] = True
    """Whether WebSockets may be compressed (RFC 7692). A message is compressed once, whoever reads it."""

    replay_most: int = Field(300, ge=1, le=10_000)
    """How many missed events a returning viewer is sent; one that missed more gets a snapshot."""

    trusted_proxies: Annotated[tuple[_Network, ...], Strict(False)] = ()
    """Proxies whose X-Forwarded-For is believed: addresses or networks. None by default."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least weight of what is logged."""

    log_format: Literal["text", "json"] = "text"
    """Logs for people or for machines."""

    @field_validator("base_url")
    @classmethod
    def _base(cls, raw: str, info: ValidationInfo) -> str:
        if not raw:
            return _own_address(str(info.data.get("host", "127.0.0.1")), int(info.data.get("port", 8000)))
        try:
            parts = urlsplit(web_address(raw))
        except ValueError:
            raise ValueError("must be a web address without a path, as in https://ticker.news.example") from None
        if parts.path.strip("/") or "?" in raw or "#" in raw:
            raise ValueError("must have no path: ticker is served at the root of its host")
        return raw.rstrip("/")

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, raw: str | None) -> str | None:
        if raw is not None and not re.fullmatch(r"(rediss?://[^\s/]+(/\S*)?|unix://\S+)", raw):
            raise ValueError("must start with redis://, rediss:// or unix:// and name a server")
        return raw

    @field_validator("newsroom")
    @classmethod
    def _tag(cls, raw: str) -> str:
        if not re.fullmatch("[a-z0-9-]{1,32}", raw):
            raise ValueError("must be 1 to 32 of a-z, 0-9 and -")
        return raw


def _own_address(host: str, port: int) -> str:
    """An address that reaches a server listening there from this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104  # compared only
    return f"http://{host}:{port}"
