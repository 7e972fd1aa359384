"""Whether others may reach this installation: `kb serve` refuses one that is not safe, `kb doctor` shows what is wrong."""

from sqlalchemy.orm import Session

from kb.accounts.people import list_users
from kb.core.errors import ConfigurationError
from kb.core.exposure import Weakness, is_exposed, weaknesses
from kb.core.settings import Settings
from webapp.shared.sample_shop import is_demo_person

_DEMO = "KB_HOME"


def all_weaknesses(settings: Settings, session: Session) -> list[Weakness]:
    """Those of the settings, and demo people who can still log in."""
    return [*weaknesses(settings), *_demo_people(settings, session)]


def require_safe(settings: Settings, session: Session) -> None:
    """Raises ConfigurationError that names each setting and its line."""
    found = all_weaknesses(settings, session)
    if not found:
        return
    names = ",".join(dict.fromkeys(one.setting for one in found))
    raise ConfigurationError(
        "Others reach this server, and it is not safe for that:\n"
        + "\n".join(f"  {one.setting}: {one.text}.\n    → {one.remedy}" for one in found)
        + "\n ",
        remedy=f"Change these lines. Where you know better, KB_ACCEPT_INSECURE={names} starts it all the same.",
    )


def _demo_people(settings: Settings, session: Session) -> list[Weakness]:
    if not is_exposed(settings) or _DEMO in settings.accepted_risks:
        return []
    demo = settings.home / "demo-logins.txt"
    people = [user.email for user in list_users(session) if user.active and is_demo_person(user.email)]
    if not people:
        return []
    close = " && ".join(f"kb user close {email}" for email in people)
    text = f"the demo people of the sample shop may log in (their first passwords were written into {demo})"
    return [Weakness(_DEMO, text, close)]
