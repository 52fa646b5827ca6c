"""Every cause and effect in the product: journal kind -> what follows from it, after commit.

Reactions of one kind are independent of each other; a sequence is written with a further kind.
"""

REACTIONS = {
    "message.received": ["people.tasks.note_heard"],
    "message.sent": ["people.tasks.note_contacted", "messenger.tasks.plan_notices"],
    "contact.updated": ["inbox.tasks.follow_name"],
    "contact.merged": ["inbox.tasks.follow_name"],
    "contact.unmerged": ["inbox.tasks.follow_name"],
    "teammate.left_team": ["inbox.tasks.release_unseen"],
    "teammate.deactivated": ["inbox.tasks.release_unseen"],
}
