"""A small world of subjects for the condition language, which knows no model of ours.

Its models live in an app registry of their own, so no migration and no other test sees them.
"""

# ruff: noqa: DJ001, DJ008 (these columns are NULL on purpose, and nobody prints a row)

from datetime import UTC, datetime, timedelta

from django.apps.registry import Apps
from django.db import models

from ground.conditions import (
    Cost,
    Fact,
    FactFamily,
    FactType,
    Registry,
    Relation,
    Rows,
    json_value,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
private = Apps()


class Account(models.Model):
    plan = models.TextField(null=True)
    tier = models.CharField(max_length=20, null=True)
    seats = models.IntegerField(null=True)
    spend = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    share = models.DecimalField(max_digits=40, decimal_places=20, null=True)
    score = models.FloatField(null=True)
    is_paying = models.BooleanField(null=True)
    seen_at = models.DateTimeField(null=True)
    own = models.JSONField(null=True)

    class Meta:
        app_label = "conditions_world"
        apps = private


class Label(models.Model):
    account = models.ForeignKey(Account, models.CASCADE, related_name="labels")
    name = models.TextField(null=True)

    class Meta:
        app_label = "conditions_world"
        apps = private


class Happening(models.Model):
    account = models.ForeignKey(Account, models.CASCADE, related_name="happenings")
    name = models.TextField()
    at = models.DateTimeField()

    class Meta:
        app_label = "conditions_world"
        apps = private


class Talk(models.Model):
    account = models.ForeignKey(Account, models.CASCADE, null=True)
    topic = models.TextField(null=True)

    class Meta:
        app_label = "conditions_world"
        apps = private


MODELS = [Account, Label, Happening, Talk]
TIERS = [("a", "Gold"), ("B", "Silver"), ("%", "Tin")]
OWN = {
    FactType.TEXT: "word",
    FactType.NUMBER: "size",
    FactType.BOOLEAN: "flag",
    FactType.CHOICE: "pick",
    FactType.DATETIME: "since",
    FactType.LIST: "many",
}


def happenings_in(window, happenings):
    if window.name is not None:
        happenings = happenings.filter(name=window.name)
    return happenings if window.since is None else happenings.filter(at__gt=window.since)


def own_fact(key):
    """An attribute that is defined at run time, such as `account.own.word`."""
    type_ = {known: type_ for type_, known in OWN.items()}.get(key)
    if type_ is None:
        return None
    return Fact(
        f"account.own.{key}",
        f"own {key}",
        type_,
        "account",
        lambda account: account.own.get(key) if isinstance(account.own, dict) else None,
        lambda reach: json_value(reach.field("own"), key, type_),
        choices=TIERS if type_ is FactType.CHOICE else (),
    )


def world():
    """A registry of its own, in which a talk leads to its account."""
    registry = Registry()

    def column(name, type_, **more):
        subject, field = name.split(".")
        registry.register(
            Fact(name, field, type_, subject, lambda row: getattr(row, field), field, **more)
        )

    column("account.plan", FactType.TEXT)
    column("account.tier", FactType.CHOICE, choices=TIERS)
    column("account.seats", FactType.NUMBER)
    column("account.spend", FactType.NUMBER)
    column("account.share", FactType.NUMBER)
    column("account.score", FactType.NUMBER)
    column("account.is_paying", FactType.BOOLEAN)
    column("account.seen_at", FactType.DATETIME)
    column("talk.topic", FactType.TEXT)
    registry.register(
        Fact(
            "account.labels",
            "labels",
            FactType.LIST,
            "account",
            lambda account: account.labels.values_list("name", flat=True),
            lambda reach: Rows(Label.objects.filter(account=reach.outer("pk")), "name"),
            cost=Cost.QUERY,
        )
    )
    registry.register(
        Fact(
            "account.happenings",
            "happenings",
            FactType.COUNT,
            "account",
            lambda account, window: happenings_in(window, account.happenings.all()).count(),
            lambda reach, window: happenings_in(
                window, Happening.objects.filter(account=reach.outer("pk"))
            ),
            cost=Cost.QUERY,
        )
    )
    registry.register(
        Fact("account.mood", "mood", FactType.TEXT, "account", lambda account: "calm")
    )
    registry.register_family(
        FactFamily(
            "account.own", "account", own_fact, lambda: [own_fact(key) for key in OWN.values()]
        )
    )
    registry.register_relation(Relation("talk", "account", lambda talk: talk.account, "account"))
    return registry
