import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kb.service.sent_pictures import LARGEST, LONGEST_SIDE, PictureError, clean_picture


def picture(kind: str, size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: object) -> bytes:
    stored = io.BytesIO()
    Image.new(mode, size, {"P": 1, "RGBA": (255, 0, 0, 90)}.get(mode, "red")).save(stored, kind, **options)
    return stored.getvalue()


def photo_with_place() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "Lumen Phones"
    exif.get_ifd(0x8825)[2] = (22.0, 34.0, 11.0)  # latitude
    return picture("JPEG", exif=exif.tobytes(), comment=b"taken at home")


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize(
    ("kind", "mode", "becomes"),
    [("JPEG", "RGB", "JPEG"), ("JPEG", "CMYK", "JPEG"), ("PNG", "RGBA", "PNG"), ("PNG", "P", "PNG"), ("PNG", "I;16", "PNG"),
     ("GIF", "P", "PNG"), ("WEBP", "RGB", "JPEG"), ("WEBP", "RGBA", "PNG")],
)  # fmt: skip
def test_pictures_are_painted_anew_by_their_content(kind: str, mode: str, becomes: str) -> None:
    clean = clean_picture("lamp.exe.doc", picture(kind, mode=mode) if mode != "I;16" else grey16())
    assert opened(clean.content).format == becomes
    assert clean.name == "lamp.exe" + {"JPEG": ".jpg", "PNG": ".png"}[becomes]


def grey16() -> bytes:
    stored = io.BytesIO()
    Image.new("I;16", (60, 40)).save(stored, "PNG")
    return stored.getvalue()


def test_where_and_with_what_it_was_taken_is_gone_and_it_stands_upright() -> None:
    data = photo_with_place()
    assert opened(data).getexif().get_ifd(0x8825)
    clean = clean_picture("IMG_1.jpg", data)
    image = opened(clean.content)
    assert image.size == (40, 60)
    assert not image.getexif()
    for hidden in (b"Lumen", b"taken at home", b"Exif"):
        assert hidden in data
        assert hidden not in clean.content


def test_what_hides_behind_a_picture_is_not_kept() -> None:
    data = picture("PNG") + b"PK\x03\x04<script>alert(1)</script>"
    assert b"script" not in clean_picture("a.png", data).content


def test_large_photo_is_made_smaller() -> None:
    assert max(opened(clean_picture("a.jpg", picture("JPEG", (6000, 4500))).content).size) <= LONGEST_SIDE


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that says it has so many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 10_000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (bomb(30_000, 30_000), "too_many_pixels"),
        (bomb(6_000, 5_000), "too_many_pixels"),
        (b"\xff" * (LARGEST + 1), "too_large"),
        (b"", "no_picture"),
        (b"MZ\x90\0 program", "no_picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "no_picture"),
        (b"%PDF-1.7", "no_picture"),
        (picture("JPEG", (400, 400))[:600], "damaged"),
        (picture("PNG", (400, 400))[:-60], "damaged"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(PictureError) as refused:
        clean_picture("../../etc/x.jpg", data)
    assert refused.value.reason in ({reason, "no_picture"} if reason == "damaged" else {reason})
    assert refused.value.name == "x.jpg"


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"\xff\xd8\xff", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBPVP8 "]),
)
def test_nothing_but_a_picture_error_comes_of_any_bytes(rest: bytes, beginning: bytes) -> None:
    try:
        clean_picture("a", beginning + rest)
    except PictureError:
        return
