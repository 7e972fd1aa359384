"""The tables, by subject. Import the classes from here; `Base.metadata` then knows all of them."""

from kb.tables.articles import (
    Article,
    ArticleAddress,
    ArticleAsset,
    ArticleDraft,
    ArticleFile,
    ArticlePicture,
    ArticleRevision,
    ContentReport,
)
from kb.tables.asking import AskedTalk, FlowRevision
from kb.tables.base import Base, UtcDateTime, utc_now
from kb.tables.changed_documents import EVERYTHING, ChangedDocument, has_changed_documents, mark_everything
from kb.tables.channels import CallState, Mailbox, Webhook, WebhookCall
from kb.tables.chats import ChatState
from kb.tables.conversations import (
    Attachment,
    Channel,
    Conversation,
    ConversationEvent,
    ConversationFact,
    ConversationState,
    Delivery,
    Draft,
    EventKind,
    Message,
    MessageRole,
    Presence,
    Promise,
)
from kb.tables.customers import Customer, CustomerIdentity, CustomerMerge, IdentityKind, PossibleDuplicate
from kb.tables.demand import MostAsked, RisingTopic, TopicDemand
from kb.tables.desk import ConversationFlow, Macro, SolvedGroup, UsedDocument, UsedState
from kb.tables.flags import ArticleFlag, FlagKind, FlagMark, FlagState
from kb.tables.gap_news import NewsWish
from kb.tables.gaps import Gap, GapChange, GapMark, GapState, Miss
from kb.tables.index import BuildState, IndexBuild, IndexChange, IndexedDocument, Passage
from kb.tables.internal_statements import InternalStatements
from kb.tables.jobs import Job, JobState
from kb.tables.learning import CalibrationState, LearnedWording, OwnCalibration, WordingState
from kb.tables.notices import Notice, NoticeChange, NoticeDegree
from kb.tables.numbers import CountedDay, DailyCount, ReportReader, WeeklyReport
from kb.tables.people import ApiToken, Role, User
from kb.tables.query_statistics import QueryMean
from kb.tables.reading import OpenedDocument, PinnedDocument, TranslationWant
from kb.tables.safety import SafetyRule, SafetyRuleChange
from kb.tables.search import VOTES, Feedback, FeedbackKind, SearchEvent, VoteReason, feedback_key
from kb.tables.self_service import ArticleDay, ArticleRead, HelpDay
from kb.tables.service import DeskPresence, ServiceHoursChange, Survey, SurveyKind, ToldWait
from kb.tables.tickets import Ticket, TicketMessage
from kb.tables.translations import FollowedArticle, TranslatedSection
from kb.tables.voice import (
    AnsweredHow,
    ThemeState,
    VoiceAnswer,
    VoiceMark,
    VoiceSource,
    VoiceStatement,
    VoiceTheme,
)

__all__ = [
    "EVERYTHING",
    "VOTES",
    "AnsweredHow",
    "ApiToken",
    "Article",
    "ArticleAddress",
    "ArticleAsset",
    "ArticleDay",
    "ArticleDraft",
    "ArticleFile",
    "ArticleFlag",
    "ArticlePicture",
    "ArticleRead",
    "ArticleRevision",
    "AskedTalk",
    "Attachment",
    "Base",
    "BuildState",
    "CalibrationState",
    "CallState",
    "ChangedDocument",
    "Channel",
    "ChatState",
    "ContentReport",
    "Conversation",
    "ConversationEvent",
    "ConversationFact",
    "ConversationFlow",
    "ConversationState",
    "CountedDay",
    "Customer",
    "CustomerIdentity",
    "CustomerMerge",
    "DailyCount",
    "Delivery",
    "DeskPresence",
    "Draft",
    "EventKind",
    "Feedback",
    "FeedbackKind",
    "FlagKind",
    "FlagMark",
    "FlagState",
    "FlowRevision",
    "FollowedArticle",
    "Gap",
    "GapChange",
    "GapMark",
    "GapState",
    "HelpDay",
    "IdentityKind",
    "IndexBuild",
    "IndexChange",
    "IndexedDocument",
    "InternalStatements",
    "Job",
    "JobState",
    "LearnedWording",
    "Macro",
    "Mailbox",
    "Message",
    "MessageRole",
    "Miss",
    "MostAsked",
    "NewsWish",
    "Notice",
    "NoticeChange",
    "NoticeDegree",
    "OpenedDocument",
    "OwnCalibration",
    "Passage",
    "PinnedDocument",
    "PossibleDuplicate",
    "Presence",
    "Promise",
    "QueryMean",
    "ReportReader",
    "RisingTopic",
    "Role",
    "SafetyRule",
    "SafetyRuleChange",
    "SearchEvent",
    "ServiceHoursChange",
    "SolvedGroup",
    "Survey",
    "SurveyKind",
    "ThemeState",
    "Ticket",
    "TicketMessage",
    "ToldWait",
    "TopicDemand",
    "TranslatedSection",
    "TranslationWant",
    "UsedDocument",
    "UsedState",
    "User",
    "UtcDateTime",
    "VoiceAnswer",
    "VoiceMark",
    "VoiceSource",
    "VoiceStatement",
    "VoiceTheme",
    "VoteReason",
    "Webhook",
    "WebhookCall",
    "WeeklyReport",
    "WordingState",
    "feedback_key",
    "has_changed_documents",
    "mark_everything",
    "utc_now",
]
