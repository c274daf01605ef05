"""What the server says of its own addresses (openapi.json), for programs that try all of them."""
import json

HERE = "/api/v1/areas/{area}"


class Operation:
    def __init__(self, path, method, op, schemas):
        self.id, self.method = op["operationId"], method.upper()
        self.root = not path.startswith(HERE)
        self.path = path if self.root else path[len(HERE):]
        self.query = [p["name"] for p in op["parameters"] if p["in"] == "query"]
        content = op.get("requestBody", {}).get("content", {})
        self.file = "application/octet-stream" in content
        self.schema = content.get("application/json", {}).get("schema")
        self.schemas = schemas

    def body(self, words):
        """A body as its schema wants it; values of a name in words are taken from there."""
        return sample(self.schema, self.schemas, words) if self.schema is not None else None


def sample(schema, schemas, words, name=""):
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[1]]
    kind = schema.get("type", "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if name in words:
        return words[name]
    if "enum" in schema:
        return schema["enum"][0]
    if kind == "object":
        return {k: sample(v, schemas, words, k) for k, v in schema.get("properties", {}).items()}
    if kind == "array":
        return [sample(schema["items"], schemas, words, name)] if "items" in schema else []
    return {"integer": 1, "number": 1, "boolean": False}.get(kind, "2026-04-10" if schema.get("format") == "date" else "a")


def operations(document):
    schemas = document["components"]["schemas"]
    return [Operation(path, method, op, schemas) for path, ways in document["paths"].items() for method, op in ways.items()]
