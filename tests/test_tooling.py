"""Style and types hold for the whole tree, with the settings that everybody's editor uses."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


def said_by(*command: str, **environment: str) -> str:
    """What a tool complains of; nothing when it is content."""
    done = subprocess.run(
        [BIN / command[0], *command[1:]],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stdout + done.stderr)[-5000:] if done.returncode else ""


@pytest.fixture(autouse=True)
def fresh_limits():
    """No Redis is asked for anything here."""


def test_ruff_finds_nothing():
    assert said_by("ruff", "check", "--output-format", "concise", ".") == ""


def test_everything_is_formatted():
    assert said_by("ruff", "format", "--check", "--output-format", "concise", ".") == ""


def test_types_hold_where_they_are_checked():
    assert said_by("mypy") == ""
