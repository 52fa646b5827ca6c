import pytest
from django.test import RequestFactory

from config.wsgi import application


@pytest.mark.django_db
@pytest.mark.parametrize(
    "charset", ["rot13", "base64", "undefined", "idna", "punycode", "zip", "nonsense", '"utf-16"']
)
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_a_strange_character_set_is_no_error_of_ours(charset, kind):
    for path in ("/login/", "/m/api/boot"):
        environ = (
            RequestFactory(SERVER_NAME="127.0.0.1")
            .post(path, data=b"{}", content_type=f"{kind}; charset={charset}; boundary=x")
            .environ
        )
        answers = []
        b"".join(application(environ, lambda status, headers: answers.append(status)))
        assert int(answers[0][:3]) < 500, (path, answers)
        assert environ["CONTENT_TYPE"] == f"{kind}; boundary=x"
