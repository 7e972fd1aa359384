"""The job that sends what was said in chats to customers who asked for it."""

from datetime import datetime
from typing import Any

from kb.core.settings import Settings
from kb.jobs.kind import JobContext
from kb.service.chat_transcript import TranscriptWords, Words, send_due_transcripts
from kb.tables import Conversation
from webapp.shared.formatting import moment_in
from webapp.worker.catalogues import catalogue_for
from webapp.worker.channels import ways_out
from webapp.worker.tools import WorkerTools

TRANSCRIPTS = "transcripts"


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    found = send_due_transcripts(
        tools.engine,
        ways_out(tools.settings),
        transcript_words(tools.settings),
        checkpoint=lambda: context.progress(0, 0),
    )
    return dict(found) or None


def transcript_words(settings: Settings) -> Words:
    """The mail's own words, in the language of the chat's page."""

    def words(language: str, conversation: Conversation) -> TranscriptWords:
        tag, catalogue = catalogue_for(language, settings)
        _ = catalogue.gettext

        def clock(moment: datetime) -> str:
            return moment_in(tag, moment, settings)

        return TranscriptWords(
            subject=_("Your chat with %(site)s") % {"site": settings.site_name},
            intro=_("This was said in your chat with %(site)s, begun on %(time)s.")
            % {"site": settings.site_name, "time": clock(conversation.created_at)},
            own=_("You"),
            ours=_("Support team"),
            file=_("file"),
            outro=_("You get this because your address was given in the chat."),
            clock=clock,
        )

    return words
