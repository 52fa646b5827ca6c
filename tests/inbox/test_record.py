"""The customer's record: edited in place, by whom it may be, and seen by all who look."""

import json
import re
import uuid

import pytest

from ground.journal.models import Entry
from ground.web.problems import Invalid, NotAllowed, StateConflict
from inbox.actions import assign, close, reply, snooze
from inbox.record import Panel, known_panels
from people.actions import (
    create_contact,
    edit_company,
    edit_contact,
    merge_contacts,
    track,
    upsert_company,
)
from people.models import Attribute, Company, Contact, Identity, Role
from tests.inbox.test_socket import opened
from tests.live import Socket, committed, play, session_cookie

pytestmark = pytest.mark.django_db

SCRIPT = {"hx-request": "true"}


def now(contact):
    return Contact.objects.get(pk=contact.pk)


def send(browser, conversation, field, value, was="", **more):
    return browser.post(
        f"/inbox/all/{conversation.public_id}/record/",
        {"field": field, "value": value, "was": was, **more},
        headers={"hx-request": "true", "hx-target": "about"},
    )


def done(answer):
    return json.loads(answer["HX-Trigger"])["inbox:done"]


def undo(browser, answer):
    step = done(answer)["undo"]
    return browser.post(step["url"], step["values"], headers={"hx-request": "true"})


# ---- fields --------------------------------------------------------------------------------------


def test_a_name_is_changed_with_an_entry_and_taken_back(conversation, dora, ben, browser_of):
    browser = browser_of(ben)
    answer = send(browser, conversation, "name", "  Dora  Lind ", was="Dora Lindqvist")
    assert now(dora).name == "Dora Lind"
    assert done(answer)["words"] == "Name: Dora Lind."
    page = answer.content.decode()
    assert page.lstrip().startswith('<div id="about"') and "Dora Lind<" in page
    entry = Entry.objects.get(kind="contact.updated")
    assert entry.before == {"name": "Dora Lindqvist"} and entry.after == {"name": "Dora Lind"}
    assert entry.actor_id == ben.public_id
    assert undo(browser, answer).status_code == 200
    assert now(dora).name == "Dora Lindqvist"


def test_without_scripts_it_is_a_plain_form(conversation, dora, ben, browser_of):
    browser = browser_of(ben)
    path = f"/inbox/all/{conversation.public_id}/"
    page = browser.get(path).content.decode()
    assert f'action="{path}record/"' in page and 'name="was" value="Dora Lindqvist"' in page
    values = {"field": "name", "value": "Dora", "was": "Dora Lindqvist"}
    assert browser.post(f"{path}record/", values).headers["Location"] == path
    assert now(dora).name == "Dora"


def test_two_who_edit_at_once_do_not_overwrite_each_other(conversation, dora, ben, browser_of):
    browser = browser_of(ben)
    send(browser, conversation, "name", "Dora", was="Dora Lindqvist")
    assert send(browser, conversation, "name", "D.", was="Dora Lindqvist").status_code == 409
    assert now(dora).name == "Dora"


def test_attributes_are_edited_in_their_types(dora, ben):
    define = Attribute.objects.create
    define(subject="contact", key="seats", label="Seats", type="number")
    define(subject="contact", key="vip", label="VIP", type="boolean")
    define(subject="contact", key="size", label="Size", type="choice", choices=["S", "L"])
    define(subject="contact", key="since", label="Since", type="datetime")
    for key, text, stored in [
        ("seats", "12", 12),
        ("vip", "true", True),
        ("size", "L", "L"),
        ("since", "2026-05-01T09:30", "2026-05-01T09:30:00Z"),
        ("free", "two\r\nlines", "two\nlines"),
    ]:
        edit = edit_contact(dora, f"attributes.{key}", text, was="", by=ben)
        assert now(dora).attributes[key] == stored
        back = edit_contact(dora, f"attributes.{key}", edit.before, was=edit.after, by=ben)
        assert key not in now(dora).attributes and back.after == ""
    for key, text in [("seats", "many"), ("vip", "maybe"), ("size", "XL"), ("since", "soon")]:
        with pytest.raises(Invalid):
            edit_contact(dora, f"attributes.{key}", text, was="", by=ben)
    assert now(dora).attributes == {}


