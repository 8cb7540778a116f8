"""The description of the management API is valid, and the API keeps to it whatever it is sent."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from ecs import Ecs

TESTS = Path(__file__).parent
PASSWORD = "Tests-it-all-77"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
)
# They end the token of a run, or count as guessing: a run of their own has them.
SESSION = ("/logout", "/user/password")


@pytest.fixture(scope="module")
def description(keyward) -> dict:
    return Ecs(keyward.url).get("/openapi.json").expect(200).json


def strict(description: dict) -> dict:
    """The same, by which nothing counts that it does not name: no other status, no other field of an answer."""
    strict = json.loads(json.dumps(description))
    answers = set()
    for item in strict["paths"].values():
        for operation in item.values():
            operation["responses"].pop("default", None)
            content = operation["responses"]["200"].get("content", {}).get("application/json", {})
            answers.add(content.get("schema", {}).get("$ref", "").rpartition("/")[2])
    for name in answers - {""}:
        forbid_more(strict["components"]["schemas"][name])
    return strict


def forbid_more(schema):
    if isinstance(schema, dict):
        if "properties" in schema:
            schema["additionalProperties"] = False
        for inner in schema.values():
            forbid_more(inner)
    elif isinstance(schema, list):
        for inner in schema:
            forbid_more(inner)


@pytest.fixture(scope="module")
def fuzz(keyward, description, tmp_path_factory):
    """Runs schemathesis over the operations that `selection` says, as the user whose token is given."""
    document = tmp_path_factory.mktemp("description") / "openapi.json"
    document.write_text(json.dumps(strict(description)))

    def run(name: str, token: str, *selection: str, phases: str = "examples,coverage,fuzzing") -> None:
        program = Path(sys.executable).parent / "schemathesis"
        command = [program, "run", document, "--url", keyward.url, "--tls-verify", "false", "--no-color"]
        command += ["--header", f"X-SDS-AUTH-TOKEN: {token}", "--checks", ",".join(CHECKS), *selection]
        command += ["--phases", phases, "--max-examples", "4", "--seed", "4443"]
        command += ["--generation-deterministic", "--no-shrink"]
        command += ["--suppress-health-check", "all", "--continue-on-failure", "--request-timeout", "20", "--warnings", "off"]
        environment = os.environ | {
            "SCHEMATHESIS_HOOKS": "fuzzing",
            "PYTHONPATH": str(TESTS),
            "PYTHONDONTWRITEBYTECODE": "1",
            "KEYWARD_SPARED": name,
        }
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=280, cwd=document.parent, env=environment, check=False
        )
        assert done.returncode == 0, done.stdout[-12000:] + done.stderr[-2000:]

    return run


def without(*paths: str) -> list[str]:
    return [flag for path in paths for flag in ("--exclude-path", path)]


def only(*paths: str) -> list[str]:
    return [flag for path in paths for flag in ("--include-path", path)]


def settle(root: Ecs) -> None:
    """What there is to read and to change, all of it to be thrown away."""
    root.post("/object/namespaces/namespace", "namespace_create", {"namespace": "ns1"}).expect(200)
    root.post("/object/users", "user_create_param", {"user": "dana@corp.example", "namespace": "ns1"}).expect(200)
    bucket = {"name": "logs", "namespace": "ns1", "owner": "dana@corp.example"}
    root.post("/object/bucket", "object_bucket_create", bucket).expect(200)


def test_a_validator_that_nobody_here_wrote_accepts_it(description):
    OpenAPIV31SpecValidator(description).validate()


def test_calls_that_end_a_session_answer_as_described_before_and_after(keyward, root, fuzz):
    leaver = {"userId": "leaver", "password": PASSWORD, "isSystemMonitor": True}
    root.post("/vdc/users", "mgmt_user_info_create", leaver).expect(200)
    fuzz("leaver", Ecs(keyward.url).login("leaver", PASSWORD).token, *only(*SESSION))


def test_a_system_administrator_gets_what_is_described_and_nothing_else(keyward, root, fuzz):
    settle(root)
    fuzzer = {"userId": "fuzzer", "password": PASSWORD, "isSystemAdmin": True}
    root.post("/vdc/users", "mgmt_user_info_create", fuzzer).expect(200)
    caller = Ecs(keyward.url).login("fuzzer", PASSWORD)
    fuzz("fuzzer", caller.token, *without(*SESSION))
    assert "SYSTEM_ADMIN" in caller.get("/user/whoami").expect(200).json["roles"], "the run went on with a live token"


def test_a_person_without_roles_gets_what_is_described_and_nothing_else(keyward, root, fuzz):
    person = "fuzz@local.test"
    root.post("/keyward/v1/people", "person", {"name": person, "password": PASSWORD}).expect(200)
    caller = Ecs(keyward.url).login(person, PASSWORD)
    fuzz(person, caller.token, *without(*SESSION), phases="examples,fuzzing")
    caller.get("/user/whoami").expect(200)
