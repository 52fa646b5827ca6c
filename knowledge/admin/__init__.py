"""The admin's pages of the help center."""

from knowledge.admin import articles, collections, help_center

__all__ = ["articles", "collections", "help_center"]
