"""What the editor asks for while one writes: the preview, keeping what is typed, pictures, pasted pages, articles to link to."""

from dataclasses import replace

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from kb.articles import get_article
from kb.articles.assets import studio_source
from kb.articles.editing import ArticleText
from kb.articles.kept_drafts import drop_drafts, keep_draft
from kb.articles.pasting import pasted_markdown
from kb.articles.picture_encoding import PictureError, encode_picture
from kb.articles.picture_files import store_asset
from kb.articles.reviews import close_reviews
from kb.articles.schedules import cancel_of_drafts
from kb.articles.studio_list import ArticleFilter, find_articles
from kb.articles.text import slugify
from kb.core.clock import utc_now
from kb.tables import ReviewState
from webapp.shared.database import session
from webapp.shared.ui import render_fresh
from webapp.studio.writing.blueprint import blueprint, sent_number, sent_text
from webapp.studio.writing.checks import presented
from webapp.studio.writing.preview import preview_of
from webapp.studio.writing.reviewing import me
from webapp.studio.writing.words import STATUSES, picture_words

MOST_LINKS = 8
_LONGEST_ALT = 120


@blueprint.post("/preview")
def preview() -> ResponseReturnValue:
    """How the text would look. Nothing is stored."""
    number = sent_number("article")
    found = preview_of(sent_text(), get_article(session(), number) if number else None)
    answer = render_fresh("studio/_article_preview.html", preview=found)
    answer.headers["Server-Timing"] = f"render;dur={found.milliseconds:.1f}"
    return answer


@blueprint.post("/checks")
def checks() -> ResponseReturnValue:
    """What a reader would stumble over, each finding with its place. Nothing is stored."""
    number = sent_number("article")
    return jsonify(presented(sent_text(), get_article(session(), number) if number else None).to_json())


@blueprint.post("/drafts")
def keep() -> ResponseReturnValue:
    """Keep what is typed, once a second while somebody writes."""
    number = sent_number("article")
    article_id = get_article(session(), number).id if number else None
    kept = keep_draft(
        session(), request.form.get("key", ""), current_user.id, sent_text(), article_id=article_id, seen=sent_number("seen")
    )  # fmt: skip
    return jsonify({"kept": kept.key, "at": utc_now().isoformat()})


@blueprint.post("/drafts/drop")
def drop() -> ResponseReturnValue:
    """A draft that is not wanted any more."""
    key, number = request.form.get("key", ""), sent_number("article")
    if number and key:
        close_reviews(session(), number, by=me(), state=ReviewState.WITHDRAWN, draft_key=key)
        cancel_of_drafts(session(), [key])
    drop_drafts(session(), [key], current_user.id)
    flash(_("The draft was thrown away."), "good")
    address = url_for("studio_articles.article", article_id=number) if number else url_for("studio_articles.articles")
    return redirect(address, code=303)


@blueprint.post("/pictures")
def picture() -> ResponseReturnValue:
    """Take a picture in, by drag, paste or button; the answer is the Markdown that shows it, or why not."""
    markdown, problem = take_in_picture()
    return (jsonify({"problem": problem}), 422) if problem else jsonify({"markdown": markdown})


def take_in_picture() -> tuple[str, str]:
    """(Markdown, "") of the picture that was sent, or ("", why not)."""
    sent = request.files.get("picture")
    if sent is None or not sent.filename:
        return "", str(_("Choose a picture first."))
    name = sent.filename.replace("\\", "/").rpartition("/")[2][:200]
    try:
        asset = store_asset(session(), encode_picture(sent.read()))
    except PictureError as error:
        return "", picture_words(name, error)
    words = slugify(name.rpartition(".")[0]).replace("-", " ")[:_LONGEST_ALT].strip()
    return f"![{words}]({studio_source(asset.digest)})", ""


def add_picture(text: ArticleText) -> tuple[ArticleText, str]:
    """Where no scripts run: the picture goes below the text."""
    markdown, problem = take_in_picture()
    return (text if problem else replace(text, body=f"{text.body.rstrip()}\n\n{markdown}\n")), problem


@blueprint.post("/markdown")
def markdown() -> ResponseReturnValue:
    """A page that was pasted (Word, Google Docs, a site) as Markdown."""
    return jsonify({"markdown": pasted_markdown(request.form.get("html", ""))})


@blueprint.get("/links")
def links() -> ResponseReturnValue:
    """Articles of one language to link to, by words of their titles and texts."""
    words, language = request.args.get("q", "").strip()[:200], request.args.get("language", "")[:35]
    found = find_articles(session(), ArticleFilter(words=words, language=language), limit=MOST_LINKS) if words else []
    return jsonify(
        [
            {
                "id": one.id,
                "title": one.title,
                "link": f"../{one.topic}/{one.slug}.md" if one.topic else f"{one.slug}.md",
                "state": str(STATUSES.get(one.status, one.status)) if one.status != "published" else "",
                "internal": one.audience == "internal",
            }
            for one in found
            if one.status != "archived"
        ]
    )