def test_a_company_is_chosen_by_name_or_made(conversation, dora, globex, ben, browser_of):
    browser = browser_of(ben)
    acme = dora.company
    answer = send(browser, conversation, "company", "gLOBEX", was=acme.public_id)
    assert now(dora).company == globex and done(answer)["words"] == "Company: Globex."
    undo(browser, answer)
    assert now(dora).company == acme
    send(browser, conversation, "company", "Initech", was=acme.public_id)
    initech = Company.objects.get(name="Initech")
    assert now(dora).company == initech
    assert Entry.objects.get(kind="company.created", subject_id=initech.public_id).after == {
        "name": "Initech"
    }
    send(browser, conversation, "company", "", was=initech.public_id)
    assert now(dora).company is None


def test_companies_are_offered_while_typing(globex, acme, ben, browser_of):
    upsert_company(by=None, external_id="x", name="<b>Acme</b> Nord")
    page = browser_of(ben).get("/inbox/companies/?q=acm").content.decode()
    assert page.count("<option") == 2 and "<b>" not in page and "Globex" not in page
    assert "<option" not in browser_of(ben).get("/inbox/companies/?q=%00").content.decode()


# ---- addresses -----------------------------------------------------------------------------------


def test_an_address_from_a_teammate_is_never_verified(conversation, dora, ben, browser_of):
    browser = browser_of(ben)
    assert Identity.objects.get(value="dora@acme.test").is_verified
    answer = send(browser, conversation, "email", "Dora@New.Test", was="dora@acme.test")
    fresh = now(dora).identities.get(kind="email")
    assert (fresh.value, fresh.trust, fresh.source) == (
        "dora@new.test",
        Identity.Trust.CLAIMED,
        "teammate",
    )
    row = answer.content.decode().split('data-row="email dora@new.test"')[1].split("</summary>")[0]
    assert "Unverified" in row
    kinds = Entry.objects.filter(kind__startswith="identity.", actor_type="teammate")
    assert sorted(kinds.values_list("kind", flat=True)) == ["identity.added", "identity.removed"]
    undo(browser, answer)
    back = now(dora).identities.get(kind="email")
    assert (back.value, back.is_verified) == ("dora@acme.test", True)


def test_nobody_else_gives_an_address_its_proof_back(dora, ben, ada):
    edit_contact(dora, "email", "", was="dora@acme.test", by=ben)
    edit_contact(dora, "email", "dora@acme.test", was="", by=ada)
    assert not now(dora).identities.get(kind="email").is_verified


def test_an_address_of_another_contact_is_refused_and_nothing_is_written(
    conversation, dora, emil, ben, browser_of
):
    before = Entry.objects.count()
    answer = send(browser_of(ben), conversation, "email", "emil@globex.test", was="dora@acme.test")
    assert answer.status_code == 409 and "Merge" in json.dumps(answer.json())
    assert now(dora).email == "dora@acme.test" and now(emil).email == "emil@globex.test"
    assert now(dora).claims == {} and Entry.objects.count() == before


def test_a_phone_is_added_and_what_is_none_is_refused(dora, ben):
    edit_contact(dora, "phone", "+49 30 1234567", was="", by=ben)
    assert now(dora).phone == "+49301234567"
    with pytest.raises(Invalid):
        edit_contact(dora, "phone", "later", was="+49301234567", by=ben)
    with pytest.raises(StateConflict):
        edit_contact(dora, "phone", "", was="+4930999999", by=ben)


# ---- who, and what is hostile --------------------------------------------------------------------


