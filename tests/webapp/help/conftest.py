from page_fixtures import app_with_outcome, client_with_outcome, content, prepared

__all__ = ["app_with_outcome", "client_with_outcome", "content", "prepared"]
