"""Puts the rendered C into files."""
import os

from .comments import WIDTH, wrapped
from .docs import of_service
from .render import Renderer, environment
from .tables import operation_tables


def render(service, origin, guard, include, system):
    """(header, types.c, operations.c) of a service."""
    jinja = environment()
    renderer = Renderer(service)
    views = [renderer.operation(operation) for operation in service.operations]
    common = {"service": service, "origin": origin, "guard": guard, "include": include,
              "open": "<" if system else '"', "close": ">" if system else '"'}
    header = jinja.get_template("service.h.j2").render(
        **common,
        about=wrapped(of_service(service), WIDTH - 3),
        enums=[renderer.enum(enum) for enum in service.enums.values()],
        structs=renderer.structs(),
        parameters=[renderer.parameters(view["ir"]) for view in views if view["ir"].parameters],
        enum_functions=[renderer.enum_functions(enum) for enum in service.enums.values()],
        type_functions=[renderer.type_functions(type_) for type_ in service.types.values()],
        groups=renderer.operations_by_tag(views))
    enums, (types, names) = renderer.enum_tables(), renderer.model_tables()
    types = jinja.get_template("types.c.j2").render(**common, enums=enums, types=types, names=names)
    operations = jinja.get_template("operations.c.j2").render(
        **common, operations=views, **operation_tables(renderer, views))
    return header, types, operations


def service_files(service, origin):
    """The files of a service of the library: path from the project's top → text."""
    name = service.name
    include = f"kuflow/services/{name}.h"
    header, types, operations = render(service, origin, f"KUFLOW_SERVICES_{name.upper()}_H", include, False)
    return {f"include/{include}": header, f"src/services/{name}/types.c": types,
            f"src/services/{name}/operations.c": operations}


def registry_file(services):
    names = sorted(service.name for service in services)
    by_name = {service.name: service for service in services}
    text = environment().get_template("services.c.j2").render(services=[by_name[name] for name in names])
    return {"src/services/services.c": text}


def single_files(service, origin):
    """The files of a document outside the library: name → text."""
    name = service.name
    header, types, operations = render(service, origin, f"{name.upper()}_H", f"{name}.h", True)
    return {f"{name}.h": header, f"{name}_types.c": types, f"{name}_operations.c": operations}


def differing(files, top):
    """The paths whose files are not what they should be."""
    found = []
    for path, text in files.items():
        try:
            with open(os.path.join(top, path), encoding="utf-8") as file:
                same = file.read() == text
        except OSError:
            same = False
        if not same:
            found.append(path)
    return found


def write(files, top):
    for path in differing(files, top):
        target = os.path.join(top, path)
        os.makedirs(os.path.dirname(target) or ".", exist_ok=True)
        with open(target + ".new", "w", encoding="utf-8", newline="\n") as file:
            file.write(files[path])
        os.replace(target + ".new", target)
