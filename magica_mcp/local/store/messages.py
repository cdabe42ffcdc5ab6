"""Webhook messages that are to be sent or were, and the attempts at sending them.

A message is queued in the transaction of the change it tells of, so neither is there alone.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from magica_mcp.local.store.ids import Clock, iso, new_id
from magica_mcp.local.store.tables import (
    EventType,
    MessageStatus,
    attempts,
    message_counts,
    messages,
)


@dataclass(frozen=True)
class NewMessage:
    """An event to be told, and to whom; `body` is the JSON as it will be signed."""

    account_id: str
    run_id: str
    event: EventType
    url: str
    host: str
    headers: dict[str, str] = field(repr=False)
    body: str
    node_id: str = ""


@dataclass(frozen=True)
class DueMessage:
    """A message that somebody sends now; `attempts` counts those before."""

    id: str
    account_id: str
    url: str
    host: str
    headers: dict[str, str] = field(repr=False)
    body: str
    attempts: int


@dataclass(frozen=True)
class Attempt:
    """One try: the status that was answered, or why there was none; `next_at` is the next try."""

    number: int
    begun_at: str
    status_code: int | None
    error: str | None
    next_at: str | None = None


@dataclass(frozen=True)
class LoggedMessage:
    """A message as its account sees it."""

    id: str
    run_id: str
    event: EventType
    url: str
    status: MessageStatus
    created_at: str
    next_at: str | None
    attempts: tuple[Attempt, ...]


_DUE = tuple(messages.c[name] for name in DueMessage.__dataclass_fields__)
_ATTEMPT = tuple(attempts.c[name] for name in Attempt.__dataclass_fields__)


@dataclass(frozen=True)
class Messages:
    """Statements about webhook messages."""

    connection: sa.Connection
    now: Clock
    queued: list[str] = field(default_factory=list)
    """What was queued in this transaction."""

    def queue(self, new: NewMessage) -> None:
        """Have a message sent as soon as this transaction is over."""
        message_id, moment = new_id("msg_"), iso(self.now())
        self.connection.execute(
            sa.insert(messages).values(
                id=message_id,
                account_id=new.account_id,
                run_id=new.run_id,
                node_id=new.node_id,
                event=new.event.value,
                url=new.url,
                host=new.host,
                headers=new.headers,
                body=new.body,
                status=MessageStatus.PENDING.value,
                attempts=0,
                created_at=moment,
                due_at=moment,
            )
        )
        self.queued.append(message_id)

    def claim(self, *, until: datetime, but_hosts: Collection[str] = ()) -> DueMessage | None:
        """The message that is due for longest; nobody else gets it until then."""
        moment = iso(self.now())
        query = (
            sa.select(*_DUE)
            .where(messages.c.due_at <= moment, messages.c.host.not_in(but_hosts))
            .order_by(messages.c.due_at, messages.c.position)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = self.connection.execute(query).one_or_none()
        if row is None:
            return None
        claimed = sa.update(messages).where(messages.c.id == row.id)
        self.connection.execute(claimed.values(due_at=iso(until), claimed_at=moment))
        return DueMessage(**row._asdict())

    def release_all(self) -> None:
        """For who is alone with the store: nobody is sending what was claimed before."""
        self.connection.execute(
            sa.update(messages)
            .where(messages.c.status == MessageStatus.PENDING.value)
            .where(messages.c.claimed_at.is_not(None))
            .values(due_at=messages.c.claimed_at, claimed_at=None)
        )

    def settle(self, message_id: str, attempt: Attempt, status: MessageStatus) -> None:
        """Log an attempt and what follows; nothing changes where another has got further."""
        changed = self.connection.execute(
            sa.update(messages)
            .where(messages.c.id == message_id, messages.c.attempts == attempt.number - 1)
            .where(messages.c.status == MessageStatus.PENDING.value)
            .values(
                status=status.value,
                attempts=attempt.number,
                due_at=attempt.next_at,
                claimed_at=None,
            )
        )
        if changed.rowcount:
            row = {name: getattr(attempt, name) for name in Attempt.__dataclass_fields__}
            self.connection.execute(sa.insert(attempts).values(message_id=message_id, **row))

    def next_due(self, *, but_hosts: Collection[str] = ()) -> datetime | None:
        # Greater than nothing: what is over has no such moment, and the index ends before it.
        query = (
            sa.select(messages.c.due_at)
            .where(messages.c.due_at > "", messages.c.host.not_in(but_hosts))
            .order_by(messages.c.due_at)
            .limit(1)
        )
        found = self.connection.execute(query).scalar()
        return None if found is None else datetime.fromisoformat(found)

    def count_due(self, *, by: datetime) -> int:
        """How many are to be sent by then."""
        query = sa.select(sa.func.count()).where(messages.c.due_at <= iso(by))
        return int(self.connection.execute(query).scalar_one())

    def page(
        self, account_id: str, *, run_id: str | None, page: int, page_size: int
    ) -> tuple[Sequence[LoggedMessage], int]:
        """The account's latest messages first, and how many there are in all."""
        conditions = [messages.c.account_id == account_id]
        count = sa.select(message_counts.c.total).where(message_counts.c.account_id == account_id)
        if run_id is not None:
            conditions.append(messages.c.run_id == run_id)
            count = sa.select(sa.func.count()).select_from(messages).where(*conditions)
        query = (
            sa.select(messages)
            .where(*conditions)
            .order_by(messages.c.position.desc())
            .limit(page_size)
            .offset((page - 1) * page_size)
        )
        rows = self.connection.execute(query).all()
        tried = self._attempts([row.id for row in rows])
        found = [_logged(row, tried[row.id]) for row in rows]
        return found, int(self.connection.execute(count).scalar() or 0)

    def _attempts(self, message_ids: Collection[str]) -> dict[str, list[Attempt]]:
        query = sa.select(attempts.c.message_id, *_ATTEMPT).where(
            attempts.c.message_id.in_(message_ids)
        )
        found: dict[str, list[Attempt]] = defaultdict(list)
        for message_id, *columns in self.connection.execute(
            query.order_by(attempts.c.message_id, attempts.c.number)
        ):
            found[message_id].append(Attempt(*columns))
        return found


