"""The forms of ids, keys and times."""

import re
from datetime import UTC, datetime, timedelta, timezone

from magica_mcp.local.store.ids import iso, key_hash, new_id, new_key, new_node_id, new_run_id


def test_an_id_is_a_cuid_of_25_characters() -> None:
    assert re.fullmatch(r"c[a-z0-9]{24}", new_id())


def test_the_id_of_a_run_begins_with_cm() -> None:
    assert re.fullmatch(r"cm[a-z0-9]{23}", new_run_id())


def test_the_id_of_a_node_tells_its_time() -> None:
    assert re.fullmatch(r"node_\d{13}_[a-z0-9]{9}", new_node_id())


def test_no_two_ids_are_the_same() -> None:
    assert len({new_id() for _ in range(1000)}) == 1000


def test_a_key_is_known_by_its_prefix() -> None:
    assert re.fullmatch(r"gx_[\w-]{43}", new_key())


def test_the_hash_of_a_key_does_not_show_it() -> None:
    key = new_key()

    assert key not in key_hash(key)


def test_times_are_told_in_utc_with_milliseconds() -> None:
    moment = datetime(2026, 10, 1, 10, 46, 40, 584_999, tzinfo=timezone(timedelta(hours=2)))

    assert iso(moment) == "2026-10-01T08:46:40.584Z"


def test_a_whole_second_has_its_milliseconds_too() -> None:
    assert iso(datetime(2026, 2, 18, 12, tzinfo=UTC)) == "2026-02-18T12:00:00.000Z"
