"""What the inbox's pages may send of what is written: messages, drafts, questions, macros."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from ground.web.problems import Invalid
from inbox.actions.side_people import Whom
from inbox.forms import PUBLIC_ID, SEQ_MAX, ZoneField, named
from inbox.models import Macro
from inbox.steps import SNOOZES, known
from people.models import Team, Teammate


class MessageForm(forms.Form):
    """A reply or a note. The body's own rules are the action's."""

    kind = forms.ChoiceField(choices=[("reply", "Reply"), ("note", "Note")])
    body = forms.CharField(required=False, strip=False)
    client_id = forms.UUIDField()
    last_seen_seq = forms.IntegerField(required=False, min_value=0, max_value=SEQ_MAX)
    override = forms.BooleanField(required=False)
    timezone = ZoneField(required=False, max_length=64)


# Local wall-clock times, as those of SNOOZES.
DUES: dict[str, Callable[[datetime], datetime]] = {
    "hour": lambda now: now + timedelta(hours=1),
    "tomorrow": SNOOZES["tomorrow"],
    "monday": SNOOZES["week"],
}


class DueForm(forms.Form):
    """When a reply is to go out: one of DUES, or `due_at` in the sender's zone."""

    due = forms.CharField(required=False, max_length=20)
    due_at = forms.CharField(required=False, max_length=40)
    timezone = ZoneField(required=False, max_length=64)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.errors:
            return data
        if data.get("due") and data["due"] != "own":
            if data["due"] not in DUES:
                raise ValidationError("There is no such time.")
            data["due_at"] = DUES[data["due"]](timezone.now().astimezone(data["timezone"]))
            return data
        try:
            due_at = datetime.fromisoformat(data.get("due_at") or "")
            if not due_at.tzinfo:
                due_at = due_at.replace(tzinfo=data["timezone"])
            data["due_at"] = due_at.astimezone(UTC)
        except (ValueError, OverflowError):
            self.add_error("due_at", "Write a date and a time.")
        return data


class HoldingForm(forms.Form):
    is_on = forms.BooleanField(required=False)


class LaterForm(forms.Form):
    """`words`: why a reply is sent back."""

    do = forms.ChoiceField(
        choices=[
            (do, do)
            for do in ("send", "take-back", "discard", "restore", "put-off", "release", "send-back")
        ]
    )
    words = forms.CharField(required=False, strip=False)


class DraftForm(forms.Form):
    """A reply or a note that is not finished. `version` is the one that it takes the place of."""

    kind = forms.ChoiceField(choices=[("reply", "Reply"), ("note", "Note")])
    body = forms.CharField(required=False, strip=False)
    client_id = forms.UUIDField(required=False)
    version = forms.IntegerField(min_value=0, max_value=SEQ_MAX // 2)


class AskForm(forms.Form):
    """A question to colleagues; whom it is for is read by `whom`."""

    subject = forms.CharField(required=False)
    body = forms.CharField(required=False, strip=False)
    client_id = forms.UUIDField()


class SideForm(forms.Form):
    """What is done in a side conversation, and as far as that needs it: the words, how far read."""

    do = forms.ChoiceField(choices=[(do, do) for do in ("say", "join", "close", "reopen", "read")])
    body = forms.CharField(required=False, strip=False)
    client_id = forms.UUIDField(required=False)
    seq = forms.IntegerField(required=False, min_value=0, max_value=SEQ_MAX)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("do") == "say" and not self.errors and not data.get("client_id"):
            self.add_error("client_id", "This field is required.")
        return data


WHOM_MAX = 30


def whom(data: QueryDict, viewer: Teammate) -> Whom:
    """Whom `teammate`s and `team`s name. Raises Invalid for too many or for what is not there."""
    mates = list(dict.fromkeys(named(data, "teammate")))
    teams = list(dict.fromkeys(named(data, "team")))
    if len(mates) + len(teams) > WHOM_MAX:
        raise Invalid(errors={"whom": [f"Choose at most {WHOM_MAX} people and teams."]})
    found = Whom(
        tuple(Teammate.objects.filter(public_id__in=mates)),
        tuple(Team.objects.visible_to(viewer).filter(public_id__in=teams)),
    )
    if len(found) != len(mates) + len(teams):
        raise Invalid(errors={"whom": ["One of them is not there."]})
    return found


def attachments(data: QueryDict) -> list[str]:
    """The uploads that a message names. Raises Invalid for what cannot be the name of one."""
    names = data.getlist("attachments")
    if not all(map(PUBLIC_ID.fullmatch, names)):
        raise Invalid(errors={"attachments": ["There is no such file."]})
    return names


def steps(data: QueryDict) -> list[Any]:
    """What is to be done along with a message, as `send` takes it. Raises Invalid."""
    try:
        return [json.loads(step) for step in data.getlist("then")]
    except (ValueError, RecursionError):
        raise Invalid(errors={"then": ["A step is a JSON object."]}) from None


class MacroForm(forms.ModelForm):
    """A macro's words, and a choice for each step. `steps` of the cleaned data is the list."""

    class Meta:
        model = Macro
        fields = ("name", "body")

    viewer: Teammate

    def __init__(self, *args: Any, viewer: Teammate | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer or self.viewer
        kept = {step["do"]: step["to"] for step in self.instance.steps}
        for name, step in known().items():
            choices = [("", "–"), *step.choices(self.viewer)]
            if name in kept and kept[name] not in dict(choices):
                choices.append((kept[name], "As it is"))
            field = self.fields.setdefault(f"step_{name}", forms.ChoiceField(required=False))
            field.label, field.choices = step.label, choices  # type: ignore[attr-defined]
            field.initial = kept.get(name, "")

    def step_fields(self) -> list[forms.BoundField]:
        return [self[f"step_{name}"] for name in known()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        chosen = {name: data.get(f"step_{name}", "") for name in known()}
        data["steps"] = [{"do": name, "to": to} for name, to in chosen.items() if to]
        if not data.get("body", "").strip() and not data["steps"]:
            raise ValidationError("Write a text, or choose something to do.")
        if {"snooze", "close"} <= {step["do"] for step in data["steps"]}:
            raise ValidationError("A conversation is snoozed or closed, not both.")
        return data


class OwnMacroForm(MacroForm):
    """As teammates fill it in: with whom it is for, among those that they may speak to."""

    audience = forms.ChoiceField(label="Who can use it")

    def __init__(self, *args: Any, viewer: Teammate, **kwargs: Any) -> None:
        super().__init__(*args, viewer=viewer, **kwargs)
        self.teams = {
            team.public_id: team
            for team in (Team.objects.all() if viewer.is_admin else viewer.teams.all())
        }
        everybody = [("everybody", "Everybody")] if viewer.is_admin else []
        teams = [(name, str(team)) for name, team in self.teams.items()]
        field = self.fields["audience"]
        field.choices = [("me", "Only me"), *teams, *everybody]  # type: ignore[attr-defined]
        macro = self.instance
        if macro.pk is not None and macro.owner_id is None:
            field.initial = macro.team.public_id if macro.team else "everybody"

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        audience = data.get("audience")
        data["owner"] = self.viewer if audience == "me" else None
        data["team"] = self.teams.get(audience or "")
        return data


class SideWindowForm(forms.Form):
    """Which part of a side conversation: what comes before a seq, else the newest."""

    side_before = forms.IntegerField(required=False, min_value=0, max_value=SEQ_MAX)
