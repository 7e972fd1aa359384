"""The sample shop's customers and conversations, and customers who are played: for trying the desk out, never for real ones."""

from kb.service.sample.files import (
    SampleConversation,
    SampleMessage,
    Script,
    Turn,
    read_conversations,
    read_scripts,
)
from kb.service.sample.macros import has_macros, store_sample_macros
from kb.service.sample.playing import begin_script, play
from kb.service.sample.storing import ORIGIN, Removed, has_conversations, has_sample, remove_sample, store_sample

__all__ = [
    "ORIGIN",
    "Removed",
    "SampleConversation",
    "SampleMessage",
    "Script",
    "Turn",
    "begin_script",
    "has_conversations",
    "has_macros",
    "has_sample",
    "play",
    "read_conversations",
    "read_scripts",
    "remove_sample",
    "store_sample",
    "store_sample_macros",
]
