"""Small folders as users of each generator have them: a public page, one that is not, links, a picture, marks of the dialect."""

import io
from pathlib import Path

from PIL import Image

PICTURE = "<a picture>"  # stands for the bytes of one
Folder = dict[str, str]

JEKYLL: Folder = {
    "_config.yml": "title: Help",
    "_docs/returns/send-it-back.md": (
        "---\nlayout: page\ntitle: Send it back\npermalink: /docs/returns/\nredirect_from:\n  - /old/returns.html\n---\n\n"
        '* TOC\n{:toc}\n\n{% include note.html content="Keep the **box**." %}\n\nSee [the fees]({% link _docs/returns/fees.md %}) '
        "or [here]({{ site.baseurl }}/docs/fees/).\n{: .lead }\n\n![Box]({{ '/img/box.png' | relative_url }})\n\n"
        "{% highlight sh %}\ncurl x\n{% endhighlight %}\n<!-- ask Ravi about the fee -->\n"
    ),
    "_docs/returns/fees.md": "---\ntitle: Fees of a return\n---\n\nTen rupees{% if page.x %} once{% endif %}. [Back](/docs/returns/)\n",
    "_drafts/later.md": "---\ntitle: Later\n---\n\nNot yet.\n",
    "_docs/hidden.md": "---\ntitle: Hidden\npublished: false\n---\n\nNot public.\n",
    "_includes/part.md": "A part of pages.\n",
    "img/box.png": PICTURE,
}
HUGO: Folder = {
    "content/_index.md": "---\ntitle: Help\n---\n",
    "content/pay/_index.md": "---\ntitle: Paying\n---\n\nAll ways to pay us.\n",
    "content/pay/by-card.md": (
        '+++\ntitle = "Pay by card"\naliases = ["/old-card/"]\ndate = 2020-01-01\n+++\n\n{{< callout type="warning" >}}\nNever '
        'tell us the *number*.\n{{< /callout >}}\n\nSee [UPI]({{< ref "by-upi.md#limits" >}}).\n\n{{< figure src="card.png" alt="Card" >}}\n'
    ),
    "content/pay/by-upi.md": '{\n  "title": "Pay by UPI",\n  "draft": false\n}\n\n## Limits\n\nA lakh a day.\n',
    "content/pay/by-upi.hi.md": "---\ntitle: यूपीआई से भुगतान\n---\n\nएक दिन में एक लाख।\n",
    "content/pay/by-cheque.md": "+++\ntitle = 'Pay by cheque'\ndraft = true\n+++\n\nSoon.\n",
    "content/pay/by-coin.md": "---\ntitle: Pay by coin\nexpiryDate: 2021-01-01\n---\n\nGone.\n",
    "content/pay/card.png": PICTURE,
}
DOCUSAURUS: Folder = {
    "docs/01-intro.md": "---\nsidebar_position: 1\n---\n\n# Welcome\n\nStart with [the account](./02-account/01-open-it.mdx).\n",
    "docs/02-account/01-open-it.mdx": (
        "---\nid: open-it\nslug: /account/open\n---\n\nimport Tabs from '@theme/Tabs';\n\n# Open an account\n\n:::tip[Have it ready]\nYour "
        '`number`.\n:::\n\n<Tabs>\n  <TabItem value="app" label="App">\n\n    Tap *Join*.\n\n  </TabItem>\n</Tabs>\n\n## Done {#done}\n\n'
        "[Close it](/docs/account/close-it#why) {/* check */}\n"
    ),
    "docs/02-account/02-close-it.md": "# Close it\n\n## Why\n\nWrite to us. [Open it again](01-open-it.mdx#done)\n",
    "docs/02-account/secret.md": "---\nunlisted: true\n---\n\n# Secret\n\nBy link only.\n",
    "docs/02-account/_partial.mdx": "A part.\n",
    "i18n/hi/docusaurus-plugin-content-docs/current/02-account/02-close-it.md": "# खाता बंद करें\n\nहमें लिखें।\n",
}
MKDOCS: Folder = {
    "mkdocs.yml": "site_name: Help",
    "docs/index.md": "# Help of the shop\n\nSee [delivery](delivery/index.md) and [late](delivery/late.md#when-is-it-late).\n",
    "docs/delivery/index.md": '# Delivery\n\n!!! note "Good to know"\n    Sundays are *free*.\n\n??? question\n    Why?\n\n=== "City"\n    2 days\n',
    "docs/delivery/late.md": "---\nhide:\n  - toc\n---\n\n# Late\n\n## When is it late?\n\n~~Never~~ after a week.[^1]\n\n[^1]: Or two.\n",
    "docs/returns/index.md": "---\ndraft: true\n---\n\n# Returns\n\nSoon.\n",
}
GITBOOK: Folder = {
    "SUMMARY.md": "# Table of contents\n\n* [Help](README.md)\n",
    "README.md": '---\ndescription: Start here\n---\n\n# Start here\n\n{% hint style="info" %}\nAsk **us**.\n{% endhint %}\n\n![](<.gitbook/assets/a b.png>)\n',
    "guides/README.md": '# Guides\n\n{% content-ref url="setup.md" %}\n[setup.md](setup.md)\n{% endcontent-ref %}\n',
    "guides/setup.md": '---\nhidden: true\n---\n\n# Setup\n\n{% tabs %}\n{% tab title="Mac" %}\nPress it.\n{% endtab %}\n{% endtabs %}\n',
    "guides/lamp.md": '# The lamp\n\n{% code title="a.js" %}\n```js\nx < y\n```\n{% endcode %}\n',
    "faq/README.md": "# Questions\n\nNone yet.\n",
    ".gitbook/assets/a b.png": PICTURE,
}
OBSIDIAN: Folder = {
    "Returns/How to return.md": "Send it back. See [[Refund times|when]] and [[Refund times#Cards]].\n\n> [!warning]- Careful\n> Keep the box.\n\n%% internal: ask Ravi %%\n\n![[box.png|200]] #returns ^ref-1\n",
    "Returns/Refund times.md": "---\naliases: [refund-days]\ntags: [a]\n---\n\n## Cards\n\nFive days. ==Always.==\n",
    "Drafts/Idea.md": "An idea.\n",
    "Notes/Not shared.md": "---\npublish: false\n---\n\nOnly ours.\n",
    "attachments/box.png": PICTURE,
}
ZOLA: Folder = {
    "content/faq/_index.md": '+++\ntitle = "Questions"\nsort_by = "weight"\n+++\n',
    "content/faq/hours.md": '+++\ntitle = "Opening hours"\n[extra]\nx = 1\n+++\n\nSee [the place](@/faq/place.md). {{ youtube(id="abc_1") }}\n',
    "content/faq/place.md": '+++\ntitle = "The place"\n+++\n\n{% tip() %}\nRing *twice*.\n{% end %}\n',
    "content/faq/move.md": '+++\ntitle = "We move"\ndraft = true\n+++\n\nSoon.\n',
}
ELEVENTY: Folder = {
    "src/contact.md": "---js\n{\n  title: 'Contact'\n}\n---\n\nCall us.\n",
    "src/write.md": "---\ntitle: Write to us\neleventyNavigation:\n  key: x\n---\n\n{# note #}{% set a = 1 %}By post. [Call](/contact/) {{ collections.all | length }}\n",
    "src/internal.md": "---\ntitle: Internal\neleventyExcludeFromCollections: true\n---\n\nOurs.\n",
    "src/nowhere.md": "---\ntitle: Nowhere\npermalink: false\n---\n\nNothing.\n",
}
MINTLIFY: Folder = {
    "mint.json": "{}",
    "quickstart.mdx": (
        '---\ntitle: "Quickstart"\ndescription: "Begin"\nicon: rocket\n---\n\nimport X from "/snippets/x.mdx"\n\n<Steps>\n  <Step title="Open it">\n    Press '
        '`A`.\n  </Step>\n</Steps>\n\n<CardGroup cols={2}>\n  <Card title="Limits" icon="x" href="/limits">\n    How much?\n  </Card>\n</CardGroup>\n\n'
        '<Frame>\n  <img src="/images/lamp.png" alt="Lamp" style={{ width: 10 }} />\n</Frame>\n\n<Warning>Hot</Warning>\n'
    ),
    "limits.mdx": '---\ntitle: Limits\n---\n\n<AccordionGroup>\n  <Accordion title="Daily">\n    Ten `List<String>`.\n  </Accordion>\n</AccordionGroup>\n\nA <token> each.\n',
    "secret.mdx": "---\ntitle: Secret\nhidden: true\n---\n\nOurs.\n",
    "images/lamp.png": PICTURE,
}
FOLDERS = {
    "jekyll": JEKYLL, "hugo": HUGO, "docusaurus": DOCUSAURUS, "mkdocs": MKDOCS, "gitbook": GITBOOK, "obsidian": OBSIDIAN, "zola": ZOLA,
    "eleventy": ELEVENTY, "mintlify": MINTLIFY,
}  # fmt: skip
# language/slug of what each makes: published ones, then the others.
PUBLISHED = {
    "jekyll": {"en/returns", "en/fees"},
    "hugo": {"en/pay", "en/by-card", "en/by-upi", "hi/by-upi"},
    "docusaurus": {"en/intro", "en/open", "en/close-it", "hi/close-it"},
    "mkdocs": {"en/index", "en/delivery", "en/late"},
    "gitbook": {"en/readme", "en/guides", "en/lamp", "en/faq"},
    "obsidian": {"en/how-to-return", "en/refund-times"},
    "zola": {"en/hours", "en/place"},
    "eleventy": {"en/write"},
    "mintlify": {"en/quickstart", "en/limits"},
}
DRAFTS = {
    "jekyll": {"en/later", "en/hidden"},
    "hugo": {"en/by-cheque", "en/by-coin"},
    "docusaurus": {"en/secret", "en/partial"},
    "mkdocs": {"en/returns"},
    "gitbook": {"en/setup"},
    "obsidian": {"en/idea", "en/not-shared"},
    "zola": {"en/move"},
    "eleventy": {"en/contact", "en/internal", "en/nowhere"},
    "mintlify": {"en/secret"},
}


