"""Runs a Python function: takes events from the Lambda Runtime API and answers their results.

It imports little, because every import is part of a cold start.
"""
import importlib
import json
import logging
import os
import socket
import sys
import time

BASE = "/2018-06-01/runtime/"


class Api:
    """The runtime API over one connection; nothing but HTTP/1.1 with Content-Length is spoken."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.address = address
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = self.socket.makefile("rb")

    def call(self, method, path, body=b"", headers=""):
        head = (
            f"{method} {BASE}{path} HTTP/1.1\r\nHost: {self.address}\r\n{headers}"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.socket.sendall(head.encode("utf-8") + body)
        status = self.reader.readline()
        if not status:
            # The server is gone: there is nothing left to run for.
            os._exit(0)
        fields = {}
        while True:
            line = self.reader.readline().decode("utf-8").rstrip("\r\n")
            if not line:
                break
            name, value = line.split(":", 1)
            fields[name.strip().lower()] = value.strip()
        return fields, self.reader.read(int(fields.get("content-length", "0")))


class ClientContext:
    def __init__(self, document):
        self.client = document.get("client")
        self.custom = document.get("custom")
        self.env = document.get("env")


class Identity:
    cognito_identity_id = None
    cognito_identity_pool_id = None


class Context:
    """What a handler gets as its second argument."""

    def __init__(self, fields):
        env = os.environ
        self.aws_request_id = fields["lambda-runtime-aws-request-id"]
        self.invoked_function_arn = fields["lambda-runtime-invoked-function-arn"]
        self.function_name = env["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = env["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = env["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = env["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = Identity()
        context = fields.get("lambda-runtime-client-context")
        self.client_context = ClientContext(json.loads(context)) if context else None
        self._deadline = int(fields["lambda-runtime-deadline-ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline - int(time.time() * 1000))

    def log(self, message):
        sys.stdout.write(str(message))


class Failure(Exception):
    """A failure that has a name of Lambda's own."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


class LambdaHandler(logging.StreamHandler):
    request_id = ""

    def format(self, record):
        record.aws_request_id = self.request_id
        return super().format(record)


def set_up_logging():
    handler = LambdaHandler(sys.stdout)
    formatter = logging.Formatter(
        "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s",
        "%Y-%m-%dT%H:%M:%S",
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.getLogger().addHandler(handler)
    return handler


def load(name):
    """The function that a handler such as `folder/module.function` names."""
    if "." not in name:
        raise Failure("Runtime.MalformedHandlerName", f"Bad handler '{name}': it has no dot")
    module_name, function_name = name.rsplit(".", 1)
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as e:
        raise Failure(
            "Runtime.ImportModuleError", f"Unable to import module '{module_name}': {e}"
        ) from e
    except SyntaxError as e:
        raise Failure(
            "Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {e}"
        ) from e
    if not hasattr(module, function_name):
        raise Failure(
            "Runtime.HandlerNotFound",
            f"Handler '{function_name}' missing on module '{module_name}'",
        )
    return getattr(module, function_name)


def document(error, request_id):
    """The error document, whose stack leaves this file out."""
    import traceback

    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename != __file__ and not frame.filename.startswith("<frozen importlib")
    ]
    kind = error.kind if isinstance(error, Failure) else type(error).__name__
    stack = [] if isinstance(error, Failure) else traceback.format_list(frames)
    report = f"[ERROR] {kind}: {error}"
    if stack:
        report += "\nTraceback (most recent call last):\n" + "".join(stack).rstrip()
    print(report, flush=True)
    return json.dumps(
        {
            "errorMessage": str(error),
            "errorType": kind,
            "requestId": request_id,
            "stackTrace": stack,
        }
    ).encode("utf-8")


def encode(result):
    try:
        return json.dumps(result).encode("utf-8")
    except (TypeError, ValueError) as e:
        raise Failure("Runtime.MarshalError", f"Unable to marshal response: {e}") from e


def run(api, handler, log):
    fields, event = api.call("GET", "invocation/next")
    request_id = fields["lambda-runtime-aws-request-id"]
    log.request_id = request_id
    os.environ["_X_AMZN_TRACE_ID"] = fields.get("lambda-runtime-trace-id", "")
    try:
        try:
            event = json.loads(event)
        except ValueError as e:
            raise Failure("Runtime.UnmarshalError", f"Unable to unmarshal input: {e}") from e
        answer = encode(handler(event, Context(fields)))
        kind = "response"
    except Exception as e:
        answer = document(e, request_id)
        kind = "error"
    sys.stdout.flush()
    sys.stderr.flush()
    api.call("POST", f"invocation/{request_id}/{kind}", answer)


def main():
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    api = Api(os.environ["AWS_LAMBDA_RUNTIME_API"])
    log = set_up_logging()
    try:
        handler = load(os.environ["_HANDLER"])
    except Exception as e:
        api.call("POST", "init/error", document(e, ""))
        sys.exit(1)
    while True:
        run(api, handler, log)


if __name__ == "__main__":
    main()
