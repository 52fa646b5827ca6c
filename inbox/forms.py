"""What the inbox's pages may send."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.utils import timezone

from ground.web.problems import Invalid, NotFound
from inbox.models import Conversation
from people.actions.tags import NAME_LENGTH
from people.models import Tag, Team, Teammate

SEQ_MAX = 2**63 - 1
SNOOZE_MAX = timedelta(days=366)
PUBLIC_ID = re.compile(r"[A-Za-z0-9_]{1,40}")
T = TypeVar("T", bound=Model)


def checked(form: forms.Form) -> dict[str, Any]:
    """The form's values. Raises Invalid with its sentences by field."""
    if not form.is_valid():
        errors = {name: [str(error) for error in errors] for name, errors in form.errors.items()}
        raise Invalid(errors=errors)
    return form.cleaned_data


class MessageForm(forms.Form):
    """A reply or a note. The body's own rules are the action's."""

    kind = forms.ChoiceField(choices=[("reply", "Reply"), ("note", "Note")])
    body = forms.CharField(required=False, strip=False)
    client_id = forms.UUIDField()
    last_seen_seq = forms.IntegerField(required=False, min_value=0, max_value=SEQ_MAX)
    override = forms.BooleanField(required=False)


def attachments(data: QueryDict) -> list[str]:
    """The uploads that a message names. Raises Invalid for what cannot be the name of one."""
    names = data.getlist("attachments")
    if not all(map(PUBLIC_ID.fullmatch, names)):
        raise Invalid(errors={"attachments": ["There is no such file."]})
    return names


class SeqForm(forms.Form):
    seq = forms.IntegerField(min_value=0, max_value=SEQ_MAX)


class WindowForm(forms.Form):
    """Which part of a thread: what follows a seq, or what comes before one."""

    after = forms.IntegerField(required=False, min_value=0, max_value=SEQ_MAX)
    before = forms.IntegerField(required=False, min_value=0, max_value=SEQ_MAX)


class BlockForm(forms.Form):
    is_blocked = forms.BooleanField(required=False)


class AvailabilityForm(forms.Form):
    is_away = forms.BooleanField(required=False)


class PriorityForm(forms.Form):
    priority = forms.ChoiceField(choices=Conversation.Priority.words())

    def clean_priority(self) -> Conversation.Priority:
        return Conversation.Priority.of(self.cleaned_data["priority"])


class TagForm(forms.Form):
    """One tag to put on or, without `is_on`, to take off: by its id, or a new one by its name."""

    tag = forms.CharField(required=False)
    name = forms.CharField(required=False, max_length=NAME_LENGTH)
    is_on = forms.BooleanField(required=False)

    def clean_tag(self) -> Tag | None:
        wanted = self.cleaned_data["tag"]
        return _named(wanted, Tag.objects.all(), "There is no such tag.") if wanted else None

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not data.get("tag") and not data.get("name") and not self.errors:
            raise ValidationError("Name a tag.")
        return data


def assignment(data: Mapping[str, str], viewer: Teammate) -> dict[str, Any]:
    """Whom a conversation is given to, as `assign` takes it: what is left out stays as it is.

    "" stands for nobody, "me" for the viewer. Raises NotFound, and Invalid when nothing is said.
    """
    wanted: dict[str, Any] = {}
    if "assignee" in data:
        wanted["assignee"] = _assignee(data["assignee"], viewer)
    if "team" in data:
        wanted["team"] = _team(data["team"], viewer)
    if not wanted:
        raise Invalid("Name an assignee or a team.")
    return wanted


def _assignee(name: str, viewer: Teammate) -> Teammate | None:
    if name in ("", "me"):
        return viewer if name else None
    return _named(name, Teammate.objects.active(), "There is no such teammate.")


def _team(name: str, viewer: Teammate) -> Team | None:
    if not name:
        return None
    return _named(name, Team.objects.visible_to(viewer), "There is no such team.")


def _named(name: str, among: QuerySet[T], otherwise: str) -> T:
    found = among.filter(public_id=name).first() if PUBLIC_ID.fullmatch(name) else None
    if found is None:
        raise NotFound(otherwise)
    return found


class ZoneField(forms.CharField):
    """An IANA time zone name; what the machine does not know is UTC."""

    def clean(self, value: Any) -> ZoneInfo:
        try:
            return ZoneInfo(super().clean(value) or "UTC")
        except (ValidationError, ZoneInfoNotFoundError, ValueError, OSError):
            return ZoneInfo("UTC")


class StatusForm(forms.Form):
    """Open, closed, spam, or snoozed: by one of SNOOZES, or `until` a time in the sender's zone."""

    status = forms.ChoiceField(choices=Conversation.Status)
    snooze = forms.CharField(required=False, max_length=20)
    until = forms.CharField(required=False, max_length=40)
    timezone = ZoneField(required=False, max_length=64)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("status") == Conversation.Status.SNOOZED:
            data["until"] = self._until(data)
        return data

    def _until(self, data: dict[str, Any]) -> datetime | None:
        if data.get("snooze"):
            now = timezone.now().astimezone(data["timezone"])
            if data["snooze"] in SNOOZES:
                return SNOOZES[data["snooze"]](now)
            self.add_error("snooze", "There is no such time.")
            return None
        try:
            until = datetime.fromisoformat(data.get("until") or "")
        except ValueError:
            self.add_error("until", "Write a date and a time.")
            return None
        if not until.tzinfo:
            until = until.replace(tzinfo=data["timezone"])
        if until > timezone.now() + SNOOZE_MAX:
            self.add_error("until", "Choose a time within a year.")
        return until


def _morning(day: datetime) -> datetime:
    return day.replace(hour=9, minute=0, second=0, microsecond=0)


# Local wall-clock times: adding days to an aware datetime keeps the hour across a clock change.
SNOOZES = {
    "later": lambda now: now + timedelta(hours=3),
    "tomorrow": lambda now: _morning(now + timedelta(days=1)),
    "week": lambda now: _morning(now + timedelta(days=7 - now.weekday())),
}
