"""The page of results: one answer, a few titles, honest words where there is none; and whether the answer helped."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kb.articles import list_topics
from kb.search.answers import Answer, AnswerKind
from kb.search.search_as_you_type import drop_partial_queries
from kb.search.types import Audience, Outcome, Result, SearchAnswer
from kb.tables import FeedbackKind
from webapp.help.blueprint import PLACE, RESULTS, blueprint, counted_visit
from webapp.help.home import render_home
from webapp.shared.after_response import run_after_response
from webapp.shared.database import session
from webapp.shared.feedback import note_feedback
from webapp.shared.locale import in_language, offered_base
from webapp.shared.searching import record_after_response, search_unrecorded
from webapp.shared.ui import LONGEST_IN_ADDRESS, is_partial, is_typing, language_name, render_fresh

# Beside the answer; and topics that are near a question without one.
MOST_TITLES, MOST_TOPICS, TOPICS_TO_START = 4, 3, 6
VOTES = {"yes": FeedbackKind.ANSWERED, "no": FeedbackKind.NOT_ANSWERED}
# What a piece of text is found by in the page that is opened: so many words of its beginning and of its end.
_WORDS_OF_FRAGMENT = 5
_SHOWN_OF_QUERY = 160


@dataclass(frozen=True)
class ShownResults:
    """How an answer is laid out.

    card: the result whose answer is shown, None where nothing answers; titles: what else is near, at most MOST_TITLES; topics:
    near a question that nothing surely answers; asked_in: the offered language of the question where it is not the page's, or "".
    """

    answer: SearchAnswer
    card: Result | None
    titles: Sequence[Result]
    topics: Sequence[str] = ()
    asked_in: str = ""

    @property
    def read_as(self) -> str:
        """The question as it was read, short enough to be said again."""
        text = self.answer.read_as or self.answer.query
        return text if len(text) <= _SHOWN_OF_QUERY else text[: _SHOWN_OF_QUERY - 1].rsplit(" ", 1)[0] + "…"

    @property
    def question_language(self) -> str:
        """The name of the language that it was taken for, "" where that is not known."""
        base = offered_base(self.answer.language)
        return language_name(base) if base else ""

    @property
    def is_sure(self) -> bool:
        return self.answer.outcome is Outcome.ANSWERED

    @property
    def elsewhere(self) -> str:
        """The address of the same search in the pages of the question's language."""
        if not self.asked_in or len(quote(self.answer.query)) > LONGEST_IN_ADDRESS:
            return ""
        return url_for("help.search", language=self.asked_in, q=self.answer.query)


@blueprint.route("/help/<language>/search", methods=["GET", "POST"])
def search(language: str) -> ResponseReturnValue:
    """Results as a page, or, for what is typed with scripts on, as a piece of one. Both come from the same template.

    By POST comes what is too long for an address.
    """
    text = request.values.get("q", "")
    if not text.strip():
        response = render_home(language)
        if is_partial():
            response.headers["HX-Replace-Url"] = url_for("help.home", language=language)
        return response
    typing = is_typing(text)
    answer, is_verdict = _search(text, language, typing)
    shown = _lay_out(answer, language, typing=not is_verdict)
    template = "help/_results.html" if is_partial() else "help/search.html"
    voted = request.args.get("voted", "")
    response = render_fresh(
        template, shown=shown, answer=answer, query=text, partial=is_partial(), typing=not is_verdict, voted=voted
    )
    if is_partial():
        # An address that is too long for some server on the way would be of no use when it is loaded again.
        kept = text if len(quote(text)) <= LONGEST_IN_ADDRESS else None
        target = "help.search" if kept else "help.home"
        response.headers["HX-Replace-Url"] = url_for(target, language=language, q=kept)
    return response


def _search(text: str, language: str, typing: bool) -> tuple[SearchAnswer, bool]:
    """The answer, and whether it is a verdict: that there is nothing is said when the typing rests, not after a finished word."""
    answer = search_unrecorded(
        text, audience=Audience.CUSTOMER, place=PLACE, reader_language=language, limit=RESULTS, is_typing=typing
    )
    is_between_words = is_partial() and request.values.get("typing") == "1"
    if typing or (is_between_words and (answer.outcome is Outcome.NONE or answer.no_question)):
        return answer, False
    record_after_response(
        answer, audience=Audience.CUSTOMER, place=PLACE, reader_language=language, visit=counted_visit()
    )
    run_after_response(lambda separate: drop_partial_queries(separate, answer.public_id))
    return answer, True


