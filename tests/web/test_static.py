"""The static files that every page shares."""

import re
import xml.etree.ElementTree as ET

import pytest
from django.core.files.base import ContentFile

from ground.web.storage import Storage, minified

SYMBOL = "{http://www.w3.org/2000/svg}symbol"
TOKEN = re.compile(r"(--[a-z0-9-]+):\s*(#[0-9A-Fa-f]{6})")


def icons(settings) -> list[str]:
    root = ET.parse(settings.BASE_DIR / "static/icons.svg").getroot()
    return [symbol.attrib["id"] for symbol in root.iter(SYMBOL)]


def test_every_icon_that_a_template_or_module_names_exists(settings):
    known = set(icons(settings))
    for path in (settings.BASE_DIR / "templates").rglob("*.html"):
        for name in re.findall(r'{%\s*icon "([^"]+)"', path.read_text()):
            assert name in known, f"{path.name} names the icon {name}"


def test_icons_are_drawn_on_sixteen_pixels_and_named_once(settings):
    names = icons(settings)
    assert len(names) == len(set(names)) >= 49
    text = (settings.BASE_DIR / "static/icons.svg").read_text()
    assert text.count('viewBox="0 0 16 16"') == len(names)
    assert not re.search(r"<script|on\w+=|href=|style=", text)


def themes(settings) -> list[dict[str, str]]:
    css = (settings.BASE_DIR / "static/tokens.css").read_text()
    blocks = re.findall(r"color-scheme: (?:light|dark);(.*?)}", css, re.DOTALL)
    return [dict(TOKEN.findall(block)) for block in blocks]


def luminance(color: str) -> float:
    channels = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_text_color_is_readable_on_both_grounds_in_every_theme(settings):
    for theme in themes(settings):
        for name in ("text", "text-2", "text-3", "accent", "ok", "warn", "danger", "bot"):
            for ground in ("bg", "surface"):
                assert contrast(theme[f"--{name}"], theme[f"--{ground}"]) >= 4.45, (name, ground)
        assert contrast(theme["--note-text"], theme["--note-bg"]) >= 4.5
        assert contrast(theme["--bg"], theme["--accent"]) >= 4.5


def test_dark_by_choice_and_dark_by_system_are_the_same(settings):
    light, chosen, system = themes(settings)
    assert chosen == system
    assert set(light) == set(chosen)


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("export const a = `x  //  ${b}  y`; // gone\n", "`x  //  ${b}  y`"),
        ("import './a.js'; // gone\nexport const r = /a  b\\//g; // gone\n", "/a  b\\//g"),
        ("export const h = `<p>\n  two  spaces // kept`; /* gone */\n", "two  spaces // kept"),
        ("export const n = `${ b ? `two  spaces // kept` : 0 }`; // gone\n", "two  spaces // kept"),
    ],
)
def test_our_scripts_lose_their_comments_and_nothing_else(source, kept):
    small = minified("script.js", source)
    assert "gone" not in small
    assert kept in small


def test_our_scripts_are_minified_where_they_are_collected_and_packages_are_not(settings, tmp_path):
    ours = tmp_path / "static"
    (ours / "inbox").mkdir(parents=True)
    settings.STATICFILES_DIRS = [ours]
    storage = Storage(location=tmp_path / "collected", base_url="/static/")
    storage._save("inbox/a.js", ContentFile(b"let a = 1 // gone\n"))
    storage._save("admin/b.js", ContentFile(b"let b = 1 // kept\n"))
    assert "gone" not in (tmp_path / "collected/inbox/a.js").read_text()
    assert "kept" in (tmp_path / "collected/admin/b.js").read_text()


def test_collected_files_get_hashed_and_compressed_names(settings, tmp_path):
    ours = tmp_path / "static"
    (ours / "inbox").mkdir(parents=True)
    body = "// a comment\nimport {b} from './b.js'\nb()\n" + "b(1)\n" * 80
    (ours / "inbox/a.js").write_text(body)
    settings.STATICFILES_DIRS = [ours]
    source = Storage(location=ours, base_url="/static/")
    storage = Storage(location=tmp_path / "collected", base_url="/static/")
    with source.open("inbox/a.js") as file:
        storage.save("inbox/a.js", file)
    list(storage.post_process({"inbox/a.js": (source, "inbox/a.js")}))
    hashed = storage.hashed_files["inbox/a.js"]
    assert re.fullmatch(r"inbox/a\.[0-9a-f]{12}\.js", hashed)
    small = (tmp_path / "collected" / hashed).read_text()
    assert "comment" not in small
    assert "./b.js" in small
    assert (tmp_path / "collected" / f"{hashed}.br").exists()


def test_templates_use_only_those_attributes_of_htmx_that_our_forms_know(settings):
    known = {
        "hx-post": r"\{[%{].*",
        "hx-get": r"\{\{.*",
        "hx-target": r"#[a-z-]+|closest (li|\.message)",
        "hx-swap": "outerHTML|none",
        "hx-encoding": "multipart/form-data",
        "hx-trigger": "change, submit",
    }
    used = [
        (name, value)
        for file in (settings.BASE_DIR / "templates").rglob("*.html")
        for name, value in re.findall(r'\s(hx-[\w:-]+)="([^"]*)"', file.read_text())
    ]
    assert used
    strange = [
        (name, value) for name, value in used if not re.fullmatch(known.get(name, "-"), value)
    ]
    assert strange == []
