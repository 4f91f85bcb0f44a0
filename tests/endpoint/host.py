"""A Step Functions API on loopback: LocalStack in host mode, with the corrections that a client of TestState needs.

    PORT=4566 STATE=/tmp/endpoint python host.py

Nothing is downloaded, no account or token is asked for, and only Step Functions and STS are loaded. Each correction
below names what LocalStack 2026.3.0 does without it. CORRECTIONS=none starts it as it is shipped.
"""

import functools
import json
import logging
import os
import shutil
import sys
import tempfile
import threading
import time
import types
from pathlib import Path

CORRECTIONS = {}


def correction(apply):
    CORRECTIONS[apply.__name__] = apply
    return apply


@correction
def jsonata_in_process():
    """JSONata runs in a JVM that is downloaded at first use. Here a port of it to Python does the same work."""
    from jsonata import Jsonata
    from localstack.services.stepfunctions.asl.jsonata import jsonata as bridge

    def evaluate(expression):
        try:
            value = Jsonata.jsonata(expression).evaluate(None)
            # Sequences of the evaluator become plain lists.
            return json.loads(json.dumps(value))
        except Exception as reason:
            raise bridge.JSONataException("UNKNOWN", str(reason)) from reason

    bridge._eval_jsonata = evaluate


@correction
def inspection_data_is_text():
    """Some members of inspectionData come as JSON. The API says text, and typed clients refuse anything else."""
    from localstack.services.stepfunctions.backend.test_state.execution import TestStateExecution

    numbers = {"toleratedFailureCount", "toleratedFailurePercentage", "maxConcurrency"}
    structures = {"request", "response", "errorDetails"}
    shipped = TestStateExecution.to_test_state_output

    @functools.wraps(shipped)
    def corrected(self, *arguments, **named):
        output = shipped(self, *arguments, **named)
        shown = output.get("inspectionData")
        for member, value in (shown or {}).items():
            if member not in numbers | structures and not isinstance(value, str):
                shown[member] = json.dumps(value, separators=(",", ":"))
        return output

    TestStateExecution.to_test_state_output = corrected


@correction
def tests_of_states_do_not_sleep():
    """Before it answers RETRIABLE, TestState sleeps through the interval of the retrier. Executions keep doing so."""
    from localstack.services.stepfunctions.asl.component.common.retry import retrier_decl
    from localstack.services.stepfunctions.asl.eval.test_state.environment import TestStateEnvironment

    current = threading.local()

    def sleep(seconds):
        if not getattr(current, "is_test", False):
            time.sleep(seconds)

    clock = {name: value for name, value in vars(time).items() if not name.startswith("_")}
    retrier_decl.time = types.SimpleNamespace(**{**clock, "sleep": sleep})
    shipped = retrier_decl.RetrierDecl._eval_body

    @functools.wraps(shipped)
    def corrected(self, environment):
        before = getattr(current, "is_test", False)
        current.is_test = isinstance(environment, TestStateEnvironment)
        try:
            return shipped(self, environment)
        finally:
            current.is_test = before

    retrier_decl.RetrierDecl._eval_body = corrected


@correction
def errors_need_no_cause():
    """An errorOutput without a cause, which the API allows, is answered with status 500; now with a cause of its own."""
    from localstack.services.stepfunctions.test_state.mock_config import TestStateResponseThrow

    def corrected(self, error, cause="no cause is given"):
        self.error, self.cause = error, cause

    TestStateResponseThrow.__init__ = corrected


@correction
def ended_executions_tell_nobody():
    """The end of an execution is sent to EventBridge, which is not loaded: an error in the log each time."""
    from localstack.services.stepfunctions.backend.execution import Execution

    Execution.publish_execution_status_change_event = lambda self: None


@correction
def failing_states_are_no_errors():
    """A state that fails, which is what tests are for, writes kilobytes into the log."""
    logging.getLogger("localstack.services.stepfunctions").setLevel(logging.CRITICAL)


def settings(port, state):
    """What LocalStack reads when it is imported."""
    return {
        "GATEWAY_LISTEN": f"127.0.0.1:{port}",
        "FILESYSTEM_ROOT": str(state / "files"),
        "SERVICES": "stepfunctions,sts",
        "STRICT_SERVICE_LOADING": "1",
        "EAGER_SERVICE_LOADING": "1",
        # No DNS server, no certificate, no statistics: nothing beyond loopback.
        "DNS_ADDRESS": "0",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "DISABLE_EVENTS": "1",
        "NO_PROXY": "127.0.0.1,localhost",
        "LS_LOG": "warning",
        # Its own client wants some; no account has these.
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }


def main():
    given = os.environ.get("STATE")
    state = Path(given or tempfile.mkdtemp(prefix="sfn-chaos-endpoint-"))
    state.mkdir(parents=True, exist_ok=True)
    os.environ.update(settings(os.environ.get("PORT", "4566"), state))
    wanted = os.environ.get("CORRECTIONS", ",".join(CORRECTIONS))
    for name in filter(None, wanted.split(",")):
        if name in CORRECTIONS:
            CORRECTIONS[name]()
        elif name != "none":
            sys.exit(f"no correction is called {name}; there are {', '.join(CORRECTIONS)}")
    from localstack.runtime.main import main as serve

    try:
        serve()
    finally:
        shutil.rmtree(state, ignore_errors=True)


if __name__ == "__main__":
    main()
