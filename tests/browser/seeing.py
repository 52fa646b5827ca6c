"""What axe finds serious in what is shown."""

SCHEMES = ("light", "dark")
COLORS = ["color-contrast", "link-in-text-block"]
STRUCTURE = {"rules": {name: {"enabled": False} for name in COLORS}}
# Of many rows that are drawn alike, so many are looked at: each costs as much as a small page.
ROWS = 8
ALIKE = [f".row:nth-child(n + {ROWS + 1})"]
LOOK = """async ([where, alike, options]) => {
    const context = { include: [[where]] };
    // What excludes nothing is refused.
    if (document.querySelector(alike)) context.exclude = [alike];
    const { violations } = await axe.run(context, { resultTypes: ["violations"], ...options });
    return violations
        .filter(({ impact }) => ["serious", "critical"].includes(impact))
        .map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html.slice(0, 300))]);
}"""


def faults(page, state, opened="html", frame=None):
    """What is seriously wrong, as (state, rule, elements): in the structure of the whole page, or
    of one frame in it, and in the colors, light and dark, of what has been `opened`, a selector.

    Colors cost most by far: what a state has left as it was need not be looked at again."""
    from axe_playwright_python.base import AXE_SCRIPT

    shown = frame or page
    if not shown.evaluate("() => typeof axe === 'object'"):
        shown.evaluate(AXE_SCRIPT)

    def look(what, where, options):
        return [(what, *fault) for fault in shown.evaluate(LOOK, [where, ALIKE, options])]

    light, dark = SCHEMES
    page.emulate_media(color_scheme=light, reduced_motion="reduce")
    if opened == "html":
        found = look(state, "html", {})
    else:
        found = look(state, "html", STRUCTURE)
        found += look(f"{state}, {light}", opened, {"runOnly": COLORS})
    page.emulate_media(color_scheme=dark, reduced_motion="reduce")
    return found + look(f"{state}, {dark}", opened, {"runOnly": COLORS})
