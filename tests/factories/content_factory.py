"""Articles and tickets made in a line."""

import hashlib

from sqlalchemy.orm import Session

from kb.tables import Article, Ticket


def content_hash(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def add_article(session: Session, title: str, body: str, **fields: object) -> Article:
    slug = str(fields.pop("slug", title.lower().replace(" ", "-")))
    values: dict[str, object] = {
        "slug": slug,
        "language": "en",
        "translation_key": slug,
        "audience": "public",
        "status": "published",
        "also_asked": [],
        **fields,
    }
    article = Article(title=title, body=body, content_hash=content_hash(title, body, sorted(values.items())), **values)
    session.add(article)
    session.commit()
    return article


def change_article(session: Session, article: Article, **fields: object) -> None:
    for name, value in fields.items():
        setattr(article, name, value)
    article.content_hash = content_hash(article.content_hash, sorted(fields.items(), key=str))
    session.commit()


def add_ticket(session: Session, subject: str, problem: str, resolution: str, **fields: object) -> Ticket:
    values: dict[str, object] = {
        "source": "test",
        "external_id": subject,
        "language": "en",
        "channel": "email",
        "status": "resolved",
        **fields,
    }
    ticket = Ticket(
        subject=subject,
        problem=problem,
        resolution=resolution,
        content_hash=content_hash(subject, problem, resolution),
        **values,
    )
    session.add(ticket)
    session.commit()
    return ticket
