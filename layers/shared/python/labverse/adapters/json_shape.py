"""Whether a JSON value has the shape that a JSON Schema asks for, as far as a model errs.

A small subset on purpose: `type`, `required`, `properties`, `enum`, `items` and
`additionalProperties: false`, recursively. Other keywords are ignored, so `fits` may say yes to
what a full validator refuses, never no to what it takes. A full validator is not in the layer.
"""

from typing import Any

_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict, "array": list, "string": str, "number": (int, float), "boolean": bool,
    "null": type(None),
}  # fmt: skip


def fits(value: Any, schema: Any) -> bool:
    """True where nothing in `value` contradicts `schema`; a malformed keyword asks for nothing."""
    if not isinstance(schema, dict):
        return schema is not False
    return (
        _is_one_of(value, schema.get("type"))
        and _is_listed(value, schema.get("enum"))
        and _fits_as_object(value, schema)
        and _fits_as_array(value, schema.get("items"))
    )


def _is_one_of(value: Any, names: Any) -> bool:
    wanted = [names] if isinstance(names, str) else names
    if not isinstance(wanted, list):
        return True
    return any(_is(value, name) for name in wanted)


def _is(value: Any, name: Any) -> bool:
    if isinstance(value, bool):  # which Python also takes for a number
        return bool(name == "boolean")
    if name == "integer":
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    known = _TYPES.get(name) if isinstance(name, str) else None
    return known is None or isinstance(value, known)


def _is_listed(value: Any, listed: Any) -> bool:
    if not isinstance(listed, list):
        return True
    # In Python True == 1, in JSON it is not.
    return any(
        bool(value == one) and isinstance(value, bool) == isinstance(one, bool) for one in listed
    )


def _fits_as_object(value: Any, schema: dict[str, Any]) -> bool:
    if not isinstance(value, dict):
        return True
    properties, required = schema.get("properties"), schema.get("required")
    known: dict[str, Any] = properties if isinstance(properties, dict) else {}
    names = required if isinstance(required, list) else []
    if any(isinstance(name, str) and name not in value for name in names):
        return False
    closed = schema.get("additionalProperties") is False and "patternProperties" not in schema
    if closed and not value.keys() <= known.keys():
        return False
    return all(fits(value[name], inner) for name, inner in known.items() if name in value)


def _fits_as_array(value: Any, items: Any) -> bool:
    if not isinstance(value, list) or not isinstance(items, dict | bool):
        return True
    return all(fits(one, items) for one in value)
