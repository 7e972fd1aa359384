"""What the machine says, in the language of the page: the same words on the page and in the API."""

from flask_babel import gettext as _

from kb.assist.asking_turns import PersonReason, Reply, ReplyKind
from kb.text.no_question import NoQuestion
from webapp.shared.no_question import no_question_words


def machine_notice() -> str:
    """Said in every such conversation, before anything is asked."""
    return str(_("A machine answers here. It quotes our help articles; a person is one click away."))


def words_of_reply(reply: Reply) -> str:
    """What it says itself, beside what it quotes."""
    kind = reply.kind
    if kind in (ReplyKind.STEP, ReplyKind.STEPS_END):
        return reply.text
    if kind is ReplyKind.SMALL_TALK:
        return no_question_words(NoQuestion(reply.no_question))
    if kind is ReplyKind.PERSON:
        return _words_for_person(PersonReason(reply.reason))
    if kind is ReplyKind.NOTHING and reply.missing:
        return str(_("We have no article that mentions %(codes)s", codes=", ".join(reply.missing)))
    return str(
        {
            ReplyKind.ANSWER: _("This should answer your question:"),
            ReplyKind.MAYBE: _("I am not sure that this is what you mean:"),
            ReplyKind.NOTHING: _("We have no article that answers this. Say it in other words, or ask a person."),
            ReplyKind.AGAIN: _("I am sorry that it did not help. Say it in other words, or ask a person."),
            ReplyKind.HELPED: _("Good to know, thank you. Is there anything else?"),
        }[kind]
    )


def _words_for_person(reason: PersonReason) -> str:
    return str(
        {
            PersonReason.ASKED: _("Of course. Here is how you reach a person."),
            PersonReason.COMPLAINT: _("I am sorry. Tell a person what went wrong; they can put it right."),
            PersonReason.TRIES: _("I could not answer this. A person can; they see what you asked here."),
            PersonReason.SAFETY: _("Please do this first. A person can help you with the rest."),
            PersonReason.STEPS: _("Only a person can do this for you. They see what you answered here."),
        }[reason]
    )
