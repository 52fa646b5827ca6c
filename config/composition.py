"""What the house is made of where rooms meet: dotted paths, like Django's own MIDDLEWARE."""

# Journal kind -> what the live screens are shown, in this order.
FRAMES = {
    "conversation.started": [],
    "conversation.routed": [],
    "message.received": [
        "messenger.frames.message",
        "inbox.frames.thread_line",
        "inbox.frames.list_row",
        "messenger.frames.conversation",
    ],
    "message.sent": [
        "messenger.frames.message",
        "inbox.frames.thread_line",
        "inbox.frames.list_row",
        "messenger.frames.conversation",
    ],
    "note.added": ["inbox.frames.thread_line", "inbox.frames.mention"],
    "conversation.assigned": [
        "inbox.frames.access",
        "inbox.frames.thread_line",
        "inbox.frames.list_row",
    ],
    "conversation.held": ["inbox.frames.list_row"],
    "conversation.snoozed": [
        "inbox.frames.thread_line",
        "inbox.frames.list_row",
        "messenger.frames.conversation",
    ],
    "conversation.closed": [
        "inbox.frames.thread_line",
        "inbox.frames.list_row",
        "messenger.frames.conversation",
    ],
    "conversation.reopened": [
        "inbox.frames.thread_line",
        "inbox.frames.list_row",
        "messenger.frames.conversation",
    ],
    "conversation.rated": [
        "inbox.frames.thread_line",
        "inbox.frames.list_row",
        "messenger.frames.conversation",
    ],
    "conversation.marked_spam": ["inbox.frames.thread_line", "inbox.frames.list_row"],
    "conversation.unmarked_spam": ["inbox.frames.thread_line", "inbox.frames.list_row"],
    "conversation.tagged": ["inbox.frames.thread_line", "inbox.frames.list_row"],
    "conversation.prioritized": ["inbox.frames.thread_line", "inbox.frames.list_row"],
    "conversation.marked_unread": ["inbox.frames.own_mark"],
    "conversation.followed": ["inbox.frames.followers"],
    "conversation.unfollowed": ["inbox.frames.followers"],
    "conversation.renamed": ["inbox.frames.list_row"],
    "view.created": ["inbox.frames.views"],
    "view.changed": ["inbox.frames.views"],
    "view.deleted": ["inbox.frames.views"],
    "view.restored": ["inbox.frames.views"],
    "conversation.merged": ["inbox.frames.merged", "messenger.frames.conversation"],
    "conversation.joined": [
        "inbox.frames.thread_line",
        "inbox.frames.list_row",
        "messenger.frames.conversation",
    ],
    "conversation.unmerged": [
        "inbox.frames.thread_line",
        "inbox.frames.list_row",
        "messenger.frames.conversation",
    ],
    "conversation.parted": [
        "inbox.frames.thread_line",
        "inbox.frames.list_row",
        "messenger.frames.conversation",
    ],
    "conversation.split": [
        "inbox.frames.thread_line",
        "inbox.frames.list_row",
        "messenger.frames.conversation",
    ],
    "conversation.split_off": ["inbox.frames.list_row", "messenger.frames.conversation"],
    "side.asked": ["inbox.frames.thread_line", "inbox.frames.side"],
    "side.answered": ["inbox.frames.side"],
    "side.joined": ["inbox.frames.side"],
    "side.closed": ["inbox.frames.side"],
    "side.reopened": ["inbox.frames.side"],
    "later.scheduled": ["inbox.frames.later"],
    "later.changed": ["inbox.frames.later"],
    "later.sent": ["inbox.frames.later"],
    "later.called_off": ["inbox.frames.later"],
    "later.taken_back": ["inbox.frames.later"],
    "later.failed": ["inbox.frames.later"],
    "later.restored": ["inbox.frames.later"],
    "contact.created": ["people.frames.access"],
    "contact.identified": ["people.frames.access", "inbox.frames.record", "inbox.frames.belonging"],
    "contact.updated": ["inbox.frames.record", "inbox.frames.belonging"],
    "contact.claimed": ["inbox.frames.record"],
    "contact.blocked": ["inbox.frames.record", "inbox.frames.belonging"],
    "contact.tagged": ["inbox.frames.record", "inbox.frames.belonging"],
    "contact.noted": ["inbox.frames.record"],
    "contact.note_deleted": ["inbox.frames.record"],
    "contact.note_restored": ["inbox.frames.record"],
    "contact.unblocked": ["inbox.frames.record", "inbox.frames.belonging"],
    "contact.merged": ["people.frames.access", "inbox.frames.record", "inbox.frames.belonging"],
    "contact.unmerged": ["people.frames.access", "inbox.frames.record", "inbox.frames.belonging"],
    "contact.told_apart": ["inbox.frames.record"],
    "contact.may_be_same": ["inbox.frames.record"],
    "contact.did": ["inbox.frames.did"],
    "identity.added": ["inbox.frames.record", "inbox.frames.belonging"],
    "identity.removed": ["inbox.frames.record", "inbox.frames.belonging"],
    "identity.moved": ["inbox.frames.record", "inbox.frames.belonging"],
    "company.updated": ["inbox.frames.company_record", "inbox.frames.belonging"],
    "segment.created": ["inbox.frames.segments"],
    "segment.changed": ["inbox.frames.segments"],
    "segment.deleted": ["inbox.frames.segments"],
    "contact.signed_out": ["people.frames.access"],
    "installation.changed": ["messenger.frames.rules"],
    "teammate.role_changed": ["people.frames.access"],
    "teammate.password_changed": ["people.frames.access"],
    "teammate.joined_team": ["people.frames.access"],
    "teammate.left_team": ["people.frames.access"],
    "teammate.deactivated": ["people.frames.access"],
    "teammate.away_changed": ["inbox.frames.away"],
    "teammate.avatar_changed": ["inbox.frames.names"],
    "team.changed": ["people.frames.access"],
    "tag.changed": ["inbox.frames.names"],
}

# Kind of what is due at a time -> who does it then (docs/hours.md).
DUE: dict[str, str] = {}

# What the customer's record shows beside a conversation, in this order.
RECORD_PANELS = [
    "inbox.record.RATING",
    "inbox.record.SIDES",
    "inbox.record.TWINS",
    "inbox.record.DETAILS",
    "inbox.record.TAGS",
    "inbox.record.NOTES",
    "inbox.record.SEGMENTS",
    "inbox.record.COMPANY",
    "inbox.record.ATTRIBUTES",
    "inbox.record.CLAIMS",
    "inbox.record.WROTE_FROM",
    "inbox.record.EVENTS",
    "inbox.record.CONVERSATIONS",
    "inbox.record.FOLLOWERS",
    "inbox.record.MERGES",
    "inbox.record.KNOWN_SINCE",
]

# Kind of line -> the icon of its conversations in lists; any other kind is a box.
CHANNEL_ICONS = {"messenger": "chat", "email": "mail", "phone": "phone"}

# What a macro, or the button that sends, can do with a conversation besides, in this order.
MACRO_STEPS = {
    "tag": "inbox.steps.TAG",
    "priority": "inbox.steps.PRIORITY",
    "snooze": "inbox.steps.SNOOZE",
    "close": "inbox.steps.CLOSE",
    "team": "inbox.steps.TEAM",
    "assign": "inbox.steps.ASSIGN",
}

# What an admin of a new install does first, in this order.
FIRST_STEPS = [
    "messenger.onboarding.NAME",
    "messenger.onboarding.EMBED",
    "inbox.onboarding.INVITE",
    "inbox.onboarding.ANSWER",
]
