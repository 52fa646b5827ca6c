"""The customer's record: edited in place, and made one with another."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from ground.meaning.words import words
from ground.web.paging import Page
from ground.web.problems import NotFound, StateConflict
from inbox import default_views
from inbox.details import label_of
from inbox.finding.people import companies_like, contacts_like
from inbox.forms import PUBLIC_ID, ContactNoteForm, EditForm, MergeForm, TagForm, checked
from inbox.models import Conversation
from inbox.pages.parts import find, visible_to
from inbox.pages.requests import for_teammates, is_script, part_wanted
from inbox.querysets import ConversationQuerySet
from inbox.record import events_of, others_of, record_of
from people.actions import (
    confuse,
    delete_contact_note,
    edit_company,
    edit_contact,
    find_or_create_tag,
    merge_contacts,
    note_of_contact,
    restore_contact_note,
    tag_contact,
    tell_apart,
    unmerge,
)
from people.actions.editing import CHANGED, PREFIX, Edit, subject_of
from people.duplicates import Twin, differences, twin
from people.models import Attribute, Company, Contact, Teammate
from people.models.teammate import Capability
from people.permissions import require

OFFERED = 8
MERGE_OFFERED = 20
WORDS_MAX = 200
LABELS = {
    "name": "Name",
    "email": "E-mail",
    "phone": "Phone",
    "company": "Company",
    "plan": "Plan",
    "monthly_spend": "Monthly spend",
}


def about(
    request: HttpRequest, view: str, conversation: Conversation, visible: ConversationQuerySet
) -> dict[str, Any]:
    """What the record alone is rendered with."""
    return {
        "view": default_views.find(view, request.user),
        "conversation": conversation,
        "contact": conversation.contact,
        "name": conversation.contact.display_name,
        "record": record_of(conversation, visible, request.user),
    }


@for_teammates
@require_POST
def edit_record(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """Puts one field of the contact, or of their `company`, from what it `was` to `value`."""
    contact = find(visible_to(request), conversation).contact
    data = checked(EditForm(request.POST))
    field, was, by = data["field"], data["was"], request.user
    if data["company"]:
        company = company_of(contact, data["company"])
        edit = edit_company(company, field, data["value"], was=was, by=by)
    else:
        edit = edit_contact(contact, field, data["value"], was=was, by=by)
    undo = {"field": field, "value": edit.before, "was": edit.after, "company": data["company"]}
    said = words_for(field, edit)
    return told(request, view, conversation, said, undo=undo if edit.before != edit.after else {})


def company_of(contact: Contact, seen: str) -> Company:
    """The contact's company. Raises StateConflict when it is no longer the one that was `seen`."""
    company = contact.company
    if company is None or company.public_id != seen:
        raise StateConflict(CHANGED)
    return company


