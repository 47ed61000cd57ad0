"""Pieces of C: literals, declarations, and lines that are broken where a careful person would."""
import unicodedata

WIDTH = 120
SCALARS = {"bool": "bool", "int32": "int32_t", "int64": "int64_t", "double": "double"}
OPTIONAL = {"bool": "kf_bool", "int32": "kf_int32", "int64": "kf_int64", "double": "kf_double"}
KINDS = {"string": "STRING", "bool": "BOOL", "int32": "INT32", "int64": "INT64", "double": "DOUBLE", "enum": "ENUM",
         "bytes": "BYTES", "json": "JSON", "object": "OBJECT"}


def quoted(text):
    """A C string literal, or NULL."""
    if text is None:
        return "NULL"
    result = ""
    for character in text:
        if character in "\"\\":
            result += "\\" + character
        elif character == "\n":
            result += "\\n"
        elif unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp"):
            result += "".join(f"\\{byte:03o}" for byte in character.encode())
        elif character == "?" and result.endswith("?"):
            result += "\\?"
        else:
            result += character
    return f'"{result}"'


def declare(type_, name):
    """A declaration; the star stands at the name."""
    return f"{type_}{name}" if type_.endswith("*") else f"{type_} {name}"


def filled(parts, indent, tail):
    """The parts, separated by commas, in lines of at most WIDTH where they allow it."""
    lines, line = [], indent
    for index, part in enumerate(parts):
        piece = part + ("," if index < len(parts) - 1 else tail)
        if line != indent and len(line) + 1 + len(piece) > WIDTH:
            lines.append(line)
            line = indent
        line += (" " if line != indent else "") + piece
    return lines + [line]


def broken(head, parts, tail):
    """A call or declaration: further lines begin below the first part, or indented when that leaves too little room."""
    if not parts:
        return [head + tail]
    lines = filled(parts, " " * len(head), tail)
    lines[0] = head + lines[0][len(head):]
    if all(len(line) <= WIDTH for line in lines):
        return lines
    margin = " " * (len(head) - len(head.lstrip()) + 4)
    return [head] + filled(parts, margin, tail)


def array(head, parts):
    """A table of short elements."""
    whole = f"{head} = {{{', '.join(parts)}}};"
    return [whole] if len(whole) <= WIDTH else [f"{head} = {{", *filled(parts, "    ", ","), "};"]


def flags(names, prefix):
    return " | ".join(prefix + name for name in names) or "0"


class Declarations:
    """The C types of fields."""

    def __init__(self, service):
        self.service = service

    def named(self, field):
        things = self.service.types if field.kind == "object" else self.service.enums
        return things[field.ref]

    def element(self, field):
        """The type of an element of an array."""
        if field.kind == "object":
            return f"const {self.named(field).c} *const " if field.indirect else f"const {self.named(field).c} "
        if field.kind == "enum":
            return f"const {self.named(field).c} "
        return {"string": "const char *const ", "json": "const cJSON *const ", "bytes": "const kf_bytes "}.get(
            field.kind) or f"const {SCALARS[field.kind]} "

    def entry(self, field):
        if field.ref:
            return self.named(field).c_names["entry"]
        return f"kf_{field.kind}_entry"

    def single(self, field):
        if field.kind == "object":
            return f"const {self.named(field).c} *"
        if field.kind == "enum":
            return self.named(field).c
        simple = {"string": "const char *", "json": "const cJSON *", "bytes": "kf_bytes"}
        return simple.get(field.kind) or (SCALARS if field.plain else OPTIONAL)[field.kind]

    def list(self, field):
        if field.container == "pairs":
            return f"kf_{field.kind}_map"
        return self.named(field).c_names["list"] if field.kind == "enum" else f"kf_{field.kind}_list"

    def members(self, field):
        """The declarations of a field, its count included."""
        if field.container == "array":
            return [f"{self.element(field)}*{field.c};", f"size_t {field.c_count};"]
        if field.container == "map":
            return [f"const {self.entry(field)} *{field.c};", f"size_t {field.c_count};"]
        if field.container in ("list", "pairs"):
            return [f"{self.list(field)} {field.c};"]
        return [declare(self.single(field), field.c) + ";"]

    def argument(self, field, name):
        """A path parameter as a function's argument."""
        if field.container in ("list", "pairs"):
            return f"const {self.list(field)} *{name}"
        if field.kind == "bytes":
            return f"const kf_bytes *{name}"
        return declare(self.single(field), name)
