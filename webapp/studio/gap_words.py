"""What the database writes about gaps, in the words of the reader."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel import Locale, UnknownLocaleError
from flask_babel import get_locale, lazy_gettext, ngettext
from flask_babel import gettext as _

from kb.insight.gaps.editing import ChangeKind, Dismissal
from kb.insight.gaps.fills import BEGUN, DRAFTED, LINKED, PUBLISHED, TRANSLATED
from kb.tables import Gap, GapChange, User
from webapp.shared.formatting import format_day
from webapp.shared.ui import language_name

# One table for all templates of the studio.
NAMES = {
    "open": lazy_gettext("Open"),
    "in_progress": lazy_gettext("In progress"),
    "closed": lazy_gettext("Closed"),
    "dismissed": lazy_gettext("Dismissed"),
    "no_content": lazy_gettext("No article about it"),
    "other_words": lazy_gettext("An article says it in other words"),
    "other_language": lazy_gettext("Only in another language"),
    "hidden": lazy_gettext("Only where customers cannot see it"),
    "no_answer": lazy_gettext("Nothing found"),
    "training": lazy_gettext("From training: no rep found it"),
    "sample": lazy_gettext("Sample data"),
    "voted_down": lazy_gettext("Voted “did not answer”"),
    "asked_person": lazy_gettext("Asked for a person"),
    "help": lazy_gettext("Help centre"),
    "desk": lazy_gettext("Desk"),
    "conversation": lazy_gettext("Conversation"),
    "api": lazy_gettext("API"),
    "cli": lazy_gettext("Command line"),
    "studio": lazy_gettext("Studio"),
}
# Why an article that answers a gap is not to be seen.
STATUSES = {
    "draft": lazy_gettext("Draft"),
    "in_review": lazy_gettext("In review"),
    "archived": lazy_gettext("Archived"),
}
DISMISSALS = {
    Dismissal.NO_QUESTION: lazy_gettext("It is no question"),
    Dismissal.OUT_OF_SCOPE: lazy_gettext("It is not ours to answer"),
    Dismissal.ALREADY_ANSWERED: lazy_gettext("It is answered already"),
    Dismissal.ONE_PERSON: lazy_gettext("It is the matter of one person"),
}
_LETTERS = "Latn"


def language_of_question(tag: str) -> str:
    """As `language_name`, but a language in Latin letters says so in the reader's own language."""
    base, _dash, script = tag.partition("-")
    if base in ("", "und"):
        return str(_("Language not clear"))
    if script != _LETTERS:
        return language_name(tag)
    return str(_("%(language)s in Latin letters", language=_in_words_of_reader(base)))


def _in_words_of_reader(base: str) -> str:
    reader = get_locale() or Locale("en")
    # As people in India call it in English; CLDR says "Bangla".
    if base == "bn" and reader.language == "en":
        return "Bengali"
    try:
        return str(Locale.parse(base).get_display_name(reader) or base)
    except (UnknownLocaleError, ValueError):
        return base


def cost_in_words(costs: Mapping[str, int]) -> list[str]:
    """What a gap costs, piece by piece, see `kb.insight.gaps.costs`."""
    asked, again = costs["askers"], costs["repeats"]
    contacts, frustrated = costs["contacts"], costs["frustrated"]
    words = []
    if asked:
        words.append(ngettext("%(num)s person asked", "%(num)s people asked", asked))
    if again:
        words.append(ngettext("%(num)s time asked again", "%(num)s times asked again", again))
    if contacts:
        words.append(ngettext("%(num)s turned to a person", "%(num)s turned to a person", contacts))
    if frustrated:
        words.append(ngettext("%(num)s of them frustrated", "%(num)s of them frustrated", frustrated))
    return words


def trend_in_words(costs: Mapping[str, int]) -> str:
    now, before = costs["last_week"], costs["week_before"]
    if now == before:
        return str(_("%(now)s this week, as in the week before", now=now) if now else _("not asked for two weeks"))
    if now > before:
        return str(_("rising: %(now)s this week, %(before)s in the week before", now=now, before=before))
    return str(_("falling: %(now)s this week, %(before)s in the week before", now=now, before=before))


def change_in_words(change: GapChange, people: Mapping[int, User]) -> str:
    """What somebody did with a gap."""
    details = change.details
    kind = ChangeKind(change.kind)
    if kind is ChangeKind.MERGED:
        count = len(details["from"])
        return str(ngettext("joined %(num)s other gap with this one", "joined %(num)s other gaps with this one", count))
    if kind is ChangeKind.SPLIT:
        count = len(details["misses"])
        return str(ngettext("parted %(num)s search from it", "parted %(num)s searches from it", count))
    if kind is ChangeKind.RENAMED:
        if not details["to"]:
            return str(_("gave it back to the words of its questions; it was “%(title)s”", title=details["label"]))
        return str(_("named it “%(title)s”; it was “%(before)s”", title=details["to"], before=details["label"]))
    if kind is ChangeKind.ASSIGNED:
        return _assigned(details.get("to"), details.get("due"), people)
    if kind is ChangeKind.STATE:
        return _moved(change)
    if kind is ChangeKind.FILLED:
        return _filled(details["way"])
    if kind is ChangeKind.REPLAYED:
        return _replayed(details)
    return str(_("wrote:"))


def _filled(way: str) -> str:
    words = {
        LINKED: _("linked an article:"),
        PUBLISHED: _("made an article public:"),
        DRAFTED: _("drafted an article:"),
        TRANSLATED: _("began a translation:"),
        BEGUN: _("began an article:"),
    }
    return str(words[way])


def _replayed(details: Mapping[str, Any]) -> str:
    words = _(
        "asked again: %(passed)s of %(asked)s questions are answered", passed=details["passed"], asked=details["asked"]
    )
    golden = details.get("golden")
    if golden and golden["lost"]:
        lost, total = golden["lost"], golden["total"]
        words += " · " + _("%(lost)s of %(total)s questions of other articles are lost", lost=lost, total=total)
    return str(words)


def _assigned(to_id: int | None, due: str | None, people: Mapping[int, User]) -> str:
    if to_id is None:
        return str(_("took it from everybody"))
    person = people.get(to_id)
    name = (person.name or person.email) if person else _("somebody who is gone")
    if due:
        return str(_("gave it to %(name)s, until %(day)s", name=name, day=format_day(date.fromisoformat(due))))
    return str(_("gave it to %(name)s", name=name))


def _moved(change: GapChange) -> str:
    state, because = change.details["to"], change.details.get("because", "")
    if state == "dismissed" and because in set(Dismissal):
        return str(_("dismissed it: %(why)s", why=DISMISSALS[Dismissal(because)]))
    words = {
        "open": _("opened it again"),
        "in_progress": _("took it up"),
        "closed": _("closed it: its questions are answered"),
        "dismissed": _("dismissed it"),
    }
    return str(words.get(state, state))


def dismissal_of(gap: Gap) -> str:
    """Why it was dismissed, "" where nobody said."""
    because = gap.dismissed_because
    return str(DISMISSALS[Dismissal(because)]) if because in set(Dismissal) else ""
