"""Makes messages findable in batches: all of them anew, or those that search does not know."""

from django.core.management.base import BaseCommand

from inbox.finding.index import index_beside, index_from
from inbox.models import SideMessage
from people.models import ContactNote

BATCH = 1000


class Command(BaseCommand):
    help = "Rebuilds the search index while the product runs; safe to stop and to repeat."

    def add_arguments(self, parser):
        parser.add_argument(
            "--missing", action="store_true", help="only what search does not know yet"
        )
        parser.add_argument(
            "--after", type=int, default=0, help="go on from the number that a stopped run said"
        )

    def handle(self, *, missing, after, **options):
        count, place = 0, after
        while place is not None:
            written, last = index_from(place, BATCH, missing_only=missing)
            count += written
            if last is not None and last // 100_000 > place // 100_000:
                self.stdout.write(f"{count:,} messages, at number {last}")
            place = last
        self.stdout.write(f"{count:,} messages indexed")
        for noun, model in (("contactnote", ContactNote), ("sidemessage", SideMessage)):
            names = list(model.objects.values_list("public_id", flat=True))
            for start in range(0, len(names), BATCH):
                index_beside(noun, names[start : start + BATCH])
            self.stdout.write(f"{len(names):,} of {model._meta.verbose_name} indexed")
