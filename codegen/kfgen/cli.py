"""The command codegen/generate."""
import argparse
import glob
import json
import os
import re
import sys

from . import output, overlay
from .load import Document, read_yaml
from .resolve import resolve
from .stop import Stop

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SPECS = os.path.join(TOP, "codegen", "specs")


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(prog="codegen/generate", description="Generates C from OpenAPI documents. "
                                     "Without --spec: all services of the library, from codegen/specs.")
    parser.add_argument("--check", action="store_true", help="write nothing; list the files that differ, and exit 1")
    parser.add_argument("--dump", action="store_true", help="print the intermediate form as JSON, and write nothing")
    parser.add_argument("--merged", action="store_true", help="print the document with its overlay, and nothing else")
    parser.add_argument("--spec", metavar="FILE", help="an OpenAPI document of your own")
    parser.add_argument("--overlay", metavar="FILE", help="an OpenAPI Overlay to apply to it")
    parser.add_argument("--name", metavar="NAME", help="the prefix of its names in C (default: the file's name)")
    parser.add_argument("--out", metavar="DIR", help="where NAME.h, NAME_types.c and NAME_operations.c go")
    options = parser.parse_args(arguments)
    if not options.spec and (options.overlay or options.name or options.out):
        parser.error("--overlay, --name and --out need --spec")
    if options.spec and not (options.out or options.dump or options.merged):
        parser.error("--spec needs --out, --dump or --merged")
    if options.merged and not options.spec:
        parser.error("--merged needs --spec")
    return options


def load_document(spec, overlay_file):
    document = Document(spec)
    if overlay_file:
        overlay.apply(document.root, read_yaml(overlay_file), os.path.basename(overlay_file))
    return document


def load_service(spec, overlay_file, name):
    """The intermediate form of a document."""
    if not re.fullmatch("[a-z][a-z0-9_]*", name) or name.startswith("kf_") or name == "kf":
        raise Stop(name, "cannot be a prefix of names in C: lower-case letters, digits and _ are allowed, kf_ is not")
    document = load_document(spec, overlay_file)
    origin = os.path.basename(spec) + (f" and {os.path.basename(overlay_file)}" if overlay_file else "")
    service = resolve(document, name)
    service.origin = origin
    return service


def library_names():
    names = [os.path.basename(path)[:-len(".yaml")] for path in glob.glob(os.path.join(SPECS, "*.yaml"))]
    return sorted(name for name in names if not name.endswith(".overlay"))


def library_services():
    services = []
    for name in library_names():
        spec = os.path.join(SPECS, name + ".yaml")
        addition = os.path.join(SPECS, name + ".overlay.yaml")
        try:
            services.append(load_service(spec, addition if os.path.exists(addition) else None, name))
        except Stop as stop:
            raise named(stop, spec) from None
    return services


def named(stop, spec):
    """The error with the document's name before a place within it."""
    place = os.path.basename(spec) + stop.place if stop.place.startswith("#") else stop.place
    return Stop(place, stop.why)


def library_files(services):
    files = {}
    for service in services:
        files.update(output.service_files(service, f"codegen/specs/{service.origin}"))
    files.update(output.registry_file(services))
    return files


def run(options):
    if options.merged:
        json.dump(load_document(options.spec, options.overlay).root, sys.stdout, indent=1, ensure_ascii=False)
        print()
        return 0
    if options.spec:
        name = options.name or re.sub(r"\.[^.]*$", "", os.path.basename(options.spec))
        if options.out and name in library_names():
            raise Stop(name, "is the prefix of a service of the library; give another --name")
        try:
            services = [load_service(options.spec, options.overlay, name)]
        except Stop as stop:
            raise named(stop, options.spec) from None
        files, top = output.single_files(services[0], services[0].origin), options.out
    else:
        services = library_services()
        files, top = library_files(services), TOP
    if options.dump:
        json.dump([service.dump() for service in services], sys.stdout, indent=1, ensure_ascii=False)
        print()
        return 0
    if options.check:
        different = output.differing(files, top)
        for path in different:
            print(path)
        return 1 if different else 0
    output.write(files, top)
    return 0


def main(arguments=None):
    sys.setrecursionlimit(20000)
    try:
        return run(parse_arguments(arguments))
    except Stop as stop:
        print(f"codegen/generate: {stop}", file=sys.stderr)
        return 1
    except OSError as problem:
        print(f"codegen/generate: {problem.filename}: {problem.strerror}", file=sys.stderr)
        return 1
    except RecursionError:
        print("codegen/generate: the document is nested too deeply", file=sys.stderr)
        return 1
