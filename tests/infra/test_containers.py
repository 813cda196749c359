"""The container files, as far as they can be checked without an engine."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SECRETS = (
    "SECRET_KEY",
    "MATCH_KEY_SECRET",
    "FIELD_KEYS",
    "AUDIT_KEY",
    "PASSWORD",
    "TOKEN",
    "DATABASE_URL",
    "REDIS_URL",
)
OPTIONAL = {f"${{{name}:-}}" for name in ("METRICS_TOKEN", "SECRET_KEY_FALLBACKS", "OIDC_CLIENT_SECRET")}  # or empty
OPTIONAL |= {"${STRIPE_SECRET_KEY:-}", "${STRIPE_WEBHOOK_SECRET:-}"}  # where cards are taken
OPTIONAL |= {"${TWILIO_AUTH_TOKEN:-}"}  # where texts are sent
OPTIONAL |= {"${PAYER_NETWORK_TOKEN:-}"}  # where payers are asked at once
OPTIONAL |= {"${TEMPORARY_PASSWORD_HOURS:-72}"}  # how long, no password
READERS = (
    "arwork/settings.py", "arwork/lib/saml_settings.py", "arwork/lib/payment_settings.py",
    "arwork/lib/message_settings.py", "arwork/lib/sftp_settings.py",
    "arwork/lib/payer_network_settings.py", "arwork/runner/gunicorn_conf.py",
)  # fmt: skip
#: What the image, the compose file or the program itself decides, and what has no place in production.
DECIDED = {
    "ARWORK_ENV", "DATA_DIR", "STATIC_ROOT", "WATCH_DIR", "BIND", "PORT", "BACKUP_DIR", "DATABASE_URL",
    "DATABASE_OWNER_URL", "REDIS_URL", "DEBUG", "CELERY_EAGER", "GUNICORN_LOG_LEVEL",
}  # fmt: skip

each_service = pytest.mark.parametrize("name", SERVICES)


def test_the_house_is_complete() -> None:
    assert set(SERVICES) == {"postgres", "redis", "migrate", "web", "worker", "beat"}


@each_service
def test_every_service_has_a_health_check_unless_it_runs_once(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check == {"disable": True} if name == "migrate" else {"test", "interval", "timeout"} <= set(check)


@each_service
def test_no_service_runs_as_root_or_gains_rights(name: str) -> None:
    assert SERVICES[name]["user"].split(":")[0] not in ("", "0", "root")
    assert "no-new-privileges:true" in SERVICES[name]["security_opt"]


@each_service
def test_secrets_come_from_the_environment_and_have_no_default(name: str) -> None:
    for variable, value in SERVICES[name]["environment"].items():
        if any(word in variable for word in SECRETS) and value not in OPTIONAL:
            assert re.search(r"\$\{\w+:\?", value), f"{name}: {variable} must be required"


@each_service
def test_whoever_keeps_data_keeps_it_in_a_volume(name: str) -> None:
    volumes = [volume.split(":")[0] for volume in SERVICES[name]["volumes"]]
    assert volumes
    assert set(volumes) <= set(COMPOSE["volumes"])


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_nothing_starts_before_the_database_is_migrated(name: str) -> None:
    waits = SERVICES[name]["depends_on"]
    assert waits["migrate"]["condition"] == "service_completed_successfully"
    assert {waits["postgres"]["condition"], waits["redis"]["condition"]} == {"service_healthy"}


def test_only_the_web_server_is_reachable_and_only_from_this_host() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"web": ["${PUBLISH:-127.0.0.1:8000}:8000"]}


def test_every_variable_is_in_the_example() -> None:
    used = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text())) - {"ARWORK_VERSION"}
    named = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert used == named


def test_what_an_operator_may_set_reaches_the_containers_and_is_explained() -> None:
    read = re.compile(r"env(?:\.\w+|iron\.get)\(\s*\"([A-Z_]+)\"")
    settable = {name for path in READERS for name in read.findall((ROOT / path).read_text())} - DECIDED
    assert len(settable) > 40
    passed = {name for service in SERVICES.values() for name in service["environment"]}
    assert not settable - passed, "docker-compose.yml keeps these from the containers"
    docs = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    words = set(re.findall(r"\b[A-Z][A-Z_]+\b", "".join(path.read_text() for path in docs)))
    assert not settable - words, "nobody is told of these"


def test_a_setting_is_the_same_in_a_container_where_nothing_is_said() -> None:
    """Numbers of which README says one default."""
    told = dict(re.findall(r"^\| `(\w+)` \| `(\d+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE))
    given = dict(re.findall(r"^    (\w+): \$\{\w+:-(\d+)\}$", (ROOT / "docker-compose.yml").read_text(), re.MULTILINE))
    assert len(told.keys() & given.keys()) > 8
    assert {name: given[name] for name in told if name in given} == {name: told[name] for name in told if name in given}


def test_what_the_image_copies_exists_and_is_sent_to_the_builder() -> None:
    copied = [
        word for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE) for word in line.split()[:-1]
    ]
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert set(copied) == allowed
    assert all((ROOT / word).exists() for word in copied)


def test_the_image_carries_no_secret_and_does_not_run_as_root() -> None:
    assert re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)[-1] == "arwork"
    environment = re.findall(r"^ENV ((?:.*\\\n)*.*)$", DOCKERFILE, re.MULTILINE)
    assert not [block for block in environment if any(word in block for word in SECRETS)]
    assert importlib.util.find_spec("arwork.runner.gunicorn_conf")


def test_the_version_is_the_top_line_of_the_changelog() -> None:
    top = (ROOT / "CHANGELOG.md").read_text().splitlines()[0]
    version = re.fullmatch(r"# arwork (\d+\.\d+\.\d+)", top)
    assert version
    assert f"${{ARWORK_VERSION:-{version.group(1)}}}" in SERVICES["web"]["image"]


def test_the_proxy_of_the_docs_lets_through_what_may_be_uploaded_and_buffers_it() -> None:
    proxy = (ROOT / "docs/nginx.conf").read_text()
    limit = re.search(r"MAX_UPLOAD_MB:-(\d+)", SERVICES["web"]["environment"]["MAX_UPLOAD_MB"])
    assert limit
    assert f"client_max_body_size {int(limit[1]) + 1}m;" in proxy
    assert "proxy_request_buffering on;" in proxy
    for header in ("Host", "X-Forwarded-For", "X-Forwarded-Proto"):
        assert f"proxy_set_header {header} $" in proxy, f"{header} is set anew, not passed on"
