"""Template tags of the web ground: `{% load web %}`."""

from __future__ import annotations

from django import template
from django.http import HttpRequest
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from ground.web import csp, importmap

register = template.Library()


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


@register.simple_tag
def preload_modules(room: str) -> SafeString:
    """Has all modules of a room fetched in one wave, not one import after the other."""
    urls = importmap.import_map(room).urls
    return format_html_join("\n", '<link rel="modulepreload" href="{}">', ((url,) for url in urls))


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """An icon of static/icons.svg, hidden from screen readers: the words beside it speak."""
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        f"i {classes}".strip(),
        static("icons.svg"),
        name,
    )
