"""The four kinds of process that are Counterfoil itself, and how each is started."""

import sys

from config import env

# Seconds that a part gets to finish what it has begun.
GRACE = 4


def commands() -> dict[str, list[str]]:
    """The command of each part by its name, from the settings in force."""
    python, host = sys.executable, env.HOST.read()
    frame = env.SOCKET_FRAME_MAX_KB.read() * 1024
    return {
        "pages": [
            *(python, "-m", "granian", "config.wsgi:application"),
            *("--interface", "wsgi", "--no-ws", "--host", host, "--port", str(env.PORT.read())),
            *("--workers", "1", "--blocking-threads", "8", "--backlog", "1024"),
            *("--workers-kill-timeout", str(GRACE), "--log-level", "error"),
        ],
        "live": [
            *(python, "-m", "uvicorn", "config.asgi:application"),
            *("--host", host, "--port", str(env.live_port()), "--loop", "uvloop"),
            *("--ws", "websockets-sansio", "--ws-per-message-deflate", "false"),
            *("--ws-max-size", str(frame), "--ws-max-queue", "16"),
            *("--lifespan", "on", "--backlog", "2048", "--no-access-log", "--no-proxy-headers"),
            *("--timeout-graceful-shutdown", str(GRACE - 1), "--log-level", "warning"),
            "--no-server-header",
        ],
        "worker": [
            *(python, "-m", "celery", "-A", "config.celery", "--quiet", "worker"),
            *("--pool", "prefork", "--concurrency", "2", "--prefetch-multiplier", "1"),
            *("--without-gossip", "--without-mingle", "--loglevel", "WARNING"),
        ],
        "beat": [
            *(python, "-m", "celery", "-A", "config.celery", "--quiet", "beat"),
            *("--loglevel", "WARNING", "--pidfile", ""),
        ],
    }
