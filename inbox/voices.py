"""How the house is called where it speaks by itself, and in which language if in no other.

Rooms above say so for their kinds of lines, through `LINE_VOICES` of `config/composition.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from inbox.models import Binding, Conversation

ENGLISH = "en"


@dataclass(frozen=True)
class Voice:
    name: str
    language: str = ENGLISH


def voice_of(conversation: Conversation) -> Voice:
    """Of the line by which a conversation is answered."""
    binding = (
        Binding.objects.filter(conversation=conversation, is_preferred=True)
        .select_related("line")
        .first()
    )
    if binding is None:
        return Voice("")
    named = import_string(settings.LINE_VOICES).get(binding.line.kind)
    return import_string(named)(binding.line) if named else Voice(binding.line.name)
