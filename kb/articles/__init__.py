"""Articles: Markdown in and out, HTML, the store with its revisions, and folders kept in step."""

from kb.articles.assets import article_pictures, get_asset
from kb.articles.faq import questions_of
from kb.articles.links import LinkTarget, article_link, find_moved, resolve_links
from kb.articles.neighbours import neighbours
from kb.articles.parsing import parse_article
from kb.articles.queries import (
    ArticleCard,
    DeskCard,
    TopicSummary,
    desk_cards,
    find_published,
    get_published_article,
    is_public,
    list_articles,
    list_cards,
    list_changed,
    list_newest,
    list_public_addresses,
    list_topic_articles,
    list_topics,
    published_translations,
    related_articles,
)
from kb.articles.rendering import (
    FindPicture,
    Heading,
    RenderedArticle,
    article_blocks,
    links_of,
    pictures_of,
    plain_markdown,
    plain_text,
    render_markdown,
    shown_text,
)
from kb.articles.reports import by_kind, get_report, list_reports, store_report
from kb.articles.source import ArticleSource, make_source, write_article
from kb.articles.store import (
    archive_article,
    find_article,
    get_article,
    get_revision,
    list_revisions,
    restore_revision,
    save_article,
    source_of_article,
    source_of_revision,
)
from kb.articles.sync import sync_folder
from kb.articles.sync_report import SyncReport
from kb.articles.text import ArticleError, slugify
from kb.articles.versions import content_version
from kb.articles.whereabouts import Whereabouts, find_archived, find_whereabouts, other_versions

__all__ = [
    "ArticleCard",
    "ArticleError",
    "ArticleSource",
    "DeskCard",
    "FindPicture",
    "Heading",
    "LinkTarget",
    "RenderedArticle",
    "SyncReport",
    "TopicSummary",
    "Whereabouts",
    "archive_article",
    "article_blocks",
    "article_link",
    "article_pictures",
    "by_kind",
    "content_version",
    "desk_cards",
    "find_archived",
    "find_article",
    "find_moved",
    "find_published",
    "find_whereabouts",
    "get_article",
    "get_asset",
    "get_published_article",
    "get_report",
    "get_revision",
    "is_public",
    "links_of",
    "list_articles",
    "list_cards",
    "list_changed",
    "list_newest",
    "list_public_addresses",
    "list_reports",
    "list_revisions",
    "list_topic_articles",
    "list_topics",
    "make_source",
    "neighbours",
    "other_versions",
    "parse_article",
    "pictures_of",
    "plain_markdown",
    "plain_text",
    "published_translations",
    "questions_of",
    "related_articles",
    "render_markdown",
    "resolve_links",
    "restore_revision",
    "save_article",
    "shown_text",
    "slugify",
    "source_of_article",
    "source_of_revision",
    "store_report",
    "sync_folder",
    "write_article",
]
