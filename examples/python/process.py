"""libkuflow from Python, with nothing but ctypes: starts a KuFlow process and pages through its items.

Usage: process.py [LIBKUFLOW.SO], without a path the installed one; with KUFLOW_ENDPOINT, KUFLOW_CLIENT_ID and
KUFLOW_CLIENT_SECRET, which examples/run sets for the sandbox. Any operation of any service is called like the two here.
"""
import ctypes
import json
import sys


class Error(ctypes.Structure):  # kf_error, as far as it is read here; the rest is room
    _fields_ = [("status", ctypes.c_int), ("http_status", ctypes.c_int), ("attempts", ctypes.c_int),
                ("retryable", ctypes.c_bool), ("may_have_acted", ctypes.c_bool), ("transport_code", ctypes.c_int),
                ("retry_after_ms", ctypes.c_int64), ("message", ctypes.c_char * 512), ("rest", ctypes.c_char * 2048)]


def checked(status):
    if status != 0:
        sys.exit(error.message.decode())


kuflow = ctypes.CDLL(sys.argv[1] if len(sys.argv) > 1 else "libkuflow.so.0")
kuflow.kf_free.argtypes = [ctypes.c_void_p]
kuflow.kf_client_free.argtypes = [ctypes.c_void_p]
kuflow.kf_call_json.argtypes = [ctypes.c_void_p] + [ctypes.c_char_p] * 2 + [ctypes.c_void_p] * 2
kuflow.kuflow_client_from_environment.argtypes = [ctypes.c_void_p] * 3
error = Error()

# Larger than kf_client_options, whose first member says how much of it counts: so newer versions fit, too.
options = (ctypes.c_uint64 * 512)()
kuflow.kf_client_options_init(options, ctypes.c_size_t(ctypes.sizeof(options)))
checked(kuflow.kf_client_options_set(options, b"allow_http", b"true", ctypes.byref(error)))
client = ctypes.c_void_p()
checked(kuflow.kuflow_client_from_environment(options, ctypes.byref(client), ctypes.byref(error)))


def call(operation, **parameters):
    answer = ctypes.c_void_p()
    checked(kuflow.kf_call_json(client, operation.encode(), json.dumps(parameters).encode(), ctypes.byref(answer),
                                ctypes.byref(error)))
    try:
        return json.loads(ctypes.string_at(answer))
    finally:
        kuflow.kf_free(answer)


process = call("kuflow.createProcess", body={"processDefinitionId": "60000000-0000-4000-8000-000000000001"})
print("process", process["id"], "is", process["state"])
page, pages = 0, 1
while page < pages:
    found = call("kuflow.findProcessItems", processId=[process["id"]], size=2, page=page)
    for item in found["content"]:
        print(f"  page {page}: {item['type']} {item['id']}")
    page, pages = page + 1, found["metadata"]["totalPages"]
kuflow.kf_client_free(client)
