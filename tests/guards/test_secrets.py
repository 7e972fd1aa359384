"""Which settings are secrets, and that the README names them."""

import re
from dataclasses import fields
from pathlib import Path

from kb.core.settings import Settings, secret_names

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_readme_names_every_setting_that_may_stand_in_a_file() -> None:
    [sentence] = re.findall(r"nowhere else: instead of (.*?), the same name with `_FILE`", README, flags=re.DOTALL)
    assert set(re.findall(r"`(KB_\w+)`", sentence)) == set(secret_names())


def test_what_is_called_a_key_a_token_or_a_password_is_a_secret() -> None:
    telling = re.compile(r"_(KEY|TOKEN|SECRET|PASSWORD|DATABASE|IMAP|SMTP|STORAGE)$")
    no_secrets = {"KB_MILVUS_DATABASE"}  # a name, not an address with a password in it
    named = {item.metadata["env"] for item in fields(Settings) if telling.search(item.metadata["env"])} - no_secrets
    assert named <= set(secret_names())


def test_no_secret_stands_in_what_is_printed_of_the_settings() -> None:
    shown = repr(Settings(**{item.name: "planted-secret" for item in fields(Settings) if item.metadata.get("secret")}))
    assert "planted-secret" not in shown
