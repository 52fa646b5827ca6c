"""Saved views: lists by a condition, personal and shared, with counts that leak nothing."""

import json
import re
import uuid
from contextlib import contextmanager
from importlib import import_module

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ground.journal.models import Entry
from ground.web.problems import Invalid, NotAllowed
from ground.web.timing import OutOfTime
from inbox import default_views, frames, rail
from inbox.actions import (
    arrange_views,
    assign,
    close,
    delete_view,
    save_view,
    start,
    tag,
)
from inbox.actions.batches import begin_batch, work_off_batches
from inbox.actions.saved_views import OWNED_MAX
from inbox.models import Conversation, SavedView
from people.actions import (
    block_contact,
    change_tag,
    create_token,
    deactivate,
    edit_contact,
    find_or_create_tag,
    merge_contacts,
    tag_contact,
    update_company,
    update_contact,
)
from people.models import Attribute, Contact, Role

pytestmark = pytest.mark.django_db

FRAGMENT = {"HX-Request": "true", "HX-Target": "rows"}
OPEN = {"fact": "conversation.status", "op": "is", "value": "open"}
DORAS = {"all": [OPEN, {"fact": "contact.name", "op": "contains", "value": "dora"}]}


def saved(by, name="Doras", condition=DORAS, **more):
    return save_view(SavedView(), by=by, name=name, condition=condition, **more)


def names_in(browser, view, query=""):
    answer = browser.get(f"/inbox/{view.slug}/{query}", headers=FRAGMENT)
    assert answer.status_code == 200, answer.content
    return set(re.findall(r'id="row-(cv_\w+)"', answer.content.decode()))


def counts_of(teammate):
    visible = Conversation.objects.visible_to(teammate)
    return {view.name: size for view, size in rail.saved_with_counts(teammate, visible)}


# ---- saving --------------------------------------------------------------------------------------


def test_a_view_is_saved_changed_and_deleted_with_an_entry_each(ben):
    view = saved(ben)
    entry = Entry.objects.get(kind="view.created")
    assert (entry.actor_id, entry.after["name"], entry.after["condition"]) == (
        ben.public_id,
        "Doras",
        DORAS,
    )
    save_view(view, by=ben, name="Dora")
    entry = Entry.objects.get(kind="view.changed")
    assert (entry.before, entry.after) == ({"name": "Doras"}, {"name": "Dora"})
    save_view(view, by=ben, name="Dora")
    assert Entry.objects.filter(kind="view.changed").count() == 1
    delete_view(SavedView.objects.get(), by=ben)
    assert Entry.objects.get(kind="view.deleted").before["name"] == "Dora"
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "x" * 61},
        {"icon": "skull"},
        {"condition": {"fact": "conversation.nothing", "op": "is", "value": "x"}},
        {"condition": "everything"},
        {"condition": {"fact": "contact.name", "op": "matches", "value": "a"}},
        {"condition": {"all": [OPEN] * 51}},
        {"condition": {"all": []}},
    ],
)
def test_what_is_no_view_is_not_saved(ben, wrong):
    with pytest.raises(Invalid):
        saved(ben, **wrong)
    assert not SavedView.objects.exists()
    assert not Entry.objects.filter(kind="view.created").exists()


def test_nobody_owns_more_views_than_fit(ben):
    rows = [SavedView(name=f"V{n}", owner=ben, condition=OPEN) for n in range(OWNED_MAX)]
    SavedView.objects.bulk_create(rows)
    with pytest.raises(Invalid):
        saved(ben)


def test_who_sees_and_who_changes_a_view(ada, ben, cleo, support, billing):
    own, teams = saved(ben, "Own"), saved(ben, "Team", team=support)
    everybodys, hidden = saved(ben, "All", is_shared=True), saved(cleo, "Bills", team=billing)

    def seen(teammate):
        return set(SavedView.objects.visible_to(teammate).values_list("name", flat=True))

    assert seen(ben) == {"Own", "Team", "All"}
    assert seen(cleo) == {"All", "Bills"}
    assert seen(ada) == {"Team", "All", "Bills"}
    assert seen(None) == {"All"}
    for view in (own, teams, everybodys):
        with pytest.raises(NotAllowed):
            save_view(view, by=cleo, name="Mine now")
    with pytest.raises(NotAllowed):
        delete_view(own, by=ada)
    assert save_view(everybodys, by=ada, name="Ours").owner == ben
    with pytest.raises(NotAllowed):
        saved(ben, team=billing)
    assert save_view(hidden, by=cleo, name="Money").name == "Money"


