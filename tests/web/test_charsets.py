import io
from wsgiref.util import setup_testing_defaults

import pytest

from config.wsgi import application


def post(path, content_type):
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "HTTP_HOST": "127.0.0.1",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": "2",
        "wsgi.input": io.BytesIO(b"{}"),
    }
    setup_testing_defaults(environ)
    answers = []
    b"".join(application(environ, lambda status, headers: answers.append(status)))
    return int(answers[0][:3])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "charset", ["rot13", "base64", "undefined", "idna", "punycode", "zip", "nonsense", '"utf-16"']
)
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("path", ["/login/", "/m/api/boot"])
def test_a_strange_character_set_is_no_error_of_ours(path, kind, charset):
    assert 400 <= post(path, f"{kind}; charset={charset}; boundary=x") < 500
