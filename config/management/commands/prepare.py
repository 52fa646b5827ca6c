"""Makes the database and the static files fit the code. bin/up and the containers run it."""

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

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
        try:
            connection.ensure_connection()
        except OperationalError as error:
            said = str(error).strip().splitlines()[0]
            raise CommandError(f"the database that DATABASE_URL names is away: {said}") from None
        # A migration that cannot have its lock soon must not stop everybody behind it.
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '10s'")
        call_command("migrate", interactive=False, verbosity=0)
        if options["static"]:
            call_command(
                "collectstatic", interactive=False, verbosity=0, ignore_patterns=NEVER_SERVED
            )
        if options["demo"]:
            call_command("demo", if_empty=True)
        # Signs of life of an earlier run would make this one look ready too soon.
        pulse.forget()
