"""How the house is called in a messenger, and what it speaks there by default."""

from inbox.models import Line
from inbox.voices import Voice
from messenger.models import Installation


def voice_of(line: Line) -> Voice:
    installation = Installation.objects.filter(line=line).first()
    if installation is None:
        return Voice(line.name)
    return Voice(installation.name, installation.locale)
