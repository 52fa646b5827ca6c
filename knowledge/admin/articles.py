"""Articles: the list, and the page on which one is written."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from ground.web import languages
from ground.web.problems import Problem
from knowledge.actions import delete_article, keep_picture
from knowledge.admin import writing
from knowledge.models import Article, HelpCenter, Translation

PART = "X-Part"


class ReviewFilter(admin.SimpleListFilter):
    title = "reading again"
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("due", "To be looked at")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "due":
            return queryset.to_be_looked_at(timezone.localdate())
        return queryset


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("published", "Published"), ("unpublished", "With something unpublished")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        texts = Translation.objects
        if self.value() == "published":
            return queryset.filter(pk__in=texts.published().values("article"))
        if self.value() == "unpublished":
            return queryset.filter(pk__in=texts.unpublished().values("article"))
        return queryset


@admin.register(Article)
class ArticleAdmin(ModelAdmin):
    list_display = (
        "title",
        "shelf",
        "languages",
        "helped",
        "author",
        "to_look_at",
        "updated_at",
    )
    list_filter = (ReviewFilter, StateFilter, "collection")
    search_fields = ("translations__title", "=public_id")
    ordering = ("collection__position", "collection", "position", "id")
    list_per_page = 50

    class Media:
        css = {"all": ["knowledge/admin/writing.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        rows = super().get_queryset(request).with_titles().with_ratings()
        return rows.select_related("author", "collection").prefetch_related("collection__texts")

    @admin.display(description="Article")
    def title(self, article: Article) -> str:
        return article.title

    @admin.display(description="Collection")
    def shelf(self, article: Article) -> str:
        return article.collection.title

    @admin.display(description="Languages")
    def languages(self, article: Article) -> SafeString:
        return writing.states(article.translations.all())

    @admin.display(description="Helped")
    def helped(self, article: Any) -> str:
        return f"{article.helped or 0} of {article.rated}" if article.rated else "–"

    @admin.display(description="To be looked at", ordering="review_on")
    def to_look_at(self, article: Article) -> SafeString | str:
        return writing.due(article.review_on, timezone.localdate())

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def delete_model(self, request: HttpRequest, obj: Article) -> None:
        delete_article(obj, by=request.user)

    # ---- the page on which one is written --------------------------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """GET (`locale`): the draft in a language. POST (`do`): `save`, `publish`, `unpublish`,
        `picture`; `beside …` and `take …` draw the page anew with what is written kept."""
        article = self.opened(request, object_id)
        center = HelpCenter.current()
        if request.method != "POST":
            locale = known(request.GET.get("locale", ""), article, center)
            beside = request.GET.get("beside", "")
            return self.show(request, writing.Draft.of(article, locale, beside))
        locale = known(request.POST.get("locale", ""), article, center)
        draft = writing.Draft.written(article, locale, request.POST)
        part = request.headers.get(PART, "")
        do, _, what = request.POST.get("do", "save").partition(" ")
        try:
            if part == "preview":
                return TemplateResponse(request, writing.PREVIEW, writing.preview(draft))
            if do == "picture":
                return self.picture(request, draft)
            if do == "beside":
                draft.beside = what
            elif do == "take":
                draft.take(what)
            else:
                return self.carry_out(request, draft, do)
        except Problem as problem:
            draft.say(problem)
            if part:
                return JsonResponse({"problem": problem.sentences}, status=problem.status)
            return self.show(request, draft, status=problem.status)
        return self.show(request, draft)

    def opened(self, request: HttpRequest, object_id: str | None) -> Article:
        """The article that an address names, or a new one. Raises Http404, PermissionDenied."""
        if object_id is None:
            if not self.has_add_permission(request):
                raise PermissionDenied
            return Article()
        row = self.get_object(request, unquote(object_id))
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        if row is None:
            raise Http404("There is no such article.")
        return row

    def carry_out(self, request: HttpRequest, draft: writing.Draft, do: str) -> HttpResponse:
        """Raises Problem."""
        is_new = draft.article.pk is None
        article = writing.keep(draft, do, by=request.user)
        if is_new:
            self.log_addition(request, article, "Added.")
        else:
            self.log_change(request, article, "Changed.")
        said = {
            "publish": "Published: everybody reads it from now on.",
            "unpublish": "Taken from its readers. The draft is kept.",
        }.get(do, "The draft is saved.")
        messages.success(request, said)
        url = reverse("admin:knowledge_article_change", args=[article.pk])
        return redirect(f"{url}?locale={draft.locale}&beside={draft.beside}")

    def picture(self, request: HttpRequest, draft: writing.Draft) -> HttpResponse:
        """Raises Problem."""
        upload = request.FILES.get("picture")
        if upload is None:
            raise writing.no_picture()
        named = writing.markdown_of(keep_picture(upload, by=request.user))
        if request.headers.get(PART):
            return JsonResponse({"markdown": named})
        draft.words["body"] = f"{draft.words['body'].rstrip()}\n\n{named}\n"
        return self.show(request, draft)

    def show(
        self, request: HttpRequest, draft: writing.Draft, *, status: int = 200
    ) -> HttpResponse:
        article = draft.article
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": article if article.pk else None,
            "title": article.title if article.pk else "Add article",
            **writing.drawn(draft),
        }
        template = "admin/knowledge/article/form.html"
        return TemplateResponse(request, template, context, status=status)


def known(asked: str, article: Article, center: HelpCenter) -> str:
    """The language that is asked for, else the first that the article is written in."""
    if asked in languages.NAMES:
        return asked
    if article.pk is None:
        return center.locale
    first = article.translations.order_by("pk").values_list("locale", flat=True).first()
    return first or center.locale
