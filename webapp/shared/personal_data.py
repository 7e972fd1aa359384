"""What colleagues write to each other is kept for long: who a customer is is no part of it."""

from kb.privacy.redaction import redact
from webapp.shared.searching import current_settings


def without_personal_data(text: str) -> str:
    return redact(text, region=current_settings().phone_region)
