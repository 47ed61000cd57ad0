"""The intermediate form: what a document means in C, in plain data. `codegen/generate --dump` prints it as JSON.

Types and enums refer to each other by their names in the document. Everything called `c…` is a name in C and is filled
in by naming.py, after the document has been understood.
"""
from dataclasses import asdict, dataclass, field
from typing import Optional


@dataclass
class Notes:
    """What a document says about a value beside its type."""
    description: str = ""
    facts: list = field(default_factory=list)  # sentences on format, length, range
    default: Optional[str] = None
    nullable: bool = False
    read_only: bool = False
    write_only: bool = False
    deprecated: bool = False
    secret: bool = False
    tenant: bool = False


@dataclass
class Shape:
    """What a schema means: a scalar, a named type or enum, or an array or map of another shape."""
    kind: str  # string bool int32 int64 double enum bytes json object array map
    ref: Optional[str] = None  # the type of an object, the enum of an enum
    element: Optional["Shape"] = None
    notes: Notes = field(default_factory=Notes)
    place: str = ""  # of an array or map


@dataclass
class WireField:
    """What a member is called on other wires than the library's own JSON."""
    place: str = ""
    name: Optional[str] = None  # in XML, where it is another one
    item: Optional[str] = None  # in XML, of each element within a wrapped array
    aliases: list = field(default_factory=list)
    flags: list = field(default_factory=list)  # ATTRIBUTE TEXT WRAPPED BY_NAME ENTRIES TIME


@dataclass
class Wire:
    """How a type looks on other wires than the library's own JSON."""
    root: Optional[str] = None
    aliases: list = field(default_factory=list)
    known_by: list = field(default_factory=list)
    flatten: list = field(default_factory=list)


@dataclass
class Field:
    """A member of a struct."""
    name: str  # on the wire
    word: str  # what its name in C is made from
    kind: str
    container: str = ""  # "array", "map"; in parameters "list", "pairs": an array or map that is one member
    ref: Optional[str] = None
    required: bool = False
    plain: bool = False
    indirect: bool = False
    additional: bool = False
    key: bool = False
    nullable_items: bool = False  # null is allowed among the elements or entries
    notes: Notes = field(default_factory=Notes)
    wire: WireField = field(default_factory=WireField)
    c: str = ""
    c_count: str = ""


@dataclass
class Variant:
    tag: str
    type: str


@dataclass
class Type:
    """A struct."""
    name: str
    word: str
    place: str
    source: str  # where it comes from, in words
    flags: list = field(default_factory=list)  # VALUE UNION BY_STATUS SECRET REQUEST
    fields: list = field(default_factory=list)
    base: Optional[str] = None  # the type with a discriminator that it begins like
    base_count: int = 0         # where `extra` stands: behind the members of the first in the line
    discriminator: Optional[str] = None
    variants: list = field(default_factory=list)
    wire: Optional[Wire] = None
    description: str = ""
    deprecated: bool = False
    has_entry: bool = False  # whether a map of it exists
    seed: int = 0
    slots: list = field(default_factory=list)
    c: str = ""
    c_names: dict = field(default_factory=dict)


@dataclass
class Enum:
    name: str
    word: str
    place: str
    source: str
    texts: list = field(default_factory=list)
    words: list = field(default_factory=list)
    descriptions: list = field(default_factory=list)
    is_number: bool = False
    description: str = ""
    deprecated: bool = False
    has_entry: bool = False
    has_list: bool = False
    c: str = ""
    c_constants: list = field(default_factory=list)
    c_names: dict = field(default_factory=dict)


@dataclass
class Parameter:
    """How a parameter travels; what it holds is the field at the same index of its struct."""
    location: str
    style: str
    explode: bool
    allow_reserved: bool
    prefix: Optional[str] = None  # put before each key of an exploded object


@dataclass
class Answer:
    status: int  # 2: any success
    type: Optional[str] = None
    optional: bool = False  # an answer without content is one too


@dataclass
class Pagination:
    style: str
    position: str
    size: Optional[str]
    items: Optional[str]
    total: Optional[str]
    pages: Optional[str]
    next: Optional[str]
    first: int
    size_sent: int
    whole: bool
    cumulative: bool
    item_type: str = ""


@dataclass
class Operation:
    name: str
    word: str
    place: str
    method: str
    path: str
    tag: str
    server: int = 0  # 0: the document's own, else the index among the service's servers plus 1
    summary: str = ""
    description: str = ""
    path_type: Optional[Type] = None
    path_styles: list = field(default_factory=list)
    path_notes: list = field(default_factory=list)  # the struct is shared, the descriptions are not
    parameters: Optional[Type] = None
    styles: list = field(default_factory=list)
    body: Optional[str] = None
    body_media: Optional[str] = None
    body_word: str = "body"
    body_description: str = ""
    body_required: bool = False
    upload: bool = False
    download: bool = False
    accept: str = ""
    answers: list = field(default_factory=list)
    json_too: bool = False
    out: Optional[str] = None
    pagination: Optional[Pagination] = None
    wait: Optional[str] = None  # the parameter of a long poll
    wait_seconds: int = 0  # without it
    idempotency: str = "NONE"
    deprecated: bool = False
    no_auth: bool = False
    c: str = ""
    c_names: dict = field(default_factory=dict)


@dataclass
class Server:
    """One that is for some operations only."""
    name: str
    url: str


@dataclass
class Tag:
    name: str
    description: str


@dataclass
class Service:
    name: str
    title: str
    version: str
    origin: str = ""  # the names of its files
    server_url: Optional[str] = None
    servers: list = field(default_factory=list)  # those of single operations
    error: dict = field(default_factory=dict)
    enums: dict = field(default_factory=dict)
    types: dict = field(default_factory=dict)
    operations: list = field(default_factory=list)
    tags: list = field(default_factory=list)
    c_names: dict = field(default_factory=dict)

    def dump(self):
        return asdict(self)
