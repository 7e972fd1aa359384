"""Mail servers for tests; the SMTP server is a new one for each, the mailbox is emptied."""

from collections.abc import Iterator

import pytest
from mail_servers import Mailbox, Outgoing, running_mailbox


@pytest.fixture
def outgoing() -> Iterator[Outgoing]:
    server = Outgoing()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def one_mailbox() -> Iterator[Mailbox]:
    with running_mailbox() as mailbox:
        yield mailbox


@pytest.fixture
def mailbox(one_mailbox: Mailbox) -> Mailbox:
    one_mailbox.empty()
    return one_mailbox