def _logged(row: sa.Row[Any], tried: Sequence[Attempt]) -> LoggedMessage:
    return LoggedMessage(
        id=row.id,
        run_id=row.run_id,
        event=EventType(row.event),
        url=row.url,
        status=MessageStatus(row.status),
        created_at=row.created_at,
        next_at=row.due_at,
        attempts=tuple(tried),
    )


_TABLES = """
CREATE TABLE messages (
    position INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    account_id TEXT NOT NULL REFERENCES accounts (id), run_id TEXT NOT NULL REFERENCES runs (id),
    node_id TEXT NOT NULL, event TEXT NOT NULL, url TEXT NOT NULL, host TEXT NOT NULL,
    headers JSON NOT NULL, body TEXT NOT NULL, status TEXT NOT NULL, attempts INTEGER NOT NULL,
    created_at TEXT NOT NULL, due_at TEXT, claimed_at TEXT,
    CONSTRAINT pending_is_due CHECK ((status = 'PENDING') = (due_at IS NOT NULL)),
    CONSTRAINT an_event_is_told_once UNIQUE (run_id, event, node_id)
);
CREATE INDEX messages_by_due ON messages (due_at);
CREATE INDEX messages_of_account ON messages (account_id, position);
CREATE INDEX messages_of_run ON messages (account_id, run_id, position);
CREATE TABLE attempts (
    message_id TEXT NOT NULL REFERENCES messages (id), number INTEGER NOT NULL,
    begun_at TEXT NOT NULL, status_code INTEGER, error TEXT, next_at TEXT,
    PRIMARY KEY (message_id, number)
)
"""


def add_messages(connection: sa.Connection) -> None:
    """From version 4 to 5: there are webhooks; none was ever queued."""
    for statement in _TABLES.split(";"):
        connection.exec_driver_sql(statement)
