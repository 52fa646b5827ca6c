"""Of the form of a rule: when one by time is asked, and what the customer is told."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from ground.meaning import LANGUAGES
from ground.web.problems import Invalid
from routing.models import Rule
from routing.wording import UNITS

ONE_MORE = "language"
MINUTE, DIGITS_MAX = "minute", 7


def written_of(rule: Rule) -> dict[str, Any]:
    """As the form has it."""
    minutes = rule.after_minutes
    unit = next(name for name, size in UNITS if not minutes or minutes % size == 0)
    return {
        "since": str(rule.since) or Rule.Since.WAITING,
        "counts": str(rule.counts),
        "after": str(minutes // dict(UNITS)[unit]) if minutes else "",
        "unit": unit if minutes else MINUTE,
        "includes_past": False,
        "closes": rule.closes,
        "texts": [{"language": name, "text": text} for name, text in sorted(rule.says.items())],
    }


def written_in(post: QueryDict) -> dict[str, Any]:
    words = {name: post.get(name, "") for name in ("since", "counts", "after", "unit")}
    flags = {name: post.get(name) == "on" for name in ("includes_past", "closes")}
    pairs = zip(post.getlist("language"), post.getlist("text"), strict=False)
    texts = [{"language": name, "text": text} for name, text in pairs if text.strip()]
    return {**words, **flags, "texts": texts}


def wanted(fields: dict[str, Any]) -> dict[str, Any]:
    """What an action is to save of it. Raises Invalid."""
    said: dict[str, str] = {}
    for each in fields["texts"]:
        if each["language"] in said:
            name = LANGUAGES.get(each["language"], "A language")
            raise Invalid(errors={"says": [f"{name} is there twice."]})
        said[each["language"]] = each["text"]
    is_by_time = fields["moment"] == Rule.Moment.PASSES
    return {
        "since": fields["since"] if is_by_time else "",
        "counts": fields["counts"] or Rule.Counts.WALL,
        "after_minutes": minutes_of(fields) if is_by_time else None,
        "includes_past": fields["includes_past"],
        "closes": fields["closes"],
        "says": said,
    }


def tried(fields: dict[str, Any]) -> dict[str, Any]:
    """What is tried of it, sound or not."""
    says = {each["language"]: each["text"] for each in fields["texts"]}
    return {"after_minutes": minutes_of(fields), "says": says}


def minutes_of(fields: dict[str, Any]) -> int | None:
    """None for nothing; 0, which is refused, for what is no number."""
    after = fields["after"].strip()
    if not after:
        return None
    if not (after.isascii() and after.isdecimal()) or len(after) > DIGITS_MAX:
        return 0
    return int(after) * dict(UNITS).get(fields["unit"], 0)


def more(fields: dict[str, Any], do: str) -> dict[str, Any]:
    """What the templates choose from. There is always a place for one more text."""
    taken = {each["language"] for each in fields["texts"]}
    free = next((name for name in LANGUAGES if name not in taken), "")
    texts = list(fields["texts"])
    if free and (not texts or do == ONE_MORE):
        texts.append({"language": free, "text": "", "is_new": do == ONE_MORE})
    return {
        "passes": Rule.Moment.PASSES,
        "sinces": Rule.Since.choices,
        "counts": Rule.Counts.choices,
        "units": [name for name, _ in reversed(UNITS)],
        "languages": list(LANGUAGES.items()),
        "texts": texts,
        "can_add_text": bool(free),
    }
