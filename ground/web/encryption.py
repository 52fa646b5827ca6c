"""Secrets in the database, unreadable without SECRET_KEY."""

import base64
import hashlib
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


@lru_cache(maxsize=4)
def cipher(keys: tuple[str, ...]) -> MultiFernet:
    """Encrypts with the first key, reads what any of them wrote."""
    return MultiFernet([Fernet(derived(key)) for key in keys])


def derived(key: str) -> bytes:
    digest = hashlib.blake2b(key.encode(), digest_size=32, person=b"secret-fields").digest()
    return base64.urlsafe_b64encode(digest)


def current_cipher() -> MultiFernet:
    return cipher((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


class EncryptedField(models.TextField):
    """Text that is stored encrypted. It cannot be searched for, only read with its row.

    What was written under a SECRET_KEY that is known no longer reads as "": useless, not fatal.
    """

    def get_prep_value(self, value: Any) -> Any:
        if value is None:
            return None
        return current_cipher().encrypt(str(value).encode()).decode()

    def from_db_value(self, value: str | None, *args: Any) -> str | None:
        if value is None:
            return None
        try:
            return current_cipher().decrypt(value.encode()).decode()
        except InvalidToken:
            return ""
