"""Which of PostgreSQL's text search configurations stems which language."""

# The first part of a BCP 47 tag -> the configuration.
CONFIGURATIONS = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
# Words as they are written.
FALLBACK = "simple"


def configuration(locale: str) -> str:
    """The configuration for whoever speaks `locale`, "simple" where nobody knows it."""
    return CONFIGURATIONS.get(locale.replace("_", "-").split("-")[0].lower(), FALLBACK)
