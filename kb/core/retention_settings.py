"""Settings of how long what is stored is kept."""

from dataclasses import dataclass

from kb.core.setting_values import setting, whole_number

_LONGEST = 36_500


@dataclass(frozen=True)
class RetentionSettings:
    """A part of `Settings`. All in days."""

    keep_searches_text: str = setting(
        "KB_KEEP_SEARCHES",
        "400",
        "Days that searches are kept, with their feedback and their places in gaps; 0 for ever",
    )
    keep_feedback_text: str = setting("KB_KEEP_FEEDBACK", "400", "Days that feedback is kept; 0 for ever")
    keep_conversations_text: str = setting(
        "KB_KEEP_CONVERSATIONS",
        "730",
        "Days that a conversation is kept after it was closed, and a customer after the last of theirs; 0 for ever",
    )
    keep_tickets_text: str = setting(
        "KB_KEEP_TICKETS", "0", "Days that a past ticket, which is redacted, is kept after it was resolved; 0 for ever"
    )
    keep_practice_text: str = setting(
        "KB_KEEP_PRACTICE", "730", "Days that exercises of reps, and what they opened, are kept; 0 for ever"
    )
    keep_jobs_text: str = setting(
        "KB_KEEP_JOBS", "14", "Days that jobs and calls of webhooks are kept after their end; 0 for ever"
    )

    @property
    def keep_searches(self) -> int:
        return whole_number("KB_KEEP_SEARCHES", self.keep_searches_text, 0, _LONGEST)

    @property
    def keep_feedback(self) -> int:
        return whole_number("KB_KEEP_FEEDBACK", self.keep_feedback_text, 0, _LONGEST)

    @property
    def keep_conversations(self) -> int:
        return whole_number("KB_KEEP_CONVERSATIONS", self.keep_conversations_text, 0, _LONGEST)

    @property
    def keep_tickets(self) -> int:
        return whole_number("KB_KEEP_TICKETS", self.keep_tickets_text, 0, _LONGEST)

    @property
    def keep_practice(self) -> int:
        return whole_number("KB_KEEP_PRACTICE", self.keep_practice_text, 0, _LONGEST)

    @property
    def keep_jobs(self) -> int:
        return whole_number("KB_KEEP_JOBS", self.keep_jobs_text, 0, _LONGEST)
