from django.urls import include, path

from messenger import api, notify, views

app_name = "messenger"

urlpatterns = [
    path("loader.js", views.loader, name="loader"),
    path("frame/", views.frame, name="frame"),
    path("page/<pid:app>/", views.page, name="page"),
    path("page/<pid:app>/notify/", notify.ask, name="notify"),
    path("sw.js", notify.service_worker, name="service-worker"),
    path("stop/<str:signed>/", notify.stop, name="stop"),
    path("api/", include((api.urlpatterns, "api"))),
]
