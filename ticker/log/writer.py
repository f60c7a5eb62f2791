"""The write path: one atomic script per change, sent once, repeated only with its idempotency key.

Every change has a key, ours where the editor gave none. A change whose answer was lost is sent again with the same key for up
to REPEAT_FOR seconds: if it had happened, the script answers what happened then, so it is done once. After that the editor is
told that the outcome is unknown. A change is never cancelled half-way; the caller shields it from its request's end.
"""

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from redis import exceptions
from redis.asyncio import Redis
from ulid import ULID

from ticker.log.audit import AUDIT_KEPT, entry_of
from ticker.log.errors import (
    DuplicateText,
    KeyReused,
    LineUnknown,
    LineWithdrawn,
    LogUnavailable,
    Unavailable,
    VersionConflict,
)
from ticker.log.keys import ChannelKeys, Keys
from ticker.log.records import keys_of, line_of, record_of, text_fragment
from ticker.log.redis import AnswerLost, NotSent, Script, Scripts, refusal
from ticker.model.channel import Channel
from ticker.model.cursor import START, Cursor
from ticker.model.draft import Author, Change, Draft, Withdrawal
from ticker.model.event import EventType
from ticker.model.line import Line, Status

REPEAT_FOR: Final = 5.0
"""Seconds for which a change without an answer is repeated."""


@dataclass(frozen=True, slots=True)
class Key:
    """An editor's Idempotency-Key and a digest of all that the request asked for."""

    value: str
    digest: str


@dataclass(frozen=True, slots=True)
class Posted:
    """What a change did. `replayed` says that an earlier request with the same key did it; the line is as it stands now.

    `changed` is False where the line was so already: withdrawn, or as the change wants it.
    """

    line: Line
    cursor: Cursor
    replayed: bool = False
    changed: bool = True


@dataclass(frozen=True, slots=True)
class _Field:
    """The idempotency field of a change in the `keys` hash."""

    name: str
    digest: str
    ours: bool  # made by us for a change without a key


@dataclass(frozen=True, slots=True)
class _Edit:
    """What happens to a line that is there."""

    script: Script
    event: str  # its type: an EventType; or "pin" and "unpin", corrections that leave no old text behind
    after: Callable[[Line], Line]
    private: dict[str, Any]  # for the audit log alone
    moves: bool = True  # whether the line counts as updated

    @property
    def action(self) -> str:
        """As the audit log calls it."""
        return self.event if self.event in set(EventType) else EventType.CORRECT


