"""Pictures checked by their content, brought to a size, and written anew.

Nothing is served as it came, but for WebP without anything beside the picture, which is what is written here.
"""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 10_000_000
MAX_PIXELS = 40_000_000
LARGEST_SIDE = 1600
_MOST_FRAMES = 200
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
_QUALITY = 82
# The chunks of a WebP that hold the picture; all others may hold anything.
_PICTURE_CHUNKS = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"}


class PictureError(Exception):
    """A picture cannot be taken in; the message says why, `kind` in one word: large | pixels | svg | other | damaged."""

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Encoded:
    """A picture as it is served."""

    data: bytes
    width: int
    height: int
    media_type: str = "image/webp"


def encode_picture(data: bytes) -> Encoded:
    """The picture, written anew. Raises PictureError for what is none, too large, or of a kind that can act (SVG)."""
    if len(data) > MAX_BYTES:
        raise PictureError(f"is {len(data) / 1_000_000:.1f} MB; {MAX_BYTES // 1_000_000} MB are allowed", "large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
                return _encode(image, data)
    except UnidentifiedImageError as error:
        kind = "an SVG, which can hold programs" if b"<svg" in data[:2000].lower() else "no PNG, JPEG, GIF or WebP"
        raise PictureError(f"is {kind}", "svg" if "SVG" in kind else "other") from error
    except Image.DecompressionBombError as error:
        raise PictureError(
            f"has far too many pixels; {MAX_PIXELS // 1_000_000} million are allowed", "pixels"
        ) from error
    except PictureError:
        raise
    except Exception as error:
        raise PictureError("is damaged and cannot be read", "damaged") from error


def _encode(image: Image.Image, data: bytes) -> Encoded:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise PictureError(f"has {width} × {height} pixels; {MAX_PIXELS // 1_000_000} million are allowed", "pixels")
    frames = getattr(image, "n_frames", 1)
    fits = max(width, height) <= LARGEST_SIDE
    if image.format == "WEBP" and fits and _is_bare_webp(data):
        image.load()
        return Encoded(data, width, height)
    out = io.BytesIO()
    if frames > 1:
        if frames > _MOST_FRAMES or width * height * frames > 4 * MAX_PIXELS:
            raise PictureError(f"moves for {frames} frames of {width} × {height} pixels, which is too much", "pixels")
        pictures = []
        for number in range(frames):
            image.seek(number)
            pictures.append(_sized(image.convert("RGBA")))
        first, *rest = pictures
        duration = int(image.info.get("duration") or 100)
        first.save(out, "WEBP", save_all=True, append_images=rest, duration=duration, loop=0, quality=_QUALITY)
        return Encoded(out.getvalue(), *first.size)
    is_photo = image.format == "JPEG"
    turned = ImageOps.exif_transpose(image)
    has_alpha = turned.mode in {"RGBA", "LA", "PA"} or "transparency" in turned.info
    picture = _sized(turned.convert("RGBA" if has_alpha else "RGB"))
    # Text of a screenshot stays sharp without loss, and is small that way too.
    picture.save(out, "WEBP", lossless=not is_photo, quality=_QUALITY)
    return Encoded(out.getvalue(), *picture.size)


def _sized(image: Image.Image) -> Image.Image:
    image.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    return image


def _is_bare_webp(data: bytes) -> bool:
    """Whether the file ends with its picture and has nothing beside it: no EXIF, no text, nothing appended."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or int.from_bytes(data[4:8], "little") + 8 != len(data):
        return False
    position = 12
    while position + 8 <= len(data):
        if data[position : position + 4] not in _PICTURE_CHUNKS:
            return False
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        position += 8 + size + size % 2
    return position == len(data)
