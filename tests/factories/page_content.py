"""A small help centre for tests of pages: three languages, an article in one language only, an internal one, a ticket."""

from content_factory import add_article, add_ticket
from sqlalchemy.orm import Session

from kb.tables import Article, Ticket

REFUND = {
    "en": (
        "When your refund arrives",
        "## By card\n\nMoney comes back in five working days.\n\n## By UPI\n\nOne or two days.",
    ),
    "hi": ("रिफ़ंड कब आएगा", "कार्ड पर पैसा पाँच दिन में आता है।\n\n## यूपीआई से\n\nएक या दो दिन।"),
    "bn": ("রিফান্ড কবে আসবে", "কার্ডে টাকা পাঁচ দিনে আসে।\n\n## ইউপিআই-তে\n\nএক বা দুই দিন।"),
}


def add_page_content(session: Session) -> tuple[dict[str, Article], Article, Article, Ticket]:
    """(the refund article by language, one that is in English only, the internal one, the ticket)."""
    refund = {
        tag: add_article(
            session, title, body, slug="when-refund-arrives", language=tag, translation_key="refund", topic="refunds"
        )
        for tag, (title, body) in REFUND.items()
    }
    body = "Write to us within ten days. See [refunds](when-refund-arrives.md) and [limits](refund-limits.md)."
    english_only = add_article(session, "Return a lamp", body, slug="return-a-lamp", topic="returns")
    internal = add_article(
        session,
        "Refund limits",
        "A rep may refund two thousand rupees alone.",
        slug="refund-limits",
        audience="internal",
        topic="internal",
    )
    ticket = add_ticket(
        session, "Refund is late", "The refund for [order] has not come.", "Sent again by UPI; it came the same day."
    )
    return refund, english_only, internal, ticket
