"""Prints for each line of a file of JSON lines whether it satisfies a JSON Schema: "good" or "bad REASON".

validate_lines.py SCHEMA.json LINES.jsonl ; exit code 77 when jsonschema is missing.
"""
import json
import sys

try:
    import jsonschema

    jsonschema.Draft202012Validator
except (ImportError, AttributeError) as error:
    print(f"missing: {error}")
    sys.exit(77)

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
with open(sys.argv[2], encoding="utf-8") as file:
    for line in file:
        error = next(validator.iter_errors(json.loads(line)), None)
        print("bad " + error.json_path + ": " + error.message[:200].replace("\n", " ") if error else "good")
