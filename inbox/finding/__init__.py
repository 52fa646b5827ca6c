"""Search: what teammates type becomes a query, the query finds messages, people and companies.

`words` splits texts, `index` keeps what was split, `query` reads what was typed, `meaning` looks
up the names in it, `matching` asks the database, `excerpts` marks what was found, `search` puts
it together.
"""

from inbox.finding.query import Query, parse
from inbox.finding.search import Found, Hit, search

__all__ = ["Found", "Hit", "Query", "parse", "search"]
