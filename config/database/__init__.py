"""Django's PostgreSQL, asked less."""
