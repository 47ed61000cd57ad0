"""From a document to the intermediate form."""
import re

from .extensions import error_pointers
from .flatten import map_of
from .ir import Service
from .keywords import Keywords
from .load import child
from .naming import name_service
from .notes import text_of
from .operations import Operations
from .schemas import Schemas, finish
from .servers import server_url
from .stop import Stop


def resolve(document, name):
    root = document.root
    if "swagger" in root:
        raise Stop("#/swagger", "OpenAPI 2.0 is not supported; convert the document to 3.0")
    version = text_of(root, "openapi", "#")
    if not re.match(r"3\.[01]\.", version):
        raise Stop("#/openapi", f"'{version}' is neither 3.0 nor 3.1" if version else "is missing")
    info = map_of(root, "info", "#")
    service = Service(name, text_of(info, "title", "#/info"), text_of(info, "version", "#/info"),
                      server_url=server_url(root, "#"), error=error_pointers(root))
    keywords = Keywords(document)
    schemas = Schemas(document, service, keywords, keywords.truth(root, "#", "x-kf-wire"))
    schemas.resolve_components()
    operations = Operations(document, service, schemas, keywords)
    operations.resolve()
    schemas.complete()
    operations.extensions()
    keywords.check(schemas.wires.on)
    finish(service)
    components = map_of(root, "components", "#")
    name_service(service, [child("#/components/schemas", name) for name in components.get("schemas") or {}])
    return service
