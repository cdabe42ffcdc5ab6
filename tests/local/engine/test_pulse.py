"""Who is alive, and who of them sees to what the others left."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa

from magica_mcp.local.engine.pulse import Pulse, Rhythm
from magica_mcp.local.store.tables import processes
from tests.local.engine.workshop import Workshop, workflow
from tests.local.postgres import needs_postgres, new_database

pytestmark = needs_postgres

RHYTHM = Rhythm(silent_seconds=3600)


@dataclass
class Heir:
    """What a process was given to see to, and who was alive then."""

    given: list[str] = field(default_factory=list)
    alive: Collection[str] = ()

    def __call__(self, run_ids: Collection[str], *, alive: Collection[str]) -> None:
        self.given.extend(run_ids)
        self.alive = alive


@pytest.fixture
def url() -> Iterator[str]:
    with new_database() as made:
        yield made


@dataclass
class Time:
    now: float = 0.0

    def clock(self) -> float:
        return self.now


def pulse(workshop: Workshop, name: str, heir: Heir, *, time: Time | None = None) -> Pulse:
    clock = (time or Time()).clock
    return Pulse(workshop.store, name, take_over=heir, rhythm=RHYTHM, clock=clock)


def silence(workshop: Workshop, name: str) -> None:
    """As if a process had not been heard of for long."""
    with workshop.store.engine.begin() as connection:
        quiet = sa.update(processes).where(processes.c.id == name)
        connection.execute(quiet.values(beat_at=processes.c.beat_at - 2 * RHYTHM.silent_seconds))


def run_of(workshop: Workshop, name: str) -> str:
    """An unfinished run that a process sees to."""
    run_id = workshop.start(workflow("ask → a", "a → end"))
    with workshop.store.writing() as tx:
        tx.processes.own(name, run_id)
    return run_id


def test_the_runs_of_who_has_left_are_given_to_who_is_alive(workshop: Workshop) -> None:
    heir, gone = Heir(), pulse(workshop, "gone", Heir())
    gone.beat()
    run_id = run_of(workshop, "gone")
    gone.leave()

    pulse(workshop, "here", heir).beat()

    assert (heir.given, heir.alive) == ([run_id], ("here",))


def test_the_runs_of_who_is_silent_too_long_are_given_away(workshop: Workshop) -> None:
    heir = Heir()
    pulse(workshop, "silent", Heir()).beat()
    run_id = run_of(workshop, "silent")
    silence(workshop, "silent")

    pulse(workshop, "alive", heir).beat()

    assert heir.given == [run_id]


def test_a_run_that_is_over_is_not_given_to_anybody(workshop: Workshop) -> None:
    heir = Heir()
    workshop.engine.cancel(run_of(workshop, "gone"))

    pulse(workshop, "alive", heir).beat()

    assert heir.given == []


def test_the_runs_of_who_is_alive_are_left_to_him(workshop: Workshop) -> None:
    heir = Heir()
    pulse(workshop, "alive", Heir()).beat()
    run_of(workshop, "alive")

    pulse(workshop, "another", heir).beat()

    assert heir.given == []


def test_one_of_those_alive_looks_after_what_was_left(workshop: Workshop) -> None:
    first, second = Heir(), Heir()
    pulses = [pulse(workshop, "a", first), pulse(workshop, "b", second)]
    pulses[0].beat()
    run_id = run_of(workshop, "gone")

    for each in pulses:
        each.beat()

    assert (first.given, second.given) == ([run_id], [])


def test_who_was_silent_himself_lets_the_others_speak_first(workshop: Workshop) -> None:
    """After a sleep of the machine or of the database everybody looks gone."""
    time, heir = Time(), Heir()
    alive = pulse(workshop, "alive", heir, time=time)
    alive.beat()
    run_id = run_of(workshop, "asleep")
    given = []
    for seconds in (RHYTHM.silent_seconds, *[RHYTHM.silent_seconds / 3] * 4):
        time.now += seconds
        alive.beat()
        given.append(len(heir.given))

    assert (given[:3], given[-1] > 0, set(heir.given)) == ([0, 0, 0], True, {run_id})
