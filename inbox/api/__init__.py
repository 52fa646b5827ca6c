"""REST: conversations and what is done with them, one noun a file."""

from django.urls import path

from inbox.api import (
    batches,
    conversations,
    exporting,
    following,
    later,
    macros,
    merging,
    messages,
    notifications,
    reading,
    searching,
    sides,
    sorting,
    splitting,
    status,
    transcripts,
    uploads,
    views,
)

urlpatterns = [
    path("conversations", conversations.ConversationListView.as_view(), name="conversations"),
    path(
        "conversations/<pid:id>",
        conversations.ConversationDetailView.as_view(),
        name="conversation",
    ),
    path("conversations/<pid:id>/messages", messages.MessagesView.as_view(), name="messages"),
    path(
        "conversations/<pid:id>/messages/<pid:message>",
        messages.MessageView.as_view(),
        name="message",
    ),
    path("conversations/<pid:id>/followers", following.FollowersView.as_view(), name="followers"),
    path(
        "conversations/<pid:id>/transcript",
        transcripts.TranscriptView.as_view(),
        name="transcript",
    ),
    path("conversations/<pid:id>/read", reading.ReadView.as_view(), name="read"),
    path(
        "conversations/<pid:id>/later-messages",
        later.LaterMessagesView.as_view(),
        name="later-messages",
    ),
    path(
        "conversations/<pid:id>/later-messages/<pid:later>",
        later.LaterMessageView.as_view(),
        name="later-message",
    ),
    path(
        "conversations/<pid:id>/later-messages/<pid:later>/release",
        later.ReleaseView.as_view(),
        name="later-message-release",
    ),
    path(
        "conversations/<pid:id>/later-messages/<pid:later>/return",
        later.ReturnView.as_view(),
        name="later-message-return",
    ),
    path(
        "conversations/<pid:id>/side-conversations",
        sides.SideConversationsView.as_view(),
        name="side-conversations",
    ),
    path(
        "conversations/<pid:id>/side-conversations/<pid:side>",
        sides.SideConversationView.as_view(),
        name="side-conversation",
    ),
    path(
        "conversations/<pid:id>/side-conversations/<pid:side>/messages",
        sides.SideMessagesView.as_view(),
        name="side-messages",
    ),
    path(
        "conversations/<pid:id>/side-conversations/<pid:side>/participants",
        sides.SideParticipantsView.as_view(),
        name="side-participants",
    ),
    path(
        "conversations/<pid:id>/side-conversations/<pid:side>/closure",
        sides.SideClosureView.as_view(),
        name="side-closure",
    ),
    path(
        "conversations/<pid:id>/side-conversations/<pid:side>/read",
        sides.SideReadView.as_view(),
        name="side-read",
    ),
    path("conversations/<pid:id>/closure", status.ClosureView.as_view(), name="closure"),
    path("conversations/<pid:id>/snooze", status.SnoozeView.as_view(), name="snooze"),
    path("conversations/<pid:id>/spam", status.SpamView.as_view(), name="spam"),
    path("conversations/<pid:id>/merge", merging.MergeView.as_view(), name="merge"),
    path("conversations/<pid:id>/splits", splitting.SplitsView.as_view(), name="splits"),
    path("conversations/<pid:id>/split", splitting.SplitView.as_view(), name="split"),
    path("conversations/<pid:id>/assignment", sorting.AssignmentView.as_view(), name="assignment"),
    path("conversations/<pid:id>/priority", sorting.PriorityView.as_view(), name="priority"),
    path("conversations/<pid:id>/tags", sorting.TagsView.as_view(), name="conversation-tags"),
    path("batches", batches.BatchListView.as_view(), name="batches"),
    path("batches/<pid:id>", batches.BatchDetailView.as_view(), name="batch"),
    path("exports", exporting.ExportView.as_view(), name="exports"),
    path("uploads", uploads.UploadsView.as_view(), name="uploads"),
    path("search", searching.SearchView.as_view(), name="search"),
    path("notifications", notifications.NotificationListView.as_view(), name="notifications"),
    path(
        "notifications/<pid:id>",
        notifications.NotificationDetailView.as_view(),
        name="notification",
    ),
    path(
        "notification-tests",
        notifications.NotificationTestsView.as_view(),
        name="notification-tests",
    ),
    path("views", views.SavedViewsView.as_view(), name="views"),
    path("views/<pid:id>", views.SavedViewView.as_view(), name="view"),
    path("macros", macros.MacrosView.as_view(), name="macros"),
]
