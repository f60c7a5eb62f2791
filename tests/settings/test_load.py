"""Settings from file, environment and flags, and what is said when they are wrong."""

import json
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker.settings import Mistake, Settings, SettingsError, load_settings, unknown_variables

EXAMPLE = Path(__file__).parents[2] / "ticker.toml.example"


def problems(path: Path | None, environ: Mapping[str, str] | None = None, **flags: object) -> list[str]:
    """What loading says is wrong, with the file as `ticker.toml`."""
    with pytest.raises(SettingsError) as caught:
        load_settings(path, environ or {}, flags)
    said = str(caught.value)
    return (said.replace(str(path), "ticker.toml") if path else said).splitlines()


def outcome(environ: Mapping[str, str], values: Mapping[str, object]) -> Settings | tuple[Mistake, ...]:
    """What loading gives: settings, or what is wrong."""
    try:
        return load_settings(Path("/dev/null"), environ, values)
    except SettingsError as error:
        return error.problems


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    return tmp_path / "ticker.toml"


def test_the_example_holds_the_defaults() -> None:
    """Whoever copies ticker.toml.example unchanged gets what runs without a file."""
    assert Settings() == load_settings(EXAMPLE, {}, {})


def test_the_example_shows_each_setting() -> None:
    """No setting is missing in ticker.toml.example."""
    text = EXAMPLE.read_text()

    assert [
        field
        for field in Settings.model_fields
        if f"\n{field} =" not in text.replace("# ", "").replace("[[channels]]", "channels =")
    ] == []


def test_each_setting_says_what_it_means() -> None:
    """The documentation can be made from the fields."""
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_flags_win_over_the_environment_and_that_over_the_file(toml: Path) -> None:
    """The nearer to the command, the stronger; an empty variable and a flag not given count for nothing."""
    toml.write_text('host = "127.0.0.2"\nport = 1\nnewsroom = "file"\nheartbeat = 5\nlog_level = "debug"')
    environ = {"TICKER_PORT": "2", "TICKER_NEWSROOM": "environ", "TICKER_HEARTBEAT": "6.5", "TICKER_LOG_LEVEL": ""}

    settings = load_settings(toml, environ, {"newsroom": "flag", "port": None, "data_dir": Path("elsewhere")})

    assert ("127.0.0.2", 2, "flag", 6.5, "debug", Path("elsewhere")) == (
        settings.host,
        settings.port,
        settings.newsroom,
        settings.heartbeat,
        settings.log_level,
        settings.data_dir,
    )


