from knowledge.models.article import Article, Translation, Version
from knowledge.models.block import Block, BlockText, BlockUse
from knowledge.models.collection import Collection, CollectionText
from knowledge.models.feedback import Feedback
from knowledge.models.former_slug import FormerSlug
from knowledge.models.help_center import HelpCenter
from knowledge.models.picture import Picture

__all__ = [
    "Article",
    "Block",
    "BlockText",
    "BlockUse",
    "Collection",
    "CollectionText",
    "Feedback",
    "FormerSlug",
    "HelpCenter",
    "Picture",
    "Translation",
    "Version",
]
