"""Values at which Python and PostgreSQL are apt to differ, as stored and as asked for."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ground.conditions import FactType
from tests.conditions.world import DAY, NOW, OWN, TIERS

# Whatever folds, escapes or composes differently somewhere.
LETTERS = "aAbK\u212aiIıİßẞsSΣσςłŁжЖ\u01c5Ⅷⅷe\u0301éÉ𐐀𐐨" + "\\%_'\" \n"
TEXTS = [
    *LETTERS,
    "ab",
    "Ab%",
    "a_b",
    "a\\b",
    "\\%",
    "%a",
    "ss",
    "Straße",
    "STRASSE",
    "İstanbul",
    "istanbul",
    "ΣΑΣ",
    "σασ",
    "σας",
    "Łódź",
    "łÓDŹ",
    "e\u0301É",
    "5",
    "true",
    "null",
    "[]",
]
CHOICES = [value for value, _ in TIERS]
STORED_CHOICES = [*CHOICES, "A", "x", ""]

BIGGEST = 2**53 - 1
NUMBERS = [0, -0.0, 1, -1, 2, 0.5, 0.1, 0.30000000000000004, 99.99, 100, BIGGEST, -BIGGEST]
NEAR_THE_ENDS = [1e-310, -5e-324, 1e-299, 1e299, -1e301, 1.7e308, 2.0**53, -(2.0**53)]
NO_NUMBERS = [float("nan"), float("inf"), float("-inf")]
WHOLE = [0, 1, -1, 2, 100, 2**31 - 1, -(2**31)]
MONEY = [Decimal(text) for text in ("0", "1", "-1", "0.5", "0.1", "99.99", "9999999999.99")]
LONG_DECIMALS = [*MONEY, Decimal(BIGGEST), Decimal(2**53), Decimal("0.30000000000000004")]
LONG_DECIMALS += [Decimal("0.10000000000000000001"), Decimal("0.09999999999999999999")]
HUGE = [10**400, -(10**400), 2**53 + 1, 10**299 + 1]

SPANS = [0, 1, 2, 0.5, 30]
MOMENTS = [
    NOW + sign * span * DAY + sign * small
    for sign in (-1, 1)
    for span in SPANS
    for small in (timedelta(0), timedelta(microseconds=1), timedelta(minutes=5, microseconds=1))
]
MOMENTS += [NOW + timedelta(minutes=5)]
MOMENTS += [datetime(year, 12, 31, tzinfo=UTC) for year in (1, 999, 9999)]
WRITTEN = [at.replace(tzinfo=None).isoformat() + "Z" for at in MOMENTS]
WRITTEN += ["2026-11-20", "2024-02-29", "2000-02-29", "2026-11-20T10:00:00.5Z"]
NEARLY_WRITTEN = [
    "2026-02-29",
    "1900-02-29",
    "0000-01-01",
    "2026-11-31",
    "2026-11-20T24:00:00Z",
    "2026-11-20T10:00:60Z",
    "2026-11-20T10:00:00+01:00",
    "2026-11-20T10:00:00",
    "2026-11-20\n",
    "２０２６-11-20",
    "now",
    "infinity",
]
LISTS = [[], [""], ["a"], ["A", "ß"], ["a", "b", "Ł"], ["%", "_"], [5, None, "5", {}], [["a"]]]
ANYTHING = [None, True, False, "", "a", "5", 5, 1.5, "2026-11-20", [], ["a"], {}, {"a": "b"}]

TYPES = {
    "account.plan": FactType.TEXT,
    "account.tier": FactType.CHOICE,
    "account.seats": FactType.NUMBER,
    "account.spend": FactType.NUMBER,
    "account.share": FactType.NUMBER,
    "account.score": FactType.NUMBER,
    "account.is_paying": FactType.BOOLEAN,
    "account.seen_at": FactType.DATETIME,
    "account.labels": FactType.LIST,
    "account.happenings": FactType.COUNT,
    **{f"account.own.{key}": type_ for type_, key in OWN.items()},
}
IN_COLUMNS = {
    "plan": [None, "", *TEXTS],
    "tier": [None, *STORED_CHOICES],
    "seats": [None, *WHOLE],
    "spend": [None, *MONEY],
    "share": [None, *LONG_DECIMALS],
    "score": [None, *map(float, NUMBERS), *NEAR_THE_ENDS, *NO_NUMBERS],
    "is_paying": [None, True, False],
    "seen_at": [None, *MOMENTS],
}
IN_JSON = {
    FactType.TEXT: TEXTS,
    FactType.NUMBER: [*NUMBERS, *NEAR_THE_ENDS, *HUGE],
    FactType.BOOLEAN: [True, False],
    FactType.CHOICE: STORED_CHOICES,
    FactType.DATETIME: [*WRITTEN, *NEARLY_WRITTEN],
    FactType.LIST: LISTS,
}
IN_LABELS = [[], [None], [""], ["", "a"], ["A", "b"], ["ß"], ["%", "Ł"], ["a", "A"]]
IN_HAPPENINGS = [
    [],
    [("a", NOW)],
    [("A", NOW), ("a", NOW - DAY), ("a", NOW - DAY / 2)],
    [("b", NOW - 2 * DAY), ("b", NOW - 31 * DAY), ("a", NOW - DAY - timedelta(microseconds=1))],
    [("a", NOW - DAY + timedelta(microseconds=1)), ("a", NOW), ("b", NOW)],
]

_NOTHING = {"is_known", "is_unknown", "is_empty"}
_SINGLE = {
    FactType.TEXT: TEXTS,
    FactType.NUMBER: NUMBERS,
    FactType.BOOLEAN: [True, False],
    FactType.CHOICE: CHOICES,
    FactType.DATETIME: [at.isoformat() for at in MOMENTS],
    FactType.LIST: ["a", "B", "ß", "%", "_", "ł", "5", "x"],
}
_SEVERAL = {
    FactType.TEXT: [TEXTS, ["ss", "ab"], ["łódź", "%"]],
    FactType.CHOICE: [CHOICES, ["a"], ["B", "%"]],
    FactType.LIST: [["a"], ["a", "B"], ["SS", "ẞ"], ["ß", "a"], ["%", "ł"], ["a", "A"]],
}
_EVENTS = [
    {**name, **days}
    for name in ({}, {"name": "a"}, {"name": "b"}, {"name": "c"})
    for days in ({}, *({"days": span} for span in SPANS))
]


def asked(type_, op):
    """What to ask with an operator: at every edge of what is stored."""
    if op in _NOTHING:
        return [None]
    if type_ is FactType.COUNT:
        if op == "ever":
            return [events for events in _EVENTS if "days" not in events]
        if op == "none":
            return _EVENTS
        return [{**events, "count": count} for events in _EVENTS for count in (0, 1, 2)]
    if op.endswith("days_ago"):
        return SPANS
    if op == "between":
        return [[low, high] for low in (-1, 0, 0.1) for high in (0.1, 0.5, 99.99, BIGGEST)]
    if op in ("is_any_of", "is_none_of", "contains_any", "contains_all"):
        return _SEVERAL[type_]
    return _SINGLE[type_]