def _lay_out(answer: SearchAnswer, language: str, *, typing: bool) -> ShownResults:
    results = list(answer.results)
    has_card = bool(results) and (typing or answer.outcome is not Outcome.NONE)
    card = results[0] if has_card else None
    others = results[1:] if has_card else results
    if answer.outcome is Outcome.ANSWERED:
        others = [one for one in others if not one.less_likely]  # beside an answer they would be beside the point
    titles = others[:MOST_TITLES]
    asked_in = offered_base(answer.language)
    topics = _near_topics(answer, language) if not typing and answer.outcome is not Outcome.ANSWERED else ()
    return ShownResults(answer, card, titles, topics, asked_in if asked_in != language else "")


def _near_topics(answer: SearchAnswer, language: str) -> list[str]:
    """Topics of what is nearest, filled up with the others: whoever finds no answer goes on from somewhere."""
    most, results = (TOPICS_TO_START, ()) if answer.no_question else (MOST_TOPICS, answer.results)
    near = dict.fromkeys(one.topic for one in results if one.topic and language in one.languages)
    if len(near) < most and answer.outcome is Outcome.NONE:
        near |= dict.fromkeys(one.topic for one in list_topics(session(), language) if one.topic)
    return list(near)[:most]


@blueprint.post("/help/<language>/search/vote")
def vote_on_answer(language: str) -> ResponseReturnValue:
    """Whether the answer helped, said where it is shown. Works as a form; htmx asks for the thanks alone."""
    choice, document, text = (request.form.get(name, "") for name in ("vote", "document", "q"))
    if choice not in VOTES or not document:
        abort(400)
    note_feedback(session(), request.form.get("s", ""), VOTES[choice], document, counted_visit())
    if is_partial():
        return render_template("help/_answer_thanks.html", voted=choice)
    if not text.strip() or len(quote(text)) > LONGEST_IN_ADDRESS:
        flash(
            _("Thank you. Good to know.") if choice == "yes" else _("Thank you. We will look at what is missing here.")
        )
        return redirect(url_for("help.home", language=language), code=303)
    return redirect(url_for("help.search", language=language, q=text, voted=choice, _anchor="helped"), code=303)


@blueprint.app_template_global("answer_url")
def answer_url(result: Result, *, marked: bool) -> str:
    """Where the answer stands: its section; where it is sure that is marked, and so are the very words by browsers that can."""
    fragment = quote(result.anchor)
    if marked and result.answer is not None and result.answer.is_clear:
        fragment += _text_fragment(result.answer)
    # The article's own mark, around the section, is there in every browser.
    address = f"{result.url}?at={quote(result.anchor)}" if marked and result.anchor else result.url
    return f"{address}#{fragment}" if fragment else address


def _text_fragment(answer: Answer) -> str:
    """`:~:text=…`, see https://wicg.github.io/scroll-to-text-fragment; "" where there are no words to find."""
    if answer.kind is AnswerKind.ROW and answer.cells:
        begin, end = answer.cells[0].value.split(), answer.cells[-1].value.split()
        if len(answer.cells) == 1:
            end = []
    else:
        piece = answer.items[answer.best] if answer.items else answer.text
        words = piece.split("\n")[0].removesuffix("…").split()
        begin, end = words, []
        if len(words) > 2 * _WORDS_OF_FRAGMENT:
            begin, end = words[:_WORDS_OF_FRAGMENT], [] if "…" in piece else words[-_WORDS_OF_FRAGMENT:]
    parts = [" ".join(begin[: _WORDS_OF_FRAGMENT * 2]), " ".join(end)]
    return ":~:text=" + ",".join(_in_fragment(part) for part in parts if part) if parts[0] else ""


def _in_fragment(text: str) -> str:
    return quote(text, safe="").replace("-", "%2D")


@blueprint.app_template_global("read_in")
def read_in(tag: str) -> str:
    """The offer to read something in a language, in that language."""
    with in_language(tag):
        return str(_("Read it in %(language)s", language=language_name(tag)))


@blueprint.app_template_global("all_results_in")
def all_results_in(tag: str) -> str:
    """The offer to search in another language, in that language."""
    with in_language(tag):
        return str(_("All results in %(language)s", language=language_name(tag)))
