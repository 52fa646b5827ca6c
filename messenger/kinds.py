"""What can happen to a messenger on a site."""

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
