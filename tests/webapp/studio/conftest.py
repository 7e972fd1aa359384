from page_fixtures import app_with_outcome, client_with_outcome, content, engine, prepared_home

__all__ = ["app_with_outcome", "client_with_outcome", "content", "engine", "prepared_home"]