def test_the_file_is_the_one_given_else_the_variable_else_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--config, then TICKER_CONFIG, then ./ticker.toml; a .env is not read."""
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("TICKER_PORT=99\n")
    assert load_settings(None, {}, {}).port == 8000
    for port, name in enumerate(["ticker.toml", "second.toml", "third.toml"], 1):
        Path(name).write_text(f"port = {port}")

    assert load_settings(None, {}, {}).port == 1
    assert load_settings(None, {"TICKER_CONFIG": "second.toml"}, {}).port == 2
    assert load_settings(Path("third.toml"), {"TICKER_CONFIG": "second.toml"}, {}).port == 3


def test_every_setting_is_also_a_variable() -> None:
    """Lists are given with commas, channels as JSON, all else as it is written."""
    channels = [{"id": "he", "title": "Latest", "language": "he-IL", "retention": {"lines": 5}}]
    values = {
        "HOST": "::1",
        "PORT": "81",
        "WORKERS": "4",
        "BASE_URL": "https://news.example/",
        "DATA_DIR": "/var/lib/ticker",
        "REDIS_URL": "redis://:secret@redis.example/1",
        "NEWSROOM": "north",
        "AUTHORITY": "news.example,2024-05",
        "CHANNELS": json.dumps(channels),
        "HEARTBEAT": "20",
        "DUPLICATE_WINDOW": "0",
        "FEED_ENTRIES": "9",
        "FEED_NOTICE_HOURS": "0",
        "LEAVE_WINDOW": "1.5",
        "WRITE_DEADLINE": "3",
        "UNSENT_MOST": "8",
        "ARRIVALS": "500",
        "DEFLATE": "false",
        "REPLAY_MOST": "7",
        "TRUSTED_PROXIES": "10.0.0.7, fd00::/8",
        "LOG_LEVEL": "error",
        "LOG_FORMAT": "json",
    }

    settings = load_settings(None, {f"TICKER_{name}": value for name, value in values.items()}, {})

    assert {name.lower() for name in values} == set(Settings.model_fields)
    assert set(Settings.model_fields) == {name for name, value in settings if value != getattr(Settings(), name)}
    assert (settings.heartbeat, settings.duplicate_window, settings.base_url) == (20.0, 0, "https://news.example")
    assert (ip_network("10.0.0.7/32"), ip_network("fd00::/8")) == settings.trusted_proxies
    he = settings.channels["he"]
    assert (
        he.direction,
        he.description,
        he.authority,
        he.retention.lines,
        he.retention.days,
    ) == ("rtl", "Latest", "news.example,2024-05", 5, 90)
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    "text, said",
    [
        ("port = 0", "ticker.toml:1: port: must be at least 1"),
        ("\nport = 65536", "ticker.toml:2: port: must be at most 65535"),
        ('port = "8000"', "ticker.toml:1: port: must be a whole number"),
        ("port = true", "ticker.toml:1: port: must be a whole number"),
        ("port = 1.5", "ticker.toml:1: port: must be a whole number"),
        ("heartbeat = 61", "ticker.toml:1: heartbeat: must be at most 60"),
        ("heartbeat = nan", "ticker.toml:1: heartbeat: must be a number"),
        ("leave_window = inf", "ticker.toml:1: leave_window: must be a number"),
        ("host = 1", "ticker.toml:1: host: must be text"),
        ("data_dir = 1", "ticker.toml:1: data_dir: must be text"),
        ('host = "http://x"', "ticker.toml:1: host: must be a host name or an address"),
        (
            'base_url = "ftp://x"',
            "ticker.toml:1: base_url: must be a web address without a path, as in https://ticker.news.example",
        ),
        (
            'base_url = "https://x:y/"',
            "ticker.toml:1: base_url: must be a web address without a path, as in https://ticker.news.example",
        ),
        (
            'base_url = "https://a@x/"',
            "ticker.toml:1: base_url: must be a web address without a path, as in https://ticker.news.example",
        ),
        (
            'base_url = "https://x/ \\"<b>"',
            "ticker.toml:1: base_url: must be a web address without a path, as in https://ticker.news.example",
        ),
        (
            'base_url = "ticker.news.example/path"',
            "ticker.toml:1: base_url: must be a web address without a path, as in https://ticker.news.example",
        ),
        (
            'base_url = "https://x/?"',
            "ticker.toml:1: base_url: must have no path: ticker is served at the root of its host",
        ),
        (
            'redis_url = "localhost"',
            "ticker.toml:1: redis_url: must start with redis://, rediss:// or unix:// and name a server",
        ),
        ('newsroom = "A"', "ticker.toml:1: newsroom: must be 1 to 32 of a-z, 0-9 and -"),
        (
            'authority = "news.example,2026-13"',
            'ticker.toml:1: authority: must be a domain and a year in which it was yours, as in "news.example,2026" (RFC 4151)',
        ),
        (
            'authority = "news.example"',
            'ticker.toml:1: authority: must be a domain and a year in which it was yours, as in "news.example,2026" (RFC 4151)',
        ),
        (
            'trusted_proxies = ["::1",\n"x"]',
            'ticker.toml:2: trusted_proxies[1]: must be an address or a network as in "10.0.0.7" or "10.0.0.0/8"',
        ),
        ('log_format = "xml"', 'ticker.toml:1: log_format: must be "text" or "json"'),
        ('log_level = "all"', 'ticker.toml:1: log_level: must be "debug", "info", "warning" or "error"'),
        ("prot = 1", "ticker.toml:1: prot: is not a setting; do you mean port?"),
        ("zzz = 1", "ticker.toml:1: zzz: is not a setting"),
        ("channels = []", "ticker.toml:1: channels: at least one is needed"),
        ("channels = [1]", "ticker.toml:1: channels[0]: must be a table"),
        ("[channels.en]", "ticker.toml:1: channels: must be a list"),
    ],
)
def test_a_wrong_setting_is_named_with_its_line(toml: Path, text: str, said: str) -> None:
    """The operator reads file, line, field and what it must be."""
    toml.write_text(text)

    assert [said] == problems(toml)


@pytest.mark.parametrize(
    "text, said",
    [
        ('title = ""', "5: channels[1].title: is empty"),
        ('direction = "up"', '5: channels[1].direction: must be "ltr" or "rtl"'),
        ('description = "a\\nb"', "5: channels[1].description: contains a line break; a line is one line"),
        ('authority = "x"', "5: channels[1].authority: must be a domain"),
        ('site = "javascript:alert(1)"', "5: channels[1].site: must be a web address"),
        ('topics = [\n{id = "A", label = "A"}]', "6: channels[1].topics[0].id: must be 1 to 64 of a-z"),
        ('topics = [\n{id = "a"}]', "6: channels[1].topics[0].label: is missing"),
        (
            'topics = [{id = "a", label = "A"},\n{id = "a", label = "B"}]',
            '6: channels[1].topics[1].id: there is another "a" above',
        ),
        ("retention.days = 0", "5: channels[1].retention.days: must be at least 1"),
        ("retention.day = 1", "5: channels[1].retention.day: is not a setting"),
    ],
)
def test_a_wrong_field_of_a_channel_is_named_with_its_line(toml: Path, text: str, said: str) -> None:
    """Also deep inside the second channel."""
    given = {name.strip() for name in text.split("=")[:1]}
    rest = "\n".join(line for line in ('id = "b"', 'title = "B"', 'language = "en"') if line.split(" ")[0] not in given)
    toml.write_text(
        f"[[channels]]\n{{id}}\n\n[[channels]]\n{text}\n{rest}".replace("{id}", 'id = "a"\ntitle = "A"\nlanguage = "en"', 1)
    )
    line, _, expected = said.partition(": ")

    (found,) = problems(toml)

    assert found.startswith(f"ticker.toml:{int(line) + 2}: {expected}")


@pytest.mark.parametrize(
    "field, value, said",
    [
        ("id", "EN", "must be 1 to 32 of a-z, 0-9 and -"),
        ("id", "a" * 33, "must be 1 to 32 of a-z, 0-9 and -"),
        ("id", "v1", '"v1" is the first part of an address of the server itself'),
        ("language", "English!", 'must be a language tag as in "en" or "es-PE" (BCP 47)'),
    ],
)
def test_a_channel_has_an_id_that_is_free_and_a_language(field: str, value: str, said: str) -> None:
    """An id would hide a page of the server, or be no part of an address."""
    channel = {"id": "en", "title": "T", "language": "en"} | {field: value}

    assert [f"TICKER_CHANNELS: channels[0].{field}: {said}"] == problems(None, {"TICKER_CHANNELS": json.dumps([channel])})


def test_every_mistake_is_named_in_the_order_of_the_file(toml: Path) -> None:
    """One run of `ticker check` shows all there is to mend."""
    toml.write_text(
        'zzz = 1\nport = 0\nheartbeat = 0\n[[channels]]\nid = "en"\n[[channels]]\nid = "en"\ntitle="T"\nlanguage="en"'
    )

    assert [one.removeprefix("ticker.toml:").rpartition(": ")[0] for one in problems(toml)] == [
        "1: zzz",
        "2: port",
        "3: heartbeat",
        "4: channels[0].title",
        "4: channels[0].language",
    ]


def test_two_channels_cannot_share_an_id(toml: Path) -> None:
    """The second one is named."""
    toml.write_text('[[channels]]\nid = "en"\ntitle="T"\nlanguage="en"\n' * 2)

    assert problems(toml) == ['ticker.toml:6: channels[1].id: there is another "en" above']


@pytest.mark.parametrize(
    "raw, said",
    [
        (b"a = 1\nb 2\n", "ticker.toml:2: Expected '=' after a key in a key/value pair (column 3)"),
        (b"a = 1\nb = [", "ticker.toml:2: Invalid value (at the end of document)"),
        (b"a = 1\n# \xff\n", "ticker.toml:2: is not UTF-8"),
        (b"[a]\n[a]\n", "ticker.toml:2: Cannot declare ('a',) twice (column 3)"),
    ],
)
def test_a_file_that_is_no_toml_is_named_with_its_line(toml: Path, raw: bytes, said: str) -> None:
    """A slip of the pen is found at once."""
    toml.write_bytes(raw)

    assert [said] == problems(toml)


def test_a_file_that_is_not_there_is_named(toml: Path) -> None:
    """A wrong --config is not read as an empty one."""
    assert problems(toml) == ["ticker.toml: cannot be read: No such file or directory"]


def test_a_variable_or_flag_is_named_instead_of_a_line(toml: Path) -> None:
    """The operator looks where the value came from."""
    toml.write_text("heartbeat = 0")
    environ = {"TICKER_PORT": "tcp://10.0.0.1:8000", "TICKER_CHANNELS": '[{"id": "en"', "TICKER_TRUSTED_PROXIES": "::1,x"}

    assert {
        "--host: must be a host name or an address",
        "TICKER_PORT: must be a whole number",
        "TICKER_CHANNELS: must be JSON: a list of objects",
        'TICKER_TRUSTED_PROXIES: trusted_proxies[1]: must be an address or a network as in "10.0.0.7" or "10.0.0.0/8"',
        "ticker.toml:1: heartbeat: must be at least 1",
    } == set(problems(toml, environ, host="a b"))


def test_a_variable_that_nothing_reads_is_warned_of() -> None:
    """A slip in a name shows; what Kubernetes sets for a service called ticker, and what is for the commands, does not."""
    environ = {
        "TICKER_REDISURL": "x",
        "TICKER_URL": "x",
        "TICKER_PORT": "1",
        "TICKER_SERVICE_HOST": "x",
        "TICKER_PORT_8000_TCP": "x",
        "TICKER_WEATHER": "fine",
        "PATH": "x",
    }

    assert [*unknown_variables(environ)] == [
        "TICKER_REDISURL: is not a setting; do you mean TICKER_REDIS_URL?",
        "TICKER_WEATHER: is not a setting",
    ]


@pytest.mark.parametrize(
    "host, base_url",
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("::1", "http://[::1]:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("ticker.news.example", "http://ticker.news.example:80"),
    ],
)
def test_the_base_url_is_by_default_one_that_reaches_the_server(host: str, base_url: str) -> None:
    """The link printed on a first start opens."""
    assert base_url == load_settings(None, {}, {"host": host, "port": 80}).base_url


def test_values_made_in_code_are_taken_as_they_are() -> None:
    """Tests and programs give the model's own values."""
    channels = {"en": replace(Settings().channels["en"], title="Other")}
    proxies = (ip_network("10.0.0.0/8"),)

    settings = Settings(channels=channels, trusted_proxies=proxies)

    assert (channels, proxies) == (settings.channels, settings.trusted_proxies)


@given(st.dictionaries(st.sampled_from([*Settings.model_fields, "other"]), st.text(min_size=1)))
def test_any_environment_is_settings_or_mistakes(values: dict[str, str]) -> None:
    """Nothing in a variable brings anything but settings, or a line that begins with the variable's name."""
    environ = {f"TICKER_{field.upper()}": value for field, value in values.items()}

    found = outcome(environ, {})

    assert isinstance(found, Settings) or found
    if not isinstance(found, Settings):
        assert all(mistake.source in environ and "\n" not in str(mistake) for mistake in found)


_TOML = st.recursive(
    st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["id", "title", "topics", "x"]), inner)
    ),
    max_leaves=8,
)


@given(st.sampled_from(list(Settings.model_fields)), _TOML)
def test_any_value_is_settings_or_mistakes(field: str, value: object) -> None:
    """A value of any type in any place is accepted or named, never a crash."""
    assert outcome({}, {field: value})
