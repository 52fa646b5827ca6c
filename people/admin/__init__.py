"""The admin's pages about people; Django finds them by importing this."""

from people.admin import contacts, hours, segments, staff, tokens

__all__ = ["contacts", "hours", "segments", "staff", "tokens"]
