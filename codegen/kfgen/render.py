"""Writes the C of a service: the header, the tables of its types, its operations."""
import os

import jinja2

from . import docs
from .comments import comment, parameter_lines, safe
from .ctext import KINDS, WIDTH, Declarations, array, broken, flags, quoted
from .naming import public_names
from .tables import WireTables
from .words import Scope, identifier

TEMPLATES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "templates")


def environment():
    result = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), trim_blocks=True, lstrip_blocks=True,
                                keep_trailing_newline=True, undefined=jinja2.StrictUndefined)
    result.filters["quoted"] = quoted
    result.filters["flags"] = flags
    return result


def needs_escapes(name):
    """Whether JSON cannot hold a name as it is."""
    return any(c in '"\\' or c < " " for c in name)


def documented(declaration, text, indent="    "):
    """A member with its comment: behind it when it fits, else above it."""
    line = indent + declaration
    above = comment(text, indent)
    if len(above) == 1 and not above[0].strip().startswith("/**  "):
        behind = f"{line} /**< {above[0].strip()[4:-3]} */"
        return [behind] if len(behind) <= WIDTH else above + [line]
    return above + [line]


class Renderer:
    """The views that the templates print: lines of C, ready made."""

    def __init__(self, service):
        self.service = service
        self.declarations = Declarations(service)
        self.statics = Scope(public_names(service))

    # The header

    def enum(self, enum):
        lines = comment(docs.of_enum(enum)) + [f"typedef enum {enum.c} {{"]
        lines += documented(f"{enum.c_names['unrecognized']} = -1,",
                            "A value that this version does not know: it is in `extra`.")
        lines += documented(f"{enum.c_names['unspecified']} = 0,", "Absent.")
        last = len(enum.c_constants) - 1
        for index, (constant, text) in enumerate(zip(enum.c_constants, enum.descriptions)):
            lines += documented(f"{constant} = {index + 1}{',' if index < last else ''}", text)
        lines.append(f"}} {enum.c};")
        if "list" in enum.c_names:
            name = enum.c_names["list"]
            lines += ["", f"/** A list of {enum.c}, in parameters. */", f"typedef struct {name} {{",
                      f"    const {enum.c} *items;", "    size_t count;", f"}} {name};"]
        if "entry" in enum.c_names:
            lines += [""] + self.entry(enum, f"    {enum.c} value;")
        return "\n".join(lines)

    def entry(self, thing, value):
        name = thing.c_names["entry"]
        return [f"/** An entry of a map of {thing.c}. */", f"typedef struct {name} {{", "    const char *key;", value,
                f"}} {name};"]

    def struct(self, type_, forward):
        lines = comment(docs.of_type(type_, self.service))
        lines.append(f"struct {type_.c} {{" if forward else f"typedef struct {type_.c} {{")
        for index, field in enumerate(type_.fields):
            if type_.base and index == type_.base_count:
                lines.append("    kf_extra extra; /**< See kf_extra. */")
            first, *more = self.declarations.members(field)
            lines += documented(first, docs.of_field(field)) + ["    " + line for line in more]
        if not type_.base or type_.base_count == len(type_.fields):
            lines.append("    kf_extra extra; /**< See kf_extra. */")
        lines.append("};" if forward else f"}} {type_.c};")
        return "\n".join(lines)

    def structs(self):
        """Forward declarations, and the structs so that each stands behind what it uses, where that is possible."""
        order, forward, state = [], [], {}

        def visit(key):
            name, is_entry = key
            if is_entry and (name, False) not in state:
                visit((name, False))  # which may need its own entry
            if key in state:
                return
            state[key] = "open"
            needs = [(name, False)] if is_entry else [
                (field.ref, field.container == "map") for field in self.service.types[name].fields
                if field.kind == "object"]
            for need in needs:
                visit(need)
                if state[need] == "open" and need[0] not in forward:
                    forward.append(need[0])
            state[key] = "done"
            order.append(key)

        for name in self.service.types:
            visit((name, False))
        texts = [f"typedef struct {self.service.types[name].c} {self.service.types[name].c};" for name in forward]
        texts = ["\n".join(texts)] if texts else []
        for name, is_entry in order:
            type_ = self.service.types[name]
            texts.append("\n".join(self.entry(type_, f"    const {type_.c} *value;")) if is_entry else
                         self.struct(type_, name in forward))
        return texts

    def parameters(self, operation):
        type_ = operation.parameters
        lines = comment(docs.of_parameters(operation.c)) + [f"typedef struct {type_.c} {{"]
        for field in type_.fields:
            first, *more = self.declarations.members(field)
            lines += documented(first, docs.of_field(field)) + ["    " + line for line in more]
        return "\n".join(lines + [f"}} {type_.c};"])

    def enum_functions(self, enum):
        text, from_text = enum.c_names["text"], enum.c_names["from_text"]
        return "\n".join([
            "/** The enum's description, for kf_enum_text() and kf_enum_value(). */",
            f"extern KF_API const kf_enum {enum.c_names['enum']};",
            "/** The text of a constant, as on the wire; NULL for unspecified and unrecognized. */",
            *broken(f"KF_API const char *{text}(", [f"{enum.c} value"], ");"),
            "/** The constant of a text; unspecified for NULL, unrecognized for a text that is not among them. */",
            *broken(f"KF_API {enum.c} {from_text}(", ["const char *text"], ");")])

    def prototypes(self, type_):
        """The four functions of a type, without semicolons."""
        names = type_.c_names
        return {
            "decode": broken(f"kf_status {names['decode']}(", [
                "const char *text", "size_t length", f"{type_.c} **model", "kf_error *error"], ")"),
            "encode": broken(f"kf_status {names['encode']}(", [
                f"const {type_.c} *model", "char **text", "kf_error *error"], ")"),
            "clone": broken(f"kf_status {names['clone']}(", [
                f"const {type_.c} *model", f"{type_.c} **copy", "kf_error *error"], ")"),
            "free": broken(f"void {names['free']}(", [f"{type_.c} *model"], ")")}

    def casts(self, type_):
        """Down-casts: (function, child, descriptions that fit)."""
        found = []
        for name, function in type_.c_names.get("casts", {}).items():
            child = self.service.types[name]
            fits = list(dict.fromkeys([name] + [variant.type for variant in child.variants
                                                if "UNION" not in child.flags]))
            found.append({"function": function, "child": child.c,
                          "fits": [self.service.types[fit].c_names["type"] for fit in fits]})
        return found

    def type_functions(self, type_):
        shapes = {key: self.exported(lines) for key, lines in self.prototypes(type_).items()}
        free = type_.c_names["free"]
        lines = [f"/** The description of {type_.c}, for the functions of model.h. */",
                 f"extern KF_API const kf_type {type_.c_names['type']};",
                 f"/** As kf_model_decode(). Free the model with {free}(). */", *shapes["decode"],
                 "/** As kf_model_encode(). Free the text with kf_free(). */", *shapes["encode"],
                 f"/** As kf_model_clone(). Free the copy with {free}(). */", *shapes["clone"],
                 "/** As kf_model_free(). */", *shapes["free"]]
        for cast in self.casts(type_):
            lines += comment(f"The {cast['child']} that it really is; NULL when it is another.")
            lines += self.exported(broken(f"const {cast['child']} *{cast['function']}(",
                                          [f"const {type_.c} *model"], ")"))
        return "\n".join(lines)

    def exported(self, lines, deprecated=False):
        """A declaration from the lines of a prototype."""
        lead = ("KF_DEPRECATED " if deprecated else "") + "KF_API "
        text = " ".join(line.strip() for line in lines).replace("( ", "(")
        head, arguments = text.split("(", 1)
        return broken(f"{lead}{head}(", arguments[:-1].split(", "), ");")

    # Operations

    def arguments(self, operation):
        """(role, name, subject) of a function's arguments."""
        scope = Scope(["client", "error", "arguments", "params", "operations", "types", "enums", "typed_call"])
        found = []
        path = operation.path_type.fields if operation.path_type else []
        for field, notes in zip(path, operation.path_notes):
            found.append(("path", scope.claim(identifier(field.word)), notes))
        if operation.parameters:
            found.append(("params", "params", None))
        if operation.body or operation.upload:
            found.append(("body", scope.claim(identifier(operation.body_word)), None))
        if operation.out:
            type_ = self.service.types[operation.out]
            word = type_.c[len(self.service.name) + 1:]
            found.append(("out", scope.claim("answer" if word.endswith("_answer") else identifier(word)), None))
        if operation.download:
            found.append(("sink", scope.claim("sink"), None))
        return found

    def prototype(self, operation, arguments):
        parts = ["kf_client *client"]
        fields = iter(operation.path_type.fields if operation.path_type else [])
        for role, name, subject in arguments:
            if role == "path":
                parts.append(self.declarations.argument(next(fields), name))
            elif role == "params":
                parts.append(f"const {operation.parameters.c} *{name}")
            elif role == "body":
                body = self.service.types[operation.body].c if operation.body else "kf_source"
                parts.append(f"const {body} *{name}")
            elif role == "out":
                parts.append(f"{self.service.types[operation.out].c} **{name}")
            else:
                parts.append(f"kf_sink *{name}")
        return parts + ["kf_error *error"]

    def argument_struct(self, operation, arguments):
        """The path struct, made from the arguments; None without any."""
        values = []
        names = [name for role, name, subject in arguments if role == "path"]
        for field, name in zip(operation.path_type.fields if operation.path_type else [], names):
            if field.container or field.kind == "bytes":
                type_ = self.declarations.list(field) if field.container else "kf_bytes"
                name = f"{name} != NULL ? *{name} : ({type_}){{0}}"
            values.append(f".{field.c} = {name}")
        if not values:
            return None
        return "\n".join(broken(f"    const struct {operation.path_type.c} arguments = {{", values, "};"))

    def operation(self, operation):
        """A view of an operation for the templates."""
        arguments = self.arguments(operation)
        names = {role: name for role, name, subject in arguments}
        parts = self.prototype(operation, arguments)
        text, entries, last = docs.of_operation(operation, arguments, self.service)
        also = parameter_lines(entries) + ([""] if entries else []) + [comment_line(last)]
        head = f"kf_status {operation.c}("
        lead = ("KF_DEPRECATED " if operation.deprecated else "") + "KF_API "
        view = {"ir": operation, "comment": "\n".join(comment(text, also=also)),
                "declaration": "\n".join(broken(lead + head, parts, ");")),
                "definition": "\n".join(broken(head, parts, ")")),
                "index": self.statics.claim("OP_" + operation.c[len(self.service.name) + 1:].upper()),
                "arguments": self.argument_struct(operation, arguments), "out": "out" in names, "pager": None}
        view["call"] = self.call(view, names)
        if operation.pagination:
            view["pager"] = self.pager(view, arguments, parts, lead)
        return view

    def call(self, view, names):
        target = names.get("out") or names.get("sink") or "NULL"
        parts = ["client", f"&operations[{view['index']}]", "&arguments" if view["arguments"] else "NULL",
                 names.get("params", "NULL"), names.get("body", "NULL"), target, "error"]
        return "\n".join(broken("    return typed_call(" if "out" in names else "    return kf_call(", parts, ");"))

    def pager(self, view, arguments, parts, lead):
        operation = view["ir"]
        kept = [part for (role, *rest), part in zip(arguments, parts[1:-1]) if role in ("path", "params")]
        item = self.service.types[operation.pagination.item_type].c
        head = f"kf_pager *{operation.c_names['pager']}("
        next_head = f"const {item} *{operation.c_names['next']}("
        kept = ["kf_client *client"] + kept + ["kf_error *error"]
        following = ["kf_pager *pager", "kf_error *error"]
        has_params = any(role == "params" for role, *rest in arguments)
        call = ["client", f"&operations[{view['index']}]", "&arguments" if view["arguments"] else "NULL",
                "params" if has_params else "NULL", "error"]
        return {"declaration": "\n".join(broken(lead + head, kept, ");")),
                "call": "\n".join(broken("    return kf_pager_new(", call, ");")),
                "definition": "\n".join(broken(head, kept, ")")),
                "next_declaration": "\n".join(broken(lead + next_head, following, ");")),
                "next_definition": "\n".join(broken(next_head, following, ")"))}

    def operations_by_tag(self, views):
        tags = [tag.name for tag in self.service.tags]
        used = list(dict.fromkeys(view["ir"].tag for view in views))
        descriptions = {tag.name: tag.description for tag in self.service.tags}
        groups = []
        for tag in [tag for tag in tags if tag in used] + [tag for tag in used if tag not in tags]:
            title = f"{tag}: {descriptions[tag]}" if descriptions.get(tag) else tag
            title = comment_line(title.split("\n")[0])[:WIDTH - 6]
            groups.append({"title": f"/* {title} */" if title else "",
                           "operations": [view for view in views if view["ir"].tag == tag]})
        return groups

    # Tables

    def reference(self, field):
        if field.kind == "object":
            return "&" + self.service.types[field.ref].c_names["type"]
        return "&" + self.service.enums[field.ref].c_names["enum"] if field.kind == "enum" else "NULL"

    def field_flags(self, field):
        notes = field.notes
        marks = [("REQUIRED", field.required), ("NULLABLE", notes.nullable), ("PLAIN", field.plain),
                 ("ARRAY", field.container in ("array", "list")), ("MAP", field.container in ("map", "pairs")),
                 ("READ_ONLY", notes.read_only), ("WRITE_ONLY", notes.write_only), ("SECRET", notes.secret),
                 ("DEPRECATED", notes.deprecated), ("ADDITIONAL", field.additional), ("KEY", field.key),
                 ("TENANT", notes.tenant), ("INDIRECT", field.indirect), ("ESCAPED", needs_escapes(field.name)),
                 ("NULLABLE_ITEMS", field.nullable_items)]
        return flags([name for name, on in marks if on], "KF_FIELD_")

    def row(self, struct, field):
        parts = [struct, field.c]
        if field.container in ("list", "pairs"):
            parts = [struct, field.c + ".items", field.c + ".count"]
        elif field.container:
            parts.append(field.c_count)
        parts += [quoted(field.name), "KF_KIND_" + KINDS[field.kind], self.field_flags(field), self.reference(field)]
        macro = "COUNTED" if field.container else "FIELD"
        return "\n".join(broken(f"    {macro}(", parts, "),"))

    def table(self, type_, struct, suffix):
        """What the templates need to write the tables of one struct."""
        kinds = ("fields", "slots", "variants", "type")
        names = self.statics.claim_all(suffix, lambda text: [f"{kind}_{text}" for kind in kinds])
        suffix = names[0][len("fields_"):]
        return {"ir": type_, "struct": struct, "suffix": suffix, "full_name": f"{self.service.name}.{type_.name}",
                "rows": [self.row(struct, field) for field in type_.fields],
                "slots": "\n".join(array(f"static const uint16_t slots_{suffix}[]",
                                         [str(slot) for slot in type_.slots])),
                "wire": None, "wire_tables": "",
                "base": self.service.types[type_.base].c if type_.base else None,
                "variants": [(quoted(variant.tag), self.service.types[variant.type].c_names["type"])
                             for variant in type_.variants],
                "flags": flags(type_.flags, "KF_TYPE_")}

    def model_tables(self):
        """(views of the types, lists of names that their wires share)."""
        start = len(self.service.name) + 1
        views, wires = [], WireTables(self.statics)
        for type_ in self.service.types.values():
            view = self.table(type_, type_.c, type_.c[start:])
            view["functions"] = {key: "\n".join(lines) for key, lines in self.prototypes(type_).items()}
            view["wire"], view["wire_tables"] = wires.add(type_, view["suffix"]) if type_.wire else (None, "")
            view["casts"] = self.casts(type_)
            for cast in view["casts"]:
                cast["definition"] = "\n".join(broken(f"const {cast['child']} *{cast['function']}(",
                                                      [f"const {type_.c} *model"], ")"))
            views.append(view)
        return views, wires.name_lists()

    def enum_tables(self):
        start = len(self.service.name) + 1
        views = [{"ir": enum, "table": self.statics.claim("texts_" + enum.c[start:]),
                  "full_name": f"{self.service.name}.{enum.name}",
                  "text": "\n".join(broken(f"const char *{enum.c_names['text']}(", [f"{enum.c} value"], ")")),
                  "from_text": "\n".join(broken(f"{enum.c} {enum.c_names['from_text']}(", ["const char *text"], ")"))}
                 for enum in self.service.enums.values()]
        for view in views:
            view["texts"] = "\n".join(array(f"static const char *const {view['table']}[]",
                                            [quoted(text) for text in view["ir"].texts]))
        return views


def comment_line(text):
    """One line of text inside a comment."""
    return safe(" ".join(text.split()))
