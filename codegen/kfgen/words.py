"""Turns the document's words into C identifiers."""
import re
import unicodedata

TOKENS = re.compile(
    "OAuth[0-9]*"
    "|IPv[0-9]+"
    "|(?:iOS|macOS)(?![a-z])"
    "|[A-Z]{2,}s(?![a-z0-9])"       # IDs, URLs
    "|[A-Z]+(?=[A-Z][a-z])"         # the HTTP of HTTPServer
    "|[A-Z][a-z][a-z0-9]*"
    "|[A-Z]+[0-9]*"
    "|[a-z][a-z0-9]*"
    "|[0-9]+[a-z]*")

LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D",
                         "ł": "l", "Ł": "L", "þ": "th", "Þ": "TH", "ð": "d", "Ð": "D", "ı": "i"})

KEYWORDS = frozenset("""
    alignas alignof and and_eq asm atomic auto bitand bitor bool break case catch char char8_t char16_t char32_t class
    compl complex concept const consteval constexpr constinit const_cast continue co_await co_return co_yield decltype
    default delete do double dynamic_cast else enum explicit export extern false float for friend goto if imaginary
    inline int long mutable namespace new noexcept noreturn not not_eq nullptr operator or or_eq private protected
    public register reinterpret_cast requires restrict return short signed sizeof static static_assert static_cast
    struct switch template this thread_local throw true try typedef typeid typename typeof typeof_unqual union unsigned
    using virtual void volatile wchar_t while xor xor_eq
    NULL EOF errno assert stdin stdout stderr offsetof environ sun linux unix i386 vax mips sparc arm ppc far near
    interface small hyper st_atime st_mtime st_ctime sa_handler sa_sigaction h_addr
    size_t ssize_t ptrdiff_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t intptr_t uintptr_t
    """.split())


def tokens(text):
    """The words in a text: "HTTPServer_v2" has HTTP, Server and v2."""
    plain = unicodedata.normalize("NFKD", text.translate(LETTERS))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    found = TOKENS.findall(plain)
    if found:
        # A minus before a number is part of its meaning, as in the enum -1, 0, 1.
        return (["minus"] if re.match(r"-\d", text) else []) + found
    if not text:
        return ["empty"]
    # Nothing but signs, whose names are taken, or letters of another script.
    names = [f"u{ord(c):04x}" if unicodedata.category(c)[0] == "L" else unicodedata.name(c, f"u{ord(c):04x}")
             for c in text]
    return TOKENS.findall(" ".join(names).replace("-", " "))


def snake(text):
    """"totalElements" is total_elements."""
    return "_".join(token.lower() for token in tokens(text))


def capital(text):
    """"totalElements" is TOTAL_ELEMENTS."""
    return snake(text).upper()


def pascal(text):
    """A word as a part of a longer name, otherwise as the document has it: "tls" is Tls."""
    return text[:1].upper() + text[1:]


def is_reserved(name):
    return name in KEYWORDS or name.startswith("kf_")


def identifier(text):
    """A snake-case name that may stand alone: for members, parameters and the like."""
    name = snake(text)
    if name[0].isdigit():
        name = "n" + name
    return name + "_" if is_reserved(name) else name


class Scope:
    """Names that are taken; the next one that wants to be the same gets _2, _3 …"""

    def __init__(self, taken=()):
        self.taken = set(taken)

    def claim(self, name):
        """A free name like `name`."""
        return self.claim_all(name, lambda candidate: [candidate])[0]

    def claim_all(self, name, names_of):
        """Several names made from one: all are free, or the next number is tried."""
        candidate, number = name, 1
        while set(names_of(candidate)) & self.taken:
            number += 1
            candidate = f"{name.rstrip('_')}_{number}"
        self.taken.update(names_of(candidate))
        return names_of(candidate)
