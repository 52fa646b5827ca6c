"""The saved views of a teammate's rail, and how much is in each."""

from django.core.cache import cache

from ground.web.timing import OutOfTime, within
from inbox import asking
from inbox.actions.saved_views import ARRANGED, RAIL_MAX
from inbox.default_views import View, of_saved, size
from inbox.models import SavedView
from inbox.querysets import ConversationQuerySet
from people.models import Teammate

# How long all of them may be counted together; then each, alone, one after the other.
TOGETHER_MS = 400
ALONE_MS = 100
ALONE_MOST = 4
# What took too long is left uncounted for so many seconds.
SLOW_SECONDS = 60


def arranged(viewer: Teammate) -> tuple[list[SavedView], list[SavedView]]:
    """The saved views that a teammate sees: those in their rail, in their order, and the others."""
    wishes = viewer.preferences.get(ARRANGED, {})
    order = {name: place for place, name in enumerate(wishes.get("order", []))}
    hidden = set(wishes.get("hidden", []))
    visible = list(SavedView.objects.visible_to(viewer).select_related("owner", "team"))
    visible.sort(key=lambda view: order.get(view.public_id, len(order)))
    shown = [view for view in visible if view.public_id not in hidden][:RAIL_MAX]
    return shown, [view for view in visible if view not in shown]


def saved_with_counts(
    viewer: Teammate, visible: ConversationQuerySet
) -> list[tuple[View, int | None]]:
    """The views of the rail, each with how much is in it, as `default_views.with_counts`; None
    where that cannot be had in time. The same few queries, however many views."""
    shown, _ = arranged(viewer)
    spoken = asking.language(viewer)
    views = [of_saved(saved, spoken) for saved in shown]
    counted = [view for view in views if not view.is_void]
    sizes = sizes_of(counted, viewer, visible) if counted else {}
    return [(view, sizes.get(view.slug)) for view in views]


def sizes_of(
    views: list[View], viewer: Teammate, visible: ConversationQuerySet
) -> dict[str, int | None]:
    """By slug. Never remembered: a frame has just said that something changed."""
    quick = [view for view in views if not cache.get(slow_key(view))]
    try:
        return count_within(TOGETHER_MS, quick, viewer, visible)
    except OutOfTime:
        pass
    sizes: dict[str, int | None] = {}
    failed = 0
    for view in quick:
        if failed == ALONE_MOST:
            break
        try:
            sizes |= count_within(ALONE_MS, [view], viewer, visible)
        except OutOfTime:
            failed += 1
            cache.set(slow_key(view), True, SLOW_SECONDS)
    return sizes


def slow_key(view: View) -> str:
    changed = view.saved.updated_at.timestamp() if view.saved else 0
    return f"slow-view:{view.slug}:{changed}:{hash(str(view.filters))}"


def count_within(
    milliseconds: int, views: list[View], viewer: Teammate, visible: ConversationQuerySet
) -> dict[str, int | None]:
    """All in one query. Raises OutOfTime."""
    if not views:
        return {}
    counts = {f"in_{place}": size(v.narrow(visible, viewer)) for place, v in enumerate(views)}
    with within(milliseconds):
        row = Teammate.objects.filter(pk=viewer.pk).annotate(**counts).values(*counts).get()
    return {view.slug: row[f"in_{place}"] for place, view in enumerate(views)}