def test_a_role_may_keep_views_for_themselves_only(ben):
    ben.role = Role.objects.create(name="Looker", capabilities=[])
    ben.save()
    with pytest.raises(NotAllowed):
        saved(ben, is_shared=True)
    assert saved(ben).is_personal


# ---- lists ---------------------------------------------------------------------------------------


def test_a_view_is_a_list_with_a_count_like_any_other(begin, dora, emil, ben, browser_of):
    conversations = [begin(dora), begin(dora), begin(emil)]
    view, browser = saved(ben), browser_of(ben)
    assert names_in(browser, view) == {row.public_id for row in conversations[:2]}
    assert names_in(browser, view, "?order=oldest") == {row.public_id for row in conversations[:2]}
    assert counts_of(ben) == {"Doras": 2}
    page = browser.get(f"/inbox/{view.slug}/").content.decode()
    assert f'data-view="{view.slug}"' in page
    assert "data-asked" in page
    inside = browser.get(f"/inbox/{view.slug}/{conversations[0].public_id}/").content.decode()
    assert "<title>Dora Lindqvist" in inside


def test_a_shared_view_neither_shows_nor_counts_what_its_reader_may_not_see(
    begin, dora, ada, ben, cleo, billing, browser_of
):
    shown, hidden = begin(dora), begin(dora)
    assign(hidden, by=ada, team=billing)
    view = saved(ada, is_shared=True)
    assert names_in(browser_of(ben), view) == {shown.public_id}
    assert names_in(browser_of(cleo), view) == {shown.public_id, hidden.public_id}
    assert (counts_of(ben), counts_of(cleo)) == ({"Doras": 1}, {"Doras": 2})


def test_a_view_on_a_private_team_says_nothing_of_it(begin, dora, ada, ben, billing, browser_of):
    hidden = begin(dora)
    assign(hidden, by=ada, team=billing)
    condition = {"fact": "conversation.team", "op": "is", "value": billing.public_id}
    view = saved(ada, "Quiet ones", condition=condition, is_shared=True)
    browser = browser_of(ben)
    assert counts_of(ben) == {"Quiet ones": 0}
    for path in (f"/inbox/{view.slug}/", f"/inbox/views/{view.public_id}/", "/inbox/views/"):
        page = browser.get(path).content.decode()
        assert "Billing" not in page, path
    assert hidden.public_id not in browser.get(f"/inbox/{view.slug}/").content.decode()


def test_the_api_hides_which_private_team_a_shared_view_asks_for(
    client, ada, ben, support, billing
):
    team = {"fact": "conversation.team", "op": "is_any_of"}
    several = team | {"value": [support.public_id, billing.public_id]}
    one = {"not": {"fact": "conversation.team", "op": "is", "value": billing.public_id}}
    view = saved(ada, "Quiet", condition={"any": [several, one]}, is_shared=True)

    def read(teammate):
        token = create_token(by=None, teammate=teammate, name="api", scopes=["conversations:read"])
        headers = {"authorization": f"Bearer {token[1]}"}
        return client.get(f"/api/v1/views/{view.public_id}", headers=headers).json()

    assert billing.public_id in json.dumps(read(ada)["condition"])
    for blind in (ben, None):
        condition = read(blind)["condition"]
        assert billing.public_id not in json.dumps(condition)
        assert condition["any"][0]["value"] == [support.public_id, "hidden"]
        assert condition["any"][1]["not"]["value"] == "hidden"


def test_somebody_elses_view_is_not_there(ada, ben, cleo, browser_of):
    view = saved(ben)
    for path in (f"/inbox/{view.slug}/", f"/inbox/views/{view.public_id}/"):
        assert browser_of(cleo).get(path).status_code == 404
        assert browser_of(ada).get(path).status_code == 404


