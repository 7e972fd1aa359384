"""What the checks of a text found, in the words of the page and with places that a browser understands."""

from dataclasses import asdict, dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from kb.articles.checks import Finding, Measures
from kb.articles.editing import ArticleText
from kb.core.errors import IndexUnavailableError, ModelError
from kb.insight.writing.checks import Checked, check_text
from kb.search.encoding import Encoder
from kb.search.searcher import Searcher
from kb.search.types import Audience
from kb.tables import Article
from webapp.shared.database import session
from webapp.shared.locale import offered_languages
from webapp.shared.runtime import search_runtime
from webapp.shared.searching import current_settings

# What harms whoever reads it, beside what only makes it harder to find or to read.
HARMFUL = frozenset({"personal", "link_nowhere", "link_not_public"})


@dataclass(frozen=True)
class PresentedFinding:
    """start, end: in the field, counted as JavaScript counts (UTF-16); line: of the text, 0 in other fields; url: of what it
    speaks of, "" for none."""

    kind: str
    field: str
    start: int
    end: int
    line: int
    quote: str
    words: str
    harmful: bool
    url: str = ""


@dataclass(frozen=True)
class PresentedChecks:
    """measures: what was counted, in sentences; remarks: what could not be told."""

    findings: list[PresentedFinding]
    measures: str
    remarks: list[str]

    @property
    def summary(self) -> str:
        if not self.findings:
            return str(_("Nothing to mend was found."))
        return str(ngettext("%(num)s thing to look at.", "%(num)s things to look at.", len(self.findings)))

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"summary": self.summary}


def presented(text: ArticleText, article: Article | None) -> PresentedChecks:
    """Twelve statements at most; without the model what needs it is left out, and said so."""
    search: tuple[Encoder, Searcher] | None = None
    try:
        runtime = search_runtime()
        search = runtime.encoder, runtime.searcher(Audience.REP)
    except (ModelError, IndexUnavailableError):
        search = None
    checked = check_text(
        session(),
        search,
        text,
        article,
        languages=offered_languages(),
        region=current_settings().phone_region,
    )
    findings = [_present(one, text) for one in checked.findings]
    return PresentedChecks(findings, _measured(checked.measures), _remarks(checked, search is not None))


def _present(found: Finding, text: ArticleText) -> PresentedFinding:
    source = text.title if found.field == "title" else text.body
    return PresentedFinding(
        kind=found.kind,
        field=found.field,
        start=_utf16(source, found.start),
        end=_utf16(source, found.end),
        line=found.line(source) if found.field == "body" else 0,
        quote=found.quote(source),
        words=_words(found),
        harmful=found.kind in HARMFUL,
        url=url_for("studio_articles.article", article_id=found.values["article"]) if "article" in found.values else "",
    )


def _utf16(text: str, place: int) -> int:
    return len(text[:place].encode("utf-16-le", "surrogatepass")) // 2


def _measured(counted: Measures) -> str:
    if not counted.sentences:
        return ""
    words = ngettext("%(num)s word", "%(num)s words", counted.words)
    sentences = ngettext("%(num)s sentence", "%(num)s sentences", counted.sentences)
    return str(
        _(
            "%(words)s in %(sentences)s: %(mean)s words a sentence; %(share)s of 100 words are long.",
            words=words,
            sentences=sentences,
            mean=counted.words_a_sentence,
            share=counted.long_words,
        )
    )


def _remarks(checked: Checked, has_encoder: bool) -> list[str]:
    remarks = []
    if not has_encoder:
        remarks.append(
            _("The search is not ready: nothing can be said of duplicates and of customers' words just now.")
        )
    elif not checked.searches:
        remarks.append(_("Too few people have searched in this language to say which words customers use."))
    if checked.is_cut:
        remarks.append(_("The text is very long: only its beginning was checked."))
    return [str(remark) for remark in remarks]


def _personal(what: str) -> str:
    """The kind of personal data, see kb.privacy.redaction."""
    names = {
        "email": _("an e-mail address"),
        "phone": _("a phone number"),
        "card": _("the number of a card"),
        "aadhaar": _("an Aadhaar number"),
        "pan": _("a PAN"),
        "iban": _("the number of an account"),
        "account": _("the number of an account"),
        "code": _("a password or a code"),
        "name": _("a person's name"),
        "upi": _("a UPI address"),
        "passport": _("the number of a passport"),
        "voter": _("the number of a voter card"),
        "licence": _("the number of a licence"),
    }
    return str(names.get(what, _("something personal")))


def _words(found: Finding) -> str:
    """What is wrong and what to do."""
    value = found.values
    match found.kind:
        case "personal":
            said = _(
                "This looks like %(what)s. If it is a person's, take it out; a number that everybody may use can stay.",
                what=_personal(value["what"]),
            )
        case "link_nowhere":
            said = _("The link %(link)s leads to no article.", link=value["link"])
        case "link_not_public":
            said = _("The link %(link)s leads to an article that customers cannot read.", link=value["link"])
        case "link_to_itself":
            said = _("The link %(link)s leads to this article itself.", link=value["link"])
        case "link_no_heading":
            said = _("The link %(link)s leads to a heading that is not in this text.", link=value["link"])
        case "link_empty":
            said = _("The link “%(link)s” has no address yet.", link=value["link"])
        case "no_alt":
            said = _("This picture has no words for those who do not see it. Say in its brackets what it shows.")
        case "empty_alt":
            said = _("“%(alt)s” does not say what the picture shows.", alt=value["alt"])
        case "duplicate":
            said = _(
                "“%(title)s” says nearly the same. Add to that one, or say how this one differs.", title=value["title"]
            )
        case "answered_already":
            said = _(
                "Whoever searches for this title gets “%(title)s” today. Add to that one, or say how this one differs.",
                title=value["title"],
            )
        case "unasked_title":
            said = _(
                "In %(count)s searches nobody asks like this title. Nearest: %(nearest)s",
                count=value["searches"],
                nearest=" · ".join(value["nearest"]),
            )
        case "unused_word" if value["instead"]:
            said = _(
                "“%(word)s” is in none of %(count)s searches. Customers write: %(instead)s",
                word=value["word"],
                count=value["searches"],
                instead=value["instead"],
            )
        case "unused_word":
            said = _("“%(word)s” is in none of %(count)s searches.", word=value["word"], count=value["searches"])
        case "long_sentence":
            said = _(
                "This sentence has %(words)s words; up to %(most)s are read easily.",
                words=value["words"],
                most=value["most"],
            )
        case "long_step":
            said = _("This point has %(words)s words. One step says one thing.", words=value["words"])
        case "long_paragraph":
            said = _("This paragraph has %(words)s words. Divide it, or make it a list.", words=value["words"])
        case "no_heading":
            said = _("From here on there are more than %(words)s words without a heading.", words=value["words"])
        case _rest:
            said = _(
                "%(share)s of 100 words are long; up to %(usual)s are usual. The longest: %(words)s",
                share=value["share"],
                usual=value["usual"],
                words=value["words"],
            )
    return str(said)
