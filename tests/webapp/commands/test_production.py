"""`kb serve` does not start where others would reach what is not safe."""

import secrets
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from kb_process import KB, without_settings
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from kb.accounts.people import create_user, get_user, set_active
from kb.core.errors import ConfigurationError
from kb.core.settings import Settings
from kb.tables import Role
from webapp.commands.production import require_safe
from webapp.shared.sample_shop import DEMO_PEOPLE


@pytest.fixture
def safe(settings: Settings, engine: Engine) -> Settings:
    engine.connect().close()  # it makes the folder
    settings = replace(settings, secret_key=secrets.token_hex(32))
    settings.home.chmod(0o700)
    return replace(settings, public_url_text="https://help.example.com", secure_cookies_text="1", proxies_text="1")


def test_demo_people_do_not_meet_customers(safe: Settings, session: Session) -> None:
    require_safe(safe, session)
    for person in DEMO_PEOPLE[:2]:
        create_user(session, person.email, Role.REP, "a long one of a test")
    with pytest.raises(
        ConfigurationError, match=r"kb user close rep@jhilmil\.example && kb user close sumana@"
    ) as told:
        require_safe(safe, session)
    assert "KB_ACCEPT_INSECURE=KB_HOME" in told.value.remedy
    require_safe(replace(safe, accepted_risks_text="KB_HOME"), session)
    require_safe(replace(safe, public_url_text="", proxies_text="0"), session)
    for person in DEMO_PEOPLE[:2]:
        set_active(session, get_user(session, person.email), False)
    require_safe(safe, session)


def test_the_server_says_every_line_to_change_and_does_not_start(tmp_path: Path) -> None:
    environment = without_settings()
    environment |= {"KB_HOME": str(tmp_path / "home"), "KB_MODEL": "hash", "KB_HOST": "0.0.0.0", "KB_PORT": "1"}
    environment |= {"KB_PUBLIC_URL": "http://help.example.com", "KB_SECRET_KEY": "secret" * 8}
    kb = KB
    subprocess.run([*kb, "init"], env=environment, check=True, capture_output=True, timeout=120)
    served = subprocess.run([*kb, "serve"], env=environment, check=False, capture_output=True, text=True, timeout=120)
    assert served.returncode != 0
    assert "KB_PUBLIC_URL=https://help.example.com" in served.stderr
    assert "KB_SECRET_KEY=" in served.stderr
    assert "Traceback" not in served.stderr
    assert "secretsecret" not in served.stderr
