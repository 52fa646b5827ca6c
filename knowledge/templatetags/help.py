"""Template tags of the help center: `{% load help %}`."""

from django import template

register = template.Library()


@register.filter
def with_words(text: str, asked: str) -> str:
    """A text with what was searched for in it."""
    return text.replace("{q}", asked)
