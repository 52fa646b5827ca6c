from django.urls import path

from inbox import views
from inbox.pages import sorting, writing

app_name = "inbox"

urlpatterns = [
    path("", views.home, name="home"),
    path("uploads/", views.upload_file, name="upload"),
    path("availability/", views.set_availability, name="availability"),
    path("avatar/", views.set_avatar, name="avatar"),
    path("macros/", writing.macros, name="macros"),
    path("macros/<pid:macro>/", writing.macro, name="macro"),
    path("files/<pid:attachment>/", views.open_file, name="file"),
    path("<slug:view>/", views.show_view, name="view"),
    path("<slug:view>/<pid:conversation>/", views.show_conversation, name="conversation"),
    path("<slug:view>/<pid:conversation>/messages/", views.messages, name="messages"),
    path("<slug:view>/<pid:conversation>/macros/", writing.offer_macros, name="offer-macros"),
    path("<slug:view>/<pid:conversation>/read/", views.read, name="read"),
    path("<slug:view>/<pid:conversation>/assignment/", views.assign, name="assignment"),
    path("<slug:view>/<pid:conversation>/block/", views.set_block, name="block"),
    path("<slug:view>/<pid:conversation>/status/", views.set_status, name="status"),
    path("<slug:view>/<pid:conversation>/priority/", sorting.set_priority, name="priority"),
    path("<slug:view>/<pid:conversation>/tags/", sorting.change_tags, name="tags"),
]
