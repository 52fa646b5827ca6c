"""What happened, in order; what follows from it; and how it reaches the screens live."""

from typing import TYPE_CHECKING, Any

__all__ = ["decide", "publish", "record"]

if TYPE_CHECKING:
    from ground.journal.live import publish
    from ground.journal.recording import decide, record


def __getattr__(name: str) -> Any:
    # Models cannot be imported while Django still loads this package as an app.
    if name in {"decide", "record"}:
        from ground.journal import recording

        return getattr(recording, name)
    if name == "publish":
        from ground.journal.live import publish

        return publish
    raise AttributeError(name)
