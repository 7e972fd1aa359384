"""All kinds of jobs, with what each does and how often it runs by itself."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Engine

from kb.articles.schedules import has_due_schedules
from kb.core.settings import Settings
from kb.insight.training.announcing import has_unannounced
from kb.insight.training.reminding import has_due_reminders
from kb.insight.translations.following import has_unfollowed
from kb.jobs.kind import JobContext, Kind
from kb.service.account_mails import has_due_account_mails
from kb.service.channels.calls import has_due_calls
from kb.service.channels.delivery import has_due_messages
from kb.service.chat_transcript import has_due_transcripts
from kb.service.frustration.storing import has_due_feelings
from kb.service.gap_news import has_due_news
from kb.service.held_requests import has_held
from kb.tables.changed_documents import has_changed_documents
from webapp.worker import (
    account_mails,
    calibration,
    channels,
    demand,
    erasing,
    feelings,
    flags,
    gap_news,
    gaps,
    held,
    indexing,
    numbers,
    outside,
    queue,
    reports,
    retention,
    rising,
    self_service,
    settled,
    simulation,
    solved,
    statistics,
    taught,
    tickets,
    training,
    transcripts,
    translations,
    trying,
    voice,
    wordings,
    workflow,
)
from webapp.worker.account_mails import ACCOUNT_MAILS
from webapp.worker.channels import DELIVERY, MAILBOX, WEBHOOKS
from webapp.worker.erasing import ERASING
from webapp.worker.feelings import FEELINGS
from webapp.worker.flags import FLAGS
from webapp.worker.gap_news import GAP_NEWS
from webapp.worker.held import HELD
from webapp.worker.numbers import NUMBERS
from webapp.worker.outside import OUTSIDE_LINKS
from webapp.worker.reports import REPORTS
from webapp.worker.simulation import SIMULATION
from webapp.worker.taught import TAUGHT
from webapp.worker.tickets import TICKET_IMPORT
from webapp.worker.tools import WorkerTools
from webapp.worker.training import ANNOUNCEMENTS, REMINDERS, TRAINING
from webapp.worker.transcripts import TRANSCRIPTS
from webapp.worker.translations import TRANSLATIONS
from webapp.worker.trying import TRYING
from webapp.worker.wordings import WORDINGS
from webapp.worker.workflow import BULK_ACTS_JOB, REVIEW_REMINDERS, SCHEDULES

INDEX, GAPS, QUERY_STATISTICS, RETENTION, CLEANUP = "index", "gaps", "query_statistics", "retention", "cleanup"
CALIBRATION = "calibration"
VOICE = "voice"
DEMAND = "demand"
RISING, SELF_SERVICE = "rising", "self_service"
SETTLED = "settled"
SOLVED = "solved"
QUEUE = "queue"
# They try things out by hundreds of searches, minutes long: gaps do not wait for that.
LEARNING = "learning"


def job_kinds(
    settings: Settings,
    engine: Engine,
    tools: WorkerTools | None = None,
    *,
    may_index: Callable[[], bool] | None = None,
) -> Mapping[str, Kind]:
    """The registry of a process; its handlers share `tools`, and with it one model. may_index: see `Kind.is_ready`."""
    tools = tools or WorkerTools(settings, engine)

    def kind(name: str, run: Callable[[WorkerTools, JobContext], dict[str, Any] | None], **fields: Any) -> Kind:
        return Kind(name, partial(run, tools), **fields)

    kinds = [
        # Wanted by what is in the database: whoever stores a reply need not ask for its delivery, and none stays behind.
        kind(DELIVERY, channels.deliver, is_wanted=has_due_messages, lane=DELIVERY),
        kind(WEBHOOKS, channels.call_webhooks, is_wanted=has_due_calls, lane=WEBHOOKS),
        kind(HELD, held.run, is_wanted=lambda _session: has_held(settings.home), lane=HELD),
        kind(TRANSCRIPTS, transcripts.run, is_wanted=has_due_transcripts, lane=TRANSCRIPTS),
        kind(FEELINGS, feelings.run, is_wanted=has_due_feelings, lane=FEELINGS),
        kind(SCHEDULES, workflow.publish_and_archive, is_wanted=has_due_schedules, lane=SCHEDULES),
        kind(BULK_ACTS_JOB, workflow.finish_act, lane=SCHEDULES),
        kind(INDEX, indexing.run, is_wanted=has_changed_documents, lane=INDEX, is_ready=may_index),
        kind(TRANSLATIONS, translations.run, is_wanted=has_unfollowed, lane=TRANSLATIONS),
        kind(QUEUE, queue.run, every=timedelta(minutes=1), lane=QUEUE),
        kind(GAPS, gaps.run, every=timedelta(minutes=1)),
        kind(SOLVED, solved.run, every=timedelta(minutes=10)),
        kind(DEMAND, demand.run, every=timedelta(minutes=30)),
        kind(NUMBERS, numbers.run, every=timedelta(minutes=30)),
        kind(REPORTS, reports.run, every=timedelta(minutes=5), lane=REPORTS),
        kind(REVIEW_REMINDERS, workflow.remind, every=timedelta(minutes=30), lane=REVIEW_REMINDERS),
        kind(RISING, rising.run, every=timedelta(minutes=10)),
        kind(SELF_SERVICE, self_service.run, every=timedelta(hours=1)),
        kind(SETTLED, settled.run, every=timedelta(hours=6)),
        kind(QUERY_STATISTICS, statistics.run, every=timedelta(days=1)),
        kind(WORDINGS, wordings.run, every=timedelta(minutes=10), lane=LEARNING),
        kind(TAUGHT, taught.run, every=timedelta(minutes=10), lane=FLAGS),
        kind(FLAGS, flags.run, every=timedelta(minutes=30), lane=FLAGS),
        kind(VOICE, voice.run, every=timedelta(minutes=5), lane=LEARNING),
        kind(TRAINING, training.run, every=timedelta(minutes=30), lane=LEARNING),
        kind(ANNOUNCEMENTS, training.announce, is_wanted=has_unannounced, lane=ANNOUNCEMENTS),
        kind(CALIBRATION, calibration.run, every=timedelta(days=1), lane=LEARNING),
        kind(TRYING, trying.run, lane=TRYING),
        kind(TICKET_IMPORT, tickets.run, lane=TICKET_IMPORT),
        kind(SIMULATION, simulation.run, lane=SIMULATION),
        kind(ERASING, erasing.run, lane=ERASING),
        kind(RETENTION, retention.delete_old_rows, every=timedelta(days=1)),
        kind(CLEANUP, retention.delete_old_files, every=timedelta(days=1)),
    ]
    if settings.check_links:
        kinds.append(kind(OUTSIDE_LINKS, outside.run, every=timedelta(minutes=10), lane=OUTSIDE_LINKS))
    if settings.mail_imap is not None:
        kinds.append(kind(MAILBOX, channels.read_mails, every=timedelta(seconds=30), lane=MAILBOX))
    if settings.mail_smtp is not None:
        kinds.append(kind(REMINDERS, training.send_reminders, is_wanted=has_due_reminders, lane=REMINDERS))
    if settings.mail_smtp is not None and settings.public_url:
        kinds.append(kind(ACCOUNT_MAILS, account_mails.run, is_wanted=has_due_account_mails, lane=ACCOUNT_MAILS))
        kinds.append(kind(GAP_NEWS, gap_news.run, is_wanted=has_due_news, lane=GAP_NEWS))
    return {one.name: one for one in kinds}
