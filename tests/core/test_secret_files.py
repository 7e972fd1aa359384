from pathlib import Path

import pytest

from kb.core.errors import ConfigurationError
from kb.core.settings import load_settings, secret_names


def written(folder: Path, content: bytes) -> str:
    path = folder / "secret"
    path.write_bytes(content)
    return str(path)


@pytest.mark.parametrize("name", secret_names())
def test_every_secret_may_stand_in_a_file(name: str, tmp_path: Path) -> None:
    value = {
        "KB_MAIL_IMAP": "imaps://a%40b.example:pass%20word@mail.example/INBOX",
        "KB_MAIL_SMTP": "smtps://a%40b.example:pass%20word@mail.example",
        "KB_DATABASE": "postgresql+psycopg://kb:pass%20word@db/kb",
    }.get(name, "a secret, with a blank, of which the ends do not count")
    assert load_settings({f"{name}_FILE": written(tmp_path, f"{value}\r\n".encode())}) == load_settings({name: value})


def test_a_file_with_a_mark_of_its_encoding_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, b"\xef\xbb\xbf" + b"0123456789abcdef" * 4 + b"\n\n")
    assert load_settings({"KB_SECRET_KEY_FILE": path}).secret_key == "0123456789abcdef" * 4


@pytest.mark.parametrize("content", [b"", b"\n", b" \r\n", b"\xff\xfe sesame", b"sesame\0", b"sesame" * 20_000])
def test_a_file_that_holds_no_secret_is_refused_and_nothing_of_it_is_repeated(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="KB_METRICS_TOKEN_FILE") as told:
        load_settings({"KB_METRICS_TOKEN_FILE": written(tmp_path, content)})
    assert "sesame" not in str(told.value)


@pytest.mark.parametrize("path", ["/nowhere/at/all", "/", "~nobody-of-that-name/x", "a\0b"])
def test_a_file_that_cannot_be_read_is_told_by_the_name_of_its_setting(path: str) -> None:
    with pytest.raises(ConfigurationError, match="KB_LLM_KEY_FILE"):
        load_settings({"KB_LLM_KEY_FILE": path})


def test_a_secret_given_twice_is_refused_without_being_shown(tmp_path: Path) -> None:
    path = written(tmp_path, b"one sesame of a file, long")
    with pytest.raises(ConfigurationError, match="both") as told:
        load_settings({"KB_METRICS_TOKEN_FILE": path, "KB_METRICS_TOKEN": "another sesame, long enough"})
    assert "sesame" not in str(told.value)


def test_what_is_no_secret_is_read_from_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="KB_SITE_NAME_FILE"):
        load_settings({"KB_SITE_NAME_FILE": written(tmp_path, b"x")})


def test_a_yes_that_is_none_is_told_instead_of_being_a_no() -> None:
    with pytest.raises(ConfigurationError, match="KB_SECURE_COOKIES"):
        load_settings({"KB_SECURE_COOKIES": "ja"})
