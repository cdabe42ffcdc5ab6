"""The tables of the store and what the database itself enforces about them."""

from collections.abc import Iterable
from enum import StrEnum

import sqlalchemy as sa

from magica_mcp.graph.lifecycle import NodeStatus, RunStatus
from magica_mcp.local.credits import GIVING, Entry
from magica_mcp.recognition.kinds import MediaType

tables = sa.MetaData()

JSON = sa.JSON(none_as_null=True)


class RunKind(StrEnum):
    """A run of a workflow, or of one model."""

    WORKFLOW = "workflow"
    MODEL = "model"


class FileSource(StrEnum):
    """Where a file of the media library comes from (magica-contract 2.7)."""

    GENERATION = "generation"
    UPLOAD = "upload"


class EventType(StrEnum):
    """What a webhook can tell (magica-contract 5.2)."""

    RUN_STARTED = "run.started"
    RUN_COMPLETED = "run.completed"
    RUN_FAILED = "run.failed"
    RUN_CANCELED = "run.canceled"
    NODE_COMPLETED = "node.completed"
    NODE_FAILED = "node.failed"


class MessageStatus(StrEnum):
    """How far a webhook message is: still to be sent, received, or given up."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


def _one_of(column: str, values: Iterable[str]) -> str:
    listed = ", ".join(f"'{value}'" for value in sorted(values))
    return f"{column} IN ({listed})"


schema_version = sa.Table(
    "schema_version", tables, sa.Column("version", sa.Integer, nullable=False)
)

secrets = sa.Table(
    "secrets",
    tables,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

accounts = sa.Table(
    "accounts",
    tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("created_at", sa.Text, nullable=False),
)

keys = sa.Table(
    "keys",
    tables,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("account_id", sa.ForeignKey("accounts.id"), nullable=False),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("prefix", sa.Text, nullable=False),
    sa.Column("per_minute", sa.Integer),
    sa.Column("per_day", sa.Integer),
    sa.Column("expires_at", sa.Text),
    sa.Column("created_at", sa.Text, nullable=False),
    sa.CheckConstraint("per_minute BETWEEN 1 AND 10000", name="minute_is_limited_sensibly"),
    sa.CheckConstraint("per_day BETWEEN 1 AND 100000", name="day_is_limited_sensibly"),
    sa.Index("one_key_of_an_id", "id", unique=True),
    sa.Index("one_key_of_a_label", "account_id", "label", unique=True),
)

workflows = sa.Table(
    "workflows",
    tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("account_id", sa.ForeignKey("accounts.id"), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("graph", JSON, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", sa.Text, nullable=False),
    sa.Column("updated_at", sa.Text, nullable=False),
    sa.CheckConstraint("version >= 1", name="version_counts_from_one"),
    sa.Index("workflows_of_account", "account_id", "updated_at"),
)

runs = sa.Table(
    "runs",
    tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("account_id", sa.ForeignKey("accounts.id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    # Of a model run the node type: its workflow, so to speak (magica-contract 5.3).
    sa.Column("workflow_id", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("graph", JSON),
    sa.Column("asked", JSON, nullable=False),
    sa.Column("result_feed", JSON),
    sa.Column("response", JSON),
    sa.Column("error", sa.Text),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("created_at", sa.Text, nullable=False),
    sa.Column("started_at", sa.Text),
    sa.Column("finished_at", sa.Text),
    sa.CheckConstraint(_one_of("kind", RunKind), name="kind_is_known"),
    sa.CheckConstraint(_one_of("status", RunStatus), name="run_status_is_known"),
    # With the name, so that a search by name or id reads nothing but this index.
    sa.Index("runs_of_account", "account_id", "kind", "created_at", "id", "name"),
    sa.Index("runs_of_workflow", "account_id", "kind", "workflow_id", "created_at", "id"),
    sa.Index("runs_of_status", "account_id", "kind", "status", "created_at", "id"),
    sa.Index("runs_by_status", "status"),
)

node_runs = sa.Table(
    "node_runs",
    tables,
    sa.Column("run_id", sa.ForeignKey("runs.id"), primary_key=True),
    sa.Column("node_id", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("plan", JSON, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("input", JSON),
    sa.Column("output", JSON),
    sa.Column("error", sa.Text),
    sa.Column("user_message", sa.Text),
    sa.Column("credit_used", sa.BigInteger, nullable=False),
    sa.Column("starts", sa.Integer, nullable=False),
    sa.Column("started_at", sa.Text),
    sa.Column("finished_at", sa.Text),
    sa.CheckConstraint(_one_of("status", NodeStatus), name="node_status_is_known"),
    sa.CheckConstraint("credit_used >= 0", name="credits_are_used"),
    sa.UniqueConstraint("run_id", "position", name="one_node_at_a_position"),
)

ledger = sa.Table(
    "ledger",
    tables,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("account_id", sa.ForeignKey("accounts.id"), nullable=False),
    sa.Column("run_id", sa.Text),
    sa.Column("node_id", sa.Text),
    sa.Column("entry", sa.Text, nullable=False),
    sa.Column("microcredits", sa.BigInteger, nullable=False),
    sa.Column("created_at", sa.Text, nullable=False),
    sa.CheckConstraint(
        f"({_one_of('entry', GIVING)} AND microcredits >= 0) OR "
        f"({_one_of('entry', set(Entry) - GIVING)} AND microcredits <= 0)",
        name="what_takes_is_negative",
    ),
    sa.ForeignKeyConstraint(["run_id", "node_id"], ["node_runs.run_id", "node_runs.node_id"]),
    # Each node of a run has one reservation, one release and at most one charge.
    sa.UniqueConstraint("run_id", "node_id", "entry", name="one_entry_of_a_kind"),
    sa.Index("ledger_of_account", "account_id"),
)

# Of use where several processes share the database, see `processes`.
processes = sa.Table(
    "processes",
    tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("beat_at", sa.Float, nullable=False),
)

run_owners = sa.Table(
    "run_owners",
    tables,
    sa.Column("run_id", sa.ForeignKey("runs.id"), primary_key=True),
    sa.Column("process_id", sa.Text, nullable=False),
)

# Kept by triggers, see `enforced`.
balances = sa.Table(
    "balances",
    tables,
    sa.Column("account_id", sa.ForeignKey("accounts.id"), primary_key=True),
    sa.Column("microcredits", sa.BigInteger, nullable=False),
    sa.CheckConstraint("microcredits >= 0", name="nothing_is_overdrawn"),
)

run_counts = sa.Table(
    "run_counts",
    tables,
    sa.Column("account_id", sa.ForeignKey("accounts.id"), primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("total", sa.BigInteger, nullable=False),
)

# Kept by triggers, see `tallies`.
run_tallies = sa.Table(
    "run_tallies",
    tables,
    sa.Column("account_id", sa.ForeignKey("accounts.id"), primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("workflow_id", sa.Text, primary_key=True),
    sa.Column("status", sa.Text, primary_key=True),
    sa.Column("total", sa.BigInteger, nullable=False),
)

message_counts = sa.Table(
    "message_counts",
    tables,
    sa.Column("account_id", sa.ForeignKey("accounts.id"), primary_key=True),
    sa.Column("total", sa.BigInteger, nullable=False),
)

files = sa.Table(
    "files",
    tables,
    # Counts up, so that the newest come first and a page stays where it is while others are added.
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("account_id", sa.ForeignKey("accounts.id"), nullable=False),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("mime_type", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("width", sa.Integer),
    sa.Column("height", sa.Integer),
    sa.Column("duration", sa.Float),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("model_id", sa.Text),
    sa.Column("run_id", sa.ForeignKey("runs.id")),
    sa.Column("created_at", sa.Text, nullable=False),
    sa.CheckConstraint(_one_of("media_type", MediaType), name="media_type_is_known"),
    sa.CheckConstraint(_one_of("source", FileSource), name="file_source_is_known"),
    sa.CheckConstraint("size >= 0", name="size_is_bytes"),
    sa.Index("files_of_account", "account_id", "media_type", "position"),
    sa.Index("files_in_order", "account_id", "position"),
)

messages = sa.Table(
    "messages",
    tables,
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("account_id", sa.ForeignKey("accounts.id"), nullable=False),
    sa.Column("run_id", sa.ForeignKey("runs.id"), nullable=False),
    # Empty where the event is not about a node, since no two NULLs are the same.
    sa.Column("node_id", sa.Text, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("headers", JSON, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("created_at", sa.Text, nullable=False),
    # When it is to be sent, or, while somebody sends it, when that one counts as lost.
    sa.Column("due_at", sa.Text),
    sa.Column("claimed_at", sa.Text),
    sa.CheckConstraint(_one_of("event", EventType), name="event_is_known"),
    sa.CheckConstraint(_one_of("status", MessageStatus), name="message_status_is_known"),
    sa.CheckConstraint("(status = 'PENDING') = (due_at IS NOT NULL)", name="pending_is_due"),
    sa.UniqueConstraint("run_id", "event", "node_id", name="an_event_is_told_once"),
    sa.Index("messages_by_due", "due_at"),
    sa.Index("messages_of_account", "account_id", "position"),
    sa.Index("messages_of_run", "account_id", "run_id", "position"),
)

attempts = sa.Table(
    "attempts",
    tables,
    sa.Column("message_id", sa.ForeignKey("messages.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("begun_at", sa.Text, nullable=False),
    sa.Column("status_code", sa.Integer),
    sa.Column("error", sa.Text),
    sa.Column("next_at", sa.Text),
    sa.CheckConstraint("number >= 1", name="attempts_count_from_one"),
)
