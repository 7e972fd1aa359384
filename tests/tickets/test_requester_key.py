"""The key under which requesters are hashed."""

import stat
from pathlib import Path

import pytest

from kb.core.errors import ConfigurationError
from kb.tickets import hash_requester, load_requester_key


def test_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    key = load_requester_key(tmp_path / "home")
    path = tmp_path / "home" / "requester_key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(key) == 32
    assert load_requester_key(tmp_path / "home") == key
    assert load_requester_key(tmp_path / "other") != key
    assert [file.name for file in (tmp_path / "home").iterdir()] == ["requester_key"]


def test_machines_with_one_secret_key_have_one_key_of_requesters(tmp_path: Path) -> None:
    first, second = (load_requester_key(tmp_path / name, "the same on all machines") for name in ("first", "second"))
    assert first == second
    assert load_requester_key(tmp_path / "third", "of another site") != first
    # One that is there stays, or the tickets of before would be somebody else's.
    assert load_requester_key(tmp_path / "first", "of another site") == first


@pytest.mark.parametrize("content", ["", "zz", "00ff"])
def test_broken_key_is_a_clear_error(content: str, tmp_path: Path) -> None:
    (tmp_path / "requester_key").write_text(content)
    with pytest.raises(ConfigurationError) as error:
        load_requester_key(tmp_path)
    assert "requester_key" in error.value.message
    assert error.value.remedy


def test_hash_knows_an_address_in_any_case_and_tells_nothing_without_the_key() -> None:
    assert hash_requester(b"a" * 32, "Asha@Mail.example ") == hash_requester(b"a" * 32, "asha@mail.example")
    assert hash_requester(b"a" * 32, "asha@mail.example") != hash_requester(b"b" * 32, "asha@mail.example")
    assert hash_requester(b"a" * 32, "  ") is None
