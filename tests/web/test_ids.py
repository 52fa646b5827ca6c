import re

from ground.web.ids import ALPHABET, PublicIdField, new_id


def test_an_id_is_its_prefix_and_twenty_base58_characters():
    assert re.fullmatch(f"cv_[{ALPHABET}]{{20}}", new_id("cv"))


def test_ids_do_not_repeat():
    assert len({new_id("cv") for _ in range(10_000)}) == 10_000


def test_migrations_keep_only_the_prefix_of_a_field():
    field = PublicIdField(prefix="cv")
    field.set_attributes_from_name("public_id")
    _, path, args, kwargs = field.deconstruct()
    assert (path, args, kwargs) == ("ground.web.ids.PublicIdField", [], {"prefix": "cv"})
    again = PublicIdField(**kwargs)
    assert again.get_default() != again.get_default()
    assert again.unique
    assert not again.editable
