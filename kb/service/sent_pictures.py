"""Pictures that customers send: read by their content, bounded before they are unpacked, and painted anew.

What is kept is drawn from the pixels alone: where and with what it was taken, and whatever else hides in a file, is gone.
"""

import io
import threading
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

from kb.core.errors import InvalidInputError
from kb.service.attachments import clean_file_name

MOST_PICTURES = 3
LARGEST = 10 * 2**20  # bytes, as it arrives
# Pixels of the longer side that are kept: enough to read a label.
LONGEST_SIDE = 2400
# A JPEG is made smaller while it is unpacked; everything else stands in memory whole, 4 bytes a pixel.
_MOST_PIXELS = {"JPEG": 120_000_000}
_MOST_PIXELS_UNPACKED = 25_000_000
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
# One at a time: so many bytes are in memory at once, however many people send.
_ONE_AT_A_TIME = threading.Lock()


class PictureError(InvalidInputError):
    """It cannot be taken. reason: too_large (bytes), too_many_pixels, no_picture or damaged."""

    def __init__(self, reason: str, name: str) -> None:
        super().__init__("%(name)s: %(reason)s", name=name, reason=reason)
        self.reason, self.name = reason, name


@dataclass(frozen=True)
class SentPicture:
    """name ends as its content type says; content: JPEG or PNG without anything but pixels."""

    name: str
    content: bytes


def clean_picture(name: str, data: bytes) -> SentPicture:
    """Upright, at most LONGEST_SIDE wide and high, of a moving one the first picture. Raises PictureError."""
    name = clean_file_name(name)
    if len(data) > LARGEST:
        raise PictureError("too_large", name)
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd metadata, which is dropped anyway; sizes are checked here
        try:
            opened = Image.open(io.BytesIO(data), formats=_FORMATS)
        except Image.DecompressionBombError as error:
            raise PictureError("too_many_pixels", name) from error
        except Exception as error:
            raise PictureError("no_picture", name) from error
        with opened as image:
            kind = str(image.format)
            if image.width * image.height > _MOST_PIXELS.get(kind, _MOST_PIXELS_UNPACKED):
                raise PictureError("too_many_pixels", name)
            try:
                content, ending = _repainted(image, kind)
            except Exception as error:
                raise PictureError("damaged", name) from error
    stem = name.rpartition(".")[0] or name
    return SentPicture(stem[:150] + ending, content)


def _repainted(image: Image.Image, kind: str) -> tuple[bytes, str]:
    if kind == "JPEG":
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    image.load()
    upright = ImageOps.exif_transpose(image)
    has_alpha = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
    pixels = upright.convert("RGBA" if has_alpha else "RGB")
    pixels.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # Into a new picture: nothing of what stood around the pixels comes along.
    clean = Image.new(pixels.mode, pixels.size)
    clean.paste(pixels)
    stored = io.BytesIO()
    if kind == "JPEG" or (kind == "WEBP" and not has_alpha):
        clean.save(stored, "JPEG", quality=85, optimize=True)
        return stored.getvalue(), ".jpg"
    clean.save(stored, "PNG", optimize=False)
    return stored.getvalue(), ".png"