def test_who_may_not_edit_reads_only(conversation, dora, ben, browser_of):
    ben.role = Role.objects.create(name="Replier", capabilities=["conversations.reply"])
    ben.save()
    page = browser_of(ben).get(f"/inbox/all/{conversation.public_id}/").content.decode()
    assert "dora@acme.test" in page and 'name="was"' not in page
    answer = send(browser_of(ben), conversation, "name", "D", was="Dora Lindqvist")
    assert answer.status_code == 403 and now(dora).name == "Dora Lindqvist"
    with pytest.raises(NotAllowed):
        edit_contact(dora, "email", "", was="dora@acme.test", by=ben)


def test_the_record_of_a_hidden_conversation_is_not_edited(
    conversation, dora, ada, ben, billing, browser_of
):
    assign(conversation, by=ada, team=billing)
    assert send(browser_of(ben), conversation, "name", "D", was="Dora Lindqvist").status_code == 404
    assert now(dora).name == "Dora Lindqvist"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("", "x"),
        ("role", "user"),
        ("external_id", "dora-2"),
        ("is_blocked", "true"),
        ("attributes.", "x"),
        ("attributes.\x00", "x"),
        ("attributes.\u00e9", "x"),
        ("attributes.n", "x" * 1025),
        ("name", "x" * 201),
        ("name", "a\x00b"),
        ("name", "\u202e\x07"),
        ("email", "nobody"),
        ("company", "x" * 201),
    ],
)
def test_what_is_no_field_or_no_value_is_refused(
    conversation, dora, acme, ben, browser_of, field, value
):
    was = {"name": "Dora Lindqvist", "company": acme.public_id, "email": "dora@acme.test"}
    before = Entry.objects.count()
    answer = send(browser_of(ben), conversation, field, value, was=was.get(field, ""))
    assert answer.status_code == 400
    assert Entry.objects.count() == before


# ---- the company ---------------------------------------------------------------------------------


def send_company(browser, conversation, field, value, was="", company=None):
    company = company or conversation.contact.company
    return send(browser, conversation, field, value, was, company=company.public_id)


def known(company):
    return Company.objects.get(pk=company.pk)


def test_a_company_is_edited_in_its_rows_with_an_entry_and_taken_back(
    conversation, dora, acme, ben, browser_of
):
    browser = browser_of(ben)
    answer = send_company(browser, conversation, "plan", " scale ", was="pro")
    assert known(acme).plan == "scale" and done(answer)["words"] == "Plan: scale."
    page = section_of(answer.content.decode(), "Company")
    assert 'data-row="company.plan"' in page and 'name="was" value="scale"' in page
    entry = Entry.objects.get(kind="company.updated")
    assert (entry.before, entry.after) == ({"plan": "pro"}, {"plan": "scale"})
    assert (entry.subject_id, entry.actor_id) == (acme.public_id, ben.public_id)
    assert undo(browser, answer).status_code == 200
    assert known(acme).plan == "pro"
    answer = send_company(browser, conversation, "monthly_spend", "1250.5", was="900.00")
    assert str(known(acme).monthly_spend) == "1250.50"
    assert done(answer)["words"] == "Monthly spend: 1250.50."
    undo(browser, answer)
    assert str(known(acme).monthly_spend) == "900.00"
    answer = send_company(browser, conversation, "monthly_spend", "", was="900.00")
    assert known(acme).monthly_spend is None
    assert done(answer)["words"] == "Monthly spend taken away."
    undo(browser, answer)
    assert str(known(acme).monthly_spend) == "900.00"
    assert now(dora).name == "Dora Lindqvist" and now(dora).company == acme


