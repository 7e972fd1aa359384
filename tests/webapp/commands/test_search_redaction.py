from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.tables import SearchEvent

Kb = Callable[..., tuple[int, str, str]]


def test_search_from_the_command_line_is_redacted_for_the_country_of_the_settings(
    run_kb: Kb, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_PHONE_REGION", "US")
    status, _, error = run_kb("search", "refund, call 415-555-2671 or 4155552671", "--json")
    assert status == 0, error
    assert session.scalars(select(SearchEvent.query)).one() == "refund, call [phone] or [phone]"
