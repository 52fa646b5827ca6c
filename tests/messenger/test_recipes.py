"""The code that admins copy into their servers, run as it stands, each by its own language."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from messenger import recipes
from tests.visiting import Browser

USER = {"id": "dora-1", "name": "Dora “D” Lindqvist / Åsa", "email": "dora@acme.test"}
# Language -> its interpreter, the ending of its files, and a program around the recipe.
AROUND = {
    "Python": (
        sys.executable,
        "py",
        "{code}\nimport json, types\n"
        "print(CALL(types.SimpleNamespace(**json.loads(os.environ['USER_JSON']))), end='')",
    ),
    "JavaScript": (
        "node",
        "mjs",
        "{code}\nprocess.stdout.write(CALL(JSON.parse(process.env.USER_JSON)));",
    ),
    "PHP": ("php", "php", "<?php\n{code}\necho CALL(json_decode(getenv('USER_JSON')));"),
    "Ruby": (
        "ruby",
        "rb",
        "{code}\nrequire 'json'\nrequire 'ostruct'\n"
        "print CALL(OpenStruct.new(JSON.parse(ENV['USER_JSON'])))",
    ),
}
NAMES = {"JavaScript": {"user_hash": "userHash"}}


def made_by(recipe, call, folder, secret, user):
    """What a recipe's function `call` answers for a user, in a process of its own."""
    interpreter, ending, around = AROUND[recipe.language]
    program = shutil.which(interpreter)
    if program is None:
        pytest.skip(f"{recipe.language} is not on this machine: its recipe was NOT run")
    code = recipe.code if call == "identity" else recipe.hash_code
    call = NAMES.get(recipe.language, {}).get(call, call)
    script = folder / f"recipe.{ending}"
    script.write_text(around.replace("{code}", code).replace("CALL", call), encoding="utf-8")
    done = subprocess.run(
        [program, script],
        env={
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "COUNTERFOIL_SECRET": secret,
            "USER_JSON": json.dumps(user),
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, ""), recipe.language
    return done.stdout


@pytest.fixture(params=AROUND)
def recipe(request, installation):
    secret = installation.identity_secrets.get()
    found = recipes.signing(installation.public_id, secret.key_id)
    return next(one for one in found if one.language == request.param)


def test_what_a_recipe_signs_is_believed(recipe, installation, dora, tmp_path):
    secret = installation.identity_secrets.get().value
    token = made_by(recipe, "identity", tmp_path, secret, USER)
    contact = Browser(installation).boot(identity=token).json()["contact"]
    assert (contact["id"], contact["role"]) == (dora.public_id, "user")
    assert (contact["name"], contact["email"]) == (USER["name"], USER["email"])


def test_a_recipe_signs_users_without_a_name_and_with_a_number_for_an_id(
    recipe, installation, tmp_path
):
    secret = installation.identity_secrets.get().value
    user = {"id": 1042, "name": None, "email": None}
    token = made_by(recipe, "identity", tmp_path, secret, user)
    contact = Browser(installation).boot(identity=token).json()["contact"]
    assert (contact["role"], contact["email"]) == ("user", None)


def test_a_recipe_with_another_secret_signs_nobody_in(recipe, installation, dora, tmp_path):
    token = made_by(recipe, "identity", tmp_path, "another secret", USER)
    assert Browser(installation).boot(identity=token).status_code == 401


def test_the_hash_of_a_recipe_is_believed(recipe, installation, dora, tmp_path):
    installation.is_user_hash_allowed = True
    installation.save()
    secret = installation.identity_secrets.get().value
    proof = made_by(recipe, "user_hash", tmp_path, secret, USER)
    body = Browser(installation).boot(user_id=USER["id"], user_hash=proof).json()
    assert (body["contact"]["id"], body["contact"]["role"]) == (dora.public_id, "user")


def test_the_guide_prints_the_recipes_as_they_stand():
    page = (Path(settings.BASE_DIR) / "docs" / "messenger.md").read_text()
    for recipe in recipes.signing("APP_ID", "KEY_ID"):
        assert f"```{recipe.language.lower()}\n{recipe.code}```" in page, recipe.language
        assert f"```{recipe.language.lower()}\n{recipe.hash_code}```" in page, recipe.language
