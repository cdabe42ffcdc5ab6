import socket
from pathlib import Path

import pytest

from magica_mcp.errors import LocalMagicaError
from magica_mcp.local.instance import Instance, write_instance
from magica_mcp.local.magica import LocalMagica
from magica_mcp.local.serving import held, hosted_key, is_loopback, names_of, open_port

INSTANCE = Instance(
    pid=4711, host="127.0.0.1", port=8787, instance_id="one", version="0.1.0", token="secret"
)


def port_of(opened: socket.socket) -> int:
    port: int = opened.getsockname()[1]
    return port


def test_a_port_that_is_taken_is_named_with_what_to_do() -> None:
    with open_port("127.0.0.1", port=0) as other:
        taken = port_of(other)

        with pytest.raises(LocalMagicaError, match=f"Port {taken} on 127.0.0.1 cannot be opened"):
            open_port("127.0.0.1", port=taken)


def test_without_a_wish_any_free_port_will_do() -> None:
    with open_port("127.0.0.1", port=None) as first, open_port("127.0.0.1", port=None) as second:
        assert port_of(first) != port_of(second)


def test_an_address_of_no_one_is_explained() -> None:
    with pytest.raises(LocalMagicaError, match="Set MAGICA_LOCAL_HOST"):
        open_port("192.0.2.1", port=None)


def test_a_home_is_served_by_one_process_at_a_time(tmp_path: Path) -> None:
    write_instance(tmp_path, INSTANCE)

    with held(tmp_path), pytest.raises(LocalMagicaError) as caught, held(tmp_path):
        pass

    assert "already runs" in str(caught.value)
    assert "http://127.0.0.1:8787, process 4711" in str(caught.value)


def test_a_home_can_be_served_again(tmp_path: Path) -> None:
    with held(tmp_path):
        pass

    with held(tmp_path):
        pass


def test_a_home_whose_store_is_shared_is_served_by_several_and_one_is_noted(tmp_path: Path) -> None:
    with held(tmp_path, is_shared=True) as first, held(tmp_path, is_shared=True) as second:
        assert (first, second) == (True, False)


def test_who_has_a_store_to_himself_does_not_serve_beside_others(tmp_path: Path) -> None:
    write_instance(tmp_path, INSTANCE)

    with (
        held(tmp_path, is_shared=True),
        pytest.raises(LocalMagicaError, match="already runs"),
        held(tmp_path),
    ):
        pass


@pytest.mark.parametrize(("host", "only"), [("127.0.0.1", True), ("0.0.0.0", False)])
def test_what_listens_elsewhere_is_not_for_this_machine_only(host: str, *, only: bool) -> None:
    with open_port(host, port=0) as listening:
        assert is_loopback(listening) is only


def test_the_key_of_the_hosted_dialect_stays_the_same(tmp_path: Path, magica: LocalMagica) -> None:
    first = hosted_key(tmp_path, magica)

    assert first.startswith("gx_")
    assert hosted_key(tmp_path, magica) == first


def test_a_key_that_nobody_knows_any_more_is_made_anew(tmp_path: Path, magica: LocalMagica) -> None:
    (tmp_path / "local").mkdir()
    (tmp_path / "local" / "hosted.key").write_text("gx_of_another_database", encoding="utf-8")

    assert magica.account_of_key(hosted_key(tmp_path, magica)) is not None


@pytest.mark.parametrize(
    ("host", "name", "answers"),
    [
        ("127.0.0.1", "localhost", True),
        ("127.0.0.1", "magica.lan", False),
        ("Magica.lan", "magica.lan", True),
        ("0.0.0.0", "*", True),
    ],
)
def test_a_server_goes_by_loopback_names_and_the_one_it_listens_on(
    host: str, name: str, *, answers: bool
) -> None:
    assert (name in names_of(host)) is answers
