"""The messenger's HTTP interface: `/m/api/…`, bearer tokens, no cookies, CORS by installation."""

from django.urls import path

from messenger.api import away, boot, conversations, events, messages, uploads

CONVERSATION = "conversations/<pid:public_id>"

urlpatterns = [
    path("boot", boot.BootView.as_view(), name="boot"),
    path("session", boot.SessionView.as_view(), name="session"),
    path("conversations", conversations.ConversationsView.as_view(), name="conversations"),
    path(f"{CONVERSATION}/messages", messages.MessagesView.as_view(), name="messages"),
    path(f"{CONVERSATION}/read", messages.ReadView.as_view(), name="read"),
    path(f"{CONVERSATION}/rating", conversations.RatingView.as_view(), name="rating"),
    path(f"{CONVERSATION}/typing", messages.TypingView.as_view(), name="typing"),
    path("uploads", uploads.UploadsView.as_view(), name="uploads"),
    path("push", away.PushView.as_view(), name="push"),
    path("email", away.EmailView.as_view(), name="email"),
    path("events", events.EventsView.as_view(), name="events"),
]
