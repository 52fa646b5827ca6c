"""What is to do before customers can write."""

from django.urls import reverse_lazy

from inbox.onboarding import Step
from messenger.models import Installation

NAME = Step(
    title="Give the messenger your name",
    words="Its name, color and greeting are the first that customers see of you.",
    action="Set up the messenger",
    address=reverse_lazy("admin:messenger_installation_add"),
    evidence=lambda: Installation.objects.filter(is_active=True),
)
EMBED = Step(
    title="Put it on your site",
    words="Two lines before the end of the page; the installation's page has them to copy.",
    action="Copy the snippet",
    address=reverse_lazy("admin:messenger_installation_changelist"),
    evidence=lambda: Installation.objects.filter(is_active=True, embedded_at__isnull=False),
)
