"""REST: what a team has written for its customers."""

from django.urls import path

from knowledge.api import articles, blocks, collections

urlpatterns = [
    path("articles", articles.ArticlesView.as_view(), name="articles"),
    path("articles/<pid:id>", articles.ArticleView.as_view(), name="article"),
    path(
        "articles/<pid:id>/translations/<slug:locale>",
        articles.TranslationView.as_view(),
        name="translation",
    ),
    path(
        "articles/<pid:id>/translations/<slug:locale>/publication",
        articles.PublicationView.as_view(),
        name="publication",
    ),
    path("collections", collections.CollectionsView.as_view(), name="collections"),
    path("collections/<pid:id>", collections.CollectionView.as_view(), name="collection"),
    path("blocks", blocks.BlocksView.as_view(), name="blocks"),
    path("blocks/<pid:id>", blocks.BlockView.as_view(), name="block"),
]
