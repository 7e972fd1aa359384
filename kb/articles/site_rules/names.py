"""Files that may have rules for pages, by their names."""

from pathlib import PurePosixPath

HUGO = ("hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json", "config.toml", "config.yaml", "config.yml", "config.json")
ZOLA = ("zola.toml", "config.toml")
JEKYLL = ("_config.yml", "_config.yaml", "_config.toml")
MKDOCS = ("mkdocs.yml", "mkdocs.yaml")
MATERIAL_META = (".meta.yml", ".meta.yaml")
DOCUSAURUS = tuple(
    f"docusaurus.config.{ending}" for ending in ("json", "yml", "yaml", "js", "ts", "mjs", "cjs", "mts", "cts")
)
ELEVENTY = (".eleventyignore", ".eleventy.js", *(f"eleventy.config.{ending}" for ending in ("js", "mjs", "cjs", "ts")))
GITBOOK = ("summary.md", ".gitbook.yaml", ".gitbook.yml", "book.json", "book.toml")
MINTLIFY = ("mint.json", "docs.json", ".mintignore")
OBSIDIAN = ("publish.json",)
SPHINX = ("conf.py",)
DATA_ENDINGS = (".11tydata.json", ".11tydata.js", ".11tydata.mjs", ".11tydata.cjs", ".11tydata.ts")

_ALL = frozenset(
    HUGO + ZOLA + JEKYLL + MKDOCS + MATERIAL_META + DOCUSAURUS + ELEVENTY + GITBOOK + MINTLIFY + OBSIDIAN + SPHINX
)
# Hidden files and folders are passed over but for these.
HIDDEN_FOLDERS = {".obsidian": OBSIDIAN}


def may_have_rules(name: str) -> bool:
    """Whether a file of this name may have rules; of JSON every file may be the data of a page or a folder (Eleventy)."""
    name = name.lower()
    return name in _ALL or name.endswith((*DATA_ENDINGS, ".json"))


def stem_of(name: str) -> str:
    """A name without what makes it a data file: `posts.11tydata.json` and `posts.json` are the data of `posts`."""
    for ending in DATA_ENDINGS:
        if name.lower().endswith(ending):
            return name[: -len(ending)]
    return PurePosixPath(name).stem
