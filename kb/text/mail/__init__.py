"""Mails to what was written in them: HTML, quoted mails, notices, banners, surveys, signatures, help-desk templates."""

from kb.text.mail.body import LONGEST_MAIL, clean_mail, message_body, plain_text
from kb.text.mail.edges import line_key
from kb.text.mail.signature import CLOSING, strip_letter

__all__ = ["CLOSING", "LONGEST_MAIL", "clean_mail", "line_key", "message_body", "plain_text", "strip_letter"]
