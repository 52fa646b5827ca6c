"""What axe finds serious in what is shown."""

SCHEMES = ("light", "dark")
COLORS = ["color-contrast", "link-in-text-block"]
STRUCTURE = {"rules": {name: {"enabled": False} for name in COLORS}}
LOOK = """async ([where, options]) => {
    const { violations } = await axe.run(where, { resultTypes: ["violations"], ...options });
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
    found = [(state, *fault) for fault in shown.evaluate(LOOK, ["html", STRUCTURE])]
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        faults = shown.evaluate(LOOK, [opened, {"runOnly": COLORS}])
        found += [(f"{state}, {scheme}", *fault) for fault in faults]
    return found
