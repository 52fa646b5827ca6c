"""Several modules as one script: what goes in, in which order, and what is refused in words."""

import shutil
import subprocess
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile

from ground.web.bundling import CannotBundle, script, style
from ground.web.storage import Storage, minified
from messenger.views import LAZY


def bundle(**modules):
    """The bundle of small modules: bundle(main="…", a="…") are main.js and a.js."""
    files = {f"room/{name}.js": text for name, text in modules.items()}
    return script("room/main.js", reader(files))


def reader(files):
    def read(name):
        if name not in files:
            raise FileNotFoundError(name)
        return files[name]

    return read


def found(name):
    path = finders.find(name)
    if path is None:
        raise FileNotFoundError(name)
    return Path(path).read_text(encoding="utf-8")


def test_what_is_imported_comes_first_and_once():
    made = bundle(
        main='import { a } from "./a.js";\nimport { b } from "./b.js";\na(b);\n',
        a='import { b } from "./b.js";\nexport const a = (x) => x + b;\n',
        b="export const b = 1;\n",
    )
    assert made.count("let b = 1;") == 1
    assert made.index("let b") < made.index("let a") < made.index("a(b)")
    assert "import" not in made and "export" not in made


def test_modules_of_other_folders_and_names_on_several_lines_are_found():
    files = {
        "room/main.js": 'import {\n  far,\n  away,\n} from "../shared/far.js";\nfar(away);\n',
        "shared/far.js": "export class away {}\nexport async function far() {}\n",
    }
    assert "async function far" in script("room/main.js", reader(files))


def test_types_in_comments_are_not_imports():
    assert bundle(main='/** @type {import("./types.js").Page} */\nconst page = null;\npage;\n')


def test_modules_with_the_same_names_have_scopes_of_their_own(tmp_path):
    made = bundle(
        main='import "./b.js";\nimport { one, Two } from "./a.js";\n'
        "const x = one();\nsay(x, new Two().y);\n",
        a="const x = 1;\nexport const one = () => x;\nexport class Two {\n  y = x + 1;\n}\n",
        b="const x = 0;\nsay(x);\n",
    )
    if node := shutil.which("node"):
        file = tmp_path / "made.mjs"
        file.write_text(f"const say = (...words) => console.log(...words);\n{made}")
        ran = subprocess.run([node, file], check=True, capture_output=True, text=True)
        assert ran.stdout == "0\n1 2\n"


def test_names_that_stay_are_declared_like_all_others_which_costs_fewer_bytes():
    made = bundle(main="const a = 1;\nfor (const b of [a]) {\n  const c = say('const d');\n}\n")
    assert made == "(()=>{let a = 1;\nfor (let b of [a]) {\n  let c = say('const d');\n}\n\n})()\n"


@pytest.mark.parametrize(
    ("modules", "words"),
    [
        ({"main": 'import a from "./a.js";\n'}, "cannot be bundled"),
        ({"main": 'import * as a from "./a.js";\n'}, "cannot be bundled"),
        ({"main": 'import { a as b } from "./a.js";\n', "a": ""}, "does not export"),
        ({"main": 'import "./a.js";\n'}, "imports room/a.js, which is not there"),
        ({"main": "export let a = 1;\n"}, "Export a function that tells its value"),
        ({"main": 'import { a } from "package";\n'}, "cannot be bundled"),
        ({"main": "export default 1;\n"}, "cannot be bundled"),
        ({"main": "export { a };\n"}, "cannot be bundled"),
        ({"main": 'const a = await import("./a.js");\n'}, "import() cannot be bundled"),
        ({"main": "export const { a } = window;\n"}, "on its own"),
        ({"main": "let a, b;\n"}, "on its own"),
        ({"main": 'import { a } from "./a.js";\n', "a": "const a = 1;\n"}, "does not export"),
        ({"main": 'import { a } from "./a.js";\n'}, "imports room/a.js, which is not there"),
        (
            {
                "main": 'import { a } from "./a.js";\nexport const m = a;\n',
                "a": 'import { m } from "./main.js";\nexport const a = m;\n',
            },
            "room/main.js imports room/a.js imports room/main.js",
        ),
    ],
)
def test_what_breaks_the_agreement_is_refused_with_the_reason(modules, words):
    with pytest.raises(CannotBundle) as refusal:
        bundle(**modules)
    assert words in str(refusal.value)


@pytest.mark.parametrize("name", ["messenger/frame.bundle.js", "inbox/inbox.bundle.js"])
def test_the_modules_make_one_script_that_a_browser_can_read(name, settings, tmp_path):
    (entry,) = settings.BUNDLES[name]
    made = script(entry, found)
    small = minified(name, made)
    assert len(small) < len(made)
    if node := shutil.which("node"):
        for number, text in enumerate((made, small)):
            file = tmp_path / f"{number}.mjs"
            file.write_text(text)
            subprocess.run([node, "--check", file], check=True)


def test_no_two_modules_of_the_messenger_share_a_name_because_scopes_cost_bytes(settings):
    (entry,) = settings.BUNDLES["messenger/frame.bundle.js"]
    assert "$m0" not in script(entry, found)


def test_the_inboxs_styles_are_in_its_style_sheet_but_what_few_are_shown(settings):
    folder = settings.BASE_DIR / "static/inbox/css"
    ours = {f"inbox/css/{file.name}" for file in folder.iterdir()}
    names = settings.BUNDLES["inbox/inbox.bundle.css"]
    # They come along with what they are for.
    few = ("transcript", "told", "onboarding", "splitting", "notes", "own", "asking")
    assert ours - set(names) == {f"inbox/css/{name}.css" for name in few}
    assert names[:3] == ["tokens.css", "parts.css", "inbox/inbox.css"]


def test_pages_of_their_own_bring_the_styles_of_such_pages(settings):
    pages = (settings.BASE_DIR / "templates").rglob("*.html")
    bare = [page for page in pages if 'class="own-body' in (text := page.read_text())
            and "{% block" in text and "inbox/css/own.css" not in text]  # fmt: skip
    assert bare == []


def test_the_messengers_styles_are_all_in_its_style_sheet(settings):
    names = settings.BUNDLES["messenger/frame.bundle.css"]
    folder = settings.BASE_DIR / "static/messenger/css"
    ours = {f"messenger/css/{file.name}" for file in folder.iterdir()}
    assert {"tokens.css", *ours} - {LAZY["styles"]} == set(names)
    made = style(names, found)
    assert all(found(name) in made for name in names)


def test_a_bundle_is_collected_under_a_hashed_name_and_compressed(settings, tmp_path):
    ours = tmp_path / "static"
    (ours / "room").mkdir(parents=True)
    (ours / "room/main.js").write_text('import { longName } from "./a.js";\nlongName();\n')
    (ours / "room/a.js").write_text("export function longName() {\n  // gone\n}\n")
    settings.STATICFILES_DIRS = [ours]
    settings.BUNDLES = {"room/all.js": ["room/main.js"]}
    source = Storage(location=ours, base_url="/static/")
    storage = Storage(location=tmp_path / "collected", base_url="/static/")
    paths = {}
    for name in ("room/main.js", "room/a.js"):
        with source.open(name) as file:
            storage.save(name, file)
        paths[name] = (source, name)
    storage._save("room/all.js", ContentFile(b"last.time()"))
    list(storage.post_process(paths))
    small = (tmp_path / "collected" / storage.hashed_files["room/all.js"]).read_text()
    assert "longName" not in small and "gone" not in small and "import" not in small