def test_rows_that_may_have_come_or_gone_are_asked_for_by_name(
    begin, dora, emil, ada, ben, billing, browser_of
):
    mine, other, hidden = begin(dora), begin(emil), begin(dora)
    assign(hidden, by=ada, team=billing)
    view, browser = saved(ben), browser_of(ben)
    asked = ",".join(row.public_id for row in (mine, other, hidden))
    assert names_in(browser, view, f"?among={asked}") == {mine.public_id}
    close(mine, by=ben)
    assert names_in(browser, view, f"?among={asked}") == set()
    for wrong in ("", "a b", ",".join(["cv_x"] * 101)):
        answer = browser.get(f"/inbox/{view.slug}/?among={wrong}", headers=FRAGMENT)
        assert answer.status_code == 400


def test_a_view_that_asks_for_what_is_gone_says_so(begin, dora, ben, browser_of):
    begin(dora)
    Attribute.objects.create(subject="contact", key="size", label="Size", type="text")
    view = saved(ben, condition={"fact": "contact.attributes.size", "op": "is", "value": "L"})
    refund, _ = find_or_create_tag("refund", by=ben)
    tagged = {"fact": "conversation.tags", "op": "contains", "value": "refund"}
    labeled = saved(ben, "Refunds", condition=tagged)
    Attribute.objects.all().delete()
    refund.delete()
    browser = browser_of(ben)
    page = browser.get(f"/inbox/{view.slug}/").content.decode()
    assert "There is no fact called" in page
    assert "Nothing can be found for this." in page
    shown = browser.get(f"/inbox/{labeled.slug}/").content.decode()
    assert "Tags: what it asks for is gone, or not yours to see." in shown
    assert counts_of(ben) == {"Doras": None, "Refunds": 0}
    form = browser.get(f"/inbox/views/{view.public_id}/").content.decode()
    assert "contact.attributes.size" in form
    answer = browser.post(f"/inbox/views/{view.public_id}/", {"do": "remove c.0", "name": "x"})
    assert answer.status_code == 200


def test_a_list_that_takes_too_long_says_so_and_one_on_screen_stays(
    begin, dora, ben, browser_of, monkeypatch
):
    @contextmanager
    def no_time(milliseconds):
        raise OutOfTime
        yield

    begin(dora)
    view, browser = saved(ben), browser_of(ben)
    monkeypatch.setattr("inbox.pages.parts.within", no_time)
    assert "This takes too long to look up." in browser.get(f"/inbox/{view.slug}/").content.decode()
    assert browser.get(f"/inbox/{view.slug}/", headers=FRAGMENT).status_code == 503
    assert names_in(browser, default_views.DEFAULT_VIEWS[3])


def test_a_saved_list_asks_the_same_for_25_and_100_rows(line, ben, browser_of):
    for number in range(100):
        contact = Contact.objects.create(name=f"Dora {number}")
        start(contact, line=line, identity=None, body="Hello", client_id=uuid.uuid4())
    view, browser = saved(ben), browser_of(ben)

    def queries(limit):
        with CaptureQueriesContext(connection) as captured:
            page = browser.get(f"/inbox/{view.slug}/?limit={limit}").content.decode()
        assert page.count('class="row ') == limit
        return len(captured)

    assert queries(25) == queries(100)


# ---- counts --------------------------------------------------------------------------------------


def test_twenty_views_are_counted_in_as_many_queries_as_one(begin, dora, ben, browser_of):
    begin(dora)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            counts_of(ben)
        return len(captured)

    saved(ben, "First")
    few = queries()
    for number in range(20):
        saved(ben, f"View {number}")
    assert queries() == few
    assert few <= 9


def test_a_count_that_takes_too_long_is_left_out_for_a_while(begin, dora, ben, monkeypatch):
    begin(dora)
    saved(ben, "Quick")
    saved(ben, "Slow")
    real, asked = rail.count_within, []

    def counted(milliseconds, views, *rest):
        asked.append([view.name for view in views])
        if any(view.name == "Slow" for view in views):
            raise OutOfTime
        return real(milliseconds, views, *rest)

    monkeypatch.setattr(rail, "count_within", counted)
    assert counts_of(ben) == {"Quick": 1, "Slow": None}
    assert asked == [["Quick", "Slow"], ["Quick"], ["Slow"]]
    assert counts_of(ben) == {"Quick": 1, "Slow": None}
    assert asked[3:] == [["Quick"]]


