"""`manage.py import_articles PATH`: Markdown folders, Intercom's and Zendesk's articles."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ground.web import languages
from knowledge.actions import take_in
from knowledge.importing import Unreadable, read
from knowledge.models import HelpCenter

LISTED_MAX = 50


class Command(BaseCommand):
    help = (
        "Takes in articles: a folder of Markdown files (or one), or the JSON of Intercom's or "
        "Zendesk's articles. May be run again: what has changed there is written anew, what was "
        "changed here is left alone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument(
            "--locale",
            choices=list(languages.NAMES),
            metavar="TAG",
            help="The language of what does not say its own; by default the help center's.",
        )
        parser.add_argument(
            "--drafts", action="store_true", help="Publish nothing, whatever the files say."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        locale = options["locale"] or HelpCenter.current().locale
        try:
            sources = read(options["path"], locale)
        except Unreadable as reason:
            raise CommandError(str(reason)) from None
        report = take_in(sources, by=None, as_drafts=options["drafts"])
        self.stdout.write(
            f"{report.created} new, {report.changed} changed, {report.same} as they were, "
            f"{len(report.kept)} left alone, {len(report.refused)} refused."
        )
        for title in report.kept[:LISTED_MAX]:
            self.stdout.write(f"  left alone, because it was changed here: {title}")
        for sentence in report.refused[:LISTED_MAX]:
            self.stdout.write(f"  refused: {sentence}")
        if report.refused:
            raise CommandError("Not everything was taken in.")
