"""Articles of many kinds as they are sent: plain text for chats and SMS, and Markdown."""

import re
from urllib.parse import unquote

import pytest

from kb.articles import plain_markdown, plain_text

ENGLISH = """---
title: Left by a generator
tags:
  - orders
---
# Replace a part

You need *your* [order number](https://shop.example/orders "Orders").

1. Open **Orders**
    1. tap the item
    2. tap *Replace*
        - a scratch: choose _look_
        - a crack: choose _safety_
2. Send `replace 12`
3. Wait

![The label with the number](label.png)

- [x] item packed
- [ ] label printed

| Part | Days | Note |
|------|------|------|
| Lid  | 3    |      |
| Motor|      | ask us: <help@shop.example> |

!!! warning "Hot"
    Let it cool for an hour.

> Keep the box.

```sh
factory reset --now
```

See [returns](../returns/return-an-item.md) and ~~call~~ write.
"""
HINDI = """## रिफ़ंड कब आएगा

| तरीक़ा | समय |
|---|---|
| यूपीआई | १–२ दिन |
| कार्ड | ५ दिन |

1. **ऑर्डर** खोलें
2. [स्थिति](https://shop.example/स्थिति) देखें
"""
BENGALI = """## রিফান্ড কবে আসবে

- [ ] অ্যাপ খুলুন
- [ ] **অর্ডার** বাছুন

!!! note
    ব্যাংকের ছুটি ধরা হয় না।

| উপায় | সময় |
|---|---|
| কার্ড | পাঁচ দিন |
"""


def test_english_article_reads_well_in_a_chat() -> None:
    assert plain_text(ENGLISH, link=lambda path: f"https://help.example/{path.rpartition('/')[2]}") == (
        "Replace a part\n\n"
        "You need your order number (https://shop.example/orders).\n\n"
        "1. Open Orders\n   1. tap the item\n   2. tap Replace\n      - a scratch: choose look\n      - a crack: choose safety\n"
        "2. Send replace 12\n3. Wait\n\n"
        "The label with the number\n\n"
        "- item packed\n- label printed\n\n"
        "Part: Lid\nDays: 3\n\nPart: Motor\nNote: ask us: help@shop.example\n\n"
        "Hot\n\nLet it cool for an hour.\n\nKeep the box.\n\nfactory reset --now\n\n"
        "See returns (https://help.example/return-an-item.md) and call write."
    )


def test_hindi_article_reads_well_in_a_chat() -> None:
    assert plain_text(HINDI) == (
        "रिफ़ंड कब आएगा\n\nतरीक़ा: यूपीआई\nसमय: १–२ दिन\n\nतरीक़ा: कार्ड\nसमय: ५ दिन\n\n1. ऑर्डर खोलें\n"
        "2. स्थिति (https://shop.example/स्थिति) देखें"
    )


def test_bengali_article_reads_well_in_a_chat() -> None:
    assert plain_text(BENGALI) == (
        "রিফান্ড কবে আসবে\n\n- অ্যাপ খুলুন\n- অর্ডার বাছুন\n\nব্যাংকের ছুটি ধরা হয় না।\n\nউপায়: কার্ড\nসময়: পাঁচ দিন"
    )


@pytest.mark.parametrize("body", [ENGLISH, HINDI, BENGALI], ids=["en", "hi", "bn"])
def test_no_mark_is_left_in_plain_text(body: str) -> None:
    text = plain_text(body)
    for mark in ("- [", "[ ]", "[x]", "|", "**", "##", "```", "!!!", "title:", "](", "<"):
        assert mark not in text, mark
    assert not re.search(r"^#", text, flags=re.M)


@pytest.mark.parametrize("body", [ENGLISH, HINDI, BENGALI], ids=["en", "hi", "bn"])
def test_markdown_that_is_handed_over_reads_as_the_article_does(body: str) -> None:
    markdown = plain_markdown(body)
    assert "[ ]" not in markdown
    assert "[x]" not in markdown
    assert "title:" not in markdown
    # A link within the articles leads nowhere for a customer; all else reads the same, wherever it is rendered.
    assert unquote(plain_text(markdown)).split() == plain_text(body).split()


@pytest.mark.parametrize(
    "body",
    [
        "---\n\nA rule begins this one.\n\n---\n\nEnd",
        "Note: a colon\n\n---\n\nTitle: the second part\n\n---\n",
        "---\nWhen: now\n---\n\nText",
    ],
)
def test_rule_and_colon_are_no_front_matter(body: str) -> None:
    text = plain_text(body)
    for word in re.findall(r"\w+", body):
        assert word in text