# ---- order ---------------------------------------------------------------------------------------


def test_everybody_puts_the_views_of_their_own_rail_in_order(ada, ben, browser_of):
    first, second, third = (saved(ben, name, is_shared=True) for name in "abc")
    browser = browser_of(ben)
    sent = {"order": [third.public_id, first.public_id, second.public_id]}
    assert browser.post("/inbox/views/arrangement/", sent).status_code == 302
    ben.refresh_from_db()
    assert list(counts_of(ben)) == ["c", "a", "b"]
    assert list(counts_of(ada)) == ["a", "b", "c"]
    browser.post("/inbox/views/arrangement/", {"move": second.public_id, "to": "up"})
    browser.post("/inbox/views/arrangement/", {"move": third.public_id, "to": "out"})
    ben.refresh_from_db()
    assert list(counts_of(ben)) == ["b", "a"]
    browser.post("/inbox/views/arrangement/", {"move": third.public_id, "to": "in"})
    ben.refresh_from_db()
    assert list(counts_of(ben)) == ["b", "a", "c"]
    assert Entry.objects.filter(kind="teammate.preferences_changed").count() == 4


def test_what_is_not_there_cannot_be_arranged(ben, cleo):
    theirs = saved(cleo)
    held = arrange_views(ben, order=[theirs.public_id, "vw_none", "\0"], hidden=["x"])
    assert held.preferences.get("views") is None


# ---- done with the whole view --------------------------------------------------------------------


def test_a_whole_view_is_what_it_was_when_it_was_chosen(begin, dora, emil, ben):
    mine, other = begin(dora), begin(emil)
    view = saved(ben)
    begin_batch(by=ben, view=view.slug, part="status", values={"status": "closed"})
    save_view(view, by=ben, condition=OPEN)
    work_off_batches(5)
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.status, other.status) == ("closed", "open")


def test_a_filtered_list_is_done_with_as_far_as_it_is_shown(begin, dora, emil, ben, browser_of):
    mine, other = begin(dora), begin(emil)
    sent = {"part": "status", "values": json.dumps({"status": "closed"})}
    query = "?filter=" + json.dumps(DORAS)
    answer = browser_of(ben).post(f"/inbox/all/many/all/{query}", sent)
    assert answer.status_code == 201, answer.content
    work_off_batches(5)
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.status, other.status) == ("closed", "open")


# ---- told ----------------------------------------------------------------------------------------


def test_those_who_see_a_view_are_told_that_it_changed(
    ada, ben, cleo, support, published, django_capture_on_commit_callbacks
):
    def told(**more):
        published.clear()
        with django_capture_on_commit_callbacks(execute=True):
            saved(ben, **more)
        return [topics for topics, frame in published if frame == {"type": "views"}]

    own = f"teammate.{ben.public_id}"
    assert told() == [[own]]
    assert told(team=support) == [[own]]
    assert told(is_shared=True) == [["inbox"]]


# ---- the API -------------------------------------------------------------------------------------


def test_the_api_keeps_views_and_lists_what_is_in_them(client, begin, dora, emil, ben, cleo):
    conversation = begin(dora)
    begin(emil)
    scopes = ["conversations:read", "conversations:write"]

    def asking(teammate):
        token = create_token(by=None, teammate=teammate, name="api", scopes=scopes)[1]
        return {
            "headers": {"authorization": f"Bearer {token}"},
            "content_type": "application/json",
        }

    own, theirs, apps = asking(ben), asking(cleo), asking(None)
    made = client.post("/api/v1/views", {"name": "Doras", "condition": DORAS}, **own)
    assert made.status_code == 201, made.content
    address = f"/api/v1/views/{made.json()['id']}"
    listed = client.get(f"/api/v1/conversations?view=view-{made.json()['id']}", **own).json()
    assert [row["id"] for row in listed["results"]] == [conversation.public_id]
    assert client.get(address, **theirs).status_code == 404
    assert client.get("/api/v1/views", **theirs).json()["results"] == []
    changed = client.patch(address, {"is_shared": True, "name": "Ours"}, **own)
    assert changed.json()["is_shared"] is True
    for reader in (theirs, apps):
        [found] = client.get("/api/v1/views", **reader).json()["results"]
        assert (found["name"], found["faults"]) == ("Ours", [])
        assert client.patch(address, {"name": "Mine"}, **reader).status_code == 403
        assert client.delete(address, **reader).status_code == 403
    for wrong in ({"condition": []}, {"condition": {"fact": 1}}, {"name": ""}, {"owner": "x"}):
        assert client.patch(address, wrong, **own).status_code == 400, wrong
    assert client.post("/api/v1/views", {"name": "x", "condition": OPEN}, **apps).status_code == 403
    assert client.delete(address, **own).json()["name"] == "Ours"
    assert not SavedView.objects.exists()


