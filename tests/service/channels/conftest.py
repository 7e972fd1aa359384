"""A mailbox for tests, emptied for each."""

from collections.abc import Iterator

import pytest
from mail_servers import Mailbox, running_mailbox


@pytest.fixture(scope="session")
def one_mailbox() -> Iterator[Mailbox]:
    with running_mailbox() as mailbox:
        yield mailbox


@pytest.fixture
def mailbox(one_mailbox: Mailbox) -> Mailbox:
    one_mailbox.empty()
    return one_mailbox
