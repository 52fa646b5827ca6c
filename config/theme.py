"""How the admin looks: the product's accent, and the rooms in the order in which one sets up."""

from typing import Any

from django.urls import reverse_lazy


def page(title: str, icon: str, model: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{model}_changelist")}


def group(title: str, *pages: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "separator": True, "items": list(pages)}


UNFOLD = {
    "SITE_TITLE": "Counterfoil",
    "SITE_HEADER": "Counterfoil",
    "SITE_SUBHEADER": "Set up",
    "SITE_URL": "/",
    "SITE_SYMBOL": "confirmation_number",
    "SHOW_VIEW_ON_SITE": False,
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 268)",
            "100": "oklch(94.5% .028 268)",
            "200": "oklch(89% .056 268)",
            "300": "oklch(81% .1 269)",
            "400": "oklch(71% .15 270)",
            "500": "oklch(60% .185 269)",
            "600": "oklch(52.5% .2 268)",
            "700": "oklch(46% .18 268)",
            "800": "oklch(39% .145 268)",
            "900": "oklch(34% .11 268)",
            "950": "oklch(24% .07 268)",
        },
    },
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "navigation": [
            group(
                "Messenger",
                page("Installations", "chat", "messenger_installation"),
                page("Notices", "outgoing_mail", "messenger_notice"),
                page("Browsers to notify", "notifications", "messenger_pushsubscription"),
            ),
            group(
                "Your people",
                page("Teammates", "badge", "people_teammate"),
                page("Teams", "groups", "people_team"),
                page("Roles", "shield_person", "people_role"),
                page("Office hours", "schedule", "hours_officehours"),
                page("API tokens", "key", "people_apitoken"),
            ),
            group(
                "Customers",
                page("Contacts", "person", "people_contact"),
                page("Companies", "apartment", "people_company"),
                page("Attributes", "label", "people_attribute"),
                page("Segments", "group_work", "people_segment"),
                page("Merges", "merge", "people_contactmerge"),
            ),
            group(
                "Routing",
                page("Rules", "alt_route", "routing_rule"),
                page("Service levels", "alarm_on", "routing_policy"),
                page("Sharing out", "balance", "routing_sharing"),
                page("Workloads", "speed", "routing_workload"),
                page("Complaints, delays", "sentiment_dissatisfied", "routing_routingsettings"),
                page("How routing goes", "monitoring", "routing_beginning"),
            ),
            group(
                "Help center",
                page("Articles", "article", "knowledge_article"),
                page("Collections", "shelves", "knowledge_collection"),
                page("Content blocks", "widgets", "knowledge_block"),
                page("Its name and language", "help_center", "knowledge_helpcenter"),
            ),
            group(
                "Look into",
                page("Conversations", "forum", "inbox_conversation"),
                page("Lines", "cable", "inbox_line"),
                page("Journal", "history", "journal_entry"),
                page("Reactions", "bolt", "journal_reaction"),
                page("Due", "alarm", "hours_duerow"),
                page("Decisions", "rule", "journal_decision"),
            ),
            group("Log-in", page("Failed log-ins", "lock", "axes_accessattempt")),
        ],
    },
}
