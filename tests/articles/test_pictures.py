"""Pictures: only what is one comes in, written anew; found where generators look; missing ones are said."""

import io
from contextlib import suppress
from pathlib import Path

import pytest
from folder_sync import Sync, Write, get
from generator_folders import picture
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.articles import article_pictures, render_markdown
from kb.articles.assets import is_allowed_host
from kb.articles.picture_encoding import LARGEST_SIDE, PictureError, encode_picture
from kb.tables import ArticleAsset, ArticlePicture


def test_large_photo_is_turned_sized_and_loses_what_its_camera_wrote() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010E] = "a secret place"
    out = io.BytesIO()
    Image.new("RGB", (4000, 2000), "red").save(out, "JPEG", exif=exif)
    encoded = encode_picture(out.getvalue())
    assert (encoded.width, encoded.height) == (800, LARGEST_SIDE)
    assert b"secret" not in encoded.data
    assert encode_picture(encoded.data) == encoded


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "JPEG"])
def test_pictures_become_webp_and_stay_the_same_the_second_time(kind: str) -> None:
    encoded = encode_picture(picture(kind=kind))
    with Image.open(io.BytesIO(encoded.data)) as image:
        assert (image.format, image.size) == ("WEBP", (40, 30))
    assert encode_picture(encoded.data).data == encoded.data


def test_moving_picture_still_moves() -> None:
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "blue", "green")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=50)
    with Image.open(io.BytesIO(encode_picture(out.getvalue()).data)) as image:
        assert image.n_frames == 3


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>x</script></svg>", "an SVG, which can hold programs"),
        (b"%PDF-1.4", "no PNG, JPEG, GIF or WebP"),
        (picture(size=(400, 300))[:-40], "damaged"),
        (b"\x89PNG" + b"x" * 10_000_001, "MB are allowed"),
    ],
)
def test_what_is_no_picture_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(PictureError, match=reason):
        encode_picture(data)


def test_picture_with_something_behind_it_is_written_anew() -> None:
    plain = encode_picture(picture(kind="WEBP")).data
    assert b"<script>" not in encode_picture(plain + b"<script>alert(1)</script>").data


def test_bomb_of_pixels_is_refused() -> None:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    with pytest.raises(PictureError, match="pixels"):
        encode_picture(out.getvalue())


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\x10\x00\x00\x00WEBPVP8 ", b"\xff\xd8\xff\xe0"]),
)
def test_any_bytes_are_a_picture_or_refused(data: bytes, head: bytes) -> None:
    with suppress(PictureError):
        assert encode_picture(head + data).media_type == "image/webp"


@pytest.mark.parametrize(
    ("source", "file"),
    [
        ("lamp.png", "en/guide/lamp.png"),
        ("./img/lamp.png?raw=true", "en/guide/img/lamp.png"),
        ("../../img/a%20b.png", "img/a b.png"),
        ("/img/lamp.png", "static/img/lamp.png"),
        ("/img/lamp.png", "img/lamp.png"),
        ("@site/static/lamp.png", "static/lamp.png"),
        ("images/deep.png", "en/guide/page/images/deep.png"),
        ("elsewhere.png", "attachments/2024/elsewhere.png"),
    ],
)
def test_picture_is_found_where_generators_look(
    session: Session, sync: Sync, write: Write, folder: Path, source: str, file: str
) -> None:
    write("en/guide/page.md", body=f"![Lamp](<{source}>)")
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_bytes(picture())
    assert sync().warnings == []
    article = get(session, "en/page")
    show = article_pictures(session, article, lambda digest: f"/p/{digest}", ())
    html = render_markdown(article.body, picture=show).html
    assert 'src="/p/' in html
    assert 'alt="Lamp"' in html
    assert 'loading="lazy" width="40" height="30"' in html or 'width="40" height="30" loading="lazy"' in html


@pytest.mark.parametrize("source", ["../../secret.png", "/etc/passwd", "../../../../x.png", "link.png"])
def test_no_picture_comes_from_outside_of_the_folder(
    session: Session, sync: Sync, write: Write, folder: Path, source: str
) -> None:
    (folder.parent / "secret.png").write_bytes(picture())
    (folder / "link.png").symlink_to(folder.parent / "secret.png")
    write("a.md", body=f"![The words]({source})")
    report = sync()
    assert [getattr(warning, "kind", "") for warning in report.warnings] == ["missing picture"]
    assert session.scalar(select(func.count(ArticleAsset.id))) == 0
    article = get(session)
    assert "The words" in render_markdown(article.body, picture=article_pictures(session, article, str, ())).html


def test_what_cannot_be_shown_is_said(session: Session, sync: Sync, write: Write, folder: Path) -> None:
    (folder / "drawing.svg").write_bytes(b"<svg></svg>")
    write(
        "a.md",
        body="![a](https://cdn.example/x.png) ![b](drawing.svg) ![c](data:image/png;base64,AA) ![d](https://ok.example/x.png)",
    )
    report = sync(image_hosts=("ok.example",))
    assert sorted(getattr(warning, "kind", "") for warning in report.warnings) == [
        "embedded picture", "external picture", "refused picture",
    ]  # fmt: skip
    article = get(session)
    html = render_markdown(article.body, picture=article_pictures(session, article, str, ("ok.example",))).html
    assert html == '<p>a b c <img alt="d" src="https://ok.example/x.png" loading="lazy"></p>'


def test_picture_that_changes_or_comes_later_is_noticed_without_reading_the_article(
    session: Session, sync: Sync, write: Write, folder: Path
) -> None:
    write("a.md", body="![a](x.png)")
    assert len(sync().warnings) == 1
    (folder / "x.png").write_bytes(picture())
    assert sync().unchanged == ["a.md"]
    row = session.scalars(select(ArticlePicture)).one()
    first = row.asset_id
    assert first is not None
    (folder / "x.png").write_bytes(picture("red", (50, 50)))
    sync()
    assert row.asset_id != first
    write("a.md", body="No picture.")
    sync()
    assert session.scalar(select(func.count(ArticlePicture.id))) == 0


SITES = {
    "https://cdn.example.com/a.png": True,
    "https://a.b.example.org/a.png": True,
    "http://cdn.example.com/a.png": False,
    "https://example.org/a.png": False,
    "https://cdn.example.com.evil.example/a.png": False,
    "//cdn.example.com/a.png": False,
    "https://x@cdn.example.com/a.png": False,
    "https://cdn.example.com:8443/a.png": False,
    "https://[": False,
    "a.png": False,
}


@pytest.mark.parametrize("source", SITES)
def test_other_sites_are_shown_by_name(source: str) -> None:
    assert is_allowed_host(source, ("cdn.example.com", "*.example.org")) is SITES[source]
