"""What logs hold of people stays in them: secrets in every free text are in no output."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from sim.cli.main import run
from sim.logs.read.names import deployment_name, function_name, plain_name

SECRET = "jane.doe@example.com"
TOKEN = "sk_live_4eC39HqLyjWDarjtT1zdp7dc"
DOCUMENT = "jd72k0h4gexamplexample9c6mple0001"
SECRETS = ("jane", "example.com", TOKEN, DOCUMENT, "s3cr3t")


def event(number: int, **changes: Any) -> dict[str, Any]:
    """An event of version 2 with something secret in every text that is not a name of code."""
    return {
        "timestamp": 1786579200000 + 10 * number,
        "topic": "function_execution",
        "function": {
            "path": "users:create", "type": "mutation", "cached": None, "request_id": TOKEN,
            "mutation_queue_length": 0, "mutation_retry_count": 0,
            "arguments": {"email": SECRET},
        },
        "execution_time_ms": 14 + number, "user_execution_time_ms": 3,
        "status": "failure", "error_message": f"Uncaught Error: {SECRET} has the token {TOKEN}",
        "occ_info": {"table_name": "users", "document_id": DOCUMENT, "write_source": "users:create",
                     "component_path": None, "retry_count": 4},
        "will_retry": False, "scheduler_info": {"job_id": DOCUMENT}, "run_reason": "scheduler",
        "usage": {"database_io_read_bytes": 10, "database_io_write_bytes": 20},
        "s3cr3t": {"anything": SECRET}, "userIdentifier": SECRET,
        "convex": {"deployment_name": "quiet-heron-123", "deployment_type": "prod",
                   "project_name": f"s3cr3t {SECRET}", "project_slug": f"s3cr3t-{TOKEN}"},
        **changes,
    }  # fmt: skip


def events() -> list[dict[str, Any]]:
    route = {"path": f"POST /users/{TOKEN}/mail/{SECRET}?token=s3cr3t", "type": "http_action",
             "request_id": TOKEN, "cached": None}  # fmt: skip
    damaged = {"path": f"{SECRET} s3cr3t", "type": "query", "request_id": SECRET, "cached": True}
    lost = {"table_name": SECRET, "document_id": DOCUMENT, "write_source": f"{TOKEN} s3cr3t",
            "component_path": f"s3cr3t/{SECRET}", "retry_count": 0}  # fmt: skip
    return [
        event(0),
        event(1, function=route, occ_info=None),
        event(2, function=damaged, occ_info=None),
        event(3, occ_info=lost, will_retry=True, status="success"),
        event(4, topic="console", message=f"'{SECRET}'", log_level="LOG"),
        event(5, topic=f"s3cr3t {SECRET}"),
        event(6, topic="audit_log", audit_log_action=f"s3cr3t {TOKEN}",
              audit_log_metadata=json.dumps({"value": SECRET})),
        event(7, topic="exception", frames=[SECRET], message=TOKEN),
        event(8, run_reason=SECRET, occ_info=None),
        event(9, execution_time_ms=SECRET),
        event(10, convex={"deployment_name": "quiet-heron-123", SECRET: SECRET}, occ_info=None),
    ]  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "events.jsonl"
    lines = [*map(json.dumps, events()), f'{{"{SECRET}": "{TOKEN}", s3cr3t', '{"timest']
    file.write_text("\n".join(lines))
    return file


def check_clean(text: str) -> None:
    for secret in SECRETS:
        assert secret not in text, secret


def test_no_secret_is_in_any_output(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = file.parent
    outputs = [folder / f"report{suffix}" for suffix in (".json", ".md", ".html", ".txt")]
    args = [part for output in outputs for part in ("--out", str(output))]
    assert run(["observe", str(file), *args]) == 0
    budgets = folder / "budgets.yaml"
    budgets.write_text("budgets: [{id: calls, metric: calls, max: 1}]\n")
    baseline, junit = folder / "baseline.json", folder / "check.xml"
    assert run(["check", "--observed", str(file), "--budgets", str(budgets), "--baseline",
                str(baseline), "--update-baseline", "--format", f"junit={junit}", "--format",
                "github"]) == 1  # fmt: skip
    said = capsys.readouterr()
    check_clean(said.out)
    check_clean(said.err)
    for output in (*outputs, baseline, junit):
        check_clean(output.read_text())


def test_what_services_put_around_events_is_not_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archived = {"_id": TOKEN, "date": "2026-08-13T00:00:00Z", "host": SECRET, "tags": [SECRET],
                "message": f"s3cr3t {SECRET}", "status": "error",
                "attributes": event(0)}  # fmt: skip
    (tmp_path / "archive.json").write_text(json.dumps(archived))
    with (tmp_path / "posthog.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([("body", "distinct_id"), (json.dumps(event(0)), SECRET)])
    flat = {"@topic": "function_execution", "@function.path": "users:create",
            "@function.type": "mutation", "@execution_time_ms": 4, "@error_message": SECRET,
            "@occ_info.document_id": DOCUMENT, "Host": SECRET, "Message": TOKEN,
            "Date": "2026-08-13T00:00:00Z"}  # fmt: skip
    with (tmp_path / "datadog.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([list(flat), list(flat.values())])
    for name in ("archive.json", "posthog.csv", "datadog.csv"):
        assert run(["observe", str(tmp_path / name), "--format", "json"]) == 0
        said = capsys.readouterr()
        check_clean(said.out)
        check_clean(said.err)


def test_an_error_shows_no_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number, text in enumerate((
        json.dumps(event(0, convex={"deployment_name": SECRET}))
        + "\n" + json.dumps(event(1, convex={"deployment_name": TOKEN})),
        json.dumps({SECRET: TOKEN}),
        f"{SECRET},{TOKEN}\n1,2\n",
        json.dumps(event(0, timestamp=SECRET)),
        json.dumps(event(0)) + "\n" + json.dumps({"_topic": "_console", "message": SECRET}),
    )):  # fmt: skip
        file = tmp_path / f"{number}.jsonl"
        file.write_text(text)
        assert run(["observe", str(file)]) == 2
        refused = capsys.readouterr().err
        assert refused.startswith("error: ")
        check_clean(refused)


def test_messages_are_kept_only_on_request(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["observe", str(file), "--keep-messages", "--quiet"]) == 0
    assert SECRET in capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("messages:send", "messages:send"),
        ("admin/users.js:list", "admin/users:list"),
        ("GET /api/items/42/edit?x=1", "GET /api/items/*/edit"),
        ("POST /v1/hooks", "POST /v1/hooks"),
        ("_system/frontend/list:default", "_system/frontend/list:default"),
    ],
)
def test_names_of_code_are_shown_as_they_are(path: str, shown: str) -> None:
    assert function_name(path) == shown


@pytest.mark.parametrize("text", [SECRET, TOKEN, DOCUMENT, f"x:{DOCUMENT}", "two words", ""])
def test_anything_else_is_a_hash_that_tells_two_apart(text: str) -> None:
    assert plain_name(text).startswith("name-")
    assert plain_name(text) != plain_name(f"{text}!")
    assert deployment_name(text).startswith("name-")


def test_inferred_causes_and_predictions_show_no_secret(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = {"_id": DOCUMENT, "name": "users.js:create", "args": [{"email": SECRET}],
           "_creationTime": 1786579200000.5, "scheduledTime": 1786579200001.0,
           "completedTime": 1786579200020.0,
           "state": {"kind": "success", "s3cr3t": TOKEN}}  # fmt: skip
    jobs = file.with_name("jobs.jsonl")
    jobs.write_text(f"{json.dumps(job)}\n{json.dumps({**job, 'name': SECRET})}\n")
    outputs = [file.with_name(f"causes{suffix}") for suffix in (".json", ".md")]
    args = [part for output in outputs for part in ("--out", str(output))]
    assert run(["explain", "--observed", str(file), "--jobs", str(jobs), *args]) == 0
    predicted = file.with_name("predicted.json")
    scenario = file.with_name("one.yaml")
    scenario.write_text("horizon: 1s\nrevision: fixed\nengine: reference\n")
    assert run(["compare", str(file), str(scenario), "--out", str(predicted)]) == 0
    said = capsys.readouterr()
    for text in (said.out, said.err, *(each.read_text() for each in (*outputs, predicted))):
        check_clean(text)
