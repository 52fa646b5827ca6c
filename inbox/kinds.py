"""What can happen to a conversation."""

from ground.journal.kinds import declare

CONVERSATION_STARTED = declare("conversation.started", "A contact began a conversation.")
MESSAGE_RECEIVED = declare("message.received", "A contact wrote in a conversation.")
MESSAGE_UNDERSTOOD = declare(
    "message.understood", "It was found out what a contact's message says besides its words."
)
MESSAGE_SENT = declare("message.sent", "A teammate or a bot replied to a contact.")
NOTE_ADDED = declare("note.added", "A teammate wrote an internal note.")
NOTE_EDITED = declare("note.edited", "A teammate gave a note of theirs other words.")
NOTE_DELETED = declare("note.deleted", "A note was deleted, by its author or by an admin.")
NOTE_RESTORED = declare("note.restored", "A teammate brought back a note that they had deleted.")
CONVERSATION_ASSIGNED = declare(
    "conversation.assigned", "A conversation was given to a teammate or a team, or taken away."
)
CONVERSATION_HELD = declare(
    "conversation.held", "The right to speak passed between the bot, people and nobody."
)
CONVERSATION_SNOOZED = declare(
    "conversation.snoozed", "A conversation was put off until a time or a reply."
)
CONVERSATION_CLOSED = declare("conversation.closed", "A conversation was closed.")
CONVERSATION_REOPENED = declare(
    "conversation.reopened", "A closed or snoozed conversation became open again."
)
CONVERSATION_RATED = declare(
    "conversation.rated", "A contact said how content they were with a closed conversation."
)
CONVERSATION_MARKED_SPAM = declare(
    "conversation.marked_spam", "A conversation was put away as spam."
)
CONVERSATION_UNMARKED_SPAM = declare(
    "conversation.unmarked_spam", "A conversation was taken out of spam and is open again."
)
CONVERSATION_TAGGED = declare(
    "conversation.tagged", "Tags were put on a conversation or taken off."
)
CONVERSATION_PRIORITIZED = declare(
    "conversation.prioritized", "A conversation became more or less urgent."
)
CONVERSATION_MARKED_UNREAD = declare(
    "conversation.marked_unread", "A teammate made a conversation unread for themselves."
)
CONVERSATION_FOLLOWED = declare(
    "conversation.followed", "A teammate wants to hear of a conversation."
)
CONVERSATION_UNFOLLOWED = declare(
    "conversation.unfollowed", "A teammate wants to hear no more of a conversation."
)
CONVERSATION_RENAMED = declare(
    "conversation.renamed", "The contact's name, as the list shows it, changed."
)
CONVERSATION_MERGED = declare(
    "conversation.merged", "A conversation became a part of another of the same contact."
)
CONVERSATION_JOINED = declare(
    "conversation.joined", "Another conversation became a part of this one."
)
CONVERSATION_UNMERGED = declare(
    "conversation.unmerged", "A conversation that was a part of another stands for itself again."
)
CONVERSATION_PARTED = declare(
    "conversation.parted", "A part of this conversation stands for itself again."
)
CONVERSATION_SPLIT = declare(
    "conversation.split", "Some of what was said went on in a conversation of its own."
)
CONVERSATION_SPLIT_OFF = declare(
    "conversation.split_off", "A conversation was begun with what was said in another."
)
CONVERSATION_DUE_CHANGED = declare(
    "conversation.due_changed", "When something must be done in a conversation by changed."
)
CONVERSATION_DUE_SOON = declare(
    "conversation.due_soon", "What must be done in a conversation is due soon."
)
CONVERSATION_OVERDUE = declare(
    "conversation.overdue", "What had to be done in a conversation was not done in time."
)
CONVERSATION_CALLED = declare("conversation.called", "A rule called teammates to look at it.")
CONVERSATION_ESCALATED = declare(
    "conversation.escalated", "A deadline came near or passed, and somebody else was called."
)
MACRO_CREATED = declare("macro.created", "A macro was written.")
MACRO_CHANGED = declare("macro.changed", "A macro got other words, steps or readers.")
MACRO_DELETED = declare("macro.deleted", "A macro was deleted.")
MACRO_RESTORED = declare("macro.restored", "A deleted macro was brought back.")
MACRO_USED = declare(
    "macro.used",
    "A teammate sent a message that a macro helped to write, or did its steps with a conversation.",
)
VIEW_CREATED = declare("view.created", "A teammate saved a view.")
VIEW_CHANGED = declare("view.changed", "A saved view got another name, condition or readers.")
VIEW_DELETED = declare("view.deleted", "A saved view was deleted.")
VIEW_RESTORED = declare("view.restored", "A deleted view was brought back.")
LIST_EXPORTED = declare("list.exported", "Somebody took a list of conversations out as a file.")
LATER_SCHEDULED = declare("later.scheduled", "A reply was written that waits for its time.")
LATER_SUBMITTED = declare(
    "later.submitted", "A reply was written that waits until a senior releases it."
)
LATER_RELEASED = declare("later.released", "A senior released a reply that waited for that.")
LATER_SENT_BACK = declare(
    "later.sent_back", "A senior sent back a reply that waited for its release."
)
LATER_CHANGED = declare("later.changed", "A reply that waits was given another time.")
LATER_SENT = declare("later.sent", "A reply that waited went out.")
LATER_CALLED_OFF = declare(
    "later.called_off", "A reply that waited will not go out: somebody else spoke before."
)
LATER_TAKEN_BACK = declare("later.taken_back", "A teammate took back a reply before it went out.")
LATER_RESTORED = declare(
    "later.restored", "A teammate brought back a reply that they had discarded."
)
LATER_FAILED = declare("later.failed", "A reply that waited could not be sent.")
BATCH_BEGUN = declare(
    "batch.begun", "A teammate began to do the same with a whole view, or to take it back."
)
BATCH_ENDED = declare("batch.ended", "What was done with a whole view is done, or was stopped.")
SIDE_ASKED = declare("side.asked", "A teammate asked colleagues something beside a conversation.")
SIDE_ANSWERED = declare("side.answered", "A teammate wrote in a side conversation.")
SIDE_JOINED = declare("side.joined", "Further colleagues were asked into a side conversation.")
SIDE_CLOSED = declare("side.closed", "A side conversation was closed.")
SIDE_REOPENED = declare("side.reopened", "A closed side conversation became open again.")
