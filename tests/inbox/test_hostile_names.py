"""Names that admins write: shown as they are written, on every page that shows them."""

import pytest

from inbox.actions import assign, save_macro, save_view, tag
from inbox.models import Macro, SavedView
from people.actions import find_or_create_tag, note_of_contact
from people.models import Attribute, Company, Team

pytestmark = pytest.mark.django_db

EVIL = "<img src=x onerror=alert(1)>\"'&"
ESCAPED = "&lt;img src=x onerror=alert(1)&gt;"
OPEN = {"all": [{"fact": "conversation.status", "op": "is", "value": "open"}]}


def test_no_name_that_an_admin_writes_comes_out_as_html(conversation, ada, ben, acme, browser_of):
    team = Team.objects.create(name=EVIL)
    label, _ = find_or_create_tag(EVIL, by=ada)
    Attribute.objects.create(key="evil", label=EVIL, subject="contact")
    Company.objects.filter(pk=acme.pk).update(name=EVIL)
    macro = save_macro(Macro(), by=ada, name=EVIL, body=EVIL)
    saved = save_view(SavedView(), by=ada, name=EVIL, condition=OPEN, is_shared=True)
    tag(conversation, by=ada, add=[label])
    assign(conversation, by=ada, team=team)
    note_of_contact(conversation.contact, by=ada, body=EVIL)
    browser, place = browser_of(ben), f"/inbox/all/{conversation.public_id}/"
    pages = (
        place,
        f"{place}?side=new",
        f"{place}macros/",
        f"{place}mentions/?q=img",
        f"{place}split/",
        f"{place}merge/",
        f"{place}transcript/?notes=on",
        "/inbox/palette/?q=img",
        "/inbox/search/?q=img",
        f"/inbox/view-{saved.public_id}/",
        f"/inbox/views/{saved.public_id}/",
        "/inbox/views/",
        f"/inbox/macros/{macro.public_id}/",
        "/inbox/all/many/",
        "/inbox/all/filter/",
        "/inbox/notifications/settings/",
    )
    for path in pages:
        answer = browser.get(path)
        page = answer.content.decode()
        assert answer.status_code == 200, path
        assert "<img src=x" not in page, path
    shown = browser.get(place).content.decode()
    assert shown.count(ESCAPED) >= 6, "rail, row, head, record"
