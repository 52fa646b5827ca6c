"""Makes the database and the static files fit the code. bin/up and the containers run it."""

from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import connection

from config import pulse


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
            call_command("collectstatic", interactive=False, verbosity=0)
        if options["demo"] and "demo" in get_commands():
            call_command("demo", if_empty=True)
        # Signs of life of an earlier run would make this one look ready too soon.
        pulse.forget()
