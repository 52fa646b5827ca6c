from django.urls import path

from routing import deadline_page, pages

app_name = "routing"

urlpatterns = [
    path("teams/now/", pages.show_teams, name="teams"),
    path("<slug:view>/<pid:conversation>/due/", deadline_page.explain_due, name="due"),
    path("<slug:view>/<pid:conversation>/then/", pages.show_then, name="then"),
    path("<slug:view>/<pid:conversation>/why/", pages.show_why, name="why"),
]
