"""The admin's pages about routing; Django finds them by importing this."""

from routing.admin import rules, sharing

__all__ = ["rules", "sharing"]