# ---- what they ask for by a name -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "op", "value"),
    [
        ("conversation.tags", "contains", "REFUND"),
        ("conversation.tags", "contains_any", ["vip", "Refund"]),
        ("contact.tags", "contains", "refund"),
    ],
)
def test_a_tag_that_gets_another_name_is_still_asked_for(
    begin, dora, emil, ben, browser_of, fact, op, value
):
    refund, _ = find_or_create_tag("refund", by=ben)
    find_or_create_tag("vip", by=ben)
    mine = begin(dora)
    begin(emil)
    tag(mine, by=ben, add=[refund])
    tag_contact(dora, by=ben, add=[refund])
    view = saved(ben, "Money", condition={"fact": fact, "op": op, "value": value})
    assert refund.public_id in json.dumps(view.condition)
    change_tag(refund, by=ben, name="money back", is_archived=True)
    find_or_create_tag("refund", by=ben)
    browser = browser_of(ben)
    assert names_in(browser, view) == {mine.public_id} and counts_of(ben) == {"Money": 1}
    form = browser.get(f"/inbox/views/{view.public_id}/").content.decode()
    assert 'value="money back"' in form and refund.public_id not in form
    filtered = browser.get("/inbox/all/", {"filter": json.dumps(view.condition)}).content.decode()
    assert "contains any of" in filtered or "contains “money back”" in filtered


def test_the_form_takes_a_tag_by_its_name_and_refuses_one_that_there_is_not(ben, browser_of):
    refund, _ = find_or_create_tag("Money back", by=ben)
    browser = browser_of(ben)
    asked = {"name": "Money", "c.0.fact": "conversation.tags", "c.0.was": "conversation.tags"}
    asked |= {"c.0.op": "contains", "c.word": "all", "audience": "me"}
    refused = browser.post("/inbox/views/", asked | {"c.0.value": "nothing such"})
    assert refused.status_code == 400 and not SavedView.objects.exists()
    assert "There is no nothing such among them." in refused.content.decode()
    assert browser.post("/inbox/views/", asked | {"c.0.value": "money BACK"}).status_code == 302
    (clause,) = SavedView.objects.get().condition["all"]
    assert clause["value"] == refund.public_id


def test_a_colleague_who_left_is_still_asked_for_by_name(begin, dora, ada, ben, cleo, browser_of):
    mine = assign(begin(dora), by=ada, assignee=cleo)
    close(mine, by=ada)
    asked = {"fact": "conversation.assignee", "op": "is", "value": cleo.public_id}
    view = saved(ben, "Cleo's", condition=asked)
    deactivate(cleo, by=ada)
    browser = browser_of(ben)
    assert names_in(browser, view) == {mine.public_id}
    page = browser.get(f"/inbox/{view.slug}/").content.decode()
    assert "what it asks for is gone" not in page
    assert "Cleo Marchand (left)" in browser.get(f"/inbox/views/{view.public_id}/").content.decode()


