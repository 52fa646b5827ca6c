"""What an admin or another tab changes around an agent: their screens hear of it and show it."""

import json
import re
from urllib.parse import urlencode

import pytest

from ground.hours.models import OfficeHours
from ground.journal.models import Entry
from ground.web.problems import NotAllowed
from inbox.actions import delete_macro, restore_macro, save_macro, set_tags
from inbox.models import Macro
from people.actions import (
    change_role_rights,
    change_tag,
    delete_attribute,
    find_or_create_tag,
    hours_saved,
    prefer,
    save_attribute,
    update_contact,
)
from people.models import Attribute
from tests.inbox.test_names import ACCESS, NAMES, part

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("subject", "wishes"),
    [
        ("list", {"density": "compact"}),
        ("keys", {"keys": {"close": ["y"]}}),
        ("sending", {"by_enter": True}),
        ("views", {"hidden": ["vw_1"]}),
    ],
)
def test_what_one_likes_is_so_in_every_tab_of_ones_own_and_nobody_elses(ben, told, subject, wishes):
    me = ([f"teammate.{ben.public_id}"], {"type": "me", "is_all": True})
    assert told(lambda: prefer(ben, subject, wishes, by=ben)) == [me]


def test_other_rights_of_a_role_show_in_the_tabs_of_all_who_have_it(ada, ben, agent_role, told):
    rights = {"capabilities": ["note"]}
    heard = told(lambda: change_role_rights(agent_role, by=ada, **rights))
    mine = [f"teammate.{ben.public_id}"]
    assert [frame for topics, frame in heard if topics == mine] == [
        ACCESS,
        {"type": "me", "is_all": True},
    ]


def test_a_field_that_an_admin_renames_is_so_on_every_screen(
    conversation, dora, ada, ben, told, browser_of
):
    update_contact(dora, by=None, attributes={"plan_size": "Large"})
    browser, address = browser_of(ben), f"all/{conversation.public_id}/"
    asks = {"all": [{"fact": "contact.attributes.plan_size", "op": "is", "value": "Large"}]}
    filtered = f"all/?{urlencode({'filter': json.dumps(asks)})}"
    field = Attribute(subject="contact", key="plan_size", label="Size of plan")
    assert told(lambda: save_attribute(field, by=ada)) == [NAMES]
    chip = part(browser, filtered, "rows")
    assert "size of plan is Large" in chip and 'id="chips"' in chip
    field.label = "Seats"
    assert told(lambda: save_attribute(field, by=ada)) == [NAMES]
    assert told(lambda: save_attribute(field, by=ada)) == []
    for where, name in ((address, "record"), (filtered, "rows")):
        shown = part(browser, where, name).lower()
        assert "seats" in shown and "size of plan" not in shown
    assert told(lambda: delete_attribute(field, by=ada)) == [NAMES]
    assert "Seats" not in part(browser, address, "record")
    assert "list-fault" in part(browser, filtered, "rows")
    entries = Entry.objects.filter(kind__startswith="attribute.").order_by("pk")
    done = ("created", "changed", "deleted")
    assert [each.kind for each in entries] == [f"attribute.{each}" for each in done]
    assert (entries[1].before, entries[1].after) == ({"label": "Size of plan"}, {"label": "Seats"})
    with pytest.raises(NotAllowed):
        save_attribute(field, by=ben)


def test_a_chip_names_a_tag_as_it_is_called_now_and_a_list_that_is_known_stays_unsent(
    conversation, ada, ben, browser_of
):
    tag, _ = find_or_create_tag("Refund", by=ada)
    set_tags(conversation, by=ben, tags=[tag])
    browser = browser_of(ben)
    asks = {"all": [{"fact": "conversation.tags", "op": "contains", "value": tag.public_id}]}
    address = f"/inbox/all/?{urlencode({'filter': json.dumps(asks)})}"
    headers = {"hx-request": "true", "hx-target": "rows"}
    page = browser.get(address).content.decode()
    assert page.count("Refund</span>") > 1 and 'id="faults"' in page
    version = re.search(r'data-version="([^"]+)"', page.split('id="rows"')[1])[1]
    known = {**headers, "if-none-match": version.replace("&quot;", '"')}
    assert browser.get(address, headers=known).status_code == 304
    change_tag(tag, by=ada, name="Money back")
    fresh = browser.get(address, headers=known)
    assert fresh.status_code == 200
    assert "Money back" in fresh.content.decode() and "Refund" not in fresh.content.decode()
    assert 'id="chips"' not in part(browser, "all/", "rows"), "what asks nothing names nothing"


def test_who_may_choose_a_macro_hears_that_there_is_another(ada, ben, cleo, support, told):
    ours, mine = ["inbox"], [f"teammate.{ben.public_id}"]
    frame = {"type": "macros"}
    own = Macro(name="Bye", owner=ben, body="Bye")
    assert told(lambda: save_macro(own, by=ben)) == [(mine, frame)]
    assert told(lambda: save_macro(own, by=ben, body="Bye then")) == [(mine, frame)]
    assert told(lambda: save_macro(own, by=ben, body="Bye then")) == []
    shared = {"owner": None, "team": support}
    assert told(lambda: save_macro(own, by=ben, **shared)) == [(ours, frame)]
    assert told(lambda: save_macro(own, by=ben, owner=ben, team=None)) == [(ours, frame)]
    name = own.public_id
    assert told(lambda: delete_macro(own, by=ben)) == [(mine, frame)]
    assert told(lambda: restore_macro(name, by=ben)) == [(mine, frame)]
    kinds = [f"macro.{done}" for done in ("created", *["changed"] * 3, "deleted", "restored")]
    entries = Entry.objects.filter(kind__startswith="macro.").order_by("pk")
    assert [each.kind for each in entries] == kinds


def test_other_office_hours_make_filtered_lists_ask_again(ada, told):
    hours = OfficeHours.objects.create(name="House", zone="UTC", is_default=True)
    before = hours.state
    hours.zone = "Asia/Tokyo"
    hours.save()
    everybody = {"type": "belonging", "conversations": [], "is_cut": True}
    assert told(lambda: hours_saved(hours, by=ada, before=before)) == [(["inbox"], everybody)]
