"""The compose file, as far as it can be tried without a container engine."""

from pathlib import Path

import jsonschema
import pytest
import yaml

from config import env
from config.up import parts

WORDS = {"type": "array", "items": {"type": "string"}, "minItems": 1}
TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
SERVICE = {
    "type": "object",
    "required": ["image"],
    "additionalProperties": False,
    "properties": {
        "image": {"type": "string"},
        "build": {"const": "."},
        "init": {"type": "boolean"},
        "restart": {"enum": ["no", "unless-stopped"]},
        "command": WORDS,
        "environment": TEXTS,
        "ports": {"type": "array", "items": {"type": "string", "pattern": r":\d+$"}},
        "volumes": {"type": "array", "items": {"type": "string", "pattern": "^[a-z]+:/"}},
        "configs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["source", "target"],
                "properties": {"source": {"type": "string"}, "target": {"type": "string"}},
                "additionalProperties": False,
            },
        },
        "depends_on": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["condition"],
                "additionalProperties": False,
                "properties": {
                    "condition": {
                        "enum": ["service_healthy", "service_completed_successfully"],
                    },
                },
            },
        },
        "healthcheck": {
            "type": "object",
            "required": ["test"],
            "additionalProperties": False,
            "properties": {
                "test": {
                    "type": "array",
                    "items": {"type": "string"},
                    "contains": {"enum": ["CMD", "CMD-SHELL"]},
                },
                "interval": {"type": "string", "pattern": r"^\d+s$"},
                "timeout": {"type": "string", "pattern": r"^\d+s$"},
                "start_period": {"type": "string", "pattern": r"^\d+s$"},
                "retries": {"type": "integer"},
            },
        },
    },
}
COMPOSE = {
    "type": "object",
    "required": ["name", "services", "volumes"],
    "additionalProperties": False,
    "patternProperties": {"^x-": {}},
    "properties": {
        "name": {"type": "string"},
        "services": {"type": "object", "additionalProperties": SERVICE},
        "configs": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["content"],
                "properties": {"content": {"type": "string"}},
            },
        },
        "volumes": {"type": "object", "additionalProperties": {"type": "null"}},
    },
}


@pytest.fixture(autouse=True)
def fresh_limits():
    """No Redis is asked for anything here."""


@pytest.fixture
def compose():
    return yaml.safe_load(Path("docker-compose.yml").read_text())


def test_the_compose_file_is_well_formed(compose):
    jsonschema.validate(compose, COMPOSE)


def test_every_part_of_the_product_is_a_service_and_started_as_bin_up_does(compose):
    for name in parts.commands():
        assert compose["services"][name]["command"] == ["python", "-m", "config.up", name]


def test_only_the_web_port_is_published(compose):
    published = {name for name, service in compose["services"].items() if "ports" in service}
    assert published == {"web"}
    assert compose["services"]["web"]["ports"] == ["${PORT:-8000}:80"]


def test_what_a_service_names_is_there(compose):
    for service in compose["services"].values():
        assert set(service.get("depends_on", {})) <= set(compose["services"])
        assert {name.split(":")[0] for name in service.get("volumes", [])} <= set(
            compose["volumes"]
        )
        sources = {config["source"] for config in service.get("configs", [])}
        assert sources <= set(compose["configs"])


def test_what_a_service_waits_for_can_become_healthy(compose):
    for service in compose["services"].values():
        for name, wait in service.get("depends_on", {}).items():
            if wait["condition"] == "service_healthy":
                assert "healthcheck" in compose["services"][name]


def test_every_setting_of_the_product_is_a_known_one_and_no_secret_is_written_down(compose):
    settings = compose["services"]["pages"]["environment"]
    assert set(settings) <= set(env.DECLARED)
    assert settings["SECRET_KEY"].startswith("${SECRET_KEY:?")
    assert "${POSTGRES_PASSWORD:?" in settings["DATABASE_URL"]


def test_the_image_holds_what_the_product_imports():
    kept = {line[1:] for line in Path(".dockerignore").read_text().splitlines() if line[:1] == "!"}
    needed = {"config", "ground", "inbox", "messenger", "people", "routing", "static", "templates"}
    assert needed | {"manage.py", "requirements.lock"} <= kept
