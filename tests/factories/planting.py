"""A shop full of secrets: whatever must not get to everybody holds marks by which it is known wherever it turns up.

A mark is one word of Latin letters and digits, so that no escaping, stemming or lower-casing of a text hides it. Beside it stands
active markup, by which a page that shows a text unescaped gives itself away.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from content_factory import add_article
from sqlalchemy.orm import Session
from talks import make_talk

from kb.accounts.audit import Actor, AuditKind, record
from kb.accounts.people import get_user
from kb.insight.curation.editing import put
from kb.jobs import enqueue
from kb.service.attachments import add_file
from kb.service.channels.webhooks import add_webhook
from kb.service.chat import start_chat
from kb.service.contact import request_contact
from kb.service.macros import Writer, save_macro
from kb.service.messages import store_message
from kb.service.notices import NoticeContent, save_notice
from kb.service.surveys import survey_of
from kb.tables import (
    ArticleAddress,
    ArticleComment,
    ArticleDraft,
    ArticleRevision,
    AskedTalk,
    ContentReport,
    Conversation,
    CuratedKind,
    Gap,
    Job,
    MessageRole,
    NewsWish,
    Promise,
    SearchEvent,
    Ticket,
    VoiceStatement,
    VoiceTheme,
    VoteReason,
    utc_now,
)

PROBE = "\"'><zqprobe zqprobe=1>"
# Unescaped in a page of HTML: a tag, or an attribute after a quotation mark that was not taken for a letter.
PROBE_TAKEN = re.compile(r"<zqprobe|[\"']'?> *<zqprobe|=\"\"'", re.IGNORECASE)
MARK = re.compile(r"zq([a-z]+?)(?:x\d+)qz", re.IGNORECASE)
INTERNAL, TICKETS, DRAFTS, PUBLIC, TALKS = 200, 1000, 40, 20, 30
# What nobody may see who does not write articles.
TRAINERS_ONLY = frozenset({"draft", "draftslug", "unsaved", "revision", "comment", "report", "ownmacro", "gap"})
# What only administrators may see, or nobody.
ADMINS_ONLY = frozenset({"audit", "job", "hook", "hooksecret"})


def mark(kind: str, number: int = 0) -> str:
    """The mark of a secret of this kind (small letters without q and z)."""
    return f"zq{kind}x{number}qz"


def kinds_in(text: str) -> set[str]:
    """The kinds of the secrets that stand in a text."""
    return {found[1].lower() for found in MARK.finditer(text)}


@dataclass(frozen=True)
class Planted:
    """own: the conversation of the customer who looks around; everything else is others'."""

    own: Conversation
    own_chat: Conversation


def plant(session: Session) -> Planted:
    """Fill a database in which there are people. Commits."""
    _articles(session)
    _tickets(session)
    _studio(session)
    _place(session)
    session.commit()
    planted = _conversations(session)
    session.commit()
    return planted


def _articles(session: Session) -> None:
    def make(kind: str, number: int, **fields: object):  # type: ignore[no-untyped-def]
        word = mark(kind, number)
        text = f"A rep may refund up to {number} rupees for {word}. {PROBE}\n\n## Limits {word}\n\nNever told: {word}."
        return add_article(
            session,
            f"Refund limit case {number} {word}",
            text,
            slug=f"{kind}-{mark(kind + 'slug', number)}",
            also_asked=[f"how far may I go {word}"],
            owner=f"{word}@shop.example",
            **{"topic": "refunds", **fields},
        )

    for number in range(INTERNAL):
        language = ("en", "hi", "bn")[number % 3]
        topic = "refunds" if number % 2 else f"topic-{mark('internal', number)}"
        make("internal", number, audience="internal", language=language, topic=topic)
    for number in range(DRAFTS):
        status = ("draft", "in_review", "archived", "draft")[number % 4]
        make("draft", number, status=status, audience=("public", "internal")[number % 5 == 0])
    for number in range(PUBLIC):
        inner, draft = f"internal-{mark('internalslug', 3 * number)}", f"draft-{mark('draftslug', number)}"
        article = add_article(
            session,
            f"When refund {number} arrives",
            f"Money for refund limit case {number} comes in five days. {PROBE}\n\n"
            f"<!-- told to reps: {mark('source', number)} -->\n\n"
            f"See [limits]({inner}.md) and [soon]({draft}.md), [[{inner}|this]] and "
            f"![a picture](pictures/{mark('source', number)}.png).",
            slug=f"refund-{number}",
            topic="refunds",
            translation_key=f"refund-{number}",
            owner=f"{mark('internal', number)}@shop.example",
        )
        # The same article in another language is not for customers, or not yet.
        make("internal", INTERNAL + number, language="hi", audience="internal", translation_key=f"refund-{number}")
        make("draft", DRAFTS + number, language="bn", status="draft", translation_key=f"refund-{number}")
        word = mark("revision", number)
        session.add(
            ArticleRevision(
                article_id=article.id, number=90, title=word, body=f"{word} {PROBE}", content_hash="0" * 64,
                fields={"topic": word, "slug": f"refund-{number}", "language": "en", "audience": "public", "status": "draft"},
                author=f"{word}@shop.example", note=word,
            )
        )  # fmt: skip
        word = mark("unsaved", number)
        session.add(
            ArticleDraft(
                key=f"{number:024}", user_id=2, article_id=article.id, revision=1, body=f"{word} {PROBE}",
                fields={"title": word, "slug": f"s{number}", "language": "en", "audience": "public", "also_asked": []},
            )
        )  # fmt: skip
        session.add(ArticleComment(article_id=article.id, user_id=2, text=f"{mark('comment', number)} {PROBE}"))
        session.add(
            VoteReason(key=f"v{number}", article_id=article.id, language="en", choice="", text=mark("vote", number))
        )
        session.add(
            ArticleAddress(language="en", address=f"old-{mark('source', number)}", kind="file", article_id=article.id)
        )


