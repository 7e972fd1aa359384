"""Small sites whose settings keep pages back: the files, which pages are public and which are not, and the file that says so."""

Case = tuple[dict[str, str], set[str], set[str], str]


def page(**fields: str) -> str:
    front = "".join(f"{key}: {value}\n" for key, value in fields.items())
    return f"---\n{front}---\n\nText that answers.\n" if front else "# A page\n\nText that answers.\n"


P = page(title="A page")
CASES: dict[str, Case] = {
    # the files, slugs that are public, slugs of drafts, the file that the report names
    "hugo: a section hands down draft": (
        {"content/a/_index.md": "---\ntitle: A\ncascade:\n  draft: true\n---\n", "content/a/one.md": P, "content/a/b/two.md": P,
         "content/ab.md": P, "content/a/own.md": page(title="X", draft="false")},
        {"ab", "own"}, {"one", "two"}, "content/a/_index.md",
    ),
    "hugo: TOML, a list of blocks, build": (
        {"content/k/_index.md": "+++\ntitle = 'K'\n[[cascade]]\n[cascade.build]\nlist = 'never'\nrender = 'never'\n+++\n\nKept.\n", "content/k/in.md": P},
        set(), {"k", "in"}, "content/k/_index.md",
    ),
    "hugo: the nearest section wins": (
        {"content/_index.md": "---\ntitle: A\ncascade: {expiryDate: 2020-01-01}\n---\n", "content/old.md": P,
         "content/n/_index.md": "---\ntitle: N\ncascade: {expiryDate: 2999-01-01}\n---\n", "content/n/new.md": P},
        {"new"}, {"old"}, "content/_index.md",
    ),
    "hugo: targets": (
        {"content/_index.md": "---\ntitle: A\ncascade:\n- target: {path: '/news/**'}\n  headless: true\n- _target: {kind: section}\n  params: {x: 1}\n---\n",
         "content/news/n.md": P, "content/other.md": P},
        {"other"}, {"n"}, "content/_index.md",
    ),
    "hugo: a cascade in another language": (
        {"content/s/_index.md": "---\ntitle: S\n---\n", "content/s/_index.hi.md": "---\ntitle: S\ncascade: {publishDate: 2999-01-01}\n---\n",
         "content/s/e.md": P, "content/s/h.hi.md": "---\ntitle: पन्ना\n---\n\nयह एक पन्ना है जिसमें उत्तर है।\n"},
        {"e"}, {"h"}, "content/s/_index.hi.md",
    ),
    "hugo: the site's settings in TOML": (
        {"hugo.toml": "baseURL = 'x'\ndisableLanguages = ['bn']\nignoreFiles = ['\\.tmp\\.md$']\n[[cascade]]\ndraft = true\n[cascade.target]\npath = '/team/*'\n",
         "content/team/t.md": P, "content/u.md": P, "content/z.bn.md": "---\ntitle: পাতা\n---\n\nএটি একটি পাতা যেখানে উত্তর আছে।\n",
         "content/w.tmp.md": page(title="W", slug="w")},
        {"u"}, {"t", "z", "w"}, "hugo.toml",
    ),
    "hugo: the site's settings in YAML, without a target": (
        {"site/config.yaml": "baseURL: x\ncontentDir: text\ncascade:\n- build: {render: link}\n", "site/text/v.md": P, "site/readable.md": P, "top.md": P},
        {"readable", "top"}, {"v"}, "site/config.yaml",
    ),
    "hugo: a bundle without a page": (
        {"content/g/index.md": "---\ntitle: G\nheadless: true\n---\n\nG.\n", "content/g/piece.md": P, "content/h/index.md": page(title="H"), "content/h/beside.md": P},
        {"h", "beside"}, {"g", "piece"}, "content/g/index.md",
    ),
    "zola: a section that is a draft, one without a page": (
        {"config.toml": "base_url = 'x'\nignored_content = ['*.skip.md']\n", "content/d/_index.md": "+++\ntitle = 'D'\ndraft = true\n+++\n\nD.\n",
         "content/d/deep/x.md": "+++\ntitle = 'X'\ndraft = false\n+++\n\nX.\n",
         "content/r/_index.md": "+++\ntitle = 'R'\nrender = false\n+++\n\nR.\n", "content/r/y.md": "+++\ntitle = 'Y'\n+++\n\nY.\n",
         "content/q.skip.md": page(title="Q", slug="q")},
        {"y"}, {"d", "x", "r", "q"}, "content/d/_index.md",
    ),
    "hugo: of a section that is a draft the pages are public": (
        {"hugo.yaml": "baseURL: x\n", "content/d/_index.md": "---\ntitle: D\ndraft: true\n---\n\nD.\n", "content/d/x.md": P},
        {"x"}, {"d"}, "",
    ),
    "jekyll: defaults by path, kind and precedence": (
        {"_config.yml": "collections:\n  faq: {output: true}\ndefaults:\n- scope: {path: ''}\n  values: {layout: x}\n- scope: {path: 'beta', type: pages}\n  values: {published: false}\n"
         "- scope: {path: 'beta/open'}\n  values: {published: true}\n- scope: {path: '', type: faq}\n  values: {hidden: true}\n- scope: {path: 'x/*/secret.md'}\n  values: {draft: true}\n",
         "beta/b.md": P, "beta/open/c.md": P, "_faq/q.md": P, "beta/mine.md": page(title="M", published="true"), "x/1/secret.md": page(title="S", slug="s"), "x/y.md": P},
        {"c", "mine", "y"}, {"b", "q", "s"}, "_config.yml",
    ),
    "jekyll: exclude, include and collections": (
        {"web/_config.yml": "exclude:\n  - internal/\n  - '*.wip.md'\n  - /old\ninclude: [old-but-good.md]\ncollections_dir: sets\ncollections:\n  parts:\n  steps: {output: true}\n",
         "web/internal/i.md": P, "web/t.wip.md": page(title="T", slug="t"), "web/older/o.md": P, "web/old-but-good.md": P, "web/sets/_parts/p.md": P,
         "web/sets/_steps/s.md": P, "internal/elsewhere.md": P},
        {"old-but-good", "s", "elsewhere"}, {"i", "t", "o", "p"}, "web/_config.yml",
    ),
    "mkdocs: drafts and exclusions": (
        {"mkdocs.yml": "site_name: !ENV [NAME, x]\nplugins:\n- search\n- exclude:\n    glob: [plans/*]\nmarkdown_extensions:\n- x: {y: !!python/name:a.b }\n"
         "draft_docs: |\n  drafts-of/\n  *.soon.md\n  !kept.soon.md\nexclude_docs: |\n  # none of this\n  /private.md\nnot_in_nav: |\n  /extra.md\n",
         "docs/drafts-of/a.md": P, "docs/b.soon.md": page(title="B", slug="b"), "docs/kept.soon.md": page(title="K", slug="k"), "docs/private.md": P,
         "docs/sub/private.md": page(title="Open", slug="open"), "docs/extra.md": P, "docs/plans/c.md": P, "docs/templates/t.md": P},
        {"k", "open", "extra"}, {"a", "b", "private", "c", "t"}, "mkdocs.yml",
    ),
    "mkdocs: settings that are inherited, another folder": (
        {"help/mkdocs.yml": "INHERIT: base.yml\ndocs_dir: ./text/\n", "help/base.yml": "exclude_docs: 'x.md'\n", "help/text/x.md": P, "help/text/y.md": P, "docs/z.md": P},
        {"y", "z"}, {"x"}, "help/mkdocs.yml",
    ),
    "mkdocs: values of a folder (Material)": (
        {"docs/a/.meta.yml": "search:\n  exclude: true\ntags: [x]\n", "docs/a/b/c.md": P, "docs/d.md": P}, {"d"}, {"c"}, "docs/a/.meta.yml",
    ),
    "docusaurus: exclude in JSON": (
        {"docusaurus.config.json": '{"presets": [["classic", {"docs": {"path": "text", "exclude": ["**/team/**", "old-*.{md,mdx}"]}, "blog": {"exclude": ["2019/**"]}}]],'
         ' "plugins": [["@docusaurus/plugin-content-docs", {"id": "api", "path": "api", "exclude": ["x.md"]}]]}',
         "text/team/a.md": P, "text/old-b.mdx": P, "text/c.md": P, "blog/2019/d.md": P, "api/x.md": P, "text/_shared/e.md": P},
        {"c"}, {"a", "old-b", "d", "x", "e"}, "docusaurus.config.json",
    ),
    "docusaurus: a program is not run, words in it are read": (
        {"web/docusaurus.config.ts": "export default {presets: [['classic', {docs: {\n  // exclude: ['c.md'],\n  exclude: [\n'**/inner/**', \"b.md\"],\n}}]]};\n",
         "web/docs/inner/a.md": P, "web/docs/b.md": P, "web/docs/c.md": P, "web/versioned_docs/version-1/inner/b1.md": P},
        {"c"}, {"a", "b", "b1"}, "web/docusaurus.config.ts",
    ),
    "eleventy: data of folders and pages": (
        {"src/posts/posts.json": '{"draft": true, "layout": "x"}', "src/posts/a.md": P, "src/posts/deep/b.md": P, "src/posts/deep/deep.11tydata.json": '{"draft": false}',
         "src/posts/c.md": page(title="C", draft="false"), "src/d.md": P, "src/d.11tydata.json": '{"permalink": false}', "src/e.md": P, "src/e.json": '{"eleventyExcludeFromCollections": true}',
         "src/data.json": '{"draft": true}', "src/f.md": P},
        {"b", "c", "f"}, {"a", "d", "e"}, "src/posts/posts.json",
    ),
    "eleventy: programs and what is ignored": (
        {".eleventyignore": "secret/\n# no\n!secret/not.md\n", "eleventy.config.js": "module.exports = c => { c.ignores.add('tmp/**'); };",
         "n/n.11tydata.js": "module.exports = {\n  // draft: false\n  eleventyExcludeFromCollections: true,\n};\n", "n/x.md": P, "secret/s.md": P, "tmp/t.md": P, "u.md": P},
        {"u"}, {"x", "s", "t"}, ".eleventyignore",
    ),
    "gitbook: what the summary does not list": (
        {"help/SUMMARY.md": "# Table of contents\n\n* [Start](README.md)\n* [Pay](pay/README.md)\n  * [Card](<pay/by card.md>)\n\n## More\n\n* [Cash](/pay/cash.md#where)\n",
         "help/README.md": page(title="Start", slug="start"), "help/pay/README.md": page(title="Pay"), "help/pay/by card.md": P, "help/pay/cash.md": P, "help/pay/coins.md": P, "other.md": P},
        {"start", "pay", "by-card", "cash", "other"}, {"coins"}, "help/SUMMARY.md",
    ),
    "mdbook and gitbook: a summary of another name": (
        {".gitbook.yaml": "root: ./text\nstructure:\n  summary: SUMMARY.md\n", "text/SUMMARY.md": "- [A](a.md)\n- [Draft]()\n", "text/a.md": P, "text/b.md": P},
        {"a"}, {"b"}, "text/SUMMARY.md",
    ),
    "a text that is called summary is none": ({"Summary.md": page(title="S"), "SUMMARY.md": "All in all we found [this](a.md).\n\nAnd more text.\n", "a.md": P, "b.md": P}, {"a", "b"}, set(), ""),
    "mintlify: the navigation": (
        {"docs.json": '{"name": "x", "navigation": {"groups": [{"group": "A", "pages": ["a", {"group": "B", "pages": ["in/b"]}]}, {"group": "H", "hidden": true, "pages": ["h"]}]}}',
         ".mintignore": "notes/\n", "a.mdx": P, "in/b.mdx": P, "h.mdx": P, "snippets/s.mdx": P, "notes/n.mdx": P},
        {"a", "b"}, {"h", "s", "n"}, "docs.json",
    ),
    "mintlify: all pages are for searching": ({"docs.json": '{"seo": {"indexing": "all"}, "navigation": ["a"]}', "a.mdx": P, "b.mdx": P}, {"a", "b"}, set(), ""),
    "obsidian publish": (
        {"vault/.obsidian/publish.json": '{"siteId": "x", "included": ["Help"], "excluded": ["Help/Inner"]}', "vault/Help/a.md": P, "vault/Help/Inner/b.md": P,
         "vault/Diary/c.md": P, "vault/Diary/d.md": page(title="D", publish="true"), "e.md": P},
        {"a", "d", "e"}, {"b", "c"}, "vault/.obsidian/publish.json",
    ),
    "sphinx": ({"doc/conf.py": "project = 'x'\nexclude_patterns = ['build', '**/inner', 'x.md']\n", "doc/build/a.md": P, "doc/b/inner/c.md": P, "doc/x.md": P, "doc/y.md": P},
               {"y"}, {"a", "c", "x"}, "doc/conf.py"),
}  # fmt: skip
