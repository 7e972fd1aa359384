"""The step of the queue's job that asks customers one question after a contact, by mail or in their chat."""

from datetime import datetime
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.support import NullTranslations, Translations
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.settings import Settings
from kb.service.messages import recipient_of, store_message
from kb.service.surveys import BY_MAIL, due_for_survey, survey_of
from kb.tables import Channel, Conversation, Delivery, MessageRole
from webapp.shared.security import load_secret_key
from webapp.shared.survey_links import sign_survey
from webapp.shared.survey_words import QUESTIONS

_CATALOGUES = Path(__file__).parent.parent / "translations"


def ask(session: Session, settings: Settings, now: datetime | None = None) -> int:
    """Ask those who are due, each in their language; returns how many. Nothing is asked that cannot be answered: without
    KB_PUBLIC_URL there is no link for a mail, and the question stands on the page of the chat alone."""
    ways = settings.surveys
    if not ways:
        return 0
    asked = 0
    for conversation in due_for_survey(session, now):
        by_chat = conversation.channel == Channel.CHAT and conversation.origin == "help" and "chat" in ways
        by_mail = _can_be_mailed(conversation, settings) and "mail" in ways
        if not by_chat and not by_mail:
            continue
        language = _language(conversation, settings)
        survey = survey_of(session, conversation, language, now)
        asked += 1
        if not settings.public_url:
            continue
        path = f"/help/{language}/survey/{sign_survey(conversation, load_secret_key(settings))}"
        store_message(
            session,
            conversation,
            MessageRole.SYSTEM,
            _words(language, survey.kind, settings, f"{settings.public_url}{path}"),
            external_id=f"survey-{survey.id}" if by_chat else None,
            details={"survey": survey.id},
            delivery=Delivery.PENDING if by_mail else Delivery.NONE,
            send_at=(now or utc_now()) if by_mail else None,
            recipient=recipient_of(conversation) if by_mail else "",
        )
    return asked


def _can_be_mailed(conversation: Conversation, settings: Settings) -> bool:
    return (
        conversation.channel in BY_MAIL
        and bool(conversation.customer.email)
        and settings.mail_smtp is not None
        and bool(settings.public_url)
    )


def _language(conversation: Conversation, settings: Settings) -> str:
    """The customer's, where it is offered, whatever letters it is typed in."""
    for tag in (conversation.language, conversation.customer.language):
        for candidate in (tag, tag.partition("-")[0]):
            if candidate in settings.languages:
                return candidate
    return settings.languages[0]


def _words(language: str, kind: str, settings: Settings, url: str) -> str:
    translations = _translations(language)
    thanks = translations.gettext("Thank you for contacting %(site)s. One question:") % {"site": settings.site_name}
    question = translations.gettext(str(QUESTIONS[kind]))  # outside a request it is the text itself
    answer = translations.gettext("Answer with one click:")
    return f"{thanks}\n\n{question}\n\n{answer} {url}"


def _translations(language: str) -> NullTranslations:
    try:
        locale = str(Locale.parse(language, sep="-"))
    except (UnknownLocaleError, ValueError):
        return NullTranslations()
    found: NullTranslations = Translations.load(str(_CATALOGUES), [locale])
    return found
