"""Doc comments: the document's prose, made safe and wrapped."""
import re
import textwrap
import unicodedata

WIDTH = 120
ITEM = re.compile(r"([*+-]|\d+[.)])\s+")


def safe(text):
    """Text that neither ends the comment nor confuses a compiler."""
    text = "".join(" " if unicodedata.category(c) in ("Zl", "Zp") or c == "\t" else c for c in text)
    text = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf"))
    # Neither the end nor the begin of a comment, and no trigraph.
    text = re.sub(r"\*(?=/)", "* ", text)
    text = re.sub(r"/(?=\*)", "/ ", text)
    return re.sub(r"\?(?=\?)", "? ", text)


def escaped(text):
    """Prose without what Doxygen would take for a command; code in backticks stays as it is."""
    parts = re.split("(`[^`]*`)", text)
    for index in range(0, len(parts), 2):
        part = parts[index].replace("\\", "\\\\")
        part = re.sub(r"(?<!\w)([@#])(?=\w)", r"\\\1", part)
        parts[index] = re.sub(r"<(?=[A-Za-z/!])", r"\\<", part)
    return "".join(parts)


def blocks(text):
    """Paragraphs ("text"), list items ("item") and code ("code"), each with its lines."""
    found, kind, lines, fence = [], None, [], False

    def close():
        if lines:
            found.append((kind, list(lines)))
        lines.clear()

    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        bare = line.strip()
        if bare.startswith("```") or fence:
            if bare.startswith("```"):
                close()
                fence = not fence
                kind = "code"
            else:
                lines.append(line.rstrip())
        elif not bare:
            close()
            kind = None
            found.append(("blank", []))
        elif ITEM.match(bare):
            close()
            kind = "item"
            lines.append(bare)
        else:
            if kind not in ("text", "item"):
                close()
                kind = "text"
            lines.append(bare)
    close()
    return found


def wrapped(text, width):
    """The lines of a text at most `width` wide, where words allow."""
    lines = []
    for kind, content in blocks(safe(text.strip())):
        if kind == "blank":
            if lines and lines[-1]:
                lines.append("")
        elif kind == "code":
            lines += ["    " + line for line in textwrap.dedent("\n".join(content)).split("\n")]
        else:
            prose = escaped(" ".join(content))
            indent = " " * len(ITEM.match(prose).group()) if kind == "item" else ""
            lines += textwrap.wrap(prose, width, subsequent_indent=indent, break_long_words=False,
                                   break_on_hyphens=False) or [""]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def sentence(text):
    """A text that ends like a sentence."""
    text = text.rstrip()
    complete = not text or text[-1] in ".!?:;)`" or re.search(r"\bhttps?://\S+$", text)
    return text if complete else text + "."


def with_sentences(text, sentences):
    """A text and more sentences after it."""
    text = sentence(text)
    more = " ".join(sentences)
    if not text or not more:
        return text or more
    last = blocks(text)[-1][0]
    return f"{text} {more}" if last == "text" else f"{text}\n\n{more}"


def comment(text, indent="", also=()):
    """The lines of a doc comment; `also` are lines after the text, ready made."""
    lines = wrapped(text, WIDTH - len(indent) - 3)
    if not lines and not also:
        return []
    if len(lines) == 1 and not also and len(indent) + len(lines[0]) + 7 <= WIDTH:
        return [f"{indent}/** {lines[0]} */"]
    lines += ([""] if lines and also else []) + list(also)
    return [f"{indent}/**"] + [f"{indent} * {line}".rstrip() for line in lines] + [f"{indent} */"]


def parameter_lines(entries, width=WIDTH - 3):
    """@param lines: names in a column, descriptions beside them."""
    column = max((len(name) for name, text in entries), default=0)
    lines = []
    for name, text in entries:
        text = " ".join(wrapped(text, 100000)).strip()
        lead = f"@param {name.ljust(column)}"
        lines += textwrap.wrap(text, width, initial_indent=lead + "  ", subsequent_indent=" " * (len(lead) + 2),
                               break_long_words=False, break_on_hyphens=False) or [lead.rstrip()]
    return lines
