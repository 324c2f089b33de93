"""Write the JSON Schema of the public records: python docs/schema/generate.py

A test fails where a schema file and its record have drifted apart.
"""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel

from screener.case_records import AcrossCases, CaseReview
from screener.records import Context, Highlight, Note, Screening

RECORDS: tuple[type[BaseModel], ...] = (Note, Highlight, Screening, Context, CaseReview, AcrossCases)


def schema_text(record: type[BaseModel]) -> str:
    """Return the schema of one record as the text of its file."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **record.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def schema_path(record: type[BaseModel]) -> Path:
    """Return where the schema of one record stands."""
    return Path(__file__).parent / f"{record.__name__.lower()}.schema.json"


if __name__ == "__main__":
    for each in RECORDS:
        schema_path(each).write_text(schema_text(each), encoding="utf-8")
