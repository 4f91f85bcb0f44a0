"""Starts host.py as a process of its own and waits for its first answer; prints its URL and process id.

    python launch.py PORT LOG      port 0 takes one that is free; an empty LOG is one that goes with the process
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

SECONDS_MAX = 90


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def answers(url):
    # Proxies of the environment are for the network, and this is none.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(url + "/_localstack/health", timeout=1).close()
        return True
    except OSError:
        return False


def main():
    port = int(sys.argv[1]) or free_port()
    state = Path(tempfile.mkdtemp(prefix="sfn-chaos-endpoint-"))
    log = Path(sys.argv[2] or state / "log")
    host = Path(__file__).with_name("host.py")
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, str(host)],
            env={**os.environ, "PORT": str(port), "STATE": str(state)},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    for _ in range(SECONDS_MAX * 10):
        if process.poll() is not None:
            break
        if answers(url):
            # Another server may have had the port all along.
            time.sleep(0.1)
            if process.poll() is None:
                print(url, process.pid)
                return
            break
        time.sleep(0.1)
    process.kill()
    last = log.read_text(errors="replace").splitlines()[-5:] if log.exists() else []
    sys.exit("\n".join([*last, f"error: the endpoint does not start on port {port}"]))


if __name__ == "__main__":
    main()
