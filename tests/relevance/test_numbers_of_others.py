"""How long somebody has waited, or how much they paid, does not decide which article answers."""

import pytest
from sample_index import SampleIndex

from kb.core.database import session_scope
from kb.search.types import Audience

pytestmark = pytest.mark.bundled


@pytest.mark.parametrize(
    ("text", "articles"),
    [
        ("refund not received after 10 days", {"when-refund-arrives"}),
        ("refund not received after 7 days", {"when-refund-arrives"}),
        ("10 din ho gaye refund nahi aaya", {"when-refund-arrives", "money-taken-no-order"}),
        ("रिफंड 10 दिन से नहीं आया", {"when-refund-arrives", "money-taken-no-order"}),
        ("রিফান্ড আসেনি ১০ দিন হয়ে গেল", {"when-refund-arrives", "money-taken-no-order"}),
        ("cancel order placed 10 days ago", {"cancel-an-order"}),
        ("warranty claim after 10 days", {"claim-warranty"}),
        ("upi payment pending from 48 hours", {"upi-payment-failed"}),
        ("how many days for return", {"return-an-item"}),
    ],
)
def test_numbers_that_another_article_has_do_not_bring_it_first(
    sample_index: SampleIndex, text: str, articles: set[str]
) -> None:
    with session_scope(sample_index.engine) as session:
        answer = sample_index.open().searcher(Audience.CUSTOMER).search(session, text, reader_language="en", limit=3)
    assert answer.results[0].url.rsplit("/", 1)[-1] in articles
