from django.urls import path

from routing import pages

app_name = "routing"

urlpatterns = [
    path("<slug:view>/<pid:conversation>/why/", pages.show_why, name="why"),
]
