"""The admin's pages of the help center."""

from knowledge.admin import articles, blocks, collections, help_center

__all__ = ["articles", "blocks", "collections", "help_center"]
