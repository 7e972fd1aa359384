"""Flows of a folder, read again when a file has changed; and the passage that a step quotes."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from kb.articles.flows import Flow, Quote, parse_flow, text_in
from kb.articles.rendering import plain_text
from kb.articles.text import ArticleError
from kb.core.errors import Rejection
from kb.tables import Article

MOST_FILES, LARGEST_FILE = 200, 400_000  # bytes
LONGEST_QUOTE = 3_000
_HEADING = re.compile(r"(#{1,6})[ \t]+(.*)$")
_FENCE = re.compile(r" {0,3}(```|~~~)")


@dataclass(frozen=True)
class FlowFolder:
    """problems: of the files that cannot be used, with their lines."""

    flows: Mapping[str, Flow]
    problems: tuple[Rejection, ...]


@dataclass(frozen=True)
class Quoted:
    """What an article says, as text to send. is_internal: not for customers."""

    article_id: int
    title: str
    language: str
    text: str
    is_internal: bool
    slug: str = ""


def load_flows(folder: Path, *, fact_kinds: Collection[str]) -> FlowFolder:
    """The flows of `folder` (*.yaml, *.yml), by the names of their files. Never raises: faults are in `problems`."""
    try:
        paths = list(flow_files(folder).values())
        states = tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in paths)
    except OSError:
        return FlowFolder({}, ())
    return _load(states, frozenset(fact_kinds))


def flow_files(folder: Path) -> dict[str, Path]:
    """The files of `folder` by the name of their flow, MOST_FILES at most."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix in {".yaml", ".yml"} and path.is_file())
    except OSError:
        return {}
    return {path.stem[:100]: path for path in paths[:MOST_FILES]}


def flow_text(path: Path) -> str:
    """What stands in a file; of one that cannot be read, or is too large, nothing."""
    try:
        return path.read_text(encoding="utf-8-sig") if path.stat().st_size <= LARGEST_FILE else ""
    except (OSError, UnicodeDecodeError):
        return ""


@lru_cache(maxsize=4)
def _load(states: tuple[tuple[str, int, int], ...], fact_kinds: frozenset[str]) -> FlowFolder:
    flows: dict[str, Flow] = {}
    problems: list[Rejection] = []
    for path, _changed, size in states:
        name = Path(path).stem[:100]
        if size > LARGEST_FILE:
            problems.append(Rejection(Path(path).name, None, f"it has more than {LARGEST_FILE:,} bytes"))
            continue
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
            flows[name] = parse_flow(text, name, Path(path).name, fact_kinds=fact_kinds)
        except ArticleError as error:
            problems.extend(error.rejections)
        except (OSError, UnicodeDecodeError) as error:
            problems.append(Rejection(Path(path).name, None, f"it cannot be read: {error}"[:200]))
    return FlowFolder(flows, tuple(problems))


def quoted(session: Session, quote: Quote, language: str) -> Quoted | None:
    """The passage in `language`, else in the nearest one; None where no such article is published. One statement."""
    keys = select(Article.translation_key).where(Article.slug == quote.article)
    query = select(Article).where(Article.translation_key.in_(keys), Article.status == "published")
    versions = {article.language: article for article in session.scalars(query.order_by(Article.id.desc()))}
    for tag in (language, language.partition("-")[0], "en", *versions):
        if (article := versions.get(tag)) is not None:
            text = plain_text(section_of(article.body, text_in(quote.sections, article.language))).strip()
            return Quoted(
                article.id,
                article.title,
                article.language,
                text[:LONGEST_QUOTE],
                article.audience == "internal",
                article.slug,
            )
    return None


def articles_quoted(session: Session, flows: Collection[Flow]) -> dict[str, frozenset[int]]:
    """By the name of a flow the ids of the articles that it quotes, in all their languages. One statement, none without flows."""
    slugs = {flow.name: {step.quote.article for step in flow.steps.values() if step.quote} for flow in flows}
    wanted = sorted(set().union(*slugs.values()))
    if not wanted:
        return dict.fromkeys(slugs, frozenset())
    translation = aliased(Article)
    rows = session.execute(
        select(Article.slug, translation.id)
        .join(translation, translation.translation_key == Article.translation_key)
        .where(Article.slug.in_(wanted), Article.status == "published", translation.status == "published")
    ).all()
    return {name: frozenset(row.id for row in rows if row.slug in of_flow) for name, of_flow in slugs.items()}


def readable_slugs(session: Session, slugs: Collection[str]) -> frozenset[str]:
    """Those of the slugs by which customers find an article. One statement, none without slugs."""
    if not slugs:
        return frozenset()
    query = select(Article.slug).where(
        Article.slug.in_(sorted(slugs)), Article.status == "published", Article.audience == "public"
    )
    return frozenset(session.scalars(query))


def section_of(body: str, heading: str) -> str:
    """The Markdown under a heading, up to the next one of its level; without such a heading the beginning."""
    wanted = _plain(heading)
    kept: list[str] = []
    level = 0
    fence = ""
    for line in body.split("\n"):
        if mark := _FENCE.match(line):
            fence = "" if fence == mark[1] else fence or mark[1]
        match = None if fence or mark else _HEADING.match(line)
        if match is None:
            if level or not wanted:
                kept.append(line)
        elif level:
            if len(match[1]) <= level:
                break
            kept.append(line)
        elif not wanted:
            break
        elif _plain(match[2].rstrip(" \t#")) == wanted:
            level = len(match[1])
    if wanted and not level:
        return section_of(body, "")
    return "\n".join(kept)


def _plain(heading: str) -> str:
    return " ".join(re.sub(r"\{#[^}]*\}|[*_`]", "", heading).split()).casefold()
