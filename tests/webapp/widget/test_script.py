"""The script as it is sent: small, the same for everybody, with its words in all languages on offer."""

import gzip
import json
import re
from collections.abc import Callable
from dataclasses import replace

import brotli
from flask.testing import FlaskClient
from sqlalchemy import Engine

from kb.core.settings import PROJECT_ROOT, Settings
from kb.tables import Role
from webapp.app import create_app

MOST = 25 * 1024
SOURCES = sorted((PROJECT_ROOT / "webapp" / "frontend" / "widget").glob("*.js"))


def words_in(text: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(text[text.rindex("\n})(") + 4 : text.rindex(");")])
    return found


def test_script_is_small_compressed_and_whole(client: FlaskClient) -> None:
    plain = client.get("/widget.js")
    assert plain.content_type == "text/javascript; charset=utf-8"
    for encoding, unpack in (("gzip", gzip.decompress), ("br", brotli.decompress)):
        packed = client.get("/widget.js", headers={"Accept-Encoding": encoding})
        assert packed.headers["Content-Encoding"] == encoding
        assert len(packed.data) <= MOST
        assert unpack(packed.data) == plain.data
    assert "Content-Encoding" not in client.get("/widget.js", headers={"Accept-Encoding": "br;q=0, gzip;q=0"}).headers


def test_script_may_be_kept_and_is_asked_for_anew_by_its_tag(client: FlaskClient) -> None:
    first = client.get("/widget.js")
    assert "public" in first.headers["Cache-Control"]
    assert "Set-Cookie" not in first.headers
    assert "Cookie" not in first.headers["Vary"]
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert first.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    again = client.get("/widget.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_words_are_there_in_every_language_and_none_is_missing(client: FlaskClient) -> None:
    words = words_in(client.get("/widget.js").text)
    assert list(words) == ["en", "hi", "bn"]
    assert words["hi"]["help"] == "मदद"
    for language in ("hi", "bn"):
        assert words[language].keys() == words["en"].keys()
        same = {name for name in words["en"] if words[language][name] == words["en"][name]}
        assert not same, f"{language}: {same}"
        for name, text in words["en"].items():
            assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", words[language][name])), name


def test_script_says_nothing_that_has_no_words(client: FlaskClient) -> None:
    words = words_in(client.get("/widget.js").text)["en"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    used = set(re.findall(r"\bt\(\s*\"(\w+)\"", text)) | set(re.findall(r"\bbutton\(\"\w+\", \"(\w+)\"\)", text))
    assert len(used) > 40
    assert used <= words.keys()


def test_languages_are_a_setting(settings: Settings, engine: Engine) -> None:
    app = create_app(replace(settings, languages_text="bn,en"), engine)
    words = words_in(app.test_client().get("/widget.js").text)
    assert list(words) == ["bn", "en"]


def test_script_makes_no_html_no_cookie_and_no_inline_style() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    for refused in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "document.cookie", "eval(", "new Function",
                    "sessionStorage", "indexedDB", ".style.", 'setAttribute("style"'):  # fmt: skip
        assert refused not in text, refused


def test_studio_shows_the_line_to_copy_and_the_widget_at_work(login: Callable[[Role | str], FlaskClient]) -> None:
    page = login("trainer").get("/studio/widget/?language=hi&position=left&suggest=nonsense%22").text
    line = "&lt;script src=&#34;http://localhost/widget.js&#34; data-language=&#34;hi&#34; data-position=&#34;left&#34; async&gt;"
    assert line in page
    assert '<script src="/widget.js" data-language="hi" data-position="left" async></script>' in page
    assert "data-suggest" not in page
