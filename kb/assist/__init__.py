"""Conversation assist: when to speak, what is asked, what answers it."""
