"""What each table holds of people, how long it is kept, and how it goes when one customer is erased: one line a table.

A guard test asks for a line for every table and compares it with what the code does; exports quote it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Whose(StrEnum):
    """Of whom a table tells something."""

    CUSTOMER = "customer"
    COLLEAGUE = "colleague"
    NOBODY = "nobody"


class Kept(StrEnum):
    """How long."""

    RULE = "rule"  # as long as a rule of kb.privacy.retention says: `by` is its name
    WITH = "with"  # as long as the row that it belongs to: `by` is the table of that
    ACCOUNT = "account"  # as long as the account of the colleague
    CONTENT = "content"  # it is content, or counts; an administrator or a trainer removes it
    WORK = "work"  # its own work deletes it


@dataclass(frozen=True)
class Holding:
    """what: in plain words. by: see Kept; for CONTENT and WORK why nothing else ends it."""

    what: str
    whose: Whose
    kept: Kept
    by: str


def _rule(what: str, name: str, whose: Whose = Whose.CUSTOMER) -> Holding:
    return Holding(what, whose, Kept.RULE, name)


def _with(what: str, table: str, whose: Whose = Whose.CUSTOMER) -> Holding:
    return Holding(what, whose, Kept.WITH, table)


def _account(what: str) -> Holding:
    return Holding(what, Whose.COLLEAGUE, Kept.ACCOUNT, "users")


def _history(what: str) -> Holding:
    return Holding(what, Whose.COLLEAGUE, Kept.CONTENT, "the history of what is shown says who changed it")


def _content(what: str, why: str = "content of the help centre, written by colleagues") -> Holding:
    return Holding(what, Whose.NOBODY, Kept.CONTENT, why)


def _counts(what: str) -> Holding:
    return Holding(what, Whose.NOBODY, Kept.CONTENT, "counts; nobody's own words and no names")


def _work(what: str, why: str) -> Holding:
    return Holding(what, Whose.NOBODY, Kept.WORK, why)


HOLDINGS: Mapping[str, Holding] = {
    # Customers and what was said with them.
    "customers": _rule("Name and language of a customer", "customers"),
    "customer_identities": _with("Addresses, numbers and visits by which a customer is recognised", "customers"),
    "customer_merges": _with("Which two customers were found to be one", "customers"),
    "possible_duplicates": _with("Which two customers may be one", "customers"),
    "conversations": _rule("A matter with a customer: subject, state, details of the sender's system", "conversations"),
    "consents": _with("What a customer agreed to, in which words and when", "conversations"),
    "conversation_messages": _with("What was said", "conversations"),
    "conversation_events": _with("What happened to a conversation", "conversations"),
    "conversation_facts": _with("What a customer told, such as the number of an order", "conversations"),
    "conversation_flows": _with("How far a flow of steps has come", "conversations"),
    "attachments": _with("Files of messages", "conversations"),
    "drafts": _with("What a rep has typed and not sent", "conversations"),
    "presences": _with("Who looks at a conversation", "conversations"),
    "promises": _with("What was promised to a customer", "conversations"),
    "chat_states": _with("Where a chat stands, and to which address its transcript goes", "conversations"),
    "told_waits": _with("Which wait a customer was told", "conversations"),
    "surveys": _with("How satisfied a customer was", "conversations"),
    "used_documents": _with("Which articles were used in a conversation, and for which question", "conversations"),
    "passage_edits": _with("What a rep changed in a sentence of an article before sending it", "conversations"),
    "webhook_calls": _rule("What another system was told of a conversation", "webhook_calls"),
    "voice_statements": _with("What was said of product and service, redacted", "conversations"),
    # Visits of the help centre: random names, joined with a customer only where they ticked it.
    "search_events": _rule("What was searched for, redacted, in which visit", "searches"),
    "asked_talks": _rule("What the machine was asked, redacted, in which visit", "asked_talks"),
    "feedback": _rule("Votes and opened results of a visit", "feedback"),
    "article_reads": _rule("Which article was opened in a visit", "article_reads"),
    "vote_reasons": _rule("Why an article did not help, redacted", "vote_reasons"),
    "misses": _with("Which searches nothing answered", "search_events"),
    "settled_questions": _with("Which searches stand for others", "search_events"),
    "news_wishes": _rule("Address of somebody who waits for news of an answer", "news_wishes"),
    # Past tickets, redacted.
    "tickets": _rule("Past tickets, redacted; of their sender a keyed hash", "tickets"),
    "ticket_messages": _with("What was said in past tickets, redacted", "tickets"),
    "training_cases": _with("Past tickets and conversations to practise on, redacted", "tickets"),
    # Colleagues.
    "users": _account("Name, address, role and hash of the password of a colleague"),
    "user_sessions": _rule("In which browsers a colleague is logged in, and from where", "log_ins", Whose.COLLEAGUE),
    "upload_parts": _work(
        "Exports of tickets that wait for their import, sealed",
        "deleted when imported, else by the daily job after a day",
    ),
    "limit_counts": _work(
        "How often somebody asked lately, by hashes of what is asked and from where",
        "over after an hour; deleted as others come",
    ),
    "login_attempts": _work(
        "Failed log-ins, by keyed hashes", "deleted by the daily job after a day; a known address after 30"
    ),
    "api_tokens": _account("Tokens of a colleague, as hashes"),
    "account_mails": _rule(
        "Links by which a colleague chooses a password, and mails about it", "account_mails", Whose.COLLEAGUE
    ),
    "code_secrets": _account("The secret of an app that makes codes, sealed"),
    "recovery_codes": _account("Codes for when the app is lost, as hashes"),
    "passkeys": _account("Public halves of a colleague's passkeys"),
    "provider_identities": _account("By which name a provider of sign-in knows a colleague"),
    "used_challenges": _work(
        "Challenges that a passkey answered, as hashes", "deleted by later ones after half an hour"
    ),
    "audit_events": _rule("Security events: who did what, when and from where", "audit_events", Whose.COLLEAGUE),
    "audit_heads": _counts("The end of the chain of security events"),
    "desk_presences": _account("When a colleague was last at the desk"),
    "opened_documents": _rule("Which articles and tickets a rep opened", "opened", Whose.COLLEAGUE),
    "pinned_documents": _account("Which articles and tickets a rep keeps at hand"),
    "report_readers": _account("Who wants the weekly report"),
    "weekly_reports": _account("Which weekly report was sent to whom"),
    "article_drafts": _account("What a trainer has typed and not saved"),
    "announcement_reads": _account("Who has read an announcement"),
    "reminder_mails": _account("Whom a reminder is to reach"),
    "training_attempts": _rule("Exercises of a rep, and their scores", "exercises", Whose.COLLEAGUE),
    "training_steps": _with("What a rep did in an exercise", "training_attempts", Whose.COLLEAGUE),
    "training_comments": _with("What was said of an exercise", "training_attempts", Whose.COLLEAGUE),
    "training_cards": _account("When a rep meets a case again"),
    "training_pairs": _account("Which trainer looks at whose exercises"),
    # Histories: who changed what.
    "article_revisions": _history("Every version of an article, and who wrote it"),
    "article_comments": _history("What colleagues say of a paragraph"),
    "article_reviews": _history("Who was asked to read an article, and what they said"),
    "review_readers": _with("Which of several colleagues have read an article", "article_reviews", Whose.COLLEAGUE),
    "article_schedules": _history("When an article comes out or goes"),
    "outside_links": _content("Links of articles to other sites, and whether they lead somewhere"),
    "article_flags": _history("What speaks against an article, and who said so"),
    "bulk_acts": _history("What was done with many articles at once"),
    "curated_changes": _history("Who changed synonyms, pins, topics and rules of escalation"),
    "edit_proposals": _history("What several reps changed in a sentence, and what was decided"),
    "flow_revisions": _history("Every version of a flow"),
    "gap_changes": _history("What was done with a gap, and said of it"),
    "macro_changes": _history("Who changed a macro"),
    "notice_changes": _history("Who changed a notice"),
    "review_reminders": _history("Who was reminded to review an article"),
    "safety_rule_changes": _history("Who changed a rule of danger"),
    "service_hours_changes": _history("Who changed the hours of service"),
    "translated_sections": _history("Who translated a section"),
    "voice_answers": _history("What was answered to all who raised a theme"),
    # Content, counts and machinery.
    "articles": _content("Articles"),
    "article_addresses": _content("Earlier addresses of articles"),
    "article_assets": _content("Pictures of articles"),
    "article_pictures": _content("Which article shows which picture"),
    "article_files": _content("Files of a synchronised folder"),
    "followed_articles": _content("How far translations were followed"),
    "translation_wants": _counts("How often a translation was missed"),
    "internal_statements": _content("Sentences of internal articles"),
    "announcements": _content("New and changed articles"),
    "macros": _content("Texts that are sent often"),
    "notices": _content("What is pinned for everybody"),
    "safety_rules": _content("Rules of danger"),
    "synonyms": _content("Words that mean the same"),
    "pinned_answers": _content("Pinned answers"),
    "featured_articles": _content("Featured articles"),
    "curated_topics": _content("Topics"),
    "content_reports": _content("What a synchronisation brought in", "names of files and what was wrong with them"),
    "training_paths": _content("Paths of practice"),
    "training_path_cases": _content("Cases of a path"),
    "webhooks": _content("Other systems that are told", "set up by an administrator"),
    "mailboxes": _content("How far a mailbox was read", "set up by an administrator"),
    "gaps": _content(
        "What many looked for and nobody found; its label is one of the questions, redacted",
        "deleted with the last of its searches unless a decision was made",
    ),
    "voice_themes": _content(
        "What many said of product and service; its title is one of the statements, redacted",
        "it keeps its number while statements come and go",
    ),
    "learned_wordings": _content("How several people ask for an article, redacted", "a trainer decides"),
    "most_asked": _counts("What several people asked, in words of our articles"),
    "rising_topics": _counts("Topics that are asked for more than usual"),
    "topic_demand": _counts("How many asked for a topic"),
    "daily_counts": _counts("What happened on each day"),
    "counted_days": _counts("Which days were counted"),
    "help_days": _counts("How visits of a day ended"),
    "article_days": _counts("How visits of an article ended"),
    "solved_groups": _counts("How often an article solved something"),
    "query_statistics": _counts("What questions of a language have in common"),
    "own_calibrations": _counts("Weights of the confidence"),
    "gap_marks": _counts("How far searches were looked at"),
    "flag_marks": _counts("How far articles were looked at"),
    "training_marks": _counts("How far tickets were looked at"),
    "voice_marks": _counts("How far statements were looked at"),
    "passages": _work("Pieces of articles and tickets, and their vectors", "follow the documents, within a second"),
    "index_builds": _work("Which index serves", "follow the documents"),
    "index_changes": _work("What changed in the index", "deleted when the files have it"),
    "indexed_documents": _work("What is in the index", "follow the documents"),
    "milvus_collections": _work("Which collections are in Milvus, and their words", "follow the documents"),
    "changed_documents": _work("What is to be indexed", "deleted when it is indexed"),
    "schema_marks": _content(
        "Which versions of the program work with the database", "written when it is brought up to date"
    ),
    "jobs": _rule("Work beside the requests", "jobs", Whose.NOBODY),
}
