"""Makes the demo company."""

from django.core.management.base import BaseCommand, CommandError

from config.demo import access, build


class Command(BaseCommand):
    help = (
        "(Re)creates the demo company: staff, customers, conversations. "
        "Refuses on a database that has real data."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="only fill an empty database; an existing demo is fitted to the present address",
        )

    def handle(self, *args, **options):
        if build.has_real_data():
            if options["if_empty"]:
                return
            raise CommandError(
                "This database has real data: teammates or contacts that are not the demo's. "
                "Nothing was changed."
            )
        if options["if_empty"] and build.has_demo():
            build.refresh()
            return
        count = build.create()
        self.stdout.write(f"The demo has {count} conversations. Access: {access.path()}")
