"""What can happen to a messenger on a site, and to word that it sends after those who left."""

from ground.journal.kinds import declare

INSTALLATION_CREATED = declare("installation.created", "A messenger was set up for a site.")
INSTALLATION_CHANGED = declare(
    "installation.changed", "A messenger was set up differently: its looks, words or rules."
)
SECRET_ADDED = declare(
    "installation.secret_added", "A messenger got one more secret to sign identities with."
)
SECRET_RETIRED = declare(
    "installation.secret_retired", "A secret to sign identities with was put out of force."
)
PUSH_STARTED = declare("push.started", "A contact asked to be notified of replies in a browser.")
PUSH_ENDED = declare("push.ended", "A browser is not notified of replies any more.")
NOTICE_SENT = declare(
    "notice.sent", "A contact who was away was told of replies by push or by mail."
)
NOTICE_FAILED = declare("notice.failed", "Word to a contact who was away could not be sent.")
NOTICE_UNKNOWN = declare(
    "notice.unknown", "Word to a contact who was away was cut off while it was being sent."
)
MAILS_STOPPED = declare("notice.stopped", "A contact asked for no more mails about a conversation.")
