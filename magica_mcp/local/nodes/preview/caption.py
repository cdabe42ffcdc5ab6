"""The words on a preview: the prompt, so that nobody takes it for the real thing, and a mark."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from magica_mcp.local.nodes.preview.sketch import Sketch

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

MARK = "Local preview"
SMALLEST_SIDE = 96
"""Pictures with a shorter side than this, in pixels, have no room for words."""

FONTS = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "Arial Unicode.ttf",
    "arialuni.ttf",
    "arial.ttf",
    "NotoSansCJK-Regular.ttc",
    "msgothic.ttc",
    "Hiragino Sans GB.ttc",
)
"""Where letters are looked for that Pillow's own font lacks; the first with all of them wins."""


@dataclass(frozen=True)
class _Block:
    """Lines of text in one font, `leading` pixels apart."""

    lines: tuple[str, ...]
    font: Font
    leading: int

    @property
    def height(self) -> int:
        return self.leading * len(self.lines)


def write_caption(image: Image.Image, sketch: Sketch) -> None:
    """Set the prompt at the foot of the picture, and below it that this is a preview."""
    width, height = image.size
    if min(width, height) < SMALLEST_SIDE:
        return
    size = max(9, round(min((width * height) ** 0.5 * 0.033, height * 0.1, width * 0.075)))
    margin = round(size * 1.3)
    most_lines = 6 if height > width * 1.5 else 1 if width > height * 4 else 3
    prompt = _block(sketch.prompt, size, width=width - 2 * margin, most_lines=most_lines)
    told = f"{MARK} · {sketch.model_id} · seed {sketch.seed}"
    mark = _block(told, max(8, round(size * 0.5)), width=width - 2 * margin, most_lines=1)
    gap = round(size * 0.45) if prompt.lines else 0
    top = height - margin - mark.height - gap - prompt.height
    _scrim(image, top - margin * 2)
    _set(image, prompt, (margin, top), opacity=255)
    _set(image, mark, (margin, top + prompt.height + gap), opacity=190)


def _block(text: str, size: int, *, width: int, most_lines: int) -> _Block:
    shown = " ".join(text.split())[:2000]
    letters, font = _legible(shown, size)
    lines = _wrapped(letters, font, width=width)
    if len(lines) > most_lines:
        lines = [*lines[: most_lines - 1], _shortened(lines[most_lines - 1], font, width=width)]
    return _Block(tuple(lines), font, round(size * 1.3))


def _wrapped(text: str, font: Font, *, width: int) -> list[str]:
    """Lines no wider than `width`; a word that is wider by itself is broken."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        joined = f"{line} {word}".strip()
        if font.getlength(joined) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        *broken, line = _broken(word, font, width=width)
        lines.extend(broken)
    return [*lines, line] if line else lines


def _broken(word: str, font: Font, *, width: int) -> list[str]:
    parts = [""]
    for letter in word:
        if parts[-1] and font.getlength(parts[-1] + letter) > width:
            parts.append("")
        parts[-1] += letter
    return parts


def _shortened(line: str, font: Font, *, width: int) -> str:
    while line and font.getlength(line + "…") > width:
        line = line[:-1]
    return line.rstrip(" ,.;:") + "…"


def _scrim(image: Image.Image, top: int) -> None:
    """Darken the foot of the picture softly, so that white letters can be read on anything."""
    first = max(0, top)
    shade = Image.linear_gradient("L").point(lambda value: round(_eased(value / 150) * 215))
    mask = shade.resize((image.width, image.height - first), Image.Resampling.BILINEAR)
    image.paste((8, 8, 12), (0, first), mask)


def _eased(share: float) -> float:
    """From 0 to 1 without a visible beginning or end."""
    share = min(1.0, share)
    return share * share * (3 - 2 * share)


def _set(image: Image.Image, block: _Block, corner: tuple[int, int], *, opacity: int) -> None:
    draw = ImageDraw.Draw(image, "RGBA")
    for number, line in enumerate(block.lines):
        place = (corner[0], corner[1] + number * block.leading)
        draw.text((place[0] + 1, place[1] + 1), line, font=block.font, fill=(0, 0, 0, 150))
        draw.text(place, line, font=block.font, fill=(255, 255, 255, opacity))


# Fonts ----------------------------------------------------------------------------------------


def _legible(text: str, size: int) -> tuple[str, Font]:
    """The text with a font that has all its letters, or what is left of it in the usual one."""
    for name in (None, *FONTS):
        font = _font(name, size)
        if font is not None and _has_all(font, text):
            return text, font
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    usual = _font(None, size)
    return plain, usual or ImageFont.load_default()


@lru_cache(maxsize=64)
def _font(name: str | None, size: int) -> Font | None:
    try:
        return ImageFont.load_default(size) if name is None else ImageFont.truetype(name, size)
    except OSError:
        return None


def _has_all(font: Font, text: str) -> bool:
    missing = _drawn(font, "\uffff")
    return all(letter.isspace() or _drawn(font, letter) != missing for letter in set(text))


def _drawn(font: Font, letter: str) -> bytes:
    return bytes(font.getmask(letter))
