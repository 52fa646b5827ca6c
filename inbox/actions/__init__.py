"""Everything that changes a conversation. A click, a key, a rule, the API: all call these."""

from inbox.actions.assigning import (
    GIVEN_BACK_MAX,
    KEEP,
    assign,
    give_back,
    hold,
    release_unseen,
    take_up_again,
)
from inbox.actions.attaching import attach, hand_uploads
from inbox.actions.clearing import clear, restore
from inbox.actions.drafting import DraftOvertaken, forget_empty_drafts, save_draft
from inbox.actions.following import follow, unfollow
from inbox.actions.later import put_off, restore_later, send_due, send_later, send_now, take_back
from inbox.actions.macros import delete_macro, restore_macro, save_macro
from inbox.actions.merging import merge, part_strangers, unmerge
from inbox.actions.posting import Posted, note, reply, start
from inbox.actions.prioritizing import prioritize
from inbox.actions.rating import rate
from inbox.actions.reading import mark_read, mark_unread
from inbox.actions.releasing import release, send_back, submit_reply
from inbox.actions.renaming import rename
from inbox.actions.revising import delete_note, edit_note, restore_note
from inbox.actions.saved_views import (
    NOT_YOURS,
    arrange_views,
    delete_view,
    restore_view,
    save_view,
)
from inbox.actions.sending import send
from inbox.actions.spam import bring_back, mark_spam, put_away, unmark_spam
from inbox.actions.splitting import split, unsplit
from inbox.actions.status import close, reopen, snooze, wake_due
from inbox.actions.tagging import TAGS_MAX, set_tags, tag

__all__ = [
    "GIVEN_BACK_MAX",
    "KEEP",
    "NOT_YOURS",
    "TAGS_MAX",
    "DraftOvertaken",
    "Posted",
    "arrange_views",
    "assign",
    "attach",
    "bring_back",
    "clear",
    "close",
    "delete_macro",
    "delete_note",
    "delete_view",
    "edit_note",
    "follow",
    "forget_empty_drafts",
    "give_back",
    "hand_uploads",
    "hold",
    "mark_read",
    "mark_spam",
    "mark_unread",
    "merge",
    "note",
    "part_strangers",
    "prioritize",
    "put_away",
    "put_off",
    "rate",
    "release",
    "release_unseen",
    "rename",
    "reopen",
    "reply",
    "restore",
    "restore_later",
    "restore_macro",
    "restore_note",
    "restore_view",
    "save_draft",
    "save_macro",
    "save_view",
    "send",
    "send_back",
    "send_due",
    "send_later",
    "send_now",
    "set_tags",
    "snooze",
    "split",
    "start",
    "submit_reply",
    "tag",
    "take_back",
    "take_up_again",
    "unfollow",
    "unmark_spam",
    "unmerge",
    "unsplit",
    "wake_due",
]
