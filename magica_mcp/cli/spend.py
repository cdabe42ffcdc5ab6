"""What was spent from here: a table in the terminal, JSON and CSV for scripts."""

import csv
import json
import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from rich import box
from rich.console import Console
from rich.table import Table

from magica_mcp.config import read_settings
from magica_mcp.models.credits import credits_text
from magica_mcp.spend.journal import Journal
from magica_mcp.spend.statement import (
    Amounts,
    Row,
    by_account,
    first_day,
    statement,
    total,
)

Form = Literal["table", "json", "csv"]
COLUMNS: Mapping[str, str] = {
    "runs": "runs",
    "estimated": "estimatedMicrocredits",
    "settled": "settledRuns",
    "charged": "chargedMicrocredits",
    "above": "aboveEstimateMicrocredits",
    "unsettled": "unsettledRuns",
    "reserved": "reservedMicrocredits",
}
"""What scripts are told of each row, by the name that it has in the statement."""
NOT_FROM_HERE = "Only what was started from here is known, not what was started in the app."


def run_spend(*, home: Path | None, days: int, form: Form) -> None:
    """Print what was spent in the last days, today included.

    Raises:
        MagicaError: the settings or the journal cannot be used.
    """
    settings = read_settings(os.environ)
    folder = (home or settings.home).expanduser().absolute()
    since = first_day(datetime.now().astimezone(), days=days)
    rows = spent_in(folder, since=since)
    if form == "json":
        json.dump(as_json(rows, since=since), sys.stdout, indent=2)
        sys.stdout.write("\n")
    elif form == "csv":
        csv.writer(sys.stdout, lineterminator="\n").writerows(as_csv(rows))
    else:
        show(rows, days=days, console=Console(soft_wrap=True))


def spent_in(home: Path, *, since: date) -> tuple[Row, ...]:
    """The rows of a home; nothing where there is no journal, and none is made."""
    file = home / "journal.sqlite"
    if not file.exists():
        return ()
    with closing(Journal(file)) as journal:
        return statement(journal.spent_by_day(since=since), journal.open_entries(since=since))


def as_json(rows: Iterable[Row], *, since: date) -> dict[str, Any]:
    """Everything, with one sum for each account."""
    accounts = by_account(list(rows))
    return {
        "since": since.isoformat(),
        "rows": [_plain(row) for part in accounts.values() for row in part],
        "totals": {account: _amounts(total(part)) for account, part in accounts.items()},
    }


def as_csv(rows: Iterable[Row]) -> list[list[Any]]:
    """A heading and a line for each row."""
    plain = [_plain(row) for row in rows]
    heading = ["account", "day", "tool", "what", *COLUMNS.values()]
    return [heading, *([each[name] for name in heading] for each in plain)]


def _plain(row: Row) -> dict[str, Any]:
    named = {"account": row.account, "day": row.day.isoformat(), "tool": row.tool, "what": row.what}
    return {**named, **_amounts(row.amounts)}


def _amounts(amounts: Amounts) -> dict[str, int]:
    return {name: getattr(amounts, field) for field, name in COLUMNS.items()}


# The terminal -----------------------------------------------------------------------------------


def show(rows: tuple[Row, ...], *, days: int, console: Console) -> None:
    """A table for each account, and below it what is not known."""
    period = "today" if days == 1 else f"in the last {days} days"
    if not rows:
        console.print(f"Nothing was spent from here {period}. {NOT_FROM_HERE}")
        return
    for account, part in by_account(rows).items():
        console.print(_table(account, part, period=period))
        console.print(f"{_unknown(total(part))}{NOT_FROM_HERE}\n", markup=False)


def _table(account: str, rows: list[Row], *, period: str) -> Table:
    name = account or "an account from before accounts were noted"
    title, sums = f"Credits spent {period}: {name}", total(rows)
    table = Table(
        title=title,
        title_justify="left",
        show_footer=True,
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column("Day", "Sum", no_wrap=True)
    table.add_column("Model or workflow", overflow="fold", min_width=25)
    table.add_column("Runs", f"{sums.runs:,}", justify="right")
    table.add_column("Estimated", _credits(sums.estimated), justify="right")
    table.add_column("Charged", _credits(sums.charged), justify="right")
    table.add_column("Above it", _credits(sums.above), justify="right")
    table.add_column("Open", _open(sums), justify="right")
    for place, row in enumerate(rows):
        is_new_day = place == 0 or rows[place - 1].day != row.day
        amounts = row.amounts
        table.add_row(
            row.day.isoformat() if is_new_day else "",
            row.what,
            f"{amounts.runs:,}",
            _credits(amounts.estimated),
            _credits(amounts.charged),
            _credits(amounts.above),
            _open(amounts),
        )
    return table


def _credits(microcredits: int) -> str:
    return credits_text(microcredits).split()[0] if microcredits else "–"


def _open(amounts: Amounts) -> str:
    return f"{amounts.unsettled:,}" if amounts.unsettled else "–"


def _unknown(sums: Amounts) -> str:
    if not sums.unsettled:
        return ""
    what = "1 paid request is" if sums.unsettled == 1 else f"{sums.unsettled} paid requests are"
    return (
        f"{what} not settled: what was charged is not known, the estimate is "
        f"{credits_text(sums.reserved)}. get_run_status settles a run. "
    )
