"""Prints, one a line, whether each YAML file satisfies a JSON Schema: "good FILE" or "bad FILE".

validate.py SCHEMA.json FILE… ; exit code 77 when a module is missing.
YAML is read by the core schema of YAML 1.2, as the loader does: `yes` is a text, `1_000` is a text.
"""
import json
import re
import sys

try:
    import jsonschema
    import yaml
    jsonschema.Draft202012Validator
except (ImportError, AttributeError) as error:
    print(f"missing: {error}")
    sys.exit(77)


class Core(yaml.SafeLoader):
    yaml_implicit_resolvers = {}


for tag, pattern, first in [
    ("null", r"~|null|Null|NULL|", "~nN"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
]:
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), list(first) + [""] * (tag == "null"))

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
for path in sys.argv[2:]:
    try:
        with open(path, encoding="utf-8") as file:
            good = validator.is_valid(yaml.load(file, Core))
    except (yaml.YAMLError, ValueError, TypeError, AttributeError):  # PyYAML is not strict about which it raises
        good = False
    print("good" if good else "bad", path)
