"""What an admin copies into their own pages and servers, filled in for one installation."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from messenger.models import Installation


@dataclass(frozen=True)
class Recipe:
    """A piece of somebody else's server, in one language."""

    language: str
    needs: str
    code: str


PYTHON = """\
import os, time
import jwt

def identity(user):
    claims = {{
        "sub": str(user.id),
        "name": user.name,
        "email": user.email,
        "aud": "{app_id}",
        "exp": int(time.time()) + 900,
    }}
    secret = os.environ["COUNTERFOIL_SECRET"]
    return jwt.encode(claims, secret, "HS256", {{"kid": "{key_id}"}})
"""
JAVASCRIPT = """\
import jwt from "jsonwebtoken";

export const identity = (user) =>
  jwt.sign(
    {{ sub: String(user.id), name: user.name, email: user.email }},
    process.env.COUNTERFOIL_SECRET,
    {{ algorithm: "HS256", audience: "{app_id}", expiresIn: "15m", keyid: "{key_id}" }},
  );
"""
PHP = """\
use Firebase\\JWT\\JWT;

function identity($user): string {{
    $claims = [
        "sub" => (string) $user->id,
        "name" => $user->name,
        "email" => $user->email,
        "aud" => "{app_id}",
        "exp" => time() + 900,
    ];
    return JWT::encode($claims, getenv("COUNTERFOIL_SECRET"), "HS256", "{key_id}");
}}
"""
RUBY = """\
require "jwt"

def identity(user)
  claims = {{
    sub: user.id.to_s,
    name: user.name,
    email: user.email,
    aud: "{app_id}",
    exp: Time.now.to_i + 900
  }}
  JWT.encode(claims, ENV.fetch("COUNTERFOIL_SECRET"), "HS256", {{ kid: "{key_id}" }})
end
"""
SIGNING = (
    ("Python", "pip install pyjwt", PYTHON),
    ("JavaScript", "npm install jsonwebtoken", JAVASCRIPT),
    ("PHP", "composer require firebase/php-jwt", PHP),
    ("Ruby", "gem install jwt", RUBY),
)


def snippet(installation: Installation) -> str:
    """The line that goes into the pages of the site."""
    return (
        f'<script async src="{settings.SITE_URL}/m/loader.js" '
        f'data-app="{installation.public_id}"></script>'
    )


def signing(installation: Installation, key_id: str) -> list[Recipe]:
    """How a server signs who its user is. The secret itself is read from its environment."""
    filled = {"app_id": installation.public_id, "key_id": key_id}
    return [Recipe(language, needs, code.format(**filled)) for language, needs, code in SIGNING]


def passing_on() -> str:
    """How a page hands over what its server signed."""
    return 'Counterfoil("boot", { identity: "…what your server signed…" });'


def policy_lines() -> str:
    """What a page with a content security policy adds to what it has."""
    parts = urlsplit(settings.SITE_URL)
    ours = f"{parts.scheme}://{parts.netloc}"
    return "\n".join(f"{name} {ours}" for name in ("script-src", "frame-src", "connect-src"))


def hosted_page(installation: Installation) -> str:
    """The address of the page that is the messenger, for those without a site."""
    return f"{settings.SITE_URL}/m/page/{installation.public_id}/"
