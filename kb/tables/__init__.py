"""The tables, by subject. Import the classes from here; `Base.metadata` then knows all of them."""

from kb.tables.account_mails import AccountMail
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
from kb.tables.audit import AuditEvent, AuditHead
from kb.tables.base import Base, UtcDateTime, utc_now
from kb.tables.changed_documents import EVERYTHING, ChangedDocument, has_changed_documents, mark_everything
from kb.tables.channels import CallState, Mailbox, Webhook, WebhookCall
from kb.tables.chats import ChatState
from kb.tables.consents import Consent, ConsentKind
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
from kb.tables.curation import (
    CuratedChange,
    CuratedKind,
    CuratedTopic,
    FeaturedArticle,
    PinnedAnswer,
    Synonym,
)
from kb.tables.customers import Customer, CustomerIdentity, CustomerMerge, IdentityKind, PossibleDuplicate
from kb.tables.demand import MostAsked, RisingTopic, TopicDemand
from kb.tables.desk import ConversationFlow, Macro, MacroChange, SolvedGroup, UsedDocument, UsedState
from kb.tables.flags import ArticleFlag, FlagKind, FlagMark, FlagState, OutsideLink
from kb.tables.gap_news import NewsWish
from kb.tables.gaps import Gap, GapChange, GapMark, GapState, Miss
from kb.tables.index import BuildState, IndexBuild, IndexChange, IndexedDocument, Passage
from kb.tables.internal_statements import InternalStatements
from kb.tables.jobs import Job, JobState
from kb.tables.learning import CalibrationState, LearnedWording, OwnCalibration, WordingState
from kb.tables.limits import LimitCount
from kb.tables.milvus import MilvusCollection, MilvusState
from kb.tables.notices import Notice, NoticeChange, NoticeDegree
from kb.tables.numbers import CountedDay, DailyCount, ReportReader, WeeklyReport
from kb.tables.people import ApiToken, Role, User, shown_name
from kb.tables.query_statistics import QueryMean
from kb.tables.reading import OpenedDocument, PinnedDocument, TranslationWant
from kb.tables.safety import SafetyRule, SafetyRuleChange
from kb.tables.schema_marks import SchemaMark
from kb.tables.search import VOTES, Feedback, FeedbackKind, SearchEvent, VoteReason, feedback_key
from kb.tables.second_steps import CodeSecret, RecoveryCode
from kb.tables.self_service import ArticleDay, ArticleRead, HelpDay
from kb.tables.service import DeskPresence, ServiceHoursChange, Survey, SurveyKind, ToldWait
from kb.tables.sessions import LoginAttempts, UserSession
from kb.tables.settled import SettledQuestion
from kb.tables.sign_in import Passkey, ProviderIdentity, UsedChallenge
from kb.tables.taught import EditProposal, PassageEdit, ProposalState
from kb.tables.tickets import Ticket, TicketMessage
from kb.tables.training import (
    Announcement,
    AnnouncementRead,
    CaseKind,
    ReminderMail,
    StepKind,
    TrainingAttempt,
    TrainingCard,
    TrainingCase,
    TrainingComment,
    TrainingMark,
    TrainingPair,
    TrainingPath,
    TrainingPathCase,
    TrainingStep,
)
from kb.tables.translations import FollowedArticle, TranslatedSection
from kb.tables.uploads import UploadPart
from kb.tables.voice import (
    AnsweredHow,
    ThemeState,
    VoiceAnswer,
    VoiceMark,
    VoiceSource,
    VoiceStatement,
    VoiceTheme,
)
from kb.tables.workflow import (
    ArticleComment,
    ArticleReview,
    ArticleSchedule,
    BulkAct,
    ReviewReader,
    ReviewReminder,
    ReviewState,
    ScheduleState,
)

__all__ = [
    "EVERYTHING",
    "VOTES",
    "AccountMail",
    "Announcement",
    "AnnouncementRead",
    "AnsweredHow",
    "ApiToken",
    "Article",
    "ArticleAddress",
    "ArticleAsset",
    "ArticleComment",
    "ArticleDay",
    "ArticleDraft",
    "ArticleFile",
    "ArticleFlag",
    "ArticlePicture",
    "ArticleRead",
    "ArticleReview",
    "ArticleRevision",
    "ArticleSchedule",
    "AskedTalk",
    "Attachment",
    "AuditEvent",
    "AuditHead",
    "Base",
    "BuildState",
    "BulkAct",
    "CalibrationState",
    "CallState",
    "CaseKind",
    "ChangedDocument",
    "Channel",
    "ChatState",
    "CodeSecret",
    "Consent",
    "ConsentKind",
    "ContentReport",
    "Conversation",
    "ConversationEvent",
    "ConversationFact",
    "ConversationFlow",
    "ConversationState",
    "CountedDay",
    "CuratedChange",
    "CuratedKind",
    "CuratedTopic",
    "Customer",
    "CustomerIdentity",
    "CustomerMerge",
    "DailyCount",
    "Delivery",
    "DeskPresence",
    "Draft",
    "EditProposal",
    "EventKind",
    "FeaturedArticle",
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
    "LimitCount",
    "LoginAttempts",
    "Macro",
    "MacroChange",
    "Mailbox",
    "Message",
    "MessageRole",
    "MilvusCollection",
    "MilvusState",
    "Miss",
    "MostAsked",
    "NewsWish",
    "Notice",
    "NoticeChange",
    "NoticeDegree",
    "OpenedDocument",
    "OutsideLink",
    "OwnCalibration",
    "Passage",
    "PassageEdit",
    "Passkey",
    "PinnedAnswer",
    "PinnedDocument",
    "PossibleDuplicate",
    "Presence",
    "Promise",
    "ProposalState",
    "ProviderIdentity",
    "QueryMean",
    "RecoveryCode",
    "ReminderMail",
    "ReportReader",
    "ReviewReader",
    "ReviewReminder",
    "ReviewState",
    "RisingTopic",
    "Role",
    "SafetyRule",
    "SafetyRuleChange",
    "ScheduleState",
    "SchemaMark",
    "SearchEvent",
    "ServiceHoursChange",
    "SettledQuestion",
    "SolvedGroup",
    "StepKind",
    "Survey",
    "SurveyKind",
    "Synonym",
    "ThemeState",
    "Ticket",
    "TicketMessage",
    "ToldWait",
    "TopicDemand",
    "TrainingAttempt",
    "TrainingCard",
    "TrainingCase",
    "TrainingComment",
    "TrainingMark",
    "TrainingPair",
    "TrainingPath",
    "TrainingPathCase",
    "TrainingStep",
    "TranslatedSection",
    "TranslationWant",
    "UploadPart",
    "UsedChallenge",
    "UsedDocument",
    "UsedState",
    "User",
    "UserSession",
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
    "shown_name",
    "utc_now",
]
