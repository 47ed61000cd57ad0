"""The tables of operations.c, where those that are alike are written once."""
from .ctext import array, broken, flags, quoted


class Shared:
    """Tables by their content; each is named after its first user."""

    def __init__(self, scope):
        self.scope = scope
        self.names = {}
        self.items = []

    def name(self, content, suffix, prefix):
        if content not in self.names:
            self.names[content] = self.scope.claim(f"{prefix}_{suffix}")
            self.items.append((self.names[content], content))
        return self.names[content]


class WireTables:
    """The kf_wire of each type, with its name lists; those that are alike are written once."""

    def __init__(self, scope):
        self.names = Shared(scope)
        self.fields = Shared(scope)
        self.wires = Shared(scope)

    def list(self, names, suffix, prefix):
        content = tuple(quoted(name) for name in names) + ("NULL",)
        return self.names.name(content, suffix, prefix) if names else None

    def row(self, index, wire, suffix):
        parts = [("name", quoted(wire.name) if wire.name else None),
                 ("item", quoted(wire.item) if wire.item else None),
                 ("aliases", self.list(wire.aliases, suffix, "aliases")),
                 ("flags", flags(wire.flags, "KF_WIRE_") if wire.flags else None)]
        parts = [f".{key} = {value}" for key, value in parts if value]
        return "\n".join(broken(f"    [{index}] = {{", parts, "},")) if parts else None

    def add(self, type_, suffix):
        """The name of a type's kf_wire, and the lines that define what it needs first."""
        seen = [len(shared.items) for shared in (self.fields, self.wires)]
        rows = [self.row(index, field.wire, f"{suffix}_{field.c}") for index, field in enumerate(type_.fields)]
        rows = tuple(row for row in rows if row)
        fields = self.fields.name((len(type_.fields), *rows), suffix, "wire_fields") if rows else None
        wire = type_.wire
        parts = [("root", quoted(wire.root) if wire.root else None)]
        parts += [(key, self.list(getattr(wire, key), suffix, key)) for key in ("aliases", "known_by", "flatten")]
        parts.append(("fields", fields))
        lines = tuple(f"    .{key} = {value}," for key, value in parts if value)
        name = self.wires.name(lines, suffix if lines else "of_json", "wire")
        text = []
        for table, (count, *rows) in self.fields.items[seen[0]:]:
            text += [f"static const kf_wire_field {table}[{count}] = {{", *rows, "};"]
        for table, lines in self.wires.items[seen[1]:]:
            text += [f"static const kf_wire {table} = {{", *lines, "};"] if lines else \
                [f"static const kf_wire {table} = {{0}};"]
        return name, "\n".join(text)

    def name_lists(self):
        return ["\n".join(array(f"static const char *const {name}[]", list(texts))) for name, texts in self.names.items]


def styles_of(parameters):
    return tuple(f"{{KF_IN_{p.location}, KF_STYLE_{p.style}, {str(p.explode).lower()}, "
                 f"{str(p.allow_reserved).lower()}, {quoted(p.prefix)}}}" for p in parameters)


def operation_flags(operation):
    marks = [("UPLOAD", operation.upload), ("DOWNLOAD", operation.download),
             ("BODY_REQUIRED", operation.body_required and (operation.body or operation.upload)),
             ("DEPRECATED", operation.deprecated), ("NO_AUTH", operation.no_auth),
             ("JSON_TOO", operation.json_too)]
    return " | ".join("KF_OPERATION_" + name for name, on in marks if on)


def operation_tables(renderer, views):
    """Everything in operations.c beside the functions."""
    service = renderer.service
    scope = renderer.statics
    answers, styles, paginations = Shared(scope), Shared(scope), Shared(scope)
    path_types, parameter_tables, structs = {}, [], []
    for view in views:
        operation = view["ir"]
        suffix = operation.c[len(service.name) + 1:]
        rows = tuple("{%s, %d, %s}" % ("&" + service.types[answer.type].c_names["type"] if answer.type else "NULL",
                                       answer.status, str(answer.optional).lower()) for answer in operation.answers)
        view["answers"] = answers.name(rows, suffix, "answers")
        view["flags"] = operation_flags(operation)
        view["path_styles"] = view["styles"] = None
        if operation.path_type:
            type_ = operation.path_type
            if type_.name not in path_types:
                path_types[type_.name] = renderer.table(type_, f"struct {type_.c}", type_.c)
                members = [line for field in type_.fields for line in renderer.declarations.members(field)]
                structs.append({"c": type_.c, "members": members})
            view["path_table"] = path_types[type_.name]["suffix"]
            view["path_styles"] = styles.name(styles_of(operation.path_styles), type_.c, "styles")
        if operation.parameters:
            table = renderer.table(operation.parameters, operation.parameters.c,
                                   operation.parameters.c[len(service.name) + 1:])
            parameter_tables.append(table)
            view["parameters"] = table["suffix"]
            view["styles"] = styles.name(styles_of(operation.styles), suffix, "styles")
        view["pagination"] = None
        if operation.pagination:
            pagination = operation.pagination
            parts = [(key, quoted(getattr(pagination, key)))
                     for key in ("position", "size", "items", "total", "pages", "next")]
            lines = tuple(f".{key} = {text}," for key, text in parts if text != "NULL")
            lines += (f".style = KF_PAGE_{pagination.style},", f".first = {pagination.first},")
            lines += (f".size_sent = {pagination.size_sent},",) if pagination.size_sent else ()
            lines += (".whole = true,",) if pagination.whole else ()
            lines += (".cumulative = true,",) if pagination.cumulative else ()
            view["pagination"] = paginations.name(lines, suffix, "pagination")

    def lists(shared, type_):
        return ["\n".join(array(f"static const {type_} {name}[]", rows)) for name, rows in shared.items]

    return {"answers": lists(answers, "kf_answer"), "styles": lists(styles, "kf_parameter"),
            "paginations": paginations.items, "path_structs": structs,
            "tables": list(path_types.values()) + parameter_tables,
            "servers": array("static const kf_server servers[]",
                             [f"{{{quoted(server.name)}, {quoted(server.url)}}}" for server in service.servers]),
            "has_out": any(view["out"] for view in views),
            "type_list": array("static const kf_type *const types[]",
                               ["&" + type_.c_names["type"] for type_ in service.types.values()]),
            "enum_list": array("static const kf_enum *const enums[]",
                               ["&" + enum.c_names["enum"] for enum in service.enums.values()])}
