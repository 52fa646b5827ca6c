"""What an admin copies into their own pages and servers, filled in for one installation."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from messenger.models import Installation


@dataclass(frozen=True)
class Recipe:
    """A piece of somebody else's server, in one language: `code` signs an identity, `hash_code`
    makes a `user_hash` instead."""

    language: str
    needs: str
    code: str
    hash_code: str


PYTHON = """\
import base64, hmac, json, os, time

def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

def identity(user):
    header = {{"alg": "HS256", "typ": "JWT", "kid": "{key_id}"}}
    claims = {{
        "sub": str(user.id),
        "name": user.name,
        "email": user.email,
        "aud": "{app_id}",
        "exp": int(time.time()) + 900,
    }}
    text = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
    secret = os.environ["COUNTERFOIL_SECRET"].encode()
    return text + "." + base64url(hmac.digest(secret, text.encode(), "sha256"))
"""
PYTHON_HASH = """\
import hashlib, hmac, os

def user_hash(user):
    secret = os.environ["COUNTERFOIL_SECRET"].encode()
    return hmac.new(secret, str(user.id).encode(), hashlib.sha256).hexdigest()
"""
JAVASCRIPT = """\
import {{ createHmac }} from "node:crypto";

const base64url = (part) => Buffer.from(JSON.stringify(part)).toString("base64url");

export function identity(user) {{
  const header = {{ alg: "HS256", typ: "JWT", kid: "{key_id}" }};
  const claims = {{
    sub: String(user.id),
    name: user.name,
    email: user.email,
    aud: "{app_id}",
    exp: Math.floor(Date.now() / 1000) + 900,
  }};
  const text = `${{base64url(header)}}.${{base64url(claims)}}`;
  const signature = createHmac("sha256", process.env.COUNTERFOIL_SECRET).update(text);
  return `${{text}}.${{signature.digest("base64url")}}`;
}}
"""
JAVASCRIPT_HASH = """\
import {{ createHmac }} from "node:crypto";

export const userHash = (user) =>
  createHmac("sha256", process.env.COUNTERFOIL_SECRET).update(String(user.id)).digest("hex");
"""
PHP = """\
function base64url(string $data): string {{
    return rtrim(strtr(base64_encode($data), "+/", "-_"), "=");
}}

function identity($user): string {{
    $header = ["alg" => "HS256", "typ" => "JWT", "kid" => "{key_id}"];
    $claims = [
        "sub" => (string) $user->id,
        "name" => $user->name,
        "email" => $user->email,
        "aud" => "{app_id}",
        "exp" => time() + 900,
    ];
    $text = base64url(json_encode($header)) . "."
        . base64url(json_encode($claims, JSON_THROW_ON_ERROR));
    return $text . "." . base64url(hash_hmac("sha256", $text, getenv("COUNTERFOIL_SECRET"), true));
}}
"""
PHP_HASH = """\
function user_hash($user): string {{
    return hash_hmac("sha256", (string) $user->id, getenv("COUNTERFOIL_SECRET"));
}}
"""
RUBY = """\
require "json"
require "openssl"

def base64url(data)
  [data].pack("m0").tr("+/", "-_").delete("=")
end

def identity(user)
  header = {{ alg: "HS256", typ: "JWT", kid: "{key_id}" }}
  claims = {{
    sub: user.id.to_s,
    name: user.name,
    email: user.email,
    aud: "{app_id}",
    exp: Time.now.to_i + 900
  }}
  text = [header, claims].map {{ |part| base64url(JSON.generate(part)) }}.join(".")
  "#{{text}}.#{{base64url(OpenSSL::HMAC.digest("SHA256", ENV.fetch("COUNTERFOIL_SECRET"), text))}}"
end
"""
RUBY_HASH = """\
require "openssl"

def user_hash(user)
  OpenSSL::HMAC.hexdigest("SHA256", ENV.fetch("COUNTERFOIL_SECRET"), user.id.to_s)
end
"""
# Nothing to install for any of them: what signs is part of each language.
SIGNING = (
    ("Python", "Python 3.7 or newer", PYTHON, PYTHON_HASH),
    ("JavaScript", "Node 16 or newer", JAVASCRIPT, JAVASCRIPT_HASH),
    ("PHP", "PHP 7.3 or newer", PHP, PHP_HASH),
    ("Ruby", "Ruby 2.5 or newer", RUBY, RUBY_HASH),
)


def snippet(installation: Installation) -> str:
    """The line that goes into the pages of the site."""
    return (
        f'<script async src="{settings.SITE_URL}/m/loader.js" '
        f'data-app="{installation.public_id}"></script>'
    )


def signing(app_id: str, key_id: str) -> list[Recipe]:
    """How a server signs who its user is. The secret itself is read from its environment."""
    filled = {"app_id": app_id, "key_id": key_id}
    return [
        Recipe(language, needs, code.format(**filled), hash_code.format(**filled))
        for language, needs, code, hash_code in SIGNING
    ]


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
