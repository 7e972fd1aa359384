"""What another file of a site says: pages that it keeps back are drafts, the report names the file, a broken one costs itself."""

import json
from pathlib import Path

import pytest
from folder_sync import Sync, edit, get
from generator_folders import write_folder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from site_folders import CASES, P
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles import make_source, parse_article, save_article, sync_folder
from kb.articles.site_rules import read_site_rules
from kb.articles.site_rules.patterns import glob_matches
from kb.tables import Article


@pytest.mark.parametrize("name", CASES)
def test_pages_that_another_file_keeps_back_are_drafts_and_the_report_names_it(
    session: Session, sync: Sync, folder: Path, name: str
) -> None:
    files, public, drafts, place = CASES[name]
    write_folder(folder, files)
    report = sync()
    assert (report.rejected, report.conflicts) == ([], [])
    found = {article.slug: article.status for article in session.scalars(select(Article))}
    found.pop("summary", None)
    assert {slug for slug, status in found.items() if status == "published"} == public
    assert {slug for slug, status in found.items() if status == "draft"} == drafts
    reasons = [warning.reason for warning in report.warnings if getattr(warning, "kind", "") == "draft"]
    assert len(reasons) >= len(drafts)
    assert not place or any(place in reason or "`cascade` hands down" in reason for reason in reasons), reasons
    again = sync()
    assert (again.created, again.updated, again.written) == ([], [], [])


BROKEN = {
    "_config.yml": "exclude: [a\ndefaults: }",
    "mkdocs.yml": "draft_docs: |\n  x\n bad: [",
    "hugo.toml": "cascade = [[",
    "docs.json": '{"navigation": ',
    "docusaurus.config.json": "[]",
    "x/x.json": "nul",
    ".obsidian/publish.json": '{"included": {"a": ',
    "mkdocs.yaml": "&a [*a, *a]",
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_settings_cost_themselves_and_are_reported(
    session: Session, sync: Sync, folder: Path, name: str
) -> None:
    write_folder(folder, {name: BROKEN[name], "a.md": P, "content/b.md": P, "docs/c.md": P, "x/d.md": P})
    report = sync()
    assert {article.status for article in session.scalars(select(Article))} == {"published"}
    assert [warning.path for warning in report.warnings if getattr(warning, "kind", "") == "site settings"] == [name]
    assert report.is_clean


def test_settings_with_endless_aliases_or_of_another_encoding_are_reported(folder: Path) -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )
    (folder / "mkdocs.yml").write_text(f"{bomb}exclude_docs: x\n")
    (folder / "_config.yml").write_bytes(b"exclude: [\xff]")
    (folder / "hugo.yaml").write_text("a" * 600_000)
    rules = read_site_rules(folder.resolve(), ["docs/a.md"], ["mkdocs.yml", "_config.yml", "hugo.yaml"])
    assert [notice.path for notice in rules.notices] == ["hugo.yaml", "_config.yml", "mkdocs.yml"]


@pytest.mark.parametrize(
    ("files", "synced", "public", "drafts"),
    [
        ({"mkdocs.yml": "exclude_docs: /b.md\n", "docs/a.md": P, "docs/b.md": P}, "docs", {"a"}, {"b"}),
        ({"hugo.toml": "baseURL = 'x'\n[cascade]\ndraft = true\n", "content/x/a.md": P}, "content/x", set(), {"a"}),
        ({"_index.md": "---\ncascade: {draft: true}\n---\n", "x/a.md": P}, "x", set(), {"a"}),
        ({"_config.yml": "collections: {docs: {output: false}}\n", "_docs/a.md": P}, "_docs", set(), {"a"}),
        ({"hugo.toml": "baseURL = 'x'\n[cascade]\ndraft = true\n", "r/.git/HEAD": "x", "r/content/a.md": P}, "r", {"a"}, set()),
        ({"web/docusaurus.config.json": '{"presets": [["x", {"docs": {"exclude": ["b.md"]}}]]}', "web/docs/b.md": P},
         "web/docs", set(), {"b"}),
    ],
)  # fmt: skip
def test_settings_above_the_folder_count_up_to_the_root_of_a_repository(
    session: Session, sync: Sync, folder: Path, files: dict[str, str], synced: str, public: set[str], drafts: set[str]
) -> None:
    write_folder(folder, files)
    sync_folder(session, folder / synced)
    found = {article.slug: article.status for article in session.scalars(select(Article))}
    assert {slug for slug, status in found.items() if status == "published"} == public
    assert {slug for slug, status in found.items() if status == "draft"} == drafts


def test_a_rule_that_comes_or_goes_is_followed_though_the_page_is_the_same(
    session: Session, sync: Sync, folder: Path
) -> None:
    write_folder(folder, {"mkdocs.yml": "site_name: x\n", "docs/a.md": P, "docs/b.md": P})
    sync()
    write_folder(folder, {"mkdocs.yml": "site_name: x\ndraft_docs: b.md\n"})
    assert sync().updated == ["docs/b.md"]
    assert get(session, "en/b").status == "draft"
    assert sync().updated == []
    write_folder(folder, {"mkdocs.yml": "site_name: y\n"})
    assert sync().updated == ["docs/b.md"]
    assert get(session, "en/b").status == "published"