def test_attributes_of_a_company_keep_their_own_types(conversation, dora, acme, ben, browser_of):
    define = Attribute.objects.create
    define(subject="company", key="seats", label="Desks", type="number")
    define(subject="contact", key="seats", label="Chairs", type="text")
    define(subject="company", key="size", label="Size", type="choice", choices=["S", "L"])
    browser = browser_of(ben)
    page = browser.get(f"/inbox/all/{conversation.public_id}/").content.decode()
    assert "2 without a value" in section_of(page, "Company")
    answer = send_company(browser, conversation, "attributes.seats", "12")
    assert known(acme).attributes == {"seats": 12} and now(dora).attributes == {}
    assert done(answer)["words"] == "Desks: 12."
    page = section_of(answer.content.decode(), "Company")
    assert 'data-row="company.attributes.seats"' in page and "1 without a value" in page
    assert send(browser, conversation, "attributes.seats", "many").status_code == 200
    assert now(dora).attributes == {"seats": "many"} and known(acme).attributes == {"seats": 12}
    undo(browser, answer)
    assert known(acme).attributes == {} and now(dora).attributes == {"seats": "many"}
    assert send_company(browser, conversation, "attributes.size", "XL").status_code == 400
    assert known(acme).attributes == {}


def test_without_scripts_a_company_has_plain_forms(conversation, acme, ben, browser_of):
    browser = browser_of(ben)
    path = f"/inbox/all/{conversation.public_id}/"
    page = section_of(browser.get(path).content.decode(), "Company")
    assert f'action="{path}record/"' in page
    assert f'name="company" value="{acme.public_id}"' in page
    values = {"field": "plan", "value": "free", "was": "pro", "company": acme.public_id}
    assert browser.post(f"{path}record/", values).headers["Location"] == path
    assert known(acme).plan == "free"


def test_two_who_edit_a_company_at_once_do_not_overwrite_each_other(
    conversation, dora, acme, globex, ben, ada, browser_of
):
    browser = browser_of(ben)
    edit_company(acme, "plan", "scale", was="pro", by=ada)
    assert send_company(browser, conversation, "plan", "free", was="pro").status_code == 409
    # The customer has gone to a company whose plan is the same text.
    edit_company(globex, "plan", "scale", was="free", by=ada)
    edit_contact(dora, "company", globex.public_id, was=acme.public_id, by=ada)
    before = Entry.objects.count()
    answer = send_company(browser, conversation, "plan", "free", was="scale", company=acme)
    assert answer.status_code == 409
    assert (known(acme).plan, known(globex).plan) == ("scale", "scale")
    assert Entry.objects.count() == before


def test_who_may_not_edit_reads_the_company_only(conversation, acme, ben, browser_of):
    ben.role = Role.objects.create(name="Replier", capabilities=["conversations.reply"])
    ben.save()
    browser = browser_of(ben)
    path = f"/inbox/all/{conversation.public_id}/"
    page = section_of(browser.get(path).content.decode(), "Company")
    assert "900.00" in page and "<form" not in page
    answer = send_company(browser, conversation, "plan", "free", was="pro")
    assert answer.status_code == 403 and known(acme).plan == "pro"
    Company.objects.update(plan="", monthly_spend=None)
    assert "<h3>Company<" not in browser.get(path).content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Emca"),
        ("external_id", "other"),
        ("company", "x"),
        ("email", "a@b.test"),
        ("public_id", "x"),
        ("plan", "x" * 61),
        ("plan", "a\x00b"),
        ("plan", "\u202e\x07"),
        ("monthly_spend", "much"),
        ("monthly_spend", "NaN"),
        ("monthly_spend", "-Infinity"),
        ("monthly_spend", "1e999999999"),
        ("monthly_spend", "9" * 1000),
        ("monthly_spend", "10000000000"),
        ("monthly_spend", "9999999999.999"),
        ("monthly_spend", "900\x00"),
        ("attributes.", "x"),
        ("attributes.\x00", "x"),
        ("attributes.\u00e9", "x"),
        ("attributes.n", "x" * 1025),
        ("attributes." + "k" * 61, "x"),
        ("attributes.seats", "many"),
        ("attributes.seats", "9" * 19),
        ("attributes.seats", "1e400"),
    ],
)
def test_what_is_no_field_of_a_company_or_no_value_is_refused(
    conversation, acme, ben, browser_of, field, value
):
    Attribute.objects.create(subject="company", key="seats", label="Seats", type="number")
    was = {"plan": "pro", "monthly_spend": "900.00", "name": "Acme", "external_id": "acme"}
    before = Entry.objects.count()
    answer = send_company(browser_of(ben), conversation, field, value, was=was.get(field, ""))
    assert answer.status_code == 400
    assert (known(acme).name, known(acme).plan, known(acme).attributes) == ("Acme", "pro", {})
    assert str(known(acme).monthly_spend) == "900.00" and Entry.objects.count() == before


