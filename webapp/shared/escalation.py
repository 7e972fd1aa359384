"""The rules of escalation that hold, as each process follows them."""

from flask import Flask, current_app
from sqlalchemy import Engine

from kb.service.escalation_editing import RULES_VERSION, load_stored_rules, rules_in_force
from kb.service.escalation_rules import Rule
from webapp.shared.followed import Followed

_EXTENSION = "kb_escalation"


def init_escalation(app: Flask, engine: Engine) -> None:
    app.extensions[_EXTENSION] = Followed(engine, "Rules of escalation", RULES_VERSION, load_stored_rules)


def escalation_rules() -> tuple[Rule, ...]:
    """What a trainer wrote, else the setting."""
    holder: Followed[str | None] = current_app.extensions[_EXTENSION]
    return rules_in_force(holder.get(), current_app.extensions["kb_settings"].escalation)
