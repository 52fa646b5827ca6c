"""The pages process."""

import os

from django.core.wsgi import get_wsgi_application

from config import env
from config.up import leash
from ground.web.bodies import measured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# The server runs us in a process of its own, which must not outlive it.
leash.hold()
env.bound_statements()

application = measured(get_wsgi_application())
