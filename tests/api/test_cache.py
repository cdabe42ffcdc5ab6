"""Answers kept for a while."""

import math
from collections.abc import Callable

from magica_mcp.api.cache import Cache


class Shelf:
    """Counts how often it is looked at; `meanwhile` happens before it answers."""

    def __init__(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        self.looks, self._meanwhile = 0, meanwhile

    async def find(self) -> int:
        self.looks += 1
        self._meanwhile()
        return self.looks


class Clock:
    time = 0.0

    def __call__(self) -> float:
        return self.time


def test_a_value_is_kept_while_it_is_fresh() -> None:
    clock = Clock()
    cache: Cache[str, int] = Cache(clock=clock, seconds=60)
    cache.keep("a", 1)
    clock.time = 59.9

    assert cache.get("a") == 1


def test_a_value_is_gone_when_its_time_is_over() -> None:
    clock = Clock()
    cache: Cache[str, int] = Cache(clock=clock, seconds=60)
    cache.keep("a", 1)
    clock.time = 60.0

    assert cache.get("a") is None


def test_without_seconds_a_value_stays() -> None:
    clock = Clock()
    cache: Cache[str, int] = Cache(clock=clock)
    cache.keep("a", 1)
    clock.time = 1e12

    assert math.isclose(cache.get("a") or 0, 1)


def test_the_oldest_value_makes_room() -> None:
    cache: Cache[str, int] = Cache(clock=Clock(), limit=2)
    for position, key in enumerate("abc"):
        cache.keep(key, position)

    assert [cache.get(key) for key in "abc"] == [None, 1, 2]


def test_a_value_kept_again_counts_as_new() -> None:
    cache: Cache[str, int] = Cache(clock=Clock(), limit=2)
    for position, key in enumerate("abac"):
        cache.keep(key, position)

    assert [cache.get(key) for key in "abc"] == [2, None, 3]


def test_forgetting_empties_it() -> None:
    cache: Cache[str, int] = Cache(clock=Clock())
    cache.keep("a", 1)
    cache.forget()

    assert cache.get("a") is None


async def test_what_is_kept_is_not_looked_for() -> None:
    cache: Cache[str, int] = Cache(clock=Clock())
    shelf = Shelf()

    assert [await cache.get_or_find("a", shelf.find) for _ in range(3)] == [1, 1, 1]


async def test_each_key_is_looked_for_by_itself() -> None:
    cache: Cache[str, int] = Cache(clock=Clock())
    shelf = Shelf()

    assert [await cache.get_or_find(key, shelf.find) for key in "aba"] == [1, 2, 1]


async def test_what_was_forgotten_while_it_was_looked_for_is_not_kept() -> None:
    cache: Cache[str, int] = Cache(clock=Clock())
    first = await cache.get_or_find("a", Shelf(meanwhile=cache.forget).find)

    assert (first, cache.get("a")) == (1, None)
