"""Settings come from the environment; what is wrong with it is one sentence."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from magica_mcp.config import HOSTED_BASE_URL, TOOLSETS, read_settings, usual_input_dirs
from magica_mcp.errors import ConfigurationError


def test_nothing_set_means_local_magica_with_every_tool() -> None:
    settings = read_settings({})

    assert settings.api_key is None
    assert settings.base_url == HOSTED_BASE_URL
    assert settings.toolsets == TOOLSETS


def test_a_key_never_shows() -> None:
    settings = read_settings({"MAGICA_API_KEY": "gx_secret"})

    assert "gx_secret" not in repr(settings)


def test_empty_values_count_as_unset() -> None:
    assert read_settings({"MAGICA_API_KEY": "  "}).api_key is None


def test_a_base_may_end_in_its_version() -> None:
    base = read_settings({"MAGICA_BASE_URL": "http://127.0.0.1:1/api/v1/"}).base_url

    assert base == "http://127.0.0.1:1/api"


def test_paths_are_made_absolute_and_the_tilde_is_the_home_folder() -> None:
    settings = read_settings({"MAGICA_HOME": "~/state", "MAGICA_INPUT_DIRS": "~/a, /b"})

    assert settings.home == Path.home() / "state"
    assert settings.input_dirs == (Path.home() / "a", Path("/b"))


def test_a_relative_folder_is_below_where_the_server_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert read_settings({"MAGICA_OUTPUT_DIR": "assets"}).output_dir == tmp_path / "assets"


def test_a_relative_folder_of_a_server_that_was_started_at_the_root_is_below_the_home(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir("/")

    assert read_settings({"MAGICA_OUTPUT_DIR": "assets"}).output_dir == Path.home() / "assets"
    assert read_settings({}).output_dir == Path.home() / "Magica"


def test_variables_of_the_tests_and_of_others_are_left_alone() -> None:
    assert read_settings({"MAGICA_TEST_POSTGRES_URL": "x", "PATH": "/bin"}) == read_settings({})


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"MAGICA_APIKEY": "gx_a"}, "MAGICA_APIKEY is not a setting. Did you mean MAGICA_API_KEY?"),
        ({"MAGICA_BUDGET_PER_DAY": ""}, "MAGICA_BUDGET_PER_DAY is empty."),
        ({"MAGICA_READ_ONLY": "maybe"}, "MAGICA_READ_ONLY cannot be used"),
        ({"MAGICA_LONG_POLL_SECONDS": "soon"}, "MAGICA_LONG_POLL_SECONDS cannot be used"),
        ({"MAGICA_LONG_POLL_SECONDS": "-1"}, "MAGICA_LONG_POLL_SECONDS cannot be used"),
        ({"MAGICA_TOOLSETS": "account,fun"}, "MAGICA_TOOLSETS cannot be used"),
        ({"MAGICA_BASE_URL": "api.magica.com"}, "MAGICA_BASE_URL cannot be used: must begin with"),
        ({"MAGICA_API_KEY": "${user_config.key}"}, "the client did not fill it in"),
        ({"MAGICA_API_KEY": "gx_ключ"}, "MAGICA_API_KEY cannot be used: holds characters"),
        ({"MAGICA_API_KEY": "gx_a\ngx_b"}, "MAGICA_API_KEY cannot be used: holds characters"),
        ({"MAGICA_BASE_URL": "http://127.0.0.1:99999/api"}, "is not the address of a server"),
        ({"MAGICA_BASE_URL": "http://[::1"}, "MAGICA_BASE_URL cannot be used"),
        ({"MAGICA_BUDGET_PER_RUN": "-1"}, "MAGICA_BUDGET_PER_RUN cannot be used"),
        ({"MAGICA_BUDGET_PER_DAY": "lots"}, "MAGICA_BUDGET_PER_DAY cannot be used"),
        ({"MAGICA_BUDGET_PER_DAY": "inf"}, "MAGICA_BUDGET_PER_DAY cannot be used"),
        ({"MAGICA_CONFIRM_ABOVE": "nan"}, "MAGICA_CONFIRM_ABOVE cannot be used"),
        ({"MAGICA_LOCAL_PORT": "70000"}, "MAGICA_LOCAL_PORT cannot be used"),
        ({"MAGICA_LOCAL_MEDIA_DIR": "media"}, "MAGICA_LOCAL_MEDIA_DIR cannot be used: must be a"),
    ],
)
def test_a_wrong_environment_is_one_sentence_that_names_the_variable(
    environment: Mapping[str, str], sentence: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_settings(environment)

    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("current", "folders"),
    [
        ("/home/me/project", ("/home/me", "/home/me/project")),
        ("/srv/media", ("/home/me", "/srv/media")),
        ("/home/me", ("/home/me",)),
        ("/", ("/home/me",)),
        ("/home/me/.config/client", ("/home/me",)),
    ],
)
def test_uploads_may_read_the_home_folder_and_the_current_one(
    current: str, folders: tuple[str, ...]
) -> None:
    found = usual_input_dirs(home=Path("/home/me"), current=Path(current))

    assert found == tuple(map(Path, folders))


def test_a_placeholder_among_the_input_folders_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"MAGICA_INPUT_DIRS.*placeholder"):
        read_settings({"MAGICA_INPUT_DIRS": "/srv/media,${user_config.folder}"})


@pytest.mark.parametrize(
    ("name", "value", "differs"),
    [
        ("MAGICA_LOCAL_LLM_URL", "http://127.0.0.1:1/v1", True),
        ("MAGICA_LOCAL_LLM_KEY", "secret", True),
        ("MAGICA_LOCAL_MEDIA_DIR", str(Path.home()), True),
        ("MAGICA_READ_ONLY", "true", False),
        ("MAGICA_API_KEY", "gx_a", False),
    ],
)
def test_what_local_magica_is_asked_to_be_is_told_apart(
    name: str, value: str, *, differs: bool
) -> None:
    changed = read_settings({name: value}).local_fingerprint

    assert (changed != read_settings({}).local_fingerprint) is differs
    assert value not in changed
