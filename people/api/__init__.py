"""REST: people, companies, teams and tags, one noun a file."""

from django.urls import path

from people.api import companies, contacts, events, merges, notes, segments, tags, teams

urlpatterns = [
    path("contacts", contacts.ContactsView.as_view(), name="contacts"),
    path("contacts/<pid:id>", contacts.ContactView.as_view(), name="contact"),
    path("contacts/<pid:id>/block", contacts.BlockView.as_view(), name="block"),
    path("contacts/<pid:id>/merges", merges.ContactMergesView.as_view(), name="contact-merges"),
    path(
        "contacts/<pid:id>/merges/<pid:merged>",
        merges.ContactMergeView.as_view(),
        name="contact-merge",
    ),
    path("contacts/<pid:id>/notes", notes.ContactNotesView.as_view(), name="contact-notes"),
    path(
        "contacts/<pid:id>/notes/<pid:note>", notes.ContactNoteView.as_view(), name="contact-note"
    ),
    path("contacts/<pid:id>/tags", contacts.ContactTagsView.as_view(), name="contact-tags"),
    path("companies", companies.CompaniesView.as_view(), name="companies"),
    path("companies/<pid:id>", companies.CompanyView.as_view(), name="company"),
    path("events", events.EventsView.as_view(), name="events"),
    path("segments", segments.SegmentsView.as_view(), name="segments"),
    path("segments/<pid:id>", segments.SegmentView.as_view(), name="segment"),
    path("tags", tags.TagsView.as_view(), name="tags"),
    path("teammates", teams.TeammatesView.as_view(), name="teammates"),
    path("teammates/<pid:id>", teams.TeammateView.as_view(), name="teammate"),
    path("teams", teams.TeamsView.as_view(), name="teams"),
    path("teams/<pid:id>", teams.TeamView.as_view(), name="team"),
]
