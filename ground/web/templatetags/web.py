"""Template tags of the web ground: `{% load web %}`."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from ground.web import csp, importmap

register = template.Library()

# What could end the element, or what an old parser takes for the end of a line.
ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


@register.simple_tag(takes_context=True)
def import_map(context: Context, room: str) -> SafeString:
    """The import map of a room, allowed in this response's CSP. Before any module script.

    Needs the request in the context.
    """
    found = importmap.import_map(room)
    request: HttpRequest = context["request"]
    csp.allow_script(request, found.source)
    # JSON in which "<" is written as an escape cannot end the element.
    return mark_safe(f'<script type="importmap">{found.text}</script>')


@register.simple_tag(takes_context=True)
def bundled(context: Context, name: str) -> SafeString:
    """The element for a bundle of `settings.BUNDLES`; for its parts where nothing is collected."""
    parts = settings.BUNDLES[name]
    if not getattr(staticfiles_storage, "hashed_files", None):
        room = name.split("/", 1)[0]
        before = import_map(context, room) if name.endswith(".js") else ""
        return format_html("{}{}", before, _elements(parts))
    return _elements([name])


@register.filter
def data_script(value: Any, element_id: str) -> SafeString:
    """A value as JSON for a page's scripts. As Django's `json_script`, but letters of all
    languages stand as themselves: the pages are UTF-8, and six bytes a letter are not."""
    text = json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))
    safe = mark_safe(text.translate(ESCAPED))
    return format_html('<script id="{}" type="application/json">{}</script>', element_id, safe)


def _elements(names: list[str]) -> SafeString:
    """What loads these style sheets or modules."""
    link, module = '<link rel="stylesheet" href="{}">', '<script type="module" src="{}"></script>'
    form = link if names[0].endswith(".css") else module
    return format_html_join("\n", form, ((static(name),) for name in names))


@register.simple_tag
@cache
def icon(name: str, classes: str = "") -> SafeString:
    """An icon of static/icons.svg, hidden from screen readers: the words beside it speak."""
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        f"i {classes}".strip(),
        static("icons.svg"),
        name,
    )
