"""What can happen to people, in the journal's words."""

from ground.journal.kinds import declare

CONTACT_CREATED = declare("contact.created", "A contact became known.")
CONTACT_UPDATED = declare("contact.updated", "A contact's own fields changed.")
CONTACT_IDENTIFIED = declare("contact.identified", "A signed sign-in proved who a contact is.")
CONTACT_MERGED = declare("contact.merged", "Two contacts became one.")
CONTACT_UNMERGED = declare("contact.unmerged", "A merge of two contacts was undone.")
CONTACT_TOLD_APART = declare(
    "contact.told_apart", "A teammate said that two contacts are not the same person."
)
CONTACT_MAY_BE_SAME = declare(
    "contact.may_be_same", "It was taken back that two contacts are not the same person."
)
CONTACT_CLAIMED = declare(
    "contact.claimed", "A visitor said something of themselves without proof."
)
CONTACT_SIGNED_OUT = declare("contact.signed_out", "A contact signed out of one browser.")
CONTACT_BLOCKED = declare("contact.blocked", "A contact was blocked: they can write no more.")
CONTACT_UNBLOCKED = declare("contact.unblocked", "A contact may write again.")
CONTACT_TAGGED = declare("contact.tagged", "Tags were put on a contact or taken off.")
CONTACT_NOTED = declare("contact.noted", "A teammate noted something of a contact.")
CONTACT_NOTE_DELETED = declare("contact.note_deleted", "A note of a contact was deleted.")
CONTACT_NOTE_RESTORED = declare(
    "contact.note_restored", "A deleted note of a contact was brought back."
)
CONTACT_DID = declare("contact.did", "A contact did something on a site or in a product.")
IDENTITY_ADDED = declare("identity.added", "A contact became reachable by one more address.")
IDENTITY_REMOVED = declare("identity.removed", "An address was taken from a contact.")
IDENTITY_MOVED = declare("identity.moved", "A stronger proof moved an address to another contact.")
IDENTITY_CLAIMED = declare(
    "identity.claimed", "A contact claimed an address that another contact holds."
)
COMPANY_CREATED = declare("company.created", "A company became known.")
COMPANY_UPDATED = declare("company.updated", "A company's own fields changed.")
TEAMMATE_CREATED = declare("teammate.created", "A teammate joined.")
TEAMMATE_CHANGED = declare(
    "teammate.changed",
    "A teammate's name, address, office hours, senior or access to the admin changed.",
)
TEAMMATE_ROLE_CHANGED = declare("teammate.role_changed", "A teammate got another role.")
TEAMMATE_PASSWORD_CHANGED = declare("teammate.password_changed", "A teammate got another password.")
TEAMMATE_JOINED_TEAM = declare("teammate.joined_team", "A teammate was added to a team.")
TEAMMATE_LEFT_TEAM = declare("teammate.left_team", "A teammate was taken out of a team.")
TEAMMATE_DEACTIVATED = declare("teammate.deactivated", "A teammate lost all access.")
TEAMMATE_REACTIVATED = declare("teammate.reactivated", "A teammate got access again.")
TEAM_CREATED = declare("team.created", "A team was made.")
TEAM_CHANGED = declare("team.changed", "A team's name, privacy or office hours changed.")
HOURS_CREATED = declare("hours.created", "Office hours were set up.")
HOURS_CHANGED = declare("hours.changed", "Office hours, or days that are exceptions, changed.")
HOURS_DELETED = declare("hours.deleted", "Office hours were deleted.")
TEAM_DELETED = declare("team.deleted", "A team was deleted.")
TEAMMATE_AWAY_CHANGED = declare(
    "teammate.away_changed", "A teammate said whether they are there to be given work."
)
TEAMMATE_AVATAR_CHANGED = declare(
    "teammate.avatar_changed", "A teammate got another picture, or none."
)
TEAMMATE_PREFERENCES_CHANGED = declare(
    "teammate.preferences_changed", "A teammate chose how they like to work."
)
TEAMMATE_DEVICE_ADDED = declare(
    "teammate.device_added", "A teammate asked to be notified in a browser."
)
TEAMMATE_DEVICE_REMOVED = declare(
    "teammate.device_removed", "A teammate is not notified in a browser any more."
)
TAG_CREATED = declare("tag.created", "A tag was made.")
TAG_CHANGED = declare("tag.changed", "A tag got another name, was archived or brought back.")
ATTRIBUTE_CREATED = declare(
    "attribute.created", "Contacts or companies got a field of the house's own."
)
ATTRIBUTE_CHANGED = declare(
    "attribute.changed", "A field of the house's own got another label or other choices."
)
ATTRIBUTE_DELETED = declare("attribute.deleted", "A field of the house's own was deleted.")
SEGMENT_CREATED = declare("segment.created", "A segment of contacts was made.")
SEGMENT_CHANGED = declare(
    "segment.changed", "A segment got another name, description or condition."
)
SEGMENT_DELETED = declare("segment.deleted", "A segment was deleted.")
TOKEN_CREATED = declare("token.created", "An API token was created.")
TOKEN_REVOKED = declare("token.revoked", "An API token was revoked.")
