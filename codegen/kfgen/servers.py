"""The servers of a document, and those of single operations."""
import re

from .flatten import list_of, map_of
from .ir import Server
from .load import child
from .notes import text_of
from .stop import Stop

MOST = 4  # KF_SERVERS_MAX


def server_url(holder, place):
    """The first server's address with its variables' defaults; None when it is not complete."""
    servers = list_of(holder, "servers", place)
    if not servers or not isinstance(servers[0][0], dict):
        return None
    server, at = servers[0]
    url = text_of(server, "url", at)
    for name, variable in map_of(server, "variables", at).items():
        if isinstance(variable, dict) and "default" in variable:
            url = url.replace("{" + name + "}", str(variable["default"]))
    return url.rstrip("/") if re.match("https?://", url) and "{" not in url else None


def server_of(service, root, holders):
    """The server that an operation is for: 0 the document's own, or the place among the others, from 1. `holders`: the
    operation and its path, each with its place; the first that names servers counts."""
    for holder, at in holders:
        if not holder.get("servers"):
            continue
        if holder["servers"] == root.get("servers"):
            return 0
        node, place = list_of(holder, "servers", at)[0]
        url = server_url(holder, at)
        if not url:
            raise Stop(child(place, "url"), "is not a complete address (an overlay can mend or remove it)")
        return index_of(service, Server(text_of(node, "x-kf-name", place) or url, url), place)
    return 0


def index_of(service, server, place):
    for index, other in enumerate(service.servers):
        if other.name == server.name:
            if other.url != server.url:
                raise Stop(child(place, "x-kf-name"), f"'{server.name}' is the name of {other.url}")
            return index + 1
    if len(service.servers) == MOST:
        raise Stop(place, f"there are more than {MOST} servers of single operations")
    service.servers.append(server)
    return len(service.servers)