def test_draft_of_a_section_that_is_published_in_the_studio_says_so_in_its_own_file(
    session: Session, sync: Sync, folder: Path
) -> None:
    write_folder(
        folder,
        {
            "s/_index.md": "---\ntitle: S\ncascade: {draft: true}\n---\n",
            "s/a.md": "---\ntitle: 'A'  # so\n---\n\nText.\n",
        },
    )
    sync()
    edit(session, status="published")
    assert sync().written == ["s/a.md"]
    assert (folder / "s/a.md").read_text() == "---\ntitle: 'A'  # so\ndraft: false\n---\n\nText.\n"
    (folder / "s/a.md").write_text((folder / "s/a.md").read_text() + "\nMore.\n")
    assert sync().updated == ["s/a.md"]
    assert get(session).status == "published"


def test_page_that_only_its_site_keeps_back_keeps_its_file_when_it_is_published_in_the_studio(
    session: Session, sync: Sync, folder: Path
) -> None:
    text = "---\ntitle:   A  # so\n---\n\nText.\n"
    write_folder(folder, {"mkdocs.yml": "draft_docs: a.md\n", "docs/a.md": text})
    sync()
    edit(session, status="published", body="Other text.")
    assert sync().written == ["docs/a.md"]
    assert (folder / "docs/a.md").read_text() == text.replace("Text", "Other text")
    assert sync().unchanged == ["docs/a.md"]
    assert get(session).status == "published"


def test_article_of_the_studio_stays_published_where_the_site_does_not_list_it(
    session: Session, sync: Sync, folder: Path
) -> None:
    write_folder(folder, {"SUMMARY.md": "- [A](a.md)\n- [B](b.md)\n", "a.md": P, "b.md": P})
    sync()
    save_article(session, make_source({"title": "New", "slug": "new", "language": "en"}, "Text."), author="studio")
    session.commit()
    assert sync().written == ["en/new.md"]
    assert sorted(sync().unchanged) == ["a.md", "b.md", "en/new.md"]
    assert get(session, "en/new").status == "published"
    (folder / "en/new.md").write_text((folder / "en/new.md").read_text() + "\nMore.\n")
    report = sync()
    assert (report.updated, get(session, "en/new").status) == (["en/new.md"], "draft")
    assert any("SUMMARY.md" in str(warning) for warning in report.warnings)


def test_language_of_a_folder_by_the_settings_of_the_site(session: Session, sync: Sync, folder: Path) -> None:
    write_folder(
        folder,
        {
            "_config.yml": "defaults:\n- scope: {path: bharat}\n  values: {lang: hi}\n",
            "bharat/a.md": "---\ntitle: A\n---\n\nOK.\n",
        },
    )
    sync()
    assert get(session, "hi/a").language == "hi"


def test_a_cascade_of_its_own_holds_for_the_page_itself() -> None:
    for cascade in ("[{expiryDate: 2020-01-01}]", "{build: {list: never}}", "{draft: yes}"):
        assert parse_article(f"---\ntitle: A\ncascade: {cascade}\n---\n\nText.", "a.md").status == "draft"
    text = "---\ntitle: A\ncascade: [{target: {path: /x/**}, draft: true}]\n---\n\nText."
    assert parse_article(text, "a.md").status == "published"


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("**/a.md", "a.md", True), ("**/a.md", "x/y/a.md", True), ("a/**", "a", True), ("a/**", "a/b/c.md", True),
        ("a/*", "a/b/c.md", False), ("a/**/c.md", "a/c.md", True), ("*.{md,mdx}", "x.mdx", True), ("*.md", "x/y.md", False),
        ("a[0-9].md", "a7.md", True), ("a[^0-9].md", "a7.md", False), ("[[a].md", "[.md", True),
        ("**", "x/y", True), ("{/a,/a/**}", "a/b", True), ("a?.md", "ab.md", True), ("**/**/x", "x", True),
    ],
)  # fmt: skip
def test_globs(pattern: str, path: str, matches: bool) -> None:
    assert glob_matches(pattern, path) is matches


NAMES = [
    "_config.yml", "mkdocs.yml", "hugo.toml", "config.yaml", "docs.json", "docusaurus.config.json", "docusaurus.config.js",
    "SUMMARY.md", "x/x.json", "x/x.11tydata.js", ".eleventyignore", ".obsidian/publish.json", "conf.py", ".gitbook.yaml",
    ".meta.yml", "content/_index.md", "x/index.md", "eleventy.config.js", ".mintignore",
]  # fmt: skip
WORDS = st.sampled_from(
    ["exclude", "exclude_docs", "draft_docs", "defaults", "scope", "values", "path", "type", "collections", "output", "cascade",
     "target", "kind", "lang", "environment", "navigation", "structure", "summary", "plugins", "presets", "docs", "included",
     "excluded", "draft", "*", "**", "[[a]", "ignoreFiles", "regex", "glob", "permalink", "(a+)+b",
     "[", "{a", "!x", "a.md", "", "\\", "(", "x" * 600]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(NAMES), content=st.dictionaries(WORDS, VALUES, max_size=5) | st.text(max_size=60))
def test_no_settings_stop_the_run(folder: Path, name: str, content: object) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    if not isinstance(content, str) and name.endswith("index.md"):
        text = f"{text}\n\nText."
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8", errors="replace")
    pages = ["a.md", "x/b.md", "content/c.hi.md", "docs/_x/d.md", "content/_index.md", "x/index.md"]
    rules = read_site_rules(folder.resolve(), pages, [name], ("en", "hi"))
    for path in pages:
        found = rules.of(path)
        parse_article("---\ntitle: A\n---\n\nText.", path, rules=found)
        assert found.digest == rules.of(path).digest
    target.unlink()
