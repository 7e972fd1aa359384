from page_fixtures import app_with_outcome, client_with_outcome, content, prepared
from studio_people import reviewer, send, strict, trainer, writer

__all__ = [
    "app_with_outcome", "client_with_outcome", "content", "prepared", "reviewer", "send", "strict", "trainer", "writer",
]  # fmt: skip
