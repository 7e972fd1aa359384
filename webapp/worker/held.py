"""The job that stores what customers sent while the database took nothing."""

from typing import Any

from kb.jobs.kind import JobContext
from kb.service.held_requests import store_held
from kb.tables import Conversation
from webapp.help.own_conversations import token_of
from webapp.shared.security import load_secret_key
from webapp.worker.tools import WorkerTools

HELD = "held_requests"


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    """Files of this machine: where several share a database, each keeps its own and its worker looks for them."""
    settings = tools.settings

    def make_link(page: str, conversation: Conversation) -> str:
        return f"{page}/{token_of(conversation, key=load_secret_key(settings))}"

    found = store_held(
        tools.engine,
        settings.home,
        make_link,
        region=settings.phone_region,
        checkpoint=lambda: context.progress(0, 0),
    )
    return found or None
