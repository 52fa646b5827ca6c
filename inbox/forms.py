"""What the inbox's pages may send."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.utils import timezone

from ground.web.problems import Invalid, NotFound
from inbox.models import Conversation
from inbox.steps import SNOOZE_WORDS, snooze_end
from inbox.transcript import FORMATS
from people.actions.tags import NAME_LENGTH
from people.models import Contact, Tag, Team, Teammate

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


class ZoneField(forms.CharField):
    """An IANA time zone name; what the machine does not know is UTC."""

    def clean(self, value: Any) -> ZoneInfo:
        try:
            return ZoneInfo(super().clean(value) or "UTC")
        except (ValidationError, ZoneInfoNotFoundError, ValueError, OSError):
            return ZoneInfo("UTC")


def named(data: QueryDict, field: str) -> list[str]:
    """The ids that a field names. Raises Invalid for what cannot be one."""
    names = data.getlist(field)
    if not all(map(PUBLIC_ID.fullmatch, names)):
        raise Invalid(errors={field: ["There is no such thing."]})
    return names


class SeqForm(forms.Form):
    seq = forms.IntegerField(min_value=0, max_value=SEQ_MAX)


class UnreadForm(forms.Form):
    """Whether a conversation is unread for the sender; `seq` is how far they had read it."""

    is_unread = forms.BooleanField(required=False)
    seq = forms.IntegerField(required=False, min_value=0, max_value=SEQ_MAX)


class WindowForm(forms.Form):
    """Which part of a thread: what follows a seq, or what comes before one."""

    after = forms.IntegerField(required=False, min_value=0, max_value=SEQ_MAX)
    before = forms.IntegerField(required=False, min_value=0, max_value=SEQ_MAX)


class TranscriptForm(forms.Form):
    """A page to print, or (with `form`) a file; `notes` for what only teammates know."""

    form = forms.ChoiceField(required=False, choices=[(name, name) for name in FORMATS])
    notes = forms.BooleanField(required=False)


class EditForm(forms.Form):
    """One field of a contact's record, or of the `company` they belong to: its name, what it `was`,
    and the `value` it gets."""

    field = forms.CharField(max_length=80)
    value = forms.CharField(required=False, max_length=2000)
    was = forms.CharField(required=False, max_length=4000, strip=False)
    company = forms.CharField(required=False, max_length=40)


class MergeForm(forms.Form):
    """Two contacts to make one of: the one that is `kept` and the one that is `merged`; or an
    `undone` merge, by its number. With `apart` they are told apart instead, or no longer."""

    kept = forms.CharField(required=False, max_length=40)
    merged = forms.CharField(required=False, max_length=40)
    undone = forms.IntegerField(required=False, min_value=1, max_value=SEQ_MAX)
    apart = forms.TypedChoiceField(
        choices=[(word, word) for word in ("true", "false")],
        coerce=lambda word: word == "true",
        empty_value=None,
        required=False,
    )

    def clean_kept(self) -> Contact | None:
        return self._contact("kept")

    def clean_merged(self) -> Contact | None:
        return self._contact("merged")

    def _contact(self, name: str) -> Contact | None:
        wanted = self.cleaned_data[name]
        return (
            _named(wanted, Contact.objects.all(), "There is no such contact.") if wanted else None
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors and not data["undone"] and not (data["kept"] and data["merged"]):
            raise ValidationError("Name the two contacts, or the merge to undo.")
        return data


class ContactNoteForm(forms.Form):
    """A note to add (`value`), or the id of one to be `deleted` or `restored`. The text's own
    rules are the action's."""

    value = forms.CharField(required=False, strip=False)
    deleted = forms.CharField(required=False, max_length=40)
    restored = forms.CharField(required=False, max_length=40)


class BlockForm(forms.Form):
    is_blocked = forms.BooleanField(required=False)


class AvailabilityForm(forms.Form):
    is_away = forms.BooleanField(required=False)


class QuietForm(forms.Form):
    """Until when nothing disturbs: one of DUES in the teammate's zone, or "off"."""

    quiet = forms.ChoiceField(choices=[(name, name) for name in ("hour", "tomorrow", "off")])
    timezone = ZoneField(required=False, max_length=64)


class FollowForm(forms.Form):
    is_following = forms.BooleanField(required=False)


class JoinForm(forms.Form):
    """The conversation to merge `into`; or, without `is_merged`, none any more."""

    is_merged = forms.BooleanField(required=False)
    into = forms.CharField(required=False, max_length=40)


class SplitForm(forms.Form):
    """To begin a conversation under the name `client_id`; or, without `is_split`, to take it back.
    Whose it is, is read by `assignment`, and the messages by `numbers`."""

    is_split = forms.BooleanField(required=False)
    client_id = forms.UUIDField(required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("is_split") and not self.errors and not data.get("client_id"):
            self.add_error("client_id", "This field is required.")
        return data


NUMBERS_MAX = 100


def numbers(data: QueryDict, field: str) -> list[int]:
    """The numbers that a field names, at least one. Raises Invalid."""
    given = data.getlist(field)
    if not given or len(given) > NUMBERS_MAX:
        raise Invalid(errors={field: ["Choose a message."]})
    return [checked(SeqForm({"seq": each}))["seq"] for each in given]


class MacroStepsForm(forms.Form):
    """A macro whose steps are done, by its id; or the `ways` that take them back."""

    macro = forms.CharField(required=False, max_length=40)
    ways = forms.CharField(required=False)
    timezone = ZoneField(required=False, max_length=64)


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


class StatusForm(forms.Form):
    """Open, closed, spam, or snoozed: by one of SNOOZE_WORDS, or `until` a time in the sender's
    zone; without an end until the customer writes."""

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
            if data["snooze"] in SNOOZE_WORDS:
                return snooze_end(data["snooze"], now)
            self.add_error("snooze", "There is no such time.")
            return None
        try:
            until = datetime.fromisoformat(data.get("until") or "")
            if not until.tzinfo:
                until = until.replace(tzinfo=data["timezone"])
            # The database takes fewer offsets than the form of a time allows.
            until = until.astimezone(UTC)
        except (ValueError, OverflowError):
            self.add_error("until", "Write a date and a time.")
            return None
        if until > timezone.now() + SNOOZE_MAX:
            self.add_error("until", "Choose a time within a year.")
        return until
