from django.db import migrations

# Letters with marks, and what is between words, as search compares them (ground/meaning/words.py).
MARKED = (
    "àáâãäåçèéêëìíîïñòóôõöùúûüýÿāăąćĉċčďēĕėęěĝğġģĥĩīĭįĵķĺļľńņňōŏőŕŗřśŝşšţťũūŭůűųŵŷźżž"
    "ſḁḃḅḇḉḋḍḏḑḓḕḗḙḛḝḟḡḣḥḧḩḫḭḯḱḳḵḷḹḻḽḿṁṃṅṇṉṋṍṏṑṓṕṗṙṛṝṟṡṣṥṧṩṫṭṯṱṳṵṷṹṻṽṿẁẃẅẇẉẋẍẏẑẓẕẖẗẘẙ"
    "ẛạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹøłđıё"
)
PLAIN = (
    "aaaaaaceeeeiiiinooooouuuuyyaaaccccdeeeeegggghiiiijklllnnnooorrrssssttuuuuuuwyzzz"
    "sabbbcdddddeeeeefghhhhhiikkkllllmmmnnnnoooopprrrrsssssttttuuuuuvvwwwwwxxyzzzhtwy"
    "saaaaaaaaaaaaeeeeeeeeiioooooooooooouuuuuuuyyyyoldiе"
)
BETWEEN = "@._+-/&''"

FUNCTION = f"""
CREATE FUNCTION people_words(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('simple', translate(lower(said), '{MARKED}{BETWEEN}', '{PLAIN}        '))
"""


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0004_preferences"),
    ]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION people_words(text)"),
        migrations.RunSQL(
            "CREATE INDEX people_contact_words ON people_contact USING gin (people_words(name))",
            "DROP INDEX people_contact_words",
        ),
        migrations.RunSQL(
            "CREATE INDEX people_identity_words ON people_identity USING gin (people_words(value))"
            " WHERE kind <> 'widget_visitor'",
            "DROP INDEX people_identity_words",
        ),
        migrations.RunSQL(
            "CREATE INDEX people_company_words ON people_company USING gin (people_words(name))",
            "DROP INDEX people_company_words",
        ),
    ]
