"""Entry of the web server. Production settings that are not safe refuse to start here too."""

import os
import resource
from importlib import import_module

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.umask(0o077)  # database, files and mail are readable by this account alone
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold keys and names in clear
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillage.config.settings.embedded")
application = get_wsgi_application()
import_module("maillage.config.checks").refuse_unsafe()
get_resolver().url_patterns  # noqa: B018  # views are loaded now, not while somebody waits for the first page
