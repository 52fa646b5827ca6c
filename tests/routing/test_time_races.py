"""A rule by time acts once, whoever looks and whoever dies. Real processes, real commits."""

import os
import signal
import subprocess
import sys
import uuid
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from ground.hours import due
from ground.hours.models import DueRow
from ground.journal.models import Decision, Entry
from ground.journal.reactions import run_owed
from inbox.actions import reply
from inbox.models import Message
from routing.models import Rule
from tests.races import at_once
from tests.routing.crews import ask

WORKER = """
import sys, time
import django
from django.conf import settings
django.setup()
settings.DATABASES["default"]["NAME"] = sys.argv[1]
from ground.hours import due
from routing.actions import saying

def hang(*args):
    print("told", flush=True)
    time.sleep(60)

saying.close_it = hang
due.run_due()
"""


@pytest.mark.django_db(transaction=True)
def test_one_text_and_one_closing_of_two_schedulers_and_a_killed_worker(line, dora, ada, ben):
    conversation = ask(dora, line)
    reply(conversation, by=ben, body="Here it is", client_id=uuid.uuid4())
    Message.objects.update(created_at=F("created_at") - timedelta(days=4))
    Rule.objects.create(
        name="Closed after silence",
        moment="passes",
        since="silent",
        after_minutes=3 * 24 * 60,
        condition={"all": []},
        says={"en": "Shall we close this?"},
        closes=True,
    )
    run_owed()
    assert DueRow.objects.get().kind == "routing.time"
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, connection.settings_dict["NAME"]],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert worker.stdout.readline() == "told\n"
        assert due.run_due() == 0, "it is that worker's"
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    assert not conversation.messages.automatic().exists(), "half of it is nothing"
    with transaction.atomic():
        DueRow.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert at_once(due.run_due, due.run_due, due.run_due) == []
    assert conversation.messages.automatic().count() == 1
    assert Entry.objects.filter(kind="conversation.closed").count() == 1
    assert Decision.objects.filter(explanation__moment="passes").count() == 1
