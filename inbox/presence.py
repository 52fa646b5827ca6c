"""Who is looking: marks in Redis that end by themselves, so that nobody has to be taken away."""

from ground.journal.live import RedisAway, hotline

# Sockets renew their marks with every heartbeat, which is every 15 seconds.
HERE_SECONDS = 60


def be_here(teammate: str) -> None:
    """A teammate has the inbox in front of them."""
    try:
        hotline().call("SET", f"counterfoil:here:{teammate}", 1, "EX", HERE_SECONDS)
    except RedisAway:
        pass


def is_here(teammate: str) -> bool:
    """Whether a teammate has had the inbox in front of them within the last minute; without Redis
    nobody knows, and it is better to tell somebody twice than not at all."""
    try:
        return bool(hotline().call("EXISTS", f"counterfoil:here:{teammate}"))
    except RedisAway:
        return False
