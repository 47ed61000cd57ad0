"""From a document to the intermediate form."""
import re

from .extensions import error_pointers
from .flatten import list_of, map_of
from .ir import Service
from .load import child
from .naming import name_service
from .notes import text_of
from .operations import Operations
from .schemas import Schemas, finish
from .stop import Stop


def server_url(root):
    """The first server's address with its variables' defaults; None when it is not complete."""
    servers = list_of(root, "servers", "#")
    if not servers or not isinstance(servers[0][0], dict):
        return None
    server, place = servers[0]
    url = text_of(server, "url", place)
    for name, variable in map_of(server, "variables", place).items():
        if isinstance(variable, dict) and "default" in variable:
            url = url.replace("{" + name + "}", str(variable["default"]))
    return url.rstrip("/") if re.match("https?://", url) and "{" not in url else None


def resolve(document, name):
    root = document.root
    if "swagger" in root:
        raise Stop("#/swagger", "OpenAPI 2.0 is not supported; convert the document to 3.0")
    version = text_of(root, "openapi", "#")
    if not re.match(r"3\.[01]\.", version):
        raise Stop("#/openapi", f"'{version}' is neither 3.0 nor 3.1" if version else "is missing")
    info = map_of(root, "info", "#")
    service = Service(name, text_of(info, "title", "#/info"), text_of(info, "version", "#/info"),
                      server_url=server_url(root), error=error_pointers(root))
    schemas = Schemas(document, service)
    schemas.resolve_components()
    operations = Operations(document, service, schemas)
    operations.resolve()
    schemas.complete()
    operations.extensions()
    finish(service)
    components = map_of(root, "components", "#")
    name_service(service, [child("#/components/schemas", name) for name in components.get("schemas") or {}])
    return service
