"""The admin's pages about routing; Django finds them by importing this."""

from routing.admin import going, policies, rules, sharing

__all__ = ["going", "policies", "rules", "sharing"]