@for_teammates
@require_POST
def change_contact_tags(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """Puts one tag on the contact or takes it off; a `name` that is new becomes a tag."""
    found = find(visible_to(request), conversation)
    data = checked(TagForm(request.POST))
    tag = data["tag"] or find_or_create_tag(data["name"], by=request.user)[0]
    is_on = data["is_on"] or bool(data["name"])
    is_news = is_on != found.contact.taggings.filter(tag=tag).exists()
    tag_contact(found.contact, by=request.user, **{"add" if is_on else "remove": [tag]})
    words = f"Tagged {tag.name}." if is_on else f"No longer tagged {tag.name}."
    undo = {"tag": tag.public_id, "is_on": "false" if is_on else "true"}
    return told(request, view, conversation, words, undo=undo if is_news else {})


@for_teammates
@require_POST
def change_contact_notes(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """Adds a note to the contact, deletes one or brings one back."""
    contact, by = find(visible_to(request), conversation).contact, request.user
    data = checked(ContactNoteForm(request.POST))
    if data["deleted"]:
        note, words = delete_contact_note(contact, data["deleted"], by=by), "Note deleted."
        return told(request, view, conversation, words, undo={"restored": note.public_id})
    if data["restored"]:
        note, words = restore_contact_note(contact, data["restored"], by=by), "The note is back."
    else:
        note, words = note_of_contact(contact, by=by, body=data["value"]), "Noted."
    return told(request, view, conversation, words, undo={"deleted": note.public_id})


@for_teammates
@require_http_methods(["GET", "HEAD", "POST"])
def merges(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """GET: with whom the contact can be merged, `q` in their name or address; or what would become
    of the two, `with` one of them. POST: merges them, or makes two again."""
    found = find(visible_to(request), conversation)
    if request.method == "POST":
        return merge(request, view, found)
    require(request.user, Capability.MERGE_CONTACTS)
    wanted = request.GET.get("q", "").replace("\x00", "").strip()[:WORDS_MAX]
    context = {
        "view": default_views.find(view, request.user),
        "conversation": found,
        "contact": found.contact,
        "wanted": wanted,
    }
    other = request.GET.get("with", "")
    if other:
        context["twin"] = pair = compared(found.contact, other, request.user)
        context["differences"] = differences(pair.kept, pair.merged)
    else:
        people = contacts_like(words(wanted), request.user, MERGE_OFFERED + 1)
        others = [each for each in people if each.pk != found.contact_id]
        context["offered"] = others[:MERGE_OFFERED]
    if part_wanted(request) == "merge-offers":
        return render(request, "inbox/_merge_people.html", context)
    template = "inbox/_merge_customer.html" if is_script(request) else "inbox/merge_customer.html"
    return render(request, template, context)


def compared(contact: Contact, name: str, viewer: Teammate) -> Twin:
    """The contact beside another, who may have become part of somebody since. Raises NotFound."""
    visible = Contact.objects.visible_to(viewer)
    other = visible.filter(public_id=name).first() if PUBLIC_ID.fullmatch(name) else None
    other = other.resolve() if other else None
    if other is None or other.pk == contact.pk:
        raise NotFound("There is no such other customer.")
    rows = Contact.objects.select_related("company").with_identities()
    return twin(*(rows.get(pk=each.pk) for each in (contact, other)))


def merge(request: HttpRequest, view: str, found: Conversation) -> HttpResponse:
    """Makes one contact of this conversation's and another, or two again of a merged one."""
    conversation = found.public_id
    data = checked(MergeForm(request.POST))
    if data["undone"]:
        undone = found.contact.merges_kept.filter(pk=data["undone"]).first()
        if undone is None:
            raise NotFound("There is no such merge.")
        back = unmerge(undone, by=request.user)
        return told(request, view, conversation, f"{back} is a contact again.", undo={})
    if found.contact not in (data["kept"], data["merged"]):
        raise StateConflict("This is no longer their conversation. Look at the record again.")
    if data["apart"] is not None:
        return part(request, view, conversation, data)
    made = merge_contacts(data["kept"], data["merged"], by=request.user, reason="By hand.")
    words = f"{made.merged} is part of {made.kept} now."
    return told(request, view, conversation, words, undo={"undone": str(made.pk)})


def part(request: HttpRequest, view: str, conversation: str, data: dict[str, Any]) -> HttpResponse:
    """Two contacts are not the same person, or may be again."""
    one, other = data["kept"], data["merged"]
    pair = {"kept": one.public_id, "merged": other.public_id}
    if not data["apart"]:
        confuse(one, other, by=request.user)
        return told(request, view, conversation, "They may be the same.", undo={})
    tell_apart(one, other, by=request.user)
    words = f"{one} and {other} are not the same."
    return told(request, view, conversation, words, undo=pair | {"apart": "false"})


@for_teammates
@require_safe
def show_events(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """What the contact did before what `cursor` ended with."""
    found = find(visible_to(request), conversation)
    page = events_of(found.contact, request.GET.get("cursor"))
    return more(request, view, found, "inbox/record/_events.html", page)


@for_teammates
@require_safe
def show_others(request: HttpRequest, view: str, conversation: str) -> HttpResponse:
    """The contact's other conversations before what `cursor` ended with."""
    visible = visible_to(request)
    found = find(visible, conversation)
    page = others_of(found, visible, request.GET.get("cursor"))
    return more(request, view, found, "inbox/record/_others.html", page)


def more(
    request: HttpRequest, view: str, conversation: Conversation, rows: str, page: Page[Any]
) -> HttpResponse:
    """The rows of a list that goes on; a page of their own where there are no scripts."""
    shown = default_views.find(view, request.user)
    panel = {"page": page, "is_further": True}
    context = {"view": shown, "conversation": conversation, "panel": panel, "rows": rows}
    return render(request, rows if is_script(request) else "inbox/record/more.html", context)


def told(
    request: HttpRequest, view: str, conversation: str, words: str, *, undo: dict[str, str]
) -> HttpResponse:
    """Back to the conversation; for a script its new record, and what to say about it."""
    if not is_script(request):
        return redirect("inbox:conversation", view, conversation)
    visible = visible_to(request)
    found = find(visible, conversation)
    response = render(request, "inbox/_about.html", about(request, view, found, visible))
    said = {
        "words": words,
        "undo": {"url": request.path, "values": undo} if undo else None,
        "conversation": found.public_id,
        "status": found.status,
    }
    return trigger_client_event(response, "inbox:done", said)


def words_for(field: str, edit: Edit) -> str:
    key = field.removeprefix(PREFIX)
    definition = None
    if field.startswith(PREFIX):
        definition = Attribute.objects.filter(subject=subject_of(edit.subject), key=key).first()
    label = LABELS.get(field) or label_of(key, definition)
    if edit.before == edit.after:
        return f"{label} is as it was."
    after = edit.after
    if field == "company" and isinstance(edit.subject, Contact) and edit.subject.company:
        after = edit.subject.company.name
    return f"{label}: {after[:80]}." if after else f"{label} taken away."


@for_teammates
@require_safe
def offer_companies(request: HttpRequest) -> HttpResponse:
    """Companies whose name begins like `q`, as options for a field."""
    wanted = words(request.GET.get("q", "")[:200].replace("\x00", ""))
    companies = companies_like(wanted, OFFERED)
    return render(request, "inbox/record/_companies.html", {"companies": companies})
