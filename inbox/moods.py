"""How a contact feels, from what was understood of one message after the other.

A number from -1, upset, to 1, content. It follows the latest message; only what is calmer than
somebody upset was before counts half, so that who was angry and then sends an order number is not
forgotten at once.
"""

UPSET, NEUTRAL, CONTENT = "upset", "neutral", "content"
UPSET_BELOW = -0.5
CONTENT_ABOVE = 0.5


def mood_of(sentiment: float | None) -> str | None:
    """The word for it; None while nothing is known."""
    if sentiment is None:
        return None
    if sentiment <= UPSET_BELOW:
        return UPSET
    return CONTENT if sentiment >= CONTENT_ABOVE else NEUTRAL


def felt(before: float | None, said: float | None) -> float | None:
    """How a contact feels who felt `before`, and has written something that sounds as `said`."""
    if before is None or said is None:
        return before if said is None else said
    if before > UPSET_BELOW or said <= before:
        return said
    return round((before + said) / 2, 3)