@pytest.mark.parametrize(("company", "status"), [("x" * 41, 400), ("co\x00", 400), ("co_no", 409)])
def test_what_is_no_company_of_theirs_is_refused(
    conversation, dora, acme, ben, browser_of, company, status
):
    more = {"company": company}
    answer = send(browser_of(ben), conversation, "plan", "free", was="pro", **more)
    assert answer.status_code == status and known(acme).plan == "pro"
    dora.company = None
    dora.save()
    answer = send_company(browser_of(ben), conversation, "plan", "free", was="pro", company=acme)
    assert answer.status_code == 409 and known(acme).plan == "pro"


def test_an_edit_of_a_company_reaches_all_who_look_at_one_of_its_people(
    conversation,
    dora,
    emil,
    ben,
    browser_of,
    published,
    django_capture_on_commit_callbacks,
):
    with django_capture_on_commit_callbacks(execute=True):
        send_company(browser_of(ben), conversation, "plan", "free", was="pro")
    ((topics, frame),) = [each for each in published if each[1]["type"] == "record"]
    assert f"record.{dora.public_id}" in topics and f"record.{emil.public_id}" not in topics
    assert frame == {"type": "record", "company": dora.company.public_id}


# ---- live, composed ------------------------------------------------------------------------------


def test_colleagues_who_look_at_the_same_record_hear_of_it(
    conversation, begin, dora, emil, ben, ada, browser_of
):
    cookies = [session_cookie(browser_of(mate)) for mate in (ben, ada)]
    other = begin(emil)

    async def scene():
        sockets = []
        for cookie, watched in zip(cookies, (conversation, other), strict=True):
            socket = Socket("/ws/inbox/", origin="http://127.0.0.1:8000", cookie=cookie)
            await socket.open()
            watch = {"view": "all", "conversation": {watched.public_id: 0}}
            await socket.say({"type": "hello", "watch": watch})
            await socket.hear("ready")
            sockets.append(socket)
        await committed(lambda: edit_contact(dora, "name", "Do", was="Dora Lindqvist", by=ada))
        heard = await sockets[0].hear("record")
        await sockets[1].hears_nothing()
        for socket in sockets:
            await socket.close()
        return heard

    assert play(scene) == {"type": "record", "contact": dora.public_id}


def test_who_has_the_record_on_screen_hears_that_the_customer_did_something(
    conversation, begin, dora, emil, ben, ada, browser_of
):
    cookies = [session_cookie(browser_of(mate)) for mate in (ben, ada)]
    other = begin(emil)

    async def scene():
        bens, _ = await opened(cookies[0], conversation)
        adas, _ = await opened(cookies[1], other)
        await committed(lambda: track(dora, "order.placed", {"total": 12}))
        heard = await bens.hear("did")
        is_quiet = await adas.hears_nothing()
        await bens.close()
        await adas.close()
        return heard, is_quiet

    heard, is_quiet = play(scene)
    assert heard == {"type": "did", "contact": dora.public_id} and is_quiet
    assert Entry.objects.get(kind="contact.did").after["event"] == "order.placed"
    page = browser_of(ben).get(f"/inbox/all/{conversation.public_id}/").content.decode()
    assert "order.placed" in section_of(page, "Lately") and "data-further" not in page


