"""The job of the weekly report: the figures of a week by mail to those who want them, again while the mail server is down."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.database import session_scope
from kb.core.settings import Settings
from kb.insight.numbers import Period, make_figures, read_counted
from kb.insight.numbers.reports import DueReport, claim_report, plan_reports, settle_report
from kb.jobs.worker import JobContext
from kb.service.channels.compose import compose_notice, notice_id
from kb.service.channels.one_by_one import one_by_one
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

    mails = MailRound()

    def send_next() -> str | None:
        at = now or utc_now()
        with session_scope(tools.engine) as session:
            due = claim_report(session, at)
        if due is None:
            return None
        sent = _send(mails, tools, due, at)
        with session_scope(tools.engine) as session:
            return settle_report(
                session,
                due,
                sent=sent.fate is Fate.SENT,
                never=sent.fate is Fate.NEVER,
                why=sent.why or "It could not be sent.",
                now=at,
            )

    return one_by_one(send_next, at_most=_MOST_AT_ONCE, checkpoint=lambda: context.progress(0, 0))


def _send(mails: MailRound, tools: WorkerTools, due: DueReport, now: datetime) -> Outcome:
    ways = ways_out(tools.settings)
    if ways.smtp is None:
        return Outcome(Fate.LATER, "KB_MAIL_SMTP is not set.")
    with Session(tools.engine) as session:
        text = report_text(session, tools.settings, due.language, due.week)
    mail = compose_notice(
        ways.sender,
        due.email,
        subject=text[0],
        text=text[1],
        message_id=notice_id(f"numbers-{due.id}-{due.week.isoformat()}", ways.sender.address),
        now=now,
    )
    return mails.send(ways.smtp, mail, ways.sender.address, due.email)


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
