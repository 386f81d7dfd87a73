"""Routes that a program makes from the methods of its protobuf services."""

from __future__ import annotations

from textwrap import dedent

import pytest
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto

from backend_lead.read.protobuf import FieldType, read_file, values_of

TEXT, MESSAGE = FieldDescriptorProto.TYPE_STRING, FieldDescriptorProto.TYPE_MESSAGE


def entry(number: int, data: bytes) -> bytes:
    """A field of the wire that holds bytes; short ones only."""
    tag, head = number << 3 | 2, bytearray()
    while tag > 127:
        head.append(tag & 127 | 128)
        tag >>= 7
    return bytes([*head, tag, len(data)]) + data


def described() -> tuple[bytes, bytes]:
    """Two files: one that declares an option with an endpoint in it, one with a service whose methods set it."""
    options = FileDescriptorProto(name="options.proto", package="shop")
    endpoint = options.message_type.add(name="Endpoint")
    endpoint.field.add(name="method", number=1, type=TEXT, label=1)
    endpoint.field.add(name="path", number=2, type=TEXT, label=1)
    endpoint.field.add(name="version", number=3, type=FieldDescriptorProto.TYPE_INT32, label=1, default_value="2")
    rpc = options.message_type.add(name="Rpc")
    rpc.field.add(name="endpoints", number=1, type=MESSAGE, type_name=".shop.Endpoint", label=3)
    options.extension.add(name="rpc", number=51310, extendee=".google.protobuf.MethodOptions", type=MESSAGE,
                          type_name=".shop.Rpc", label=1)
    service = FileDescriptorProto(name="orders.proto", package="shop", dependency=["options.proto"])
    shop = service.service.add(name="Orders")
    for name, verb, path in (("List", "GET", "/orders"), ("Cancel", "DELETE", "/orders/{order_id}")):
        service.message_type.add(name=f"{name}Request")
        method = shop.method.add(name=name, input_type=f".shop.{name}Request", output_type=".shop.Endpoint")
        inner = entry(1, verb.encode()) + entry(2, path.encode())
        method.options.MergeFromString(entry(51310, entry(1, inner)))
    return options.SerializeToString(), service.SerializeToString()


GENERATED = """
from google.protobuf import descriptor_pool as _descriptor_pool
from google.protobuf.internal import builder as _builder
{imports}
DESCRIPTOR = _descriptor_pool.Default().AddSerializedFile({data!r})
_globals = globals()
_builder.BuildMessageAndEnumDescriptors(DESCRIPTOR, _globals)
_builder.BuildTopDescriptorsAndMessages(DESCRIPTOR, 'made', _globals)
{services}
"""
APP = dedent("""
    import re
    from flask import Flask
    import options_pb2
    from orders_pb2 import CancelRequest, ListRequest, Orders
    app = Flask(__name__)
    def list_orders(): return ""
    def cancel(order_id): return ""
    HANDLERS = {ListRequest: list_orders, CancelRequest: cancel}
    def endpoints(service):
        for method in service.DESCRIPTOR.methods:
            handler = HANDLERS[service().GetRequestClass(method)]
            for endpoint in method.GetOptions().Extensions[options_pb2.rpc].endpoints:
                path = re.sub(r"{(\\w+)}", r"<\\1>", endpoint.path)
                yield f"/api/{endpoint.version}.0{path}", handler, [endpoint.method]
    for path, handler, methods in endpoints(Orders):
        app.add_url_rule(path, handler.__name__, handler, methods=methods)
""")
BUILT = "_builder.BuildServices(DESCRIPTOR, 'made', _globals)"
REFLECTED = """
from google.protobuf import service as _service
from google.protobuf import service_reflection
_ORDERS = DESCRIPTOR.services_by_name['Orders']
Orders = service_reflection.GeneratedServiceType('Orders', (_service.Service,), dict(
  DESCRIPTOR = _ORDERS,
  __module__ = 'orders_pb2'
  ))
"""


@pytest.mark.parametrize("services", [BUILT, REFLECTED])
def test_methods_with_an_option_of_the_targets_own_become_routes(read, services):
    options, orders = described()
    backend = read(
        app=APP,
        options_pb2=GENERATED.format(data=options, imports="", services=""),
        orders_pb2=GENERATED.format(data=orders, imports="import options_pb2 as options__pb2", services=services),
    )
    assert [(e.name, e.handler.name) for e in backend.endpoints] == [
        ("GET /api/2.0/orders", "app.list_orders"),
        ("DELETE /api/2.0/orders/{order_id}", "app.cancel"),
    ]


def test_bytes_that_are_no_descriptor_are_listed(read):
    backend = read(
        app=APP + "@app.get('/health')\ndef health(): return ''\n",
        options_pb2=GENERATED.format(data=b"\x0a\xff\xff\xff", imports="", services=""),
        orders_pb2=GENERATED.format(data=b"\x0a\x7f", imports="", services=BUILT),
    )
    assert [e.name for e in backend.endpoints] == ["GET /health"]
    assert "protobuf descriptor" in {u.what for u in backend.unresolved}


@pytest.mark.parametrize("data", [b"\x0a", b"\x0a\x05ab", b"\x0b", b"\xff" * 12, b"\x0a\x02\xff\xfe"])
def test_bytes_that_end_too_soon_or_are_of_no_known_kind(data):
    with pytest.raises(ValueError, match=r"wire type|beyond the end|too wide|decode"):
        read_file(data)


def test_numbers_of_every_width_and_packed_ones():
    assert values_of(b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", FieldType("x", 1, False, 5, "")) == [-1]
    assert values_of(b"\x08\x03", FieldType("x", 1, False, 17, "")) == [-2]
    assert values_of(b"\x0a\x03\x01\x96\x01", FieldType("x", 1, True, 13, "")) == [1, 150]
    assert values_of(b"\x0d\x00\x00\x80\x3f", FieldType("x", 1, False, 2, "")) == [1.0]
    assert values_of(b"\x08\x01", FieldType("x", 1, False, 8, "")) == [True]
