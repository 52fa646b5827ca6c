from messenger.models.installation import Installation, InstallationText
from messenger.models.notice import MailStop, Notice
from messenger.models.push import PushSubscription
from messenger.models.secret import IdentitySecret, new_key_id, new_secret

__all__ = [
    "IdentitySecret",
    "Installation",
    "InstallationText",
    "MailStop",
    "Notice",
    "PushSubscription",
    "new_key_id",
    "new_secret",
]