def test_conditions_with_names_of_tags_become_ones_with_ids():
    migration = import_module("inbox.migrations.0025_conditions_hold_tags_by_id")
    asked = {"fact": "conversation.tags", "op": "contains", "value": "Refund"}
    several = {"fact": "contact.tags", "op": "contains_any", "value": ["vip", "unheard of"]}
    name = {"fact": "contact.name", "op": "is", "value": "refund"}
    empty = {"fact": "contact.tags", "op": "is_empty"}
    tree = {"any": [asked, {"not": {"all": [several, name, empty]}}]}
    again = migration.named(tree, {"refund": "tag_1", "vip": "tag_2"})
    assert again == {
        "any": [
            asked | {"value": "tag_1"},
            {"not": {"all": [several | {"value": ["tag_2", "unheard of"]}, name, empty]}},
        ]
    }


# ---- contacts and companies change ---------------------------------------------------------------


@pytest.fixture
def named(published, django_capture_on_commit_callbacks):
    """named(change): the conversations that a change names to lists, by topic."""

    def asked(change):
        published.clear()
        with django_capture_on_commit_callbacks(execute=True):
            change()
        told = [(topics, frame) for topics, frame in published if frame["type"] == "belonging"]
        assert not any(frame["is_cut"] for _, frame in told)
        found = {}
        for topics, frame in told:
            found.setdefault(topics[0], set()).update(frame["conversations"])
        return found

    return asked


def test_a_contact_that_changes_names_its_conversations_to_lists(
    begin, dora, emil, otto, ada, ben, globex, named
):
    begin(emil)
    mine = {begin(dora).public_id, begin(dora).public_id}
    vip, _ = find_or_create_tag("vip", by=ben)
    changes = (
        lambda: update_contact(dora, by=ben, name="Dora L."),
        lambda: update_contact(dora, by=ben, company=globex),
        lambda: update_contact(dora, by=ben, attributes={"size": "L"}),
        lambda: edit_contact(dora, "email", "dora@new.test", was="dora@acme.test", by=ben),
        lambda: tag_contact(dora, by=ben, add=[vip]),
        lambda: block_contact(dora, by=ben),
    )
    for number, change in enumerate(changes):
        assert named(change) == {"inbox": mine}, number
    assert named(lambda: update_contact(otto, by=ben, name="Otto K.")) == {}


def test_a_private_teams_conversations_are_named_to_that_team_alone(
    begin, dora, ada, billing, named
):
    shown, hidden = begin(dora), begin(dora)
    assign(hidden, by=ada, team=billing)
    assert named(lambda: update_contact(dora, by=ada, name="Dora L.")) == {
        "inbox": {shown.public_id},
        f"team.{billing.public_id}": {hidden.public_id},
    }


def test_a_company_that_changes_names_the_conversations_of_its_people(
    begin, dora, emil, acme, ben, named
):
    mine = begin(dora).public_id
    begin(emil)
    assert named(lambda: update_company(acme, by=ben, plan="enterprise")) == {"inbox": {mine}}
    assert named(lambda: update_company(acme, by=ben, plan="enterprise")) == {}


def test_merged_contacts_name_the_conversations_of_both(begin, dora, otto, named):
    both = {begin(dora).public_id, begin(otto).public_id}
    assert named(lambda: merge_contacts(dora, otto, by=None)) == {"inbox": both}


def test_what_has_many_conversations_names_some_and_says_so(
    begin, dora, emil, acme, ben, published, monkeypatch, django_capture_on_commit_callbacks
):
    begin(dora)
    newest = begin(dora)
    monkeypatch.setattr(frames, "BELONGING_MAX", 1)
    with (
        CaptureQueriesContext(connection) as asked,
        django_capture_on_commit_callbacks(execute=True),
    ):
        update_company(acme, by=ben, plan="enterprise")
    (frame,) = [frame for _, frame in published if frame["type"] == "belonging"]
    assert frame["conversations"] == [newest.public_id] and frame["is_cut"]
    reads = [row["sql"] for row in asked if 'FROM "inbox_conversation"' in row["sql"]]
    assert len(reads) == 1 and "savedview" not in "".join(row["sql"] for row in asked)
    published.clear()
    monkeypatch.setattr(frames, "BELONGING_MAX", 50)
    monkeypatch.setattr(frames, "PEOPLE_MAX", 1)
    update_contact(emil, by=ben, company=acme)
    with django_capture_on_commit_callbacks(execute=True):
        update_company(acme, by=ben, plan="free")
    assert all(frame["is_cut"] for _, frame in published if frame["type"] == "belonging")
