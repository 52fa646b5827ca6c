"""Which room answers which address."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.templatetags.static import static
from django.urls import include, path
from django.utils.functional import lazy
from django.views.generic import RedirectView

from config import health, shop
from people.views import LogOutView

handler400 = "ground.web.problems.bad_request"
handler403 = "ground.web.problems.permission_denied"
handler404 = "ground.web.problems.page_not_found"
handler500 = "ground.web.problems.server_error"

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("", include("ground.web.urls")),
    path("", RedirectView.as_view(pattern_name="inbox:home")),
    path("favicon.ico", RedirectView.as_view(url=lazy(static, str)("favicon.svg"))),
    path("login/", auth.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", LogOutView.as_view(), name="logout"),
    path("inbox/", include("routing.urls")),
    path("inbox/", include("inbox.urls")),
    path("help/", include("knowledge.urls")),
    path("m/", include("messenger.urls")),
    path("api/", include("config.api")),
    path("demo/", shop.shop),
    path("demo/<slug:page>/", shop.shop),
    path("admin/", admin.site.urls),
]
