"""The JSON Schemas of deploy/schema/ accept the TOML files of the tree, and refuse mistakes."""

import json
import pathlib
import re
import tomllib
import unittest

import jsonschema

TREE = pathlib.Path(__file__).resolve().parents[2]


def schema_of(name):
    schema = json.loads((TREE / "deploy/schema" / f"{name}.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def load(path):
    return tomllib.loads((TREE / path).read_text())


def plain(value):
    """A duration in milliseconds; anything else as it is."""
    parts = re.fullmatch(r"([0-9]+)(ms|s|m|h|d)", value) if isinstance(value, str) else None
    if parts is None:
        return value
    units = {"ms": 1, "s": 1000, "m": 60000, "h": 3600000, "d": 86400000}
    return int(parts[1]) * units[parts[2]]


class Config(unittest.TestCase):
    def setUp(self):
        self.schema = schema_of("config")

    def test_accepts_the_files_of_the_tree(self):
        for path in ("config/mintage.example.toml", "deploy/mintage-cluster.toml"):
            with self.subTest(path):
                self.schema.validate(load(path))

    def test_has_the_values_of_the_example_as_defaults(self):
        def compare(schema, values, where):
            for name, value in values.items():
                inside = schema["properties"][name]
                if isinstance(value, dict):
                    compare(inside, value, f"{where}{name}.")
                else:
                    self.assertEqual(plain(inside["default"]), plain(value), where + name)

        compare(self.schema.schema, load("config/mintage.example.toml"), "")

    def test_explains_every_key(self):
        def look(schema, where):
            for name, inside in schema["properties"].items():
                if "properties" in inside:
                    look(inside, f"{where}{name}.")
                else:
                    self.assertGreater(len(inside.get("description", "")), 10, where + name)

        look(self.schema.schema, "")

    def test_refuses_mistakes(self):
        for text in (
            'isuer = "x"',
            "issuer = 1",
            "[http]\nport = 1",
            '[log]\nlevel = "loud"',
            '[tokens]\ncode_ttl = "1 minute"',
            '[http]\nbody_limit = "64KB"',
            "[http]\nio_threads = -1",
            '[keys]\nalgorithms = ["HS256"]',
            '[http.tls]\nmin_version = "1.1"',
            '[storage.rocksdb]\npath = ["x"]',
        ):
            with self.subTest(text):
                self.assertFalse(self.schema.is_valid(tomllib.loads(text)))


class Clients(unittest.TestCase):
    def setUp(self):
        self.schema = schema_of("clients")

    def test_accepts_the_example(self):
        self.schema.validate(load("config/clients.example.toml"))

    def test_refuses_mistakes(self):
        for text in (
            'client_id = "x"',
            '[[clients]]\nclient_id = "x"',
            '[[client]]\nclient_name = "without an id"',
            '[[client]]\nclient_id = "x"\nclient_secret = "never here"',
            '[[client]]\nclient_id = "x"\nredirect_uris = "https://one.example"',
            '[[client]]\nclient_id = "x"\ngrant_types = ["password"]',
            '[[client]]\nclient_id = "x"\ntoken_endpoint_auth_method = "basic"',
            '[[client]]\nclient_id = "x"\nrequire_pkce = "yes"',
            '[[resource]]\nscopes = ["x"]',
            '[[resource]]\nidentifier = "https://a.example"\ntoken_format = "JWT"',
        ):
            with self.subTest(text):
                self.assertFalse(self.schema.is_valid(tomllib.loads(text)))


if __name__ == "__main__":
    unittest.main()
