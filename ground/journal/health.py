from django.db import connection


def oldest_unreacted_seconds() -> float:
    """Age in seconds of the oldest reaction still owed; 0 when nothing is."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0)
              FROM (SELECT created_at FROM journal_reaction
                     WHERE done_at IS NULL AND dead_at IS NULL ORDER BY id LIMIT 1) AS oldest
            """
        )
        return float(cursor.fetchone()[0])