def picture(color: str = "teal", size: tuple[int, int] = (40, 30), kind: str = "PNG") -> bytes:
    """The bytes of a picture."""
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, kind)
    return out.getvalue()


def write_folder(folder: Path, files: Folder) -> None:
    """Put the files of a generator into `folder`."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(picture() if text == PICTURE else text.encode())


def many_pages(count: int) -> Folder:
    """A help centre of Jekyll with `count` pages in many folders, every one with other marks of the dialect."""
    pieces = (
        '{% include tip.html content="Keep **it** dry." %}',
        "<!-- internal: do not tell -->\n\nThe price is <token> or `List<String>`.",
        "1. Open it\n   ```sh\n   lamp --on\n   ```\n2. Close it\n   - once\n   - twice",
        "Ways:\n| Way | Days |\n|---|---|\n| Card | 5 |\n| UPI | 1 |",
        "> [!NOTE]\n> Ask us first.",
        ":::warning\nIt is hot.\n:::",
        "{% if site.x %}For members.{% endif %} {{ page.version }}",
        '??? note "More"\n    It has a cable.',
        "Fee of ten[^1].\n\n[^1]: Once a year.",
        "{: .lead }\nRead this ~~never~~ always. {:.x}",
    )
    pages: Folder = {}
    for number in range(count):
        body = "\n\n".join(pieces[(number + step) % len(pieces)] for step in range(4))
        linked = (number + 7) % count
        pages[f"_docs/topic{number % 14}/page-{number}.md"] = (
            f"---\nlayout: page\ntitle: How to use lamp {number}\nnav_order: {number}\n---\n\n* TOC\n{{:toc}}\n\n{body}\n\n"
            f"See [lamp {linked}]({{% link _docs/topic{linked % 14}/page-{linked}.md %}}) for word{number}.\n"
        )
    return pages
