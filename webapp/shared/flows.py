"""The flows of the shop: what trainers wrote, and the files of KB_HOME/flows."""

from flask import current_app

from kb.articles.flow_files import FlowFolder
from kb.articles.flow_store import flows_in_use
from kb.core.settings import Settings
from kb.service.fact_kinds import FactKind
from webapp.shared.database import session

FACT_KINDS = frozenset(kind.value for kind in FactKind)


def flows_of_shop() -> FlowFolder:
    """One statement."""
    settings: Settings = current_app.extensions["kb_settings"]
    return flows_in_use(session(), settings.flows_dir, fact_kinds=FACT_KINDS)
