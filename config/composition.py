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
    "message.understood": ["inbox.frames.mood"],
    "message.sent": [
        "messenger.frames.message",
        "inbox.frames.thread_line",
        "inbox.frames.list_row",
        "messenger.frames.conversation",
    ],
    "note.added": ["inbox.frames.thread_line", "inbox.frames.mention"],
    "note.edited": ["inbox.frames.note_changed", "inbox.frames.list_row", "inbox.frames.mention"],
    "note.deleted": ["inbox.frames.note_changed", "inbox.frames.list_row", "inbox.frames.mention"],
    "note.restored": ["inbox.frames.note_changed", "inbox.frames.list_row"],
    "conversation.assigned": [
        "inbox.frames.access",
        "inbox.frames.thread_line",
        "inbox.frames.list_row",
    ],
    "conversation.wait_told": ["messenger.frames.conversation"],
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
    "conversation.due_changed": ["inbox.frames.list_row"],
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
    "macro.created": ["inbox.frames.macros"],
    "macro.changed": ["inbox.frames.macros"],
    "macro.deleted": ["inbox.frames.macros"],
    "macro.restored": ["inbox.frames.macros"],
    "later.scheduled": ["inbox.frames.later"],
    "later.submitted": ["inbox.frames.later"],
    "later.released": ["inbox.frames.later"],
    "later.sent_back": ["inbox.frames.later"],
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
    "attribute.created": ["inbox.frames.fields"],
    "attribute.changed": ["inbox.frames.fields"],
    "attribute.deleted": ["inbox.frames.fields"],
    "segment.created": ["inbox.frames.segments"],
    "segment.changed": ["inbox.frames.segments"],
    "segment.deleted": ["inbox.frames.segments"],
    "contact.signed_out": ["people.frames.access"],
    "installation.changed": ["messenger.frames.rules"],
    "teammate.created": ["inbox.frames.choices"],
    "teammate.changed": [
        "people.frames.access",
        "inbox.frames.names",
        "inbox.frames.own_menu",
    ],
    "teammate.role_changed": ["people.frames.access", "inbox.frames.own_menu"],
    "teammate.password_changed": ["people.frames.access"],
    "teammate.joined_team": ["people.frames.access"],
    "teammate.left_team": ["people.frames.access"],
    "teammate.deactivated": ["people.frames.access", "inbox.frames.choices"],
    "teammate.reactivated": ["inbox.frames.choices"],
    "teammate.away_changed": ["inbox.frames.away", "inbox.frames.own_menu"],
    "teammate.avatar_changed": [
        "people.frames.access",
        "inbox.frames.face",
        "inbox.frames.own_menu",
    ],
    "teammate.preferences_changed": ["inbox.frames.own_menu"],
    "hours.changed": ["inbox.frames.hours"],
    "team.created": ["inbox.frames.team"],
    "team.changed": ["inbox.frames.team"],
    "team.deleted": ["inbox.frames.team"],
    "tag.created": ["inbox.frames.choices"],
    "tag.changed": ["inbox.frames.names"],
}

# Kind of what is due at a time -> who does it then (docs/hours.md).
DUE = {
    "routing.complaint_due": "routing.actions.complaining.look",
    "routing.follow_up": "routing.actions.complaining.follow_up",
    "routing.overflow": "routing.actions.overflowing.go_on",
    "routing.retime": "routing.tasks.look_through_times",
    "routing.time": "routing.tasks.time_over",
    "sla.soon": "routing.tasks.due_soon",
    "sla.missed": "routing.tasks.overdue",
    "sla.step": "routing.tasks.escalate",
    "sla.recompute": "routing.tasks.recompute",
}

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
    "routing.panels.WHY",
    "inbox.record.CONVERSATIONS",
    "inbox.record.FOLLOWERS",
    "inbox.record.MERGES",
    "inbox.record.KNOWN_SINCE",
]

# Kind of line -> the icon of its conversations in lists; any other kind is a box.
CHANNEL_ICONS = {"messenger": "chat", "email": "mail", "phone": "phone"}

# Kind of line -> how the house is called there when it speaks by itself.
LINE_VOICES = {"messenger": "messenger.voice.voice_of"}

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

# Where who found no answer in the help center reaches people: language -> address, or "".
HELP_TALK = "messenger.helping.talk_address"
