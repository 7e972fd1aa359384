"""Where the collections are: what is set wrong is told before anything is opened, and no password is repeated."""

from pathlib import Path

import pytest

from kb.core.errors import ConfigurationError
from kb.core.settings import Settings, load_settings

MILVUS = {"KB_INDEX": "milvus", "KB_MILVUS_URI": "http://milvus:19530"}


def test_the_embedded_engine_needs_nothing() -> None:
    assert load_settings({}).milvus is None
    assert load_settings({"KB_MILVUS_URI": "http://milvus:19530"}).milvus is None


def test_a_server_with_user_and_password_or_with_a_key(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("not to be seen\n")
    settings = load_settings({**MILVUS, "KB_MILVUS_USER": "kb", "KB_MILVUS_PASSWORD_FILE": str(secret)})
    address = settings.milvus
    assert address is not None
    assert (address.uri, address.token, address.timeout) == ("http://milvus:19530", "kb:not to be seen", 1.0)
    assert "not to be seen" not in f"{settings} {address}"
    assert load_settings({**MILVUS, "KB_MILVUS_TOKEN": "key"}).milvus == Settings(
        index_text="milvus", milvus_uri="http://milvus:19530/", milvus_token="key"
    ).milvus  # fmt: skip


def test_a_file_is_one(tmp_path: Path) -> None:
    address = load_settings({"KB_INDEX": "milvus", "KB_MILVUS_URI": str(tmp_path / "kb.db")}).milvus
    assert address is not None
    assert address.is_file


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"KB_INDEX": "elastic"}, "no engine"),
        ({"KB_INDEX": "milvus"}, "does not say where"),
        ({"KB_INDEX": "milvus", "KB_MILVUS_URI": "/var/lib/milvus"}, "ends in .db"),
        ({**MILVUS, "KB_MILVUS_URI": "http://kb:hidden@milvus:19530"}, "no address"),
        ({**MILVUS, "KB_MILVUS_URI": "grpc://milvus:19530"}, "no address"),
        ({**MILVUS, "KB_MILVUS_USER": "kb"}, "only one is set"),
        ({**MILVUS, "KB_MILVUS_USER": "kb", "KB_MILVUS_PASSWORD": "hidden", "KB_MILVUS_TOKEN": "key"}, "too"),
        ({"KB_MILVUS_TIMEOUT_MS": "soon"}, "whole number"),
    ],
)
def test_what_cannot_work_is_told_with_what_to_type(wrong: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told) as error:
        load_settings(wrong)
    assert "hidden" not in str(error.value)
