"""The media inputs of a call as URLs; files of this machine are uploaded for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import JsonValue

from magica_mcp.errors import InvalidInputError, NotFoundError, shortened
from magica_mcp.graph.lifecycle import RunStatus, is_over
from magica_mcp.graph.ports import PortKind, fits, kind_of_field
from magica_mcp.models.catalog import ModelSchema
from magica_mcp.models.field_values import MediaForm
from magica_mcp.models.inputs import checked
from magica_mcp.models.media import MediaItem
from magica_mcp.models.runs import Asset, Run, assets_of, result_assets
from magica_mcp.models.values import Values
from magica_mcp.models.wire import JsonObject
from magica_mcp.models.workflows import RequestField
from magica_mcp.server.file_limits import FileLimits, limits_of
from magica_mcp.server.handles import DiskFile, Handle, LibraryFile, RunFile, WebFile, handle_of
from magica_mcp.server.library import library_item
from magica_mcp.server.workspace import Workspace

if TYPE_CHECKING:
    from magica_mcp.recognition import MediaFacts

STAND_IN = "https://example.com/"
"""For a file of this machine where only a price is asked: nothing is uploaded for that."""

TAKEN: Mapping[PortKind, str] = {
    PortKind.IMAGE: "a picture",
    PortKind.VIDEO: "a video",
    PortKind.AUDIO: "audio",
    PortKind.AVMEDIA: "audio or video",
    PortKind.FILE: "a file",
}
IN_WORDS: Mapping[str, str] = {
    "image": "a picture",
    "video": "a video",
    "audio": "audio",
    "file": "a document",
}

Kinds = Mapping[str, PortKind]
"""Of inputs, by name; only those that take media matter here."""
NO_LIMITS: Mapping[str, FileLimits] = {}


@dataclass(frozen=True)
class MediaInputs:
    """Finds what the handles of one call lead to. Where `uploads` is false, nothing is sent."""

    workspace: Workspace
    uploads: bool = True

    async def of_model(self, schema: ModelSchema, given: JsonObject) -> JsonObject:
        """The complete input of a model, each media file in it by its URL.

        Everything else is checked first, so nothing is uploaded for an input that is refused.

        Raises:
            InvalidInputError: an input does not fit, or a handle leads to nothing that fits.
        """
        complete = checked(schema, given, media=MediaForm.HANDLE)
        limits = {field.name: limits_of(field) for field in schema.fields}
        return checked(schema, await self.found(complete, kinds_of_schema(schema), limits))

    async def of_request(self, fields: Iterable[RequestField], given: Values) -> Values:
        """The values of a Request node likewise."""
        kinds: dict[str, dict[str, PortKind]] = {}
        for field in fields:
            kinds.setdefault(field.node_id, {})[field.field_id] = kind_of_field(field.type)
        return {
            node_id: await self.found(values, kinds.get(node_id, {}))
            for node_id, values in given.items()
        }

    async def found(
        self, given: JsonObject, kinds: Kinds, limits: Mapping[str, FileLimits] = NO_LIMITS
    ) -> JsonObject:
        """The same inputs, the media among them as URLs; whatever else there is stays as it is."""
        found = dict(given)
        for name, value in given.items():
            kind = kinds.get(name, PortKind.ANY)
            if kind in TAKEN:
                found[name] = await self._value(_Wanted(name, kind, limits.get(name)), value)
        return found

    async def _value(self, wanted: "_Wanted", value: JsonValue) -> JsonValue:
        if isinstance(value, str) and value.strip():
            urls = await self._urls(wanted, handle_of(value))
            if len(urls) > 1:
                raise wanted.undecided(value, len(urls))
            return urls[0]
        if isinstance(value, list):
            several = [await self._listed(wanted, each) for each in value]
            return [url for urls in several for url in urls]
        return value

    async def _listed(self, wanted: "_Wanted", value: JsonValue) -> list[JsonValue]:
        if not isinstance(value, str) or not value.strip():
            return [value]
        return list(await self._urls(wanted, handle_of(value)))

    async def _urls(self, wanted: "_Wanted", handle: Handle) -> list[str]:
        match handle:
            case WebFile(url):
                return [url]
            case RunFile():
                run = await self.workspace.client.find_run(handle.run_id)
                return [asset.url for asset in chosen_files(run, handle, wanted)]
            case LibraryFile(media_id):
                item = await self._of_library(media_id)
                is_known = item.type != "file" or item.mime_type is not None
                wanted.require(item.type, is_known=is_known, what=f"'{media_id}'")
                return [item.url]
            case DiskFile(path):
                return [await self._of_disk(wanted, path)]

    async def _of_library(self, media_id: str) -> MediaItem:
        try:
            return await library_item(self.workspace.client, media_id)
        except NotFoundError as error:
            message = (
                f"{error} If it is the id of a run, write run:{shortened(media_id)}; the path of a "
                "file needs its ending."
            )
            raise InvalidInputError(message) from error

    async def _of_disk(self, wanted: "_Wanted", path: str) -> str:
        if not self.uploads:
            await self.workspace.uploads.look(path, suits=wanted.require_facts)
            return STAND_IN
        uploaded = await self.workspace.uploads.upload(path, suits=wanted.require_facts)
        return uploaded.item.url


@dataclass(frozen=True)
class _Wanted:
    """An input and the kind of file that it takes."""

    name: str
    kind: PortKind
    limits: FileLimits | None = None

    def require(self, media_type: str, *, is_known: bool = True, what: str) -> None:
        """Raises `InvalidInputError` for a file of another kind."""
        if is_known and not self.takes(media_type):
            message = (
                f"'{self.name}' takes {TAKEN[self.kind]}, and {what} is {IN_WORDS[media_type]}. "
                "Give another file."
            )
            raise InvalidInputError(message)

    def require_facts(self, facts: "MediaFacts", size: int) -> None:
        """Raises `InvalidInputError` for a file of this machine that the input refuses."""
        self.require(facts.kind.media_type.value, what="the file")
        if self.limits is not None:
            self.limits.require(self.name, facts, size=size)

    def takes(self, media_type: str) -> bool:
        return fits(PortKind(media_type), into=self.kind)

    def undecided(self, given: str, count: int) -> InvalidInputError:
        return InvalidInputError(
            f"'{self.name}' takes one file, and {given.strip()} has {count}. Choose one: "
            f"{given.strip()}/1 to {given.strip()}/{count}."
        )


def chosen_files(run: Run, handle: RunFile, wanted: _Wanted) -> tuple[Asset, ...]:
    """The files of a run that a handle means: the one of its number, or all that fit.

    Raises:
        InvalidInputError: the run is not finished, or has no such file; nothing was charged.
    """
    if not is_over(run.status):
        message = (
            f"The run {run.run_id} is not finished: {run.status}. Wait for it with get_run_status "
            "and use its result then. Nothing was charged."
        )
        raise InvalidInputError(message)
    files = result_assets(run) or assets_of(run)
    if not files:
        lack = "made no files" if run.status is RunStatus.COMPLETED else f"is {run.status}"
        message = f"The run {run.run_id} {lack}, so it cannot be used here. Choose another."
        raise InvalidInputError(message)
    if handle.number is not None:
        return (_numbered(files, handle, wanted),)
    fitting = tuple(file for file in files if not _is_known(file) or wanted.takes(file.media_type))
    if not fitting:
        wanted.require(files[0].media_type, what=f"the result of {handle.name}")
    return fitting


def _numbered(files: tuple[Asset, ...], handle: RunFile, wanted: _Wanted) -> Asset:
    number = handle.number or 0
    if number > len(files):
        count = "one file" if len(files) == 1 else f"{len(files)} files"
        message = f"{handle.name} does not exist: the run has {count}, counted from 1."
        raise InvalidInputError(message)
    file = files[number - 1]
    wanted.require(file.media_type, is_known=_is_known(file), what=handle.name)
    return file


def _is_known(file: Asset) -> bool:
    """Whether it is said of a file what it is."""
    return file.mime_type is not None or file.media_type != "file"


def kinds_of_schema(schema: ModelSchema) -> Kinds:
    """What kinds of values a model takes, by the names of its fields."""
    return {
        field.name: kind_of_field(
            field.type, name=field.name, accept=str((field.model_extra or {}).get("accept", ""))
        )
        for field in schema.fields
    }
