from django.urls import include, path

from messenger import api, views

app_name = "messenger"

urlpatterns = [
    path("loader.js", views.loader, name="loader"),
    path("frame/", views.frame, name="frame"),
    path("api/", include((api.urlpatterns, "api"))),
]
