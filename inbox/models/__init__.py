from inbox.models.attachment import Attachment
from inbox.models.batch import Batch, BatchedChange
from inbox.models.conversation import Conversation, ReadMarker
from inbox.models.deleted_note import DeletedNote
from inbox.models.draft import Draft
from inbox.models.follower import Follower
from inbox.models.indexed import IndexedLanguage, IndexedMessage
from inbox.models.later import LaterMessage
from inbox.models.line import Binding, Line
from inbox.models.macro import Macro
from inbox.models.mention import Mention
from inbox.models.merge import ConversationMerge
from inbox.models.message import Message
from inbox.models.notification import Digest, Notification
from inbox.models.push import Push
from inbox.models.rating import Rating
from inbox.models.saved_view import SavedView
from inbox.models.side import SideConversation, SideMessage, SideParticipant, SideReadMarker
from inbox.models.split import Split
from inbox.models.tagging import Tagging

__all__ = [
    "Attachment",
    "Batch",
    "BatchedChange",
    "Binding",
    "Conversation",
    "ConversationMerge",
    "DeletedNote",
    "Digest",
    "Draft",
    "Follower",
    "IndexedLanguage",
    "IndexedMessage",
    "LaterMessage",
    "Line",
    "Macro",
    "Mention",
    "Message",
    "Notification",
    "Push",
    "Rating",
    "ReadMarker",
    "SavedView",
    "SideConversation",
    "SideMessage",
    "SideParticipant",
    "SideReadMarker",
    "Split",
    "Tagging",
]
