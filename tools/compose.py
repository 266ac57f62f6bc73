"""Validate docker-compose.yml against the Compose Specification's JSON schema."""

import json
import sys
from pathlib import Path

import jsonschema
import yaml

CHECKOUT = Path(__file__).resolve().parent.parent
COMPOSE_FILE = CHECKOUT / "docker-compose.yml"
SCHEMA = CHECKOUT / "tests" / "deploy" / "compose_spec" / "compose-spec.json"


def main() -> int:
    """Print each violation with its place."""
    found = violations(yaml.safe_load(COMPOSE_FILE.read_text()))
    for violation in found:
        print(violation, file=sys.stderr)
    return 1 if found else 0


def violations(document: object) -> list[str]:
    """Return what the schema forbids, one sentence each."""
    schema = json.loads(SCHEMA.read_text())
    validator = jsonschema.validators.validator_for(schema)(schema)
    return [
        f"{'.'.join(map(str, error.absolute_path)) or 'top level'}: {error.message}"
        for error in validator.iter_errors(document)
    ]


if __name__ == "__main__":
    sys.exit(main())
