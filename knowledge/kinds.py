"""What can happen to what a team has written for its customers."""

from ground.journal.kinds import declare

HELP_CHANGED = declare("help.changed", "The help center got another name or default language.")
COLLECTION_CREATED = declare("collection.created", "A collection of articles was made.")
COLLECTION_CHANGED = declare("collection.changed", "A collection got other words or another place.")
COLLECTION_DELETED = declare("collection.deleted", "An empty collection was deleted.")
ARTICLE_CREATED = declare("article.created", "An article was begun.")
ARTICLE_CHANGED = declare("article.changed", "The draft of an article, or what it is, changed.")
ARTICLE_MOVED = declare("article.moved", "An article went into another collection.")
ARTICLE_PUBLISHED = declare("article.published", "An article became readable for everybody.")
ARTICLE_UNPUBLISHED = declare("article.unpublished", "An article was taken from its readers.")
ARTICLE_DELETED = declare("article.deleted", "An article was deleted with all that it was.")
ARTICLE_RATED = declare("article.rated", "A reader said whether an article helped.")
BLOCK_CREATED = declare("block.created", "A content block was made.")
BLOCK_CHANGED = declare("block.changed", "A content block says something else, everywhere.")
BLOCK_DELETED = declare("block.deleted", "A content block that stood nowhere was deleted.")
