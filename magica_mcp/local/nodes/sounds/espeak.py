"""The voice of espeak-ng, called in its shared library; it speaks one text at a time."""

import _ctypes
import ctypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from magica_mcp.errors import NodeFailedError, ProviderUnavailableError

SYNCHRONOUS = 2
"""The way of working in which samples are handed over and nothing is played."""

PIECE_MILLISECONDS = 200
UTF8 = 1
SPEED, PITCH = 1, 3
"""Numbers of its parameters: words a minute, and 0 to 100."""

ABSENT = (
    "No voice is installed here. Install the package espeakng-loader, or choose a model that runs "
    "on hosted Magica."
)

_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)
_speaking = threading.Lock()


@dataclass(frozen=True)
class Manner:
    """How a text is spoken; `voice` is a name of espeak-ng's, such as "en-us+f3"."""

    voice: str
    words_a_minute: int = 165
    pitch: int = 50


@dataclass(frozen=True)
class Speech:
    """Samples of 16 bits, one channel."""

    samples: bytes
    rate: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / 2 / self.rate


def spoken(
    text: str, manner: Manner, *, most_seconds: float, should_stop: Callable[[], bool]
) -> Speech:
    """The text as speech. Raises `ProviderUnavailableError` where there is no voice here."""
    with _speaking, _ready() as (library, rate):
        content = bytearray()
        most = round(most_seconds * rate) * 2

        def take(samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: object) -> int:
            if samples and count > 0:
                content.extend(ctypes.string_at(samples, count * 2))
            return 1 if len(content) > most or should_stop() else 0

        callback = _Callback(take)
        library.espeak_SetSynthCallback(callback)
        _set(library, manner)
        told = text.replace("\0", " ").encode()
        library.espeak_Synth(told, len(told) + 1, 0, 0, 0, UTF8, None, None)
        library.espeak_Synchronize()
    if len(content) > most:
        raise NodeFailedError(
            f"The text takes over {most_seconds / 60:g} minutes to read. Give a shorter one."
        )
    return Speech(bytes(content), rate)


def _set(library: ctypes.CDLL, manner: Manner) -> None:
    for voice in (manner.voice, manner.voice.partition("+")[0], "en"):
        if library.espeak_SetVoiceByName(voice.encode()) == 0:
            break
    library.espeak_SetParameter(SPEED, manner.words_a_minute, 0)
    library.espeak_SetParameter(PITCH, manner.pitch, 0)


@contextmanager
def _ready() -> Iterator[tuple[ctypes.CDLL, int]]:
    """The library, loaded for one text, and its samples a second.

    It keeps the state of its noise to itself, and only a library that was just loaded says the same
    words the same way. That takes 10 ms.
    """
    library, folder = _loaded()
    try:
        rate = library.espeak_Initialize(SYNCHRONOUS, PIECE_MILLISECONDS, folder.encode(), 0)
        if rate <= 0:
            raise ProviderUnavailableError(ABSENT)
        yield library, int(rate)
        library.espeak_Terminate()
    finally:
        _unloaded(library)


def _loaded() -> tuple[ctypes.CDLL, str]:
    """The library and the folder of its voices."""
    try:
        # The package has no types; two of its functions are called, both answer a text.
        import espeakng_loader  # type: ignore[import-untyped]  # noqa: PLC0415 - when used

        library = ctypes.CDLL(espeakng_loader.get_library_path())
        folder = str(espeakng_loader.get_data_path())
    except (ImportError, OSError, RuntimeError) as error:
        raise ProviderUnavailableError(ABSENT) from error
    library.espeak_Synth.argtypes = (
        ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int,
        ctypes.c_uint, ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p,
    )  # fmt: skip
    return library, folder


def _unloaded(library: ctypes.CDLL) -> None:
    """Where the system cannot let go of it, the next text sounds a little different."""
    let_go = getattr(_ctypes, "dlclose", None) or getattr(_ctypes, "FreeLibrary", None)
    if let_go is not None:
        let_go(library._handle)  # noqa: SLF001 - ctypes has no other name for it
