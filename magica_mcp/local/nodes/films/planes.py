"""A frame of a video as its three planes, in which moving and mixing cost half as much as in RGB.

Limited range, as H.264 expects: black is 16, white is 235, no color is 128.
"""

from dataclasses import dataclass

from av import VideoFrame
from PIL import Image

Box = tuple[float, float, float, float]

BLACK, GRAY = 16, 128
_BRIGHTNESS = [round(16 + value * 219 / 255) for value in range(256)]
_COLOR = [round(128 + (value - 128) * 224 / 255) for value in range(256)]
_YUV = "yuv420p"

TURNS = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}


@dataclass(frozen=True)
class Planes:
    """Brightness in full, both colors in half the width and height. Sizes are even."""

    y: Image.Image
    cb: Image.Image
    cr: Image.Image

    @classmethod
    def of_picture(cls, picture: Image.Image) -> "Planes":
        y, cb, cr = picture.convert("YCbCr").split()
        half = (picture.width // 2, picture.height // 2)
        return cls(
            y.point(_BRIGHTNESS),
            cb.point(_COLOR).resize(half, Image.Resampling.BOX),
            cr.point(_COLOR).resize(half, Image.Resampling.BOX),
        )

    @classmethod
    def of_frame(cls, frame: VideoFrame) -> "Planes":
        plain = frame.reformat(format=_YUV, dst_color_range="MPEG")
        y, cb, cr = (
            Image.frombuffer(
                "L", (plane.width, plane.height), bytes(plane), "raw", "L", plane.line_size, 1
            )
            for plane in plain.planes
        )
        return cls(y, cb, cr)

    @classmethod
    def dark(cls, width: int, height: int) -> "Planes":
        half = (width // 2, height // 2)
        return cls(
            Image.new("L", (width, height), BLACK),
            Image.new("L", half, GRAY),
            Image.new("L", half, GRAY),
        )

    @property
    def size(self) -> tuple[int, int]:
        return self.y.size

    def resized(self, width: int, height: int, *, box: Box | None = None) -> "Planes":
        """Another size; `box` is the part of the picture that fills it, in its pixels."""
        left, top, right, bottom = box or (0, 0, *self.size)
        half = (left / 2, top / 2, right / 2, bottom / 2)
        small, soft = (width // 2, height // 2), Image.Resampling.BILINEAR
        return Planes(
            self.y.resize((width, height), soft, box=(left, top, right, bottom)),
            self.cb.resize(small, soft, box=half),
            self.cr.resize(small, soft, box=half),
        )

    def mixed(self, other: "Planes", share: float) -> "Planes":
        """This picture with a share of the other, from 0 to 1."""
        return Planes(
            Image.blend(self.y, other.y, share),
            Image.blend(self.cb, other.cb, share),
            Image.blend(self.cr, other.cr, share),
        )

    def turned(self, degrees: int) -> "Planes":
        """Turned to the left by quarters of a circle."""
        turn = TURNS.get(degrees % 360)
        if turn is None:
            return self
        return Planes(self.y.transpose(turn), self.cb.transpose(turn), self.cr.transpose(turn))

    def within(self, width: int, height: int) -> "Planes":
        """The whole picture in a frame of another shape, with black beside it."""
        if self.size == (width, height):
            return self
        scale = min(width / self.size[0], height / self.size[1])
        across, high = (max(2, round(side * scale / 2) * 2) for side in self.size)
        whole, small = Planes.dark(width, height), self.resized(across, high)
        corner = ((width - across) // 4 * 2, (height - high) // 4 * 2)
        half = (corner[0] // 2, corner[1] // 2)
        whole.y.paste(small.y, corner)
        whole.cb.paste(small.cb, half)
        whole.cr.paste(small.cr, half)
        return whole

    def frame(self) -> VideoFrame:
        made = VideoFrame(*self.size, _YUV)
        for plane, image in zip(made.planes, (self.y, self.cb, self.cr), strict=True):
            lines = image.tobytes("raw", "L", plane.line_size, 1)
            plane.update(lines + bytes(max(0, plane.buffer_size - len(lines))))
        return made


@dataclass(frozen=True)
class Overlay:
    """Something to be laid over frames: only where its mask is not black does it cost anything."""

    planes: Planes
    mask: Image.Image
    half_mask: Image.Image
    corner: tuple[int, int]

    @classmethod
    def of_picture(cls, picture: Image.Image) -> "Overlay | None":
        """From a picture with transparency; None where all of it is clear."""
        box = picture.getchannel("A").getbbox()
        if box is None:
            return None
        left, top = box[0] // 2 * 2, box[1] // 2 * 2
        right, bottom = (box[2] + 1) // 2 * 2, (box[3] + 1) // 2 * 2
        part = picture.crop((left, top, right, bottom))
        mask = part.getchannel("A")
        half = mask.resize((mask.width // 2, mask.height // 2), Image.Resampling.BOX)
        return cls(Planes.of_picture(part.convert("RGB")), mask, half, (left, top))

    def lay_over(self, planes: Planes) -> None:
        """Change planes that nobody else holds."""
        half = (self.corner[0] // 2, self.corner[1] // 2)
        planes.y.paste(self.planes.y, self.corner, self.mask)
        planes.cb.paste(self.planes.cb, half, self.half_mask)
        planes.cr.paste(self.planes.cr, half, self.half_mask)
