from knowledge.actions.arranging import arrange_help_center
from knowledge.actions.blocking import delete_block, save_block
from knowledge.actions.collecting import delete_collection, save_collection
from knowledge.actions.deleting import delete_article
from knowledge.actions.importing import take_in
from knowledge.actions.picturing import keep_picture
from knowledge.actions.publishing import publish, unpublish
from knowledge.actions.rating import rate_article
from knowledge.actions.writing import save_article, write

__all__ = [
    "arrange_help_center",
    "delete_article",
    "delete_block",
    "delete_collection",
    "keep_picture",
    "publish",
    "rate_article",
    "save_article",
    "save_block",
    "save_collection",
    "take_in",
    "unpublish",
    "write",
]
