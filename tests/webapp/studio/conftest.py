from page_fixtures import app_with_outcome, client_with_outcome, content, prepared
from studio_people import join, reviewer, send, strict, trainer, writer

__all__ = [
    "app_with_outcome", "client_with_outcome", "content", "join", "prepared", "reviewer", "send", "strict", "trainer", "writer",
]  # fmt: skip