def _tickets(session: Session) -> None:
    for number in range(TICKETS):
        word = mark("ticket", number)
        session.add(
            Ticket(
                source="test", external_id=word, language="en", channel="email", status="resolved",
                subject=f"Refund {number} is late {word}", problem=f"My refund {number} has not come. {word} {PROBE}",
                resolution=f"Sent again for {word} by UPI. {PROBE}", requester_ref=word, tags=[word],
                content_hash=f"{number:064}",
            )
        )  # fmt: skip


def _studio(session: Session) -> None:
    for number in range(10):
        query = f"refund in yen {mark('query', number)} {PROBE}"
        session.add(
            SearchEvent(
                public_id=f"s{number}", place="help", audience="customer", visit=f"v{number}", query=query, language="en",
                outcome="none", confidence=0.1, created_at=utc_now() - timedelta(minutes=10),
            )
        )  # fmt: skip
    session.flush()
    event = session.query(SearchEvent).first()
    session.add(
        NewsWish(event_id=event.id, address=f"{mark('wish')}@shop.example", address_key="0" * 64, language="en")
    )
    session.add(
        AskedTalk(
            public_id="another-customer-asked-this", visit="v1", language="en",
            turns={"turns": [{"role": "customer", "text": mark("asked")}]}, facts={"order": mark("asked")},
        )
    )  # fmt: skip
    session.add(Gap(label=f"{mark('gap')} {PROBE}", centroid=b"\0" * 4, fingerprint="x", is_held=True, is_named=True))
    session.add(ContentReport(kind="sync", place=f"/srv/{mark('report')}", report={}))
    theme = VoiceTheme(title=f"{mark('voice')} {PROBE}")
    session.add(theme)
    session.flush()
    session.add(
        VoiceStatement(
            theme_id=theme.id, kind="complaint", source="message", source_id=1, text=mark("voice"), language="en", vector=b"",
            fingerprint="x", said_at=utc_now(),
        )
    )  # fmt: skip
    for shared in (True, False):
        writer = Writer(2, trains=True)
        word = mark("macro" if shared else "ownmacro")
        save_macro(session, writer, name=word, language="en", text=f"{word} {PROBE}", shared=shared)
    later = utc_now() + timedelta(days=2)
    content = NoticeContent({"en": f"{mark('notice')} {PROBE}"}, "info", later, later + timedelta(hours=2))
    save_notice(session, content, user_id=None)
    put(session, CuratedKind.SYNONYM, {"language": "en", "words": ["yen", mark("synonym")], "means": []}, user_id=None)


def _place(session: Session) -> None:
    job = session.get_one(Job, enqueue(session, "index", payload={"why": mark("job")}))
    job.error = job.worker = mark("job")
    record(session, AuditKind.LOG_IN, Actor(name=f"{mark('audit')}@shop.example"), about=mark("audit"))
    hook = add_webhook(session, f"https://{mark('hook')}.example/")
    hook.secret, hook.last_error = mark("hooksecret"), mark("hook")
    get_user(session, "admin@test.example").name = f"Ad {mark('surname')}"


def _conversations(session: Session) -> Planted:
    for number in range(TALKS):
        word = mark("talk", number)
        lines = (
            f"customer: Where is my refund {word}? {PROBE}",
            f"agent: It comes on Friday {word} {PROBE}",
            f"note: They are {mark('note', number)} {PROBE}",
        )
        talk = make_talk(
            session, lines, name=f"{word} {PROBE}", email=f"{word}@shop.example", phone=f"+9198100{number:05}",
            subject=f"{word} {PROBE}", user_id=1,
        )  # fmt: skip
        talk.details = {"reference": word, "order": word}
        session.add(Promise(conversation_id=talk.id, text=f"{word} {PROBE}"))
        add_file(session, talk, f"{word}.txt", word.encode(), user_id=None, message_id=None, largest=100)
        survey = survey_of(session, talk, "en")
        survey.score, survey.comment, survey.answered_at = 1, f"{word} {PROBE}", utc_now()
    start_chat(
        session, name=mark("talk"), contact=f"{mark('talk')}@shop.example", message=mark("talk"), language="en", visit=None,
        asked_in="v", key="k" * 9,
    )  # fmt: skip
    own = request_contact(
        session, name="Me", contact="me@shop.example", message="Where is my refund", language="en", visit=None,
    )  # fmt: skip
    own_chat = start_chat(
        session,
        name="Me",
        contact="me@shop.example",
        message="My lamp hums",
        language="en",
        visit=None,
        asked_in="w",
        key="m" * 9,
    )
    for talk in (own, own_chat):
        store_message(session, talk, MessageRole.NOTE, f"About them: {mark('note')}", user_id=1, region="IN")
    return Planted(own, own_chat)
