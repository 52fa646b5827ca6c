"""The admin's pages about routing; Django finds them by importing this."""

from routing.admin import policies, rules, sharing

__all__ = ["policies", "rules", "sharing"]
