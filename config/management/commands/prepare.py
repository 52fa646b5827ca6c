"""Makes the database and the static files fit the code. bin/up and the containers run it."""

from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import connection

from config import pulse

# Nobody asks for the REST framework's own pages and for the second of two API browsers, and to
# compress them takes longer than all the rest.
NEVER_SERVED = ["rest_framework", "redoc"]


class Command(BaseCommand):
    help = "Brings the database and the static files up to date; safe to repeat."

    def add_arguments(self, parser):
        parser.add_argument("--static", action="store_true", help="collect static files, too")
        parser.add_argument("--demo", action="store_true", help="fill an empty database")

    def handle(self, *args, **options):
        # A migration that cannot have its lock soon must not stop everybody behind it.
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '10s'")
        call_command("migrate", interactive=False, verbosity=0)
        if options["static"]:
            call_command(
                "collectstatic", interactive=False, verbosity=0, ignore_patterns=NEVER_SERVED
            )
        if options["demo"] and "demo" in get_commands():
            call_command("demo", if_empty=True)
        # Signs of life of an earlier run would make this one look ready too soon.
        pulse.forget()