def test_a_merge_has_the_sockets_of_both_look_again(
    dora, otto, ada, published, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        merge_contacts(dora, otto, by=ada)
    told = {(topics[0], frame["type"]) for topics, frame in published if "record." in topics[0]}
    assert told == {
        (f"record.{contact.public_id}", kind)
        for contact in (dora, otto)
        for kind in ("record", "access")
    }


LOYAL = Panel("inbox/record/company.html", lambda glance: {"company": {"name": "Loyal"}})
NEVER = Panel("inbox/record/company.html", lambda glance: None)


def test_a_house_composes_its_own_panels(conversation, ben, browser_of, monkeypatch):
    paths = ["tests.inbox.test_record.LOYAL", "tests.inbox.test_record.NEVER"]
    monkeypatch.setattr("config.composition.RECORD_PANELS", paths)
    known_panels.cache_clear()
    try:
        page = browser_of(ben).get(f"/inbox/all/{conversation.public_id}/").content.decode()
    finally:
        known_panels.cache_clear()
    record = page[page.index('id="record"') :].partition("</aside>")[0]
    assert record.count("<section>") == 1 and "Loyal" in record and "Known since" not in record


@pytest.mark.parametrize("count", [25, 100])
def test_the_record_asks_the_same_however_much_is_known(
    conversation, begin, dora, ben, browser_of, django_assert_num_queries, count
):
    for number in range(count):
        begin(dora, f"Question {number}")
        begin(create_contact(by=None, name=f"Gita {number}", company=dora.company))
        for subject in ("contact", "company"):
            Attribute.objects.create(subject=subject, key=f"key-{number}", label=f"Key {number}")
    path = f"/inbox/all/{conversation.public_id}/"
    browser = browser_of(ben)
    with django_assert_num_queries(18):
        browser.get(path, headers={"hx-request": "true", "hx-target": "record"})


# ---- what goes on --------------------------------------------------------------------------------


def links(text):
    return re.findall(r'href="(/inbox/all/[^"]*cursor=[^"]+)"', text)


def walk(browser, text, part):
    """The rows of a list to its end, by its own links."""
    rows = text.count("<time")
    while more := [link for link in links(text) if f"/{part}/" in link]:
        text = browser.get(more[0].replace("&amp;", "&"), headers=SCRIPT).content.decode()
        rows += text.count("<time")
    return rows


def section_of(page, title):
    return page.split(f"<h3>{title}")[1].split("</section>")[0]


def test_earlier_conversations_and_events_go_on_to_their_end(
    conversation, begin, dora, emil, ben, browser_of
):
    for number in range(19):
        begin(dora, f"Question {number}")
    begin(emil, "Secret of emil")
    for number in range(23):
        track(dora, name=f"ordered.{number}", by=None)
    browser = browser_of(ben)
    page = browser.get(f"/inbox/all/{conversation.public_id}/").content.decode()
    assert walk(browser, section_of(page, "Conversations"), "others") == 19
    assert walk(browser, section_of(page, "Lately"), "events") == 23
    for title in ("Conversations", "Lately"):
        further = browser.get(links(section_of(page, title))[0], headers=SCRIPT).content.decode()
        rows = further.count("<li") - further.count('<li class="more"')
        assert further.count("<li data-further>") == rows > 0, "in somebody's hands"
    plain = browser.get(links(section_of(page, "Lately"))[0]).content.decode()
    assert "Back to the conversation" in plain and "ordered." in plain


def test_the_list_of_others_holds_what_one_may_see_only(
    conversation, begin, dora, ada, ben, cleo, billing, browser_of
):
    for number in range(12):
        assign(begin(dora, f"Secret {number}"), by=ada, team=billing)
    path = f"/inbox/all/{conversation.public_id}/others/"
    assert "Secret" not in browser_of(ben).get(path, headers=SCRIPT).content.decode()
    assert "Secret 11" in browser_of(cleo).get(path, headers=SCRIPT).content.decode()


def test_an_earlier_conversation_says_who_spoke_last_how_it_stands_and_by_which_channel(
    conversation, begin, dora, ben, browser_of
):
    closed = begin(dora, "A lamp")
    reply(closed, by=ben, body="It is on its way", client_id=uuid.uuid4())
    close(closed, by=ben)
    snooze(begin(dora, "A coat"), by=ben, until=None)
    begin(dora, "A hat")
    path = f"/inbox/all/{conversation.public_id}/"
    section = section_of(browser_of(ben).get(path).content.decode(), "Conversations")
    rows = {"lamp": "Ben: </span>It is on its way", "coat": "A coat", "hat": "A hat"}
    states = {"lamp": "Closed", "coat": "Until they write", "hat": "Waiting"}
    for name, words in rows.items():
        row = next(each for each in section.split("<li>") if words in each)
        assert f"</svg>{states[name]}</span>" in row
        assert 'class="row-channel"' in row and ">Messenger </span>" in row
        assert ("row-author" in row) == (name == "lamp")


# ---- their company -------------------------------------------------------------------------------


@pytest.fixture
def gita(acme):
    """Dora's colleague."""
    return create_contact(by=None, name="Gita Rao", company=acme)


def company_of(page):
    return section_of(page, "Company") if "<h3>Company" in page else ""


def test_what_else_is_open_of_the_company_stands_beside_every_conversation(
    conversation, begin, dora, emil, gita, acme, ben, browser_of
):
    begin(dora, "Another of Dora's")
    begin(emil, "Not of the company")
    close(begin(gita, "Done long ago"), by=ben)
    said = [begin(gita, f"The tent leaks {number}") for number in range(4)]
    path = f"/inbox/all/{conversation.public_id}/"
    panel = company_of(browser_of(ben).get(path).content.decode())
    address = f"/inbox/search/?q=company:{acme.public_id}+is:open"
    assert f'<a href="{address}">4 open conversations of others at Acme</a>' in panel
    newest = [f"/inbox/all/{each.public_id}/" for each in said[:0:-1]]
    assert re.findall(r'href="(/inbox/all/cv_[^"]+)"', panel) == newest
    assert "<b>Gita Rao</b> The tent leaks 3" in panel
    assert "Done long ago" not in panel and "of Dora" not in panel and "Not of" not in panel


def test_of_a_company_with_much_open_it_counts_to_nine(conversation, begin, gita, ben, browser_of):
    for number in range(9):
        begin(gita, f"Tent {number}")
    path = f"/inbox/all/{conversation.public_id}/"
    assert ">9 open conversations of" in company_of(browser_of(ben).get(path).content.decode())
    begin(gita, "Tent 9")
    assert ">9+ open conversations of" in company_of(browser_of(ben).get(path).content.decode())


def test_of_the_company_nobody_sees_or_counts_what_is_hidden_from_them(
    conversation, begin, gita, ada, ben, cleo, billing, browser_of
):
    assign(begin(gita, "Secret"), by=ada, team=billing)
    path = f"/inbox/all/{conversation.public_id}/"
    seen = company_of(browser_of(cleo).get(path).content.decode())
    assert ">1 open conversation of others" in seen and "Secret" in seen
    hidden = company_of(browser_of(ben).get(path).content.decode())
    assert "Acme" in hidden and "of others" not in hidden and "Secret" not in hidden


def test_a_company_of_which_nothing_is_known_shows_what_is_open(begin, ben, browser_of):
    bare = upsert_company(by=None, external_id="bare", name="Bare")
    mine = create_contact(by=None, name="Hal", company=bare)
    path = f"/inbox/all/{begin(mine).public_id}/"
    begin(create_contact(by=None, name="Ivy", company=bare), "Is it open?")
    assert "1 open conversation of" in company_of(browser_of(ben).get(path).content.decode())
    # Who may edit has rows to fill in any case: the panel must be there for who may not.
    ben.role = Role.objects.create(name="Reader", capabilities=[])
    ben.save()
    panel = company_of(browser_of(ben).get(path).content.decode())
    assert "1 open conversation of" in panel and "<details" not in panel


@pytest.mark.parametrize("part", ["others", "events"])
def test_a_cursor_of_something_else_is_refused(conversation, ben, browser_of, part):
    path = f"/inbox/all/{conversation.public_id}/{part}/"
    for cursor in ("x", "\x00", "W10", "e30" * 900):
        assert browser_of(ben).get(path, {"cursor": cursor}, headers=SCRIPT).status_code == 400
