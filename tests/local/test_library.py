"""The media library, apart from HTTP."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from magica_mcp.errors import InvalidInputError, NodeFailedError
from magica_mcp.local.library import Library, made_files
from magica_mcp.local.media import MediaFolder, name_in
from magica_mcp.local.store.accounts import Account
from magica_mcp.local.store.store import Store, open_store
from magica_mcp.models.media import MediaItem, UploadFile
from magica_mcp.models.wire import JsonObject
from tests.recognition import making

PNG = making.picture("PNG")
OWNER = Account(id="c" * 25, name="Owner")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'magica.sqlite'}") as opened:
        with opened.writing() as tx:
            tx.accounts.add(OWNER)
        yield opened


@pytest.fixture
def media(tmp_path: Path) -> MediaFolder:
    return MediaFolder(tmp_path / "media", secret=b"s")


def offline(url: str) -> bytes:
    """The internet as it is for these tests: two addresses."""
    if url == "https://example.com/a%20cat.png?size=1":
        return PNG
    raise NodeFailedError("An input could not be fetched: example.com answered 404.")


@pytest.fixture
def library(store: Store, media: MediaFolder) -> Library:
    return Library(store, media, fetch=offline)


def upload(library: Library, content: bytes, filename: str | None = None) -> MediaItem:
    encoded = base64.b64encode(content).decode()
    return library.upload(OWNER, UploadFile(base64=encoded, filename=filename))


# Uploads --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "media_type", "mime_type"),
    [
        (PNG, "image", "image/png"),
        (making.film((640, 360)), "video", "video/mp4"),
        (making.sound(), "audio", "audio/wav"),
        (making.PDF, "file", "application/pdf"),
    ],
)
def test_an_upload_is_of_the_type_of_its_content(
    library: Library, content: bytes, media_type: str, mime_type: str
) -> None:
    item = upload(library, content, "lies.gif")

    assert (item.type, item.mime_type, item.size) == (media_type, mime_type, len(content))


def test_an_upload_is_kept_byte_by_byte(library: Library, media: MediaFolder) -> None:
    name = name_in(upload(library, PNG).url)

    assert name is not None
    assert media.path_of(name).read_bytes() == PNG


def test_the_same_file_twice_has_two_names(library: Library) -> None:
    assert upload(library, PNG).url != upload(library, PNG).url


@pytest.mark.parametrize(
    "ask",
    [
        UploadFile(base64=base64.b64encode(PNG).decode()),
        UploadFile(base64=base64.urlsafe_b64encode(PNG).decode().rstrip("=")),
        UploadFile(base64=base64.encodebytes(PNG).decode()),
        UploadFile(data_uri="data:image/png;base64," + base64.b64encode(PNG).decode()),
        UploadFile(data_uri="DATA:;charset=x;BASE64," + base64.b64encode(PNG).decode()),
        UploadFile(data_uri="data:," + "".join(f"%{byte:02x}" for byte in PNG)),
        UploadFile(url="https://example.com/a%20cat.png?size=1"),
    ],
    ids=["base64", "url alphabet", "lines", "data URI", "odd data URI", "percents", "url"],
)
def test_a_file_comes_in_many_ways(library: Library, ask: UploadFile) -> None:
    assert library.upload(OWNER, ask).size == len(PNG)


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (UploadFile(base64="not base64!"), "not sound base64"),
        (UploadFile(base64="Ä"), "not sound base64"),
        (UploadFile(base64="A"), "not sound base64"),
        (UploadFile(base64=""), "is empty"),
        (UploadFile(data_uri="data:image/png;base64,"), "is empty"),
        (UploadFile(data_uri="https://example.com/a.png"), "takes a URI such as data:"),
        (UploadFile(data_uri="data:image/png;base64"), "takes a URI such as data:"),
        (UploadFile(data_uri="data:text/plain,hello"), "of no kind that can be used"),
        (UploadFile(url="https://example.com/none.png"), "example.com answered 404"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(
    library: Library, ask: UploadFile, sentence: str
) -> None:
    with pytest.raises(InvalidInputError, match=sentence):
        library.upload(OWNER, ask)


@pytest.mark.parametrize(
    ("filename", "title"),
    [
        ("cat.png", "cat.png"),
        ("C:\\photos\\cat.png", "cat.png"),
        ("../../etc/passwd", "passwd"),
        ("cat\n\0.png", "cat.png"),
        ("at 3.45\u202fPM.png", "at 3.45 PM.png"),
        ("Ä" * 300, "Ä" * 200),
        ("  ", "upload.png"),
        (None, "upload.png"),
    ],
)
def test_an_upload_is_called_as_was_said(
    library: Library, filename: str | None, title: str
) -> None:
    assert upload(library, PNG, filename).name == title


def test_an_upload_by_url_is_called_as_its_url_ends(library: Library) -> None:
    item = library.upload(OWNER, UploadFile(url="https://example.com/a%20cat.png?size=1"))

    assert item.name == "a cat.png"


# The list -------------------------------------------------------------------------------------


def test_pages_stay_where_they_are_while_files_are_added(library: Library) -> None:
    items = [upload(library, PNG).id for _ in range(4)]
    first = library.page(OWNER, limit=2)
    upload(library, PNG)

    second = library.page(OWNER, cursor=first.next_cursor, limit=2)

    assert [item.id for item in (*first.items, *second.items)] == items[::-1]
    assert second.next_cursor is None


def test_a_page_may_hold_one_type_only(library: Library) -> None:
    upload(library, making.sound())
    upload(library, PNG)

    assert [item.type for item in library.page(OWNER, media_type="Audio").items] == ["audio"]


def test_an_unknown_type_is_answered_with_the_known_ones(library: Library) -> None:
    with pytest.raises(InvalidInputError, match="image, video, audio, file"):
        library.page(OWNER, media_type="gif")


# What runs made -------------------------------------------------------------------------------


def kept(media: MediaFolder, index: int, extension: str = ".png") -> str:
    name = media.name_for("run", "node", index, extension=extension)
    return media.write(name, b"content")


def test_generated_files_have_the_facts_that_are_told_of_them(media: MediaFolder) -> None:
    output: JsonObject = {
        "result": [kept(media, 0), kept(media, 1, ".mp4")],
        "resultMetadata": [{"width": 64, "height": 48}, {"duration": 2}],
        "provider": "local",
    }

    picture, film = made_files(output, run_id="run", model_id="painter", media=media)

    assert (picture.title, picture.width, picture.height) == ("painter.png", 64, 48)
    assert (film.media_type.value, film.mime_type, film.duration) == ("video", "video/mp4", 2.0)
    assert (film.size, film.run_id, film.source.value) == (7, "run", "generation")


def test_a_single_output_has_the_facts_beside_it(media: MediaFolder) -> None:
    output: JsonObject = {"image_url": kept(media, 0), "width": 10, "height": 20}

    (file,) = made_files(output, run_id="run", model_id="crop_image", media=media)

    assert (file.width, file.height) == (10, 20)


@pytest.mark.parametrize(
    "output",
    [
        {},
        {"output": "A poem about media: the first chapter."},
        {"output": f"media:{'0' * 32}.png"},
        {"result": ["https://example.com/a.png", None, 7], "resultMetadata": None},
    ],
)
def test_what_is_not_kept_here_is_not_listed(media: MediaFolder, output: JsonObject) -> None:
    assert made_files(output, run_id="run", model_id="any", media=media) == ()
