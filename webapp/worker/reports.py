"""The job of the weekly report: the figures of a week by mail to those who want them, again while the mail server is down."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.database import session_scope
from kb.core.settings import Settings
from kb.insight.numbers import Period, make_figures, read_counted
from kb.insight.numbers.reports import DueReport, claim_report, plan_reports, settle_report
from kb.jobs.kind import JobContext
from kb.service.channels.notices import send_claimed, send_notice
from kb.service.channels.smtp import Fate, MailRound, Outcome
from webapp.shared.formatting import date_in, value_in
from webapp.studio.numbers.words import FIGURES, GROUPS
from webapp.worker.catalogues import catalogue_for
from webapp.worker.channels import ways_out
from webapp.worker.tools import WorkerTools

REPORTS = "reports"
_MOST_AT_ONCE = 100


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    """Without KB_MAIL_SMTP nothing is planned: a report of long ago is of no use when it is set one day."""
    if tools.settings.mail_smtp is None:
        return None
    return send_reports(tools, context) or None


def send_reports(tools: WorkerTools, context: JobContext, now: datetime | None = None) -> dict[str, int]:
    """How many were sent, wait and failed."""
    with session_scope(tools.engine) as session:
        plan_reports(session, tools.settings.time_zone, now)
    ways = ways_out(tools.settings)

    def send(mails: MailRound, due: DueReport, at: datetime) -> Outcome:
        def words() -> tuple[str, str]:
            with Session(tools.engine) as session:
                return report_text(session, tools.settings, due.language, due.week)

        return send_notice(mails, ways, due.email, words, name=f"numbers-{due.id}-{due.week.isoformat()}", now=at)

    def settle(session: Session, due: DueReport, sent: Outcome, at: datetime) -> str:
        why = sent.why or "It could not be sent."
        return settle_report(session, due, sent=sent.fate is Fate.SENT, never=sent.fate is Fate.NEVER, why=why, now=at)

    return send_claimed(
        tools.engine,
        claim=claim_report,
        send=send,
        settle=settle,
        at_most=_MOST_AT_ONCE,
        checkpoint=lambda: context.progress(0, 0),
        now=lambda: now or utc_now(),
    )


def report_text(session: Session, settings: Settings, language: str, week: date) -> tuple[str, str]:
    """Subject and text, in the language of whoever gets it. Sample data is not in it."""
    tag, catalogue = catalogue_for(language, settings)
    _ = catalogue.gettext
    counted = read_counted(session, Period(week, week + timedelta(days=6)), with_sample=False)
    figures = {figure.key: figure for figure in make_figures(counted)}
    days = {
        "first": date_in(tag, counted.period.first, settings),
        "last": date_in(tag, counted.period.last, settings),
    }
    lines = [_("%(first)s to %(last)s") % days, ""]
    for title, keys in GROUPS:
        lines += [_(str(title)), ""]
        for key in keys:
            figure = figures[key]
            line = f"{_(str(FIGURES[key][0]))}: "
            if figure.value is None:
                line += _("nothing, or too little to tell")
            else:
                line += value_in(tag, figure.unit, figure.value, settings)
                if figure.before is not None:
                    before = value_in(tag, figure.unit, figure.before, settings)
                    line += " (" + _("the week before: %(value)s") % {"value": before} + ")"
            lines.append(line)
        lines.append("")
    if settings.public_url:
        last = counted.period.last.isoformat()
        lines += [f"{settings.public_url}/studio/numbers/?from={week.isoformat()}&to={last}", ""]
    lines.append(_("You get this because you asked for it on the page of numbers, where you can stop it."))
    subject = _("%(site)s: the numbers of the week from %(day)s")
    return subject % {"site": settings.site_name, "day": days["first"]}, "\n".join(lines) + "\n"
