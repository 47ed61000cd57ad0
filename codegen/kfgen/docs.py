"""The words of the generated doc comments."""
from .comments import sentence, with_sentences


def facts(notes, required=False, field=None):
    """The sentences on a value beside its description."""
    found = list(notes.facts)
    if notes.default is not None:
        found.append(f"Default: {notes.default}." if notes.default else "")
    if required:
        found.append("Required.")
    if notes.nullable:
        found.append("May be null.")
    if field and field.nullable_items:
        found.append("Values may be null." if field.container in ("map", "pairs") else "Elements may be null.")
    if notes.read_only:
        found.append("Read-only: never sent.")
    if notes.write_only:
        found.append("Write-only: not in answers.")
    if notes.secret:
        found.append("Secret.")
    if notes.tenant:
        found.append("When left out, the scope's tenant.")
    if notes.deprecated:
        found.append("Deprecated.")
    return [fact for fact in found if fact]


def of_service(service):
    text = f"{service.title} {service.version}: the types and operations of its OpenAPI document."
    if not service.operations:
        return text
    text += "\n\nThe functions of operations return as kf_call(), which also says what holds for threads and for the " \
            "answer; what they take is borrowed for the call."
    for operation in service.operations:
        if operation.name != operation.c:
            return text + " Where a comment has a name of the document's, the one in C is in snake case: " \
                f"{operation.name} is {operation.c}()."
    return text


def of_field(field):
    sentences = facts(field.notes, field.required and (not field.plain or bool(field.container)), field)
    if field.key:
        sentences.append("When left out, the library sends a UUID.")
    return with_sentences(field.notes.description, sentences)


def of_type(type_, service):
    text = sentence(type_.description)
    if type_.base:
        text = with_sentences(text, [f"Begins like {service.types[type_.base].c}."])
    if type_.variants and "UNION" not in type_.flags:
        casts = type_.c_names["casts"]
        text += f"\n\nMay really be one of the structs built on it, as `{type_.discriminator}` says: see "
        text += ", ".join(f"{name}()" for name in casts.values()) + "."
        text += f"\n\nSet `{type_.discriminator}` to the word of one of them only in that one's own struct: what is sent "
        text += "is read as the struct that the word names."
    elif "UNION" in type_.flags and "BY_STATUS" not in type_.flags:
        text = with_sentences(text, ["One of its members is set."])
    if type_.deprecated:
        text = with_sentences(text, ["Deprecated."])
    return ending(text, type_.source)


def of_enum(enum):
    text = with_sentences(enum.description, ["Deprecated."] if enum.deprecated else [])
    return ending(text, enum.source)


def ending(text, source):
    """A text with the place that it comes from at its end."""
    if not source:
        return text
    return with_sentences(text, [source if source.endswith(".") else source + "."])


def of_parameters(function):
    return f"Parameters of {function}(); those left out are not sent."


def of_operation(operation, arguments, service):
    """(text, entries of @param, last line)."""
    text = sentence(operation.summary or operation.name)
    if operation.description.strip() and operation.description.strip() != operation.summary.strip():
        text += "\n\n" + sentence(operation.description)
    if operation.server:
        text += f"\n\nServer: {service.servers[operation.server - 1].name}."
    if operation.deprecated:
        text += "\n\nDeprecated."
    entries = []
    for role, name, subject in arguments:
        if role == "path":
            described = with_sentences(subject.description, facts(subject))
        elif role == "params":
            needed = any(field.required for field in operation.parameters.fields)
            described = "Not NULL: some of its members are required." if needed else "NULL for none."
        elif role == "body":
            described = body_text(operation)
        elif role == "out":
            free = service.types[operation.out].c_names["free"]
            described = f"Receives the answer; free it with {free}(). NULL on failure."
            if operation.json_too:
                described += " It is read from XML, or from JSON with kf_client_options.prefer_json."
            if any(not answer.type for answer in operation.answers):
                statuses = [str(answer.status) for answer in operation.answers
                            if not answer.type and answer.status > 99]
                described += " NULL too when the answer has no content" + \
                    (f" ({', '.join(statuses)})." if statuses else ".")
            elif any(answer.optional for answer in operation.answers):
                described += " NULL too when the answer is empty."
        elif role == "sink":
            medias = [media for media in operation.accept.split(", ") if media not in ("application/json", "*/*")]
            described = f"Takes the bytes: {' or '.join(medias)}." if medias else "Takes the bytes."
        else:
            continue
        if described:
            entries.append((name, described))
    return text, entries, f"{operation.method} {operation.path}"


def body_text(operation):
    sentences = []
    if operation.upload:
        sentences.append(f"The bytes, sent as {operation.body_media}.")
        if operation.body_media.startswith("multipart/"):
            sentences.append("They are the parts with the boundaries between them; the boundary must be told in a header "
                             "of your own, `Content-Type`, given to kf_client_scope().")
        elif operation.body_media == "application/x-www-form-urlencoded":
            sentences.append("They are the form, already encoded.")
    if not operation.body_required:
        sentences.append("May be NULL.")
    return with_sentences(operation.body_description, sentences)
