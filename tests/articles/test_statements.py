"""What an article states, sentence by sentence: rows with the names of their columns, quotations as such."""

from kb.articles.statements import article_statements

BODY = """
You may refund up to **₹2,000** alone. Above that, ext. 220 approves.

## Who approves

| Amount | Who |
|---|---|
| up to ₹2,000 | You |
| above | |

- Never split a refund
- "I'm opening the order now."

> Your refund has started. Please allow 5 days.

1. First
   [Refund times](../refunds/when.md) are public.
"""


def test_sentences_items_and_rows_are_statements_under_their_heading() -> None:
    found = [(one.heading, one.text, one.is_quoted) for one in article_statements(BODY)]
    assert found == [
        ("", "You may refund up to ₹2,000 alone.", False),
        ("", "Above that, ext. 220 approves.", False),
        ("Who approves", "Amount: up to ₹2,000; Who: You", False),
        ("Who approves", "Amount: above", False),
        ("Who approves", "Never split a refund", False),
        ("Who approves", '"I\'m opening the order now."', True),
        ("Who approves", "Your refund has started.", True),
        ("Who approves", "Please allow 5 days.", True),
        ("Who approves", "First Refund times are public.", False),
    ]


def test_an_article_without_text_states_nothing() -> None:
    assert article_statements("") == []
    assert article_statements("# Title only\n\n<!-- nothing -->") == []
