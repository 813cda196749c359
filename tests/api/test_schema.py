"""The description of the API: valid, complete, and drawn without a warning."""

import pytest
from django.core.management import call_command
from django.urls import URLPattern, get_resolver

pytestmark = pytest.mark.django_db


def test_the_schema_is_valid_and_has_no_warnings(tmp_path) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_every_endpoint_stands_in_the_schema(tmp_path) -> None:
    call_command("spectacular", "--file", str(tmp_path / "schema.yml"))
    text = (tmp_path / "schema.yml").read_text()
    names = [
        entry.name
        for resolver in get_resolver().url_patterns
        if str(resolver.pattern) == "api/v1/"
        for entry in resolver.url_patterns
        if isinstance(entry, URLPattern) and entry.name != "api_schema"
    ]
    assert len(names) > 15
    assert text.count("operationId") >= len(names)
