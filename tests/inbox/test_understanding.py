"""Customers' words are understood after they were shown, and what is found out is shown, too."""

import uuid

import pytest

from config.composition import FRAMES
from config.reactions import APART, REACTIONS
from ground import meaning
from ground.journal import reactions, tasks
from ground.journal.models import Entry, Reaction
from ground.meaning import NOTHING, Understood
from inbox import frames, moods
from inbox.actions import close, reply, understanding
from inbox.models import Conversation

pytestmark = pytest.mark.django_db

SAID = {
    "I am furious": Understood("en", -0.9),
    "Order 8841": Understood(None, 0.0),
    "Danke schön": Understood("de", 0.9),
}


@pytest.fixture
def understood(monkeypatch):
    """What the words of these tests are understood as, and with how much time."""
    asked = []

    def understand(text, *, has_time=True):
        asked.append((text, has_time))
        return SAID.get(text, NOTHING)

    monkeypatch.setattr(meaning, "understand", understand)
    return asked


def say(conversation, *texts):
    for text in texts:
        reply(conversation, by=conversation.contact, body=text, client_id=uuid.uuid4())
    reactions.run_owed()
    conversation.refresh_from_db()
    return conversation


def test_an_upset_customer_is_known_with_the_message_and_the_conversation(
    understood, begin, dora, ben, browser_of
):
    conversation = say(begin(dora), "I am furious")
    assert (conversation.mood, conversation.sentiment, conversation.language) == (
        "upset",
        -0.9,
        "en",
    )
    message = conversation.messages.latest("seq")
    assert (message.sentiment, message.language) == (-0.9, "en")
    entry = Entry.objects.filter(kind="message.understood").latest("id")
    assert entry.cause.kind == "message.received" and entry.cause.after["message"] == (
        message.public_id
    )
    assert entry.after["sentiment"] == -0.9
    assert (entry.before["mood"], entry.after["mood"]) == (None, "upset")
    assert not any(topic.startswith("contact.") for topic in entry.topics)
    page = browser_of(ben).get(f"/inbox/all/{conversation.public_id}/").content.decode()
    assert page.count('class="tag is-upset"') == 1 and page.count('class="state is-upset"') == 1


def test_only_a_mark_that_is_seen_takes_what_was_fetched_ahead_from_screens(
    understood, begin, dora, published, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        conversation = say(begin(dora, "Danke schön"), "I am furious")
    seen = [frame["is_seen"] for _, frame in published if "is_seen" in frame]
    assert seen == [False, True]
    assert conversation.mood == "upset"


def test_who_was_angry_is_not_forgotten_at_the_next_word(understood, begin, dora):
    conversation = say(begin(dora), "I am furious", "Order 8841")
    assert conversation.sentiment == -0.45
    assert say(conversation, "Danke schön").mood == "content"
    assert conversation.language == "de"


def test_nobody_is_marked_where_there_is_nothing_to_be_done(
    understood, begin, dora, ben, browser_of
):
    conversation = say(begin(dora), "I am furious")
    assert conversation.is_upset
    close(conversation, by=ben)
    conversation.refresh_from_db()
    assert conversation.mood == "upset" and not conversation.is_upset
    assert (
        "is-upset"
        not in browser_of(ben).get(f"/inbox/all/{conversation.public_id}/").content.decode()
    )


def test_without_understanding_all_goes_on_with_nothing_known(begin, dora, monkeypatch):
    monkeypatch.setattr(meaning, "understand", lambda text, has_time: NOTHING)
    conversation = say(begin(dora))
    assert (conversation.mood, conversation.sentiment, conversation.language) == (None, None, "")
    entry = Entry.objects.get(kind="message.understood")
    assert entry.after["sentiment"] is None and "mood" not in entry.after
    (owed,) = entry.reactions.all()
    assert owed.name == "routing.tasks.route" and owed.done_at is not None


def test_the_browser_tells_the_language_until_the_words_do(understood, begin, dora):
    dora.locale = "ro-RO"
    dora.save(update_fields=["locale"])
    conversation = say(begin(dora, "Order 8841"))
    assert conversation.language == "ro"
    assert say(conversation, "I am furious").language == "en"


def test_a_row_is_shown_anew_only_if_lists_tell_or_ask_something_else(understood, begin, dora):
    conversation = say(begin(dora), "I am furious", "I am furious")
    first, *_, last = Entry.objects.filter(kind="message.understood").order_by("id")
    locked = Conversation.objects.for_list().get(pk=conversation.pk)
    first.rows, last.rows = {"conversation": locked}, {}
    ((topics, frame),) = frames.mood(first)
    assert frame["type"] == "conversation" and "is-upset" in frame["html"]
    assert f"conversation.{conversation.public_id}" in topics
    assert list(frames.mood(last)) == []
    assert "mood" not in last.after, "nothing has changed by it"


def test_in_a_flood_nobody_waits_for_moods(understood, begin, dora, monkeypatch):
    monkeypatch.setattr(understanding, "PATIENCE", 1)
    monkeypatch.setattr(reactions, "SLOW_BATCH", 1)
    conversation = begin(dora, "Order 8841")
    say(conversation, "I am furious", "I am furious", "I am furious")
    assert [has_time for _, has_time in understood] == [False, False, True, True]
    assert not Reaction.objects.filter(done_at=None).exists()


def test_understanding_has_a_lane_of_its_own(understood, begin, dora):
    begin(dora, "I am furious")
    reactions.run_quick()
    owed = Reaction.objects.filter(done_at=None)
    assert [row.name for row in owed] == ["inbox.tasks.understand"]
    assert understood == []
    tasks.drain_apart()
    assert understood == [("I am furious", True)]
    assert not owed.exclude(name="routing.tasks.route").exists()


def test_rules_are_asked_after_the_words_were_understood():
    assert "inbox.tasks.understand" in REACTIONS["message.received"]
    assert "routing.tasks.route" not in REACTIONS["message.received"]
    assert "routing.tasks.route" in REACTIONS["message.understood"]
    assert APART == ["inbox.tasks.understand"]
    assert FRAMES["message.understood"] == ["inbox.frames.mood"]


def test_done_twice_it_says_the_same(understood, begin, dora):
    conversation = say(begin(dora), "I am furious")
    entries = list(Entry.objects.filter(kind="message.received"))
    understanding.understand_messages(entries)
    conversation.refresh_from_db()
    assert conversation.sentiment == -0.9


def test_a_conversation_that_is_gone_is_skipped(understood, begin, dora):
    conversation = begin(dora)
    entries = list(Entry.objects.filter(kind="message.received"))
    conversation.delete()
    understanding.understand_messages(entries)
    assert not Entry.objects.filter(kind="message.understood").exists()


@pytest.mark.parametrize(
    ("before", "said", "after"),
    [(None, 0.3, 0.3), (-0.9, None, -0.9), (0.2, -0.8, -0.8), (-0.8, 0.2, -0.3), (-0.3, 0.9, 0.9)],
)
def test_what_is_calmer_counts_half_for_who_was_upset(before, said, after):
    assert moods.felt(before, said) == after
