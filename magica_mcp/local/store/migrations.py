"""How a database comes to the schema of this version, whatever version wrote it."""

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from magica_mcp.errors import StoreTooNewError
from magica_mcp.local.store.enforced import add_sums
from magica_mcp.local.store.files import add_files
from magica_mcp.local.store.keys import add_terms
from magica_mcp.local.store.messages import add_messages
from magica_mcp.local.store.processes import add_processes
from magica_mcp.local.store.tables import schema_version, tables
from magica_mcp.local.store.tallies import add_tallies

Migration = Callable[[sa.Connection], None]

MIGRATIONS: Sequence[Migration] = (
    *(add_sums, add_files, add_terms, add_messages, add_processes),
    add_tallies,
)
"""The first leads from version 1 to 2, and so on; a new database begins at the last version."""


def bring_up_to_date(
    connection: sa.Connection, *, migrations: Sequence[Migration] = MIGRATIONS
) -> bool:
    """Create or migrate the tables; answers whether they are new.

    Raises:
        StoreTooNewError: a newer version of this program wrote the database; it stays as it is.
    """
    ours = 1 + len(migrations)
    theirs = _version_in(connection)
    if theirs is None:
        tables.create_all(connection)
        connection.execute(sa.insert(schema_version).values(version=ours))
        return True
    if theirs > ours:
        raise StoreTooNewError(
            f"The local database was written by a newer version of magica-mcp (format {theirs}, "
            f"this version reads up to {ours}). Upgrade magica-mcp, or set MAGICA_HOME to another "
            "folder."
        )
    for migration in migrations[theirs - 1 :]:
        migration(connection)
    connection.execute(sa.update(schema_version).values(version=ours))
    return False


def _version_in(connection: sa.Connection) -> int | None:
    if not sa.inspect(connection).has_table(schema_version.name):
        return None
    return connection.execute(sa.select(schema_version.c.version)).scalar()
