from django.urls import path

from inbox.pages import (
    drafts,
    files,
    keys,
    later,
    macros,
    mentions,
    notifications,
    own,
    reading,
    searching,
    sorting,
    status,
    writing,
)

app_name = "inbox"

urlpatterns = [
    path("", reading.home, name="home"),
    path("uploads/", files.upload_file, name="upload"),
    path("availability/", own.set_availability, name="availability"),
    path("avatar/", own.set_avatar, name="avatar"),
    path("macros/", macros.macros, name="macros"),
    path("macros/<pid:macro>/", macros.macro, name="macro"),
    path("search/", searching.show_results, name="search"),
    path("keys/", keys.keys, name="keys"),
    path("holding/", later.set_holding, name="holding"),
    path("drafts/", drafts.begun, name="begun"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/settings/", notifications.settings, name="notification-settings"),
    path("files/<pid:attachment>/", files.open_file, name="file"),
    path("<slug:view>/", reading.show_view, name="view"),
    path("<slug:view>/<pid:conversation>/", reading.show_conversation, name="conversation"),
    path("<slug:view>/<pid:conversation>/messages/", writing.messages, name="messages"),
    path("<slug:view>/<pid:conversation>/drafts/", drafts.drafts, name="drafts"),
    path("<slug:view>/<pid:conversation>/later/<pid:later>/", later.change_later, name="later"),
    path("<slug:view>/<pid:conversation>/macros/", macros.offer_macros, name="offer-macros"),
    path(
        "<slug:view>/<pid:conversation>/mentions/",
        mentions.offer_mentions,
        name="offer-mentions",
    ),
    path("<slug:view>/<pid:conversation>/read/", reading.read, name="read"),
    path("<slug:view>/<pid:conversation>/unread/", reading.set_unread, name="unread"),
    path("<slug:view>/<pid:conversation>/assignment/", sorting.assign, name="assignment"),
    path("<slug:view>/<pid:conversation>/block/", status.set_block, name="block"),
    path("<slug:view>/<pid:conversation>/status/", status.set_status, name="status"),
    path("<slug:view>/<pid:conversation>/priority/", sorting.set_priority, name="priority"),
    path("<slug:view>/<pid:conversation>/following/", sorting.set_following, name="following"),
    path("<slug:view>/<pid:conversation>/tags/", sorting.change_tags, name="tags"),
]
