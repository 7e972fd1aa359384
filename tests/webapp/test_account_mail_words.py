"""Mails about accounts have their words, in each language, for whatever they tell."""

from dataclasses import replace

import pytest

from kb.accounts.links import MailKind
from kb.core.settings import Settings
from kb.service.account_mails import DueMail
from kb.tables import utc_now
from webapp.worker.account_mails import account_words


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
def test_each_kind_has_words_of_its_own(language: str) -> None:
    settings = replace(Settings(), public_url_text="https://help.example.com", secret_key="only for tests " * 4)
    told = [
        account_words(settings, DueMail(1, kind, "rep@test.example", language, "n", utc_now(), utc_now(), True))
        for kind in MailKind
    ]
    assert len({subject for subject, _text in told}) == len(MailKind)
    assert all("https://help.example.com/login/" in text for _subject, text in told)
