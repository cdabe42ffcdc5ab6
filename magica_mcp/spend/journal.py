"""The record of every paid request: written before it is sent, completed once its fate is known.

SQLite under MAGICA_HOME, shared by several processes. Refuses to know MCP and HTTP.
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from magica_mcp.errors import InvalidInputError
from magica_mcp.spend import statements as sql
from magica_mcp.spend import sums
from magica_mcp.spend.approvals import KEPT_FOR, Approval, new_token, sealed
from magica_mcp.spend.budgets import Allows, allow_all
from magica_mcp.spend.database import Database, unusable
from magica_mcp.spend.decisions import (
    NOTHING,
    Found,
    Verdict,
    counting,
    verdict,
    verdicts_on_batch,
)
from magica_mcp.spend.entries import OVER, UNANSWERED, Entry, Spent, State
from magica_mcp.spend.holders import Holders
from magica_mcp.spend.records import Records
from magica_mcp.spend.wishes import Wish, batch_key

KEPT = timedelta(days=30)
"""For so long an entry is kept; sums by day are kept for good."""

Again = bool | str
"""False: the same request means the same run. True: once more on purpose. A run id (or the name of
an entry without one): once more than that one."""


@dataclass(frozen=True)
class Decision:
    """What was decided about a wish.

    NEW: `entry` is its new entry, None where it was only considered. Otherwise `entry` is the
    earlier one: EARLIER answers the wish; ASK may be over, see `Journal.consider`.
    """

    verdict: Verdict
    entry: Entry | None

    @property
    def is_new(self) -> bool:
        return self.verdict is Verdict.NEW


def _now() -> datetime:
    return datetime.now(UTC)


class Journal(Records):
    """Every paid request of every process that shares this file.

    Wishes are decided about together: one, or all items of a batch. Every method may raise a
    `JournalError`: the file cannot be used.
    """

    def __init__(self, file: Path, *, now: Callable[[], datetime] = _now) -> None:
        database, holders = Database(file), Holders(file.with_name(f"{file.stem}.holders"))
        super().__init__(database, holders, now=now)
        self._file = file

    def close(self) -> None:
        """Let go of the file; what was sent and not answered is then open to other processes."""
        self._database.close()
        self._holders.close()

    # Before anything is sent ------------------------------------------------------------------

    def consider(
        self, wishes: Sequence[Wish], *, again: Again = False, is_batch: bool = False
    ) -> tuple[Decision, ...]:
        """What would be decided now; nothing is written.

        Where it is `Verdict.ASK`, ask how the entry's run is, note it with `seen` or `settle`, and
        consider again; `intend` takes an ASK for an EARLIER.

        Raises:
            InvalidInputError: `again` names nothing that this request led to.
        """
        with self._database.reading() as tx:
            found = [self._found(tx, wish, again=again) for wish in wishes]
            return self._decided(found, batch=_batch_of(wishes, again) if is_batch else None)

    def intend(
        self,
        wishes: Sequence[Wish],
        *,
        again: Again = False,
        is_batch: bool = False,
        allows: Allows = allow_all,
    ) -> tuple[Decision, ...]:
        """Decide about the wishes and write down the new ones, in one transaction.

        A single wish is noted as sent, durably: send it at once. Those of a batch are planned;
        each is noted with `sending` before its request goes out.

        Raises:
            InvalidInputError: `again` names nothing that this request led to.
            MagicaError: whatever `allows` raises; then nothing is written.
        """
        holder, batch = self._holder(), _batch_of(wishes, again) if is_batch else None
        is_plain = len(wishes) == 1 and not is_batch and again is False and allows is allow_all
        with self._database.writing(is_durable=not is_batch) as tx:
            now = self._now()  # after the wait for other processes
            if is_plain and (first := sql.add_first(tx, wishes[0], holder=holder, now=now)):
                return (Decision(Verdict.NEW, first),)
            found = [self._found(tx, wish, again=again) for wish in wishes]
            decided = self._decided(found, batch=batch)
            new = [wish for wish, each in zip(wishes, decided, strict=True) if each.is_new]
            if new:
                allows(self._spent(tx, new))
                sql.forget_some(tx, before=now - KEPT, new=len(new))
            state = State.PLANNED if is_batch else State.SENT
            return tuple(
                Decision(
                    Verdict.NEW,
                    sql.add(
                        *(tx, wish, state),
                        repeats=each.repeats,
                        batch=batch,
                        holder=holder,
                        now=now,
                    ),
                )
                if decision.is_new
                else decision
                for wish, each, decision in zip(wishes, found, decided, strict=True)
            )

    def sending(self, entry_id: int) -> bool:
        """Note durably that a planned request is sent now; whether it still may be."""
        with self._database.writing(is_durable=True) as tx:
            return sql.become(tx, entry_id, State.SENT, only_from=(State.PLANNED,))

    def show(self, account: str, *, job: str, price: int | None) -> tuple[str, Approval]:
        """Note that the price of a job was shown; the token that approves it, for the answer."""
        token, given = new_token(), Approval(account, job, price, shown_at=self._now())
        with self._database.writing(is_durable=False) as tx:
            sql.forget_approvals(tx, before=self._now() - KEPT_FOR)
            sql.add_approval(tx, sealed(token), given)
        return token, given

    # What became of it ------------------------------------------------------------------------

    def started(self, entry_id: int, *, run_id: str) -> None:
        """Note that the request was accepted as this run, as Magica itself answered.

        An entry to which the run was only attributed loses it.
        """
        with self._database.writing(is_durable=False) as tx:
            try:
                sql.give_run(tx, entry_id, run_id)
            except sqlite3.IntegrityError:  # another entry has it
                sql.take_run_away(tx, run_id, for_entry=entry_id)
                sql.give_run(tx, entry_id, run_id)

    def adopt(self, entry_id: int, *, run_id: str) -> bool:
        """Attribute a run that was found to an entry without one; whether it was still free."""
        with self._database.writing(is_durable=False) as tx:
            entry = sql.entry(tx, entry_id)
            if entry is None or entry.state not in UNANSWERED:
                return False
            if sql.known_runs(tx, entry.account, [run_id]):
                return False
            sql.give_run(tx, entry_id, run_id)
            return True

    def refused(self, entry_id: int) -> None:
        """Note that the request was certainly not accepted, or not even sent."""
        with self._database.writing(is_durable=False) as tx:
            sql.refuse(tx, entry_id, only_from=tuple(UNANSWERED), now=self._now())
            self._forget(tx)

    def dropped(self, entry_id: int) -> None:
        """Note that a planned request will not be sent."""
        with self._database.writing(is_durable=False) as tx:
            sql.refuse(tx, entry_id, only_from=(State.PLANNED,), now=self._now())

    def unknown(self, entry_id: int) -> None:
        """Note that nobody knows whether the request was accepted."""
        with self._database.writing(is_durable=False) as tx:
            if sql.become(tx, entry_id, State.UNKNOWN, only_from=(State.SENT,)):
                sql.mark_seen(tx, entry_id, now=self._now())
            self._forget(tx)

    def seen(self, entry_id: int) -> None:
        """Note that the run of an entry still runs."""
        with self._database.writing(is_durable=False) as tx:
            sql.mark_seen(tx, entry_id, now=self._now())

    def settle(
        self,
        run_id: str,
        *,
        account: str,
        state: State,
        charge: int | None,
        finished_at: datetime | None = None,
    ) -> bool:
        """Note how a run ended and what it came to, in microcredits; whether that was news.

        `finished_at` is when the run was over, as far as that is known; the charge counts then.
        """
        with self._database.writing(is_durable=False) as tx:
            entry = sql.of_run(tx, run_id, account=account)
            if entry is None or entry.state in OVER:
                return False
            moment = finished_at or self._now()
            sql.settle(tx, entry.id, state, charge=charge, finished_at=moment)
            if charge is not None:
                sums.add_charge(tx, entry, charge, moment=moment)
            self._forget(tx)
            return True

    # Deciding ---------------------------------------------------------------------------------

    def _found(self, tx: sqlite3.Connection, wish: Wish, *, again: Again) -> Found:
        """The earlier entry that counts for a wish, and what a new one would repeat."""
        entries = [
            entry
            for entry in sql.latest_of(tx, wish.key)
            if entry.state is not State.PLANNED or self.is_under_way(entry)
        ]
        repeats = self._repeated(tx, wish, entries, again=again)
        if isinstance(again, str):
            entries = [entry for entry in entries if entry.repeats == repeats]
        elif again:
            entries = [entry for entry in entries if entry.repeats is not None]
        return Found(counting(entries, now=self._now()), repeats=repeats)

    def _repeated(
        self, tx: sqlite3.Connection, wish: Wish, entries: Sequence[Entry], *, again: Again
    ) -> int | None:
        """The id of the entry that a new one would repeat; None: a plain request repeats none."""
        if isinstance(again, bool):
            latest = entries[0].id if entries else NOTHING
            return latest if again else None
        named = sql.named(tx, wish.key, again)
        if named is None:
            message = (
                f"This request never led to '{again}'. Give again: true, or the id of the run "
                "that is to be repeated. Nothing was sent."
            )
            raise InvalidInputError(message)
        return named.id

    def _decided(self, found: Sequence[Found], *, batch: str | None) -> tuple[Decision, ...]:
        now = self._now()
        verdicts = [verdict(each.earlier, now=now) for each in found]
        if batch is not None:
            earlier = [each.earlier for each in found]
            verdicts = verdicts_on_batch(earlier, verdicts, batch=batch, now=now)
        return tuple(
            Decision(each, None if each is Verdict.NEW else one.earlier)
            for one, each in zip(found, verdicts, strict=True)
        )

    def _spent(self, tx: sqlite3.Connection, new: Sequence[Wish]) -> Spent:
        return replace(
            sums.spent(tx, new[0].account, now=self._now()),
            wanted=tuple(wish.estimate for wish in new),
            is_redeemed=sums.is_redeemed(tx, new),
        )

    def _forget(self, tx: sqlite3.Connection) -> None:
        """Let old entries go when a request has come to its end, since nobody waits for that."""
        sql.forget_some(tx, before=self._now() - KEPT)

    def _holder(self) -> str:
        try:
            return self._holders.own()
        except (OSError, sqlite3.Error) as error:
            raise unusable(self._file, str(error)) from error


def _batch_of(wishes: Sequence[Wish], again: Again) -> str:
    return batch_key(wishes, is_repetition=again is not False)
