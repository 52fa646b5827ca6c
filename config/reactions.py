"""Every cause and effect in the product: journal kind -> what follows from it, after commit.

Reactions of one kind are independent of each other; a sequence is written with a further kind.
"""

REACTIONS = {
    "conversation.routed": ["inbox.tasks.notify"],
    "message.received": [
        "inbox.tasks.understand",
        "people.tasks.note_heard",
        "inbox.tasks.call_off_later",
        "inbox.tasks.index_messages",
        "inbox.tasks.notify",
        "routing.tasks.tell_wait",
    ],
    "message.understood": ["routing.tasks.route"],
    "message.sent": [
        "people.tasks.note_contacted",
        "messenger.tasks.plan_notices",
        "inbox.tasks.index_messages",
        "inbox.tasks.notify",
        "routing.tasks.settle_wait",
    ],
    "note.added": ["inbox.tasks.index_messages", "inbox.tasks.notify"],
    "note.edited": ["inbox.tasks.index_messages", "inbox.tasks.notify"],
    "note.deleted": ["inbox.tasks.index_messages"],
    "note.restored": ["inbox.tasks.index_messages"],
    "conversation.assigned": [
        "inbox.tasks.notify",
        "routing.tasks.share_out",
        "routing.tasks.tell_wait",
    ],
    "conversation.reopened": ["inbox.tasks.notify", "routing.tasks.share_out"],
    "conversation.closed": ["inbox.tasks.notify", "routing.tasks.share_out"],
    "conversation.marked_spam": ["inbox.tasks.notify", "routing.tasks.share_out"],
    "later.called_off": ["inbox.tasks.notify"],
    "later.failed": ["inbox.tasks.notify"],
    "notice.failed": ["inbox.tasks.notify"],
    "side.asked": ["inbox.tasks.tell_of_side", "inbox.tasks.index_sides"],
    "side.answered": ["inbox.tasks.tell_of_side", "inbox.tasks.index_sides"],
    "side.joined": ["inbox.tasks.tell_of_side"],
    "side.closed": ["inbox.tasks.tell_of_side"],
    "identity.added": ["messenger.tasks.plan_unseen"],
    "identity.moved": ["messenger.tasks.plan_unseen"],
    "installation.changed": ["messenger.tasks.forget_logo"],
    "contact.noted": ["inbox.tasks.index_notes"],
    "contact.updated": ["inbox.tasks.follow_name"],
    "contact.blocked": ["inbox.tasks.put_away_blocked"],
    "contact.unblocked": ["inbox.tasks.bring_back_unblocked"],
    "contact.merged": ["inbox.tasks.follow_name", "inbox.tasks.put_away_blocked"],
    "contact.unmerged": ["inbox.tasks.follow_name", "inbox.tasks.part_strangers"],
    "conversation.rated": ["routing.tasks.follow_up"],
    "conversation.snoozed": ["routing.tasks.share_out"],
    "conversation.merged": ["routing.tasks.share_out"],
    "sharing.changed": ["routing.tasks.share_out"],
    "workload.changed": ["routing.tasks.share_out"],
    "teammate.away_changed": ["routing.tasks.share_out"],
    "teammate.joined_team": ["routing.tasks.share_out"],
    "teammate.reactivated": ["routing.tasks.share_out"],
    "teammate.left_team": ["inbox.tasks.release_unseen"],
    "teammate.avatar_changed": ["people.tasks.forget_picture"],
    "teammate.deactivated": ["inbox.tasks.release_unseen", "people.tasks.drop_devices"],
    "teammate.role_changed": ["people.tasks.drop_devices", "routing.tasks.share_out"],
    "teammate.password_changed": ["people.tasks.drop_devices"],
}

# These take long for each entry, so they have a lane of their own.
APART = ["inbox.tasks.understand"]
