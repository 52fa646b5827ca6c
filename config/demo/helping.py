"""Writes what the shop has written for its customers, and dates it back."""

from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F

from config.demo.story.help import BLOCK, NAME, SHELVES, Piece
from knowledge.actions import (
    arrange_help_center,
    keep_picture,
    publish,
    save_article,
    save_block,
    save_collection,
    write,
)
from knowledge.models import Article, Block, Collection, Version
from people.models import Teammate


def write_help(*, by: Teammate, picture: bytes, now: datetime) -> None:
    arrange_help_center(by=by, name=NAME)
    upload = SimpleUploadedFile("hole.png", picture, content_type="image/png")
    shown = keep_picture(upload, by=by).public_id
    save_block(Block(), by=by, name=BLOCK.name, key=BLOCK.key, texts=BLOCK.texts)
    for shelf in SHELVES:
        texts = {
            locale: {"title": title, "description": description}
            for locale, (title, description) in shelf.titles.items()
        }
        collection = save_collection(Collection(), by=by, icon=shelf.icon, texts=texts)
        for piece in shelf.pieces:
            put_up(piece, collection, by=by, picture=shown, now=now)


def put_up(
    piece: Piece, collection: Collection, *, by: Teammate, picture: str, now: datetime
) -> None:
    review_on = (now + timedelta(days=piece.review_in)).date() if piece.review_in else None
    article = save_article(Article(), by=by, collection=collection, review_on=review_on)
    for locale, said in piece.texts.items():
        body = said.body.replace("{picture}", picture)
        write(article, by=by, locale=locale, title=said.title, summary=said.summary, body=body)
        if not piece.is_draft:
            publish(article, by=by, locale=locale)
    ago = timedelta(days=piece.ago)
    versions = Version.objects.filter(translation__article=article)
    versions.update(published_at=F("published_at") - ago)
