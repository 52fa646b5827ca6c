"""Everything that changes people: contacts, companies, teammates, tokens."""

from people.actions.attributes import delete_attribute, save_attribute
from people.actions.availability import set_away
from people.actions.avatars import change_avatar
from people.actions.blocking import block_contact, unblock_contact
from people.actions.claims import checked_claims, note_claims
from people.actions.companies import find_or_create_company, update_company, upsert_company
from people.actions.contact_tags import CONTACT_TAGS_MAX, set_contact_tags, tag_contact
from people.actions.contacts import create_contact, meet_visitor, note_seen, update_contact
from people.actions.devices import (
    add_device,
    drop_device,
    drop_ended_devices,
    leave_device,
    remove_device,
)
from people.actions.distinguishing import confuse, tell_apart
from people.actions.editing import edit_company, edit_contact
from people.actions.events import track
from people.actions.hours import delete_hours, hours_saved, make_room_for_default
from people.actions.identify import identify
from people.actions.identities import claim_identity
from people.actions.leaving import sign_out
from people.actions.merge import current, merge_contacts, unmerge
from people.actions.notes import delete_contact_note, note_of_contact, restore_contact_note
from people.actions.preferring import prefer
from people.actions.segments import change_segment, create_segment, delete_segment
from people.actions.tags import change_tag, find_or_create_tag
from people.actions.teammates import (
    add_to_team,
    change_role,
    change_role_rights,
    change_teammate,
    create_teammate,
    deactivate,
    password_changed,
    reactivate,
    remove_from_team,
)
from people.actions.teams import add_team, change_team, delete_team
from people.actions.tokens import create_token, find_token, revoke_token

__all__ = [
    "CONTACT_TAGS_MAX",
    "add_device",
    "add_team",
    "add_to_team",
    "block_contact",
    "change_avatar",
    "change_role",
    "change_role_rights",
    "change_segment",
    "change_tag",
    "change_team",
    "change_teammate",
    "checked_claims",
    "claim_identity",
    "confuse",
    "create_contact",
    "create_segment",
    "create_teammate",
    "create_token",
    "current",
    "deactivate",
    "delete_attribute",
    "delete_contact_note",
    "delete_hours",
    "delete_segment",
    "delete_team",
    "drop_device",
    "drop_ended_devices",
    "edit_company",
    "edit_contact",
    "find_or_create_company",
    "find_or_create_tag",
    "find_token",
    "hours_saved",
    "identify",
    "leave_device",
    "make_room_for_default",
    "meet_visitor",
    "merge_contacts",
    "note_claims",
    "note_of_contact",
    "note_seen",
    "password_changed",
    "prefer",
    "reactivate",
    "remove_device",
    "remove_from_team",
    "restore_contact_note",
    "revoke_token",
    "save_attribute",
    "set_away",
    "set_contact_tags",
    "sign_out",
    "tag_contact",
    "tell_apart",
    "track",
    "unblock_contact",
    "unmerge",
    "update_company",
    "update_contact",
    "upsert_company",
]
