"""An approval is used up by what was, or may have been, sent; and by nothing else."""

from pathlib import Path

import pytest

from magica_mcp.spend.approvals import sealed
from magica_mcp.spend.entries import Spent
from magica_mcp.spend.journal import Journal
from magica_mcp.spend.wishes import Wish


def wish(name: str = "a", *, approval: str | None = "sealed") -> Wish:
    return Wish("me", "execute_tool", "a model", {"prompt": name}, 1, approval=approval)


class Seen:
    """What the journal's transaction told of the money."""

    def __init__(self) -> None:
        self.spent = Spent()

    def __call__(self, spent: Spent) -> None:
        self.spent = spent


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.sqlite")


def entry_of(journal: Journal, asked: Wish) -> int:
    """The entry of a request that was just noted as sent."""
    (decision,) = journal.intend([asked])
    assert decision.entry is not None
    return decision.entry.id


def is_redeemed(journal: Journal, *wishes: Wish, again: bool = False) -> bool:
    seen = Seen()
    journal.intend(wishes, again=again, is_batch=len(wishes) > 1, allows=seen)
    return seen.spent.is_redeemed


def test_a_fresh_approval_is_not_used(journal: Journal) -> None:
    assert not is_redeemed(journal, wish())


@pytest.mark.parametrize("fate", ["sent", "unknown", "started"])
def test_a_request_that_may_have_arrived_uses_its_approval(fate: str, journal: Journal) -> None:
    entry = entry_of(journal, wish())
    if fate == "unknown":
        journal.unknown(entry)
    if fate == "started":
        journal.started(entry, run_id="run")

    assert is_redeemed(journal, wish(), again=True)


def test_a_request_that_was_refused_gives_its_approval_back(journal: Journal) -> None:
    journal.refused(entry_of(journal, wish()))

    assert not is_redeemed(journal, wish())


def test_of_an_approved_batch_what_was_never_sent_is_still_approved(
    tmp_path: Path, journal: Journal
) -> None:
    killed = Journal(tmp_path / "journal.sqlite")
    first, second = wish("a"), wish("b")
    sent, planned = killed.intend([first, second], is_batch=True)
    assert sent.entry is not None
    killed.sending(sent.entry.id)
    killed.started(sent.entry.id, run_id="run")
    killed.close()

    seen = Seen()
    decisions = journal.intend([first, second], is_batch=True, allows=seen)

    assert planned.is_new
    assert [decision.is_new for decision in decisions] == [False, True]
    assert seen.spent.wanted == (1,)
    assert not seen.spent.is_redeemed


def test_requests_without_an_approval_use_none(journal: Journal) -> None:
    entry_of(journal, wish(approval=None))

    assert not is_redeemed(journal, wish(approval=None), again=True)


def test_a_price_that_was_shown_is_remembered_by_its_token_alone(
    tmp_path: Path, journal: Journal
) -> None:
    token, given = journal.show("me", job="a job", price=3)

    other = Journal(tmp_path / "journal.sqlite")
    assert other.approval(token) == given
    assert other.approval(sealed(token)) is None
    assert other.approval("") is None
