"""Which output may feed which input.

Pure data: nothing here knows about HTTP, MCP or who is asking.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class PortKind(StrEnum):
    """What travels through a port (magica-contract 4.3); `avmedia` is audio or video."""

    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    AVMEDIA = "avmedia"
    FILE = "file"
    NUMBER = "number"
    BOOLEAN = "boolean"
    SELECT = "select"
    ANY = "any"


_K = PortKind

ACCEPTS: Mapping[PortKind, frozenset[PortKind]] = {
    _K.TEXT: frozenset({_K.TEXT, _K.NUMBER, _K.SELECT, _K.ANY}),
    _K.IMAGE: frozenset({_K.IMAGE, _K.ANY}),
    _K.VIDEO: frozenset({_K.VIDEO, _K.AVMEDIA, _K.ANY}),
    _K.AUDIO: frozenset({_K.AUDIO, _K.AVMEDIA, _K.ANY}),
    _K.AVMEDIA: frozenset({_K.VIDEO, _K.AUDIO, _K.AVMEDIA, _K.ANY}),
    _K.FILE: frozenset({_K.IMAGE, _K.VIDEO, _K.AUDIO, _K.AVMEDIA, _K.FILE, _K.ANY}),
    _K.NUMBER: frozenset({_K.NUMBER, _K.ANY}),
    _K.BOOLEAN: frozenset({_K.BOOLEAN, _K.ANY}),
    _K.SELECT: frozenset({_K.TEXT, _K.SELECT, _K.ANY}),
    _K.ANY: frozenset(PortKind),
}
"""For each kind of input, the kinds of output that may feed it (magica-contract 4.3)."""

CHECKED_WHEN_RUN: frozenset[tuple[PortKind, PortKind]] = frozenset(
    {(_K.TEXT, _K.SELECT), (_K.AVMEDIA, _K.VIDEO), (_K.AVMEDIA, _K.AUDIO)}
)
"""Pairs of output and input that fit, but whose actual value a run has to look at again."""

FIELD_KINDS: Mapping[str, PortKind] = {
    **{kind.value: kind for kind in PortKind},
    "textarea": _K.TEXT,
    "string": _K.TEXT,
    "slider": _K.NUMBER,
    "integer": _K.NUMBER,
    "composite-select": _K.SELECT,
    "toggle": _K.BOOLEAN,
}
"""Field types of the catalog, and data types where nothing else is known, as port kinds."""


def fits(output: PortKind, *, into: PortKind) -> bool:
    """Whether an output of one kind may feed an input of another."""
    return output in ACCEPTS[into]


def what_fits(into: PortKind) -> str:
    """What an input of this kind takes, as part of a sentence: 'text, number or select'."""
    if into is PortKind.ANY:
        return "anything"
    *others, last = [kind.value for kind in PortKind if fits(kind, into=into) and kind != _K.ANY]
    return f"{', '.join(others)} or {last}" if others else last


def kind_of_field(field_type: str, *, name: str = "", accept: str = "") -> PortKind:
    """The port kind of a catalog field; a type that is not known is taken for `any`.

    A media field becomes `avmedia` when its name, or the file types it accepts, say both audio
    and video and no other kind.
    """
    kind = FIELD_KINDS.get(field_type.strip().lower().removesuffix("[]"), PortKind.ANY)
    is_playable = kind in {_K.FILE, _K.AUDIO, _K.VIDEO}
    return _K.AVMEDIA if is_playable and _says_audio_or_video(f"{name} {accept}") else kind


def _says_audio_or_video(text: str) -> bool:
    words = text.lower()
    says_other = any(other in words for other in ("image", "application"))
    return "audio" in words and "video" in words and not says_other


@dataclass(frozen=True)
class Port:
    """One input or output of a node; `name` is the bare field name, without `in:` or `out:`."""

    name: str
    kind: PortKind
    required: bool = False
    multiple: bool = False
    max_items: int | None = None

    @property
    def limit(self) -> int | None:
        """How many edges an input takes at most; None where there is no limit."""
        return self.max_items if self.multiple else 1


@dataclass(frozen=True)
class NodePorts:
    """All ports of a node, in display order."""

    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = ()

    def input(self, name: str) -> Port | None:
        return _named(self.inputs, name)

    def output(self, name: str) -> Port | None:
        return _named(self.outputs, name)


def _named(ports: Sequence[Port], name: str) -> Port | None:
    return next((port for port in ports if port.name == name), None)


def input_handle(port: str) -> str:
    """An input as the wire names it: 'in:prompt'."""
    return f"in:{port}"


def output_handle(port: str) -> str:
    """An output as the wire names it: 'out:result'."""
    return f"out:{port}"


def bare(handle: str) -> str:
    """The field name within a handle, which may already be bare (magica-contract 2.1)."""
    for prefix in ("in:", "out:"):
        if handle.startswith(prefix):
            return handle.removeprefix(prefix)
    return handle