class Writer:
    """Changes the log. Every method may raise LogUnavailable, and KeyReused where it takes a key."""

    def __init__(
        self,
        redis: Redis,
        keys: Keys,
        *,
        duplicate_window: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._redis = redis
        self._keys = keys
        self._window = duplicate_window  # s
        self._scripts = Scripts(redis)
        self._publish = Script.load("publish")
        self._change = Script.load("change")
        # A withdrawal must work where memory is full.
        self._withdraw = Script.load("change", flags="allow-oom")
        self._clock = clock
        self._sleep = sleep

    async def publish(self, channel: Channel, draft: Draft, author: Author, key: Key | None = None) -> Posted:
        """Append a new line. Raises DuplicateText when its text is a moment old."""
        field = _field(author, key)
        line = Line(
            id=str(ULID()),
            channel=channel.id,
            version=1,
            status=Status.USABLE,
            published=0,
            updated=0,
            text=draft.text,
            source=draft.source,
            urgency=draft.urgency,
            topics=draft.topics,
            url=draft.url,
            pinned=draft.pinned,
            expires=draft.expires,
        )
        window = 0 if draft.allow_duplicate else int(self._window * 1000)
        reply = await self._send(
            self._publish,
            self._keys.channel(channel.id),
            line.id,
            record_of(line, by=author.token, keys=[field.name], stamp_published=True),
            _random(),
            field.name,
            field.digest,
            text_fragment(line.text),
            str(window),
            *_kept(channel),
            entry_of("publish", author, line, None, {"note": draft.note}),
            str(AUDIT_KEPT),
        )
        return _posted(channel, line.id, reply, field)

    async def change(
        self,
        channel: Channel,
        line_id: str,
        change: Change,
        author: Author,
        key: Key | None = None,
        expected: int | None = None,
    ) -> Posted:
        """Correct, refile, update, pin or unpin a line; a line that is so already is no event, and keeps its version.

        `expected` is the version that the editor saw. Raises LineUnknown, LineWithdrawn, VersionConflict.
        """
        edit = _Edit(
            self._change,
            EventType.CORRECT if change.kind.editorial else change.kind,
            change.of,
            {"kind": change.kind.value, "correction": change.correction, "note": change.note},
            moves=change.kind.editorial,
        )
        return await self._replace(channel, line_id, edit, author, key, expected)

    async def withdraw(
        self,
        channel: Channel,
        line_id: str,
        withdrawal: Withdrawal,
        author: Author,
        key: Key | None = None,
        expected: int | None = None,
    ) -> Posted:
        """Withdraw a line for good; repeating it gives the tombstone again. Raises LineUnknown, VersionConflict."""

        def tombstone(line: Line) -> Line:
            return Line(line.id, line.channel, line.version + 1, Status.CANCELED, line.published, line.updated)

        edit = _Edit(self._withdraw, EventType.WITHDRAW, tombstone, {"reason": withdrawal.reason})
        try:
            return await self._replace(channel, line_id, edit, author, key, expected)
        except LineWithdrawn as gone:
            cursor = await self._tail(channel)
            return Posted(gone.line, cursor, changed=False)

    async def line(self, channel: Channel, line_id: str) -> Line | None:
        """Read a line from the log itself."""
        record = await self._ask(self._redis.hget(self._keys.channel(channel.id).lines, line_id))
        return line_of(line_id, channel.id, record) if record else None

    async def _replace(
        self, channel: Channel, line_id: str, edit: _Edit, author: Author, key: Key | None, expected: int | None
    ) -> Posted:
        """Edit a line as it is now, anew as long as somebody else is faster."""
        keys = self._keys.channel(channel.id)
        field = _field(author, key)
        deadline = self._clock() + REPEAT_FOR
        while self._clock() < deadline:
            record, kept = await self._ask(self._read(keys, line_id, field.name))
            if record is None:
                raise LineUnknown(line_id)
            line = line_of(line_id, channel.id, record)
            if kept is None:
                _refuse(line, expected)
            after = edit.after(line)
            changed = after != line
            reply = await self._send(
                edit.script,
                keys,
                line_id,
                record_of(after, by=author.token, keys=[*keys_of(record), field.name], stamp_updated=edit.moves and changed),
                _random(),
                field.name,
                field.digest,
                str(line.version),
                edit.event if changed else "",  # no event: the key is kept all the same, so that a retry stays without effect
                *_kept(channel),
                entry_of(edit.action, author, after, line, edit.private),
                str(AUDIT_KEPT),
            )
            if reply[0] != b"conflict":
                return _posted(channel, line_id, reply, field, changed)
            # Without If-Match the change applies to what is there now: look again, out of step.
            await self._sleep(secrets.randbelow(10) / 1000)
        raise LogUnavailable(Unavailable.BUSY, 1, "the line is being changed by others all the time")

    async def _read(self, keys: ChannelKeys, line_id: str, field: str) -> tuple[bytes | None, bytes | None]:
        # No transaction: it is refused where memory is full. In this order a retry that overtakes its own first attempt finds
        # the key, not the version that it made itself.
        async with self._redis.pipeline(transaction=False) as both:
            both.hget(keys.lines, line_id)
            both.hget(keys.keys, field)
            record, kept = await both.execute()
        return record, kept

    async def _tail(self, channel: Channel) -> Cursor:
        entries = await self._ask(self._redis.xrevrange(self._keys.channel(channel.id).events, count=1))
        return Cursor(entries[0][0].decode()) if entries else START

    async def _ask(self, question: Awaitable[Any]) -> Any:
        """Await a read; what Redis refuses becomes LogUnavailable."""
        try:
            return await question
        except (exceptions.ConnectionError, exceptions.TimeoutError, exceptions.ResponseError, OSError) as error:
            raise refusal(error) from error

    async def _send(self, script: Script, keys: ChannelKeys, *args: str) -> Any:
        """Run a change until it is answered. The only place where a write is repeated; its key makes that safe."""
        names = (keys.events, keys.lines, keys.current, keys.withdrawn, keys.keys, keys.audit)
        deadline = self._clock() + REPEAT_FOR
        sent = False
        pause = 0.05
        while True:
            try:
                return await self._scripts.run(script, names, args)
            except NotSent as error:
                failure: Exception = error
            except AnswerLost as error:
                failure, sent = error, True
            except (exceptions.ResponseError, exceptions.ConnectionError) as error:
                if sent:
                    # An earlier attempt may have run; its fate is not known until the log answers again.
                    failure = error
                else:
                    raise refusal(error) from error
            if self._clock() + pause >= deadline:
                reason = Unavailable.OUTCOME_UNKNOWN if sent else Unavailable.UNREACHABLE
                raise LogUnavailable(reason, 2, str(failure)) from failure
            await self._sleep(pause * (0.5 + secrets.randbelow(1000) / 1000))
            pause = min(pause * 2, 0.5)


def _refuse(line: Line, expected: int | None) -> None:
    if line.status is Status.CANCELED:
        raise LineWithdrawn(line)
    if expected is not None and expected != line.version:
        raise VersionConflict(line)


def _field(author: Author, key: Key | None) -> _Field:
    """Give the key's field: the editor's own, by token, or one that nobody else can have."""
    if key is None:
        return _Field(f"~{ULID()}", "", ours=True)
    return _Field(f"{author.token}\n{key.value}", key.digest, ours=False)


def _random() -> str:
    return str(secrets.randbits(32))


def _kept(channel: Channel) -> tuple[str, str]:
    return str(channel.retention.lines), str(channel.retention.events)


def _posted(channel: Channel, line_id: str, reply: list[bytes], field: _Field, changed: bool = True) -> Posted:
    """Read a script's reply; see the head of each script."""
    outcome = reply[0].decode()
    if outcome == "ok":
        return Posted(line_of(line_id, channel.id, reply[2]), Cursor(reply[1].decode()), changed=changed)
    if outcome == "seen":
        return _replayed(channel, reply, field)
    if outcome == "duplicate":
        raise DuplicateText(line_of(reply[1].decode(), channel.id, reply[2]))
    raise LineUnknown(line_id)


def _replayed(channel: Channel, reply: list[bytes], field: _Field) -> Posted:
    kept = json.loads(reply[1])
    if kept["digest"] != field.digest:
        raise KeyReused(field.name)
    # A key of ours can be seen only when our own first attempt had run: that is no replay to the editor.
    line = line_of(kept["line"], channel.id, reply[2])
    return Posted(line, Cursor(kept["cursor"]), replayed=not field.ours, changed=field.ours)
