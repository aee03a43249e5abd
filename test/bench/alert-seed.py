"""The seed's watcher, rebuilt from its description: polls the directory every second and starts a Python that sends.

alert-seed.py watch DIRECTORY GROUP PORT    |    alert-seed.py send FILE GROUP PORT
The secret is in V2X_KEY.
"""

import base64
import hashlib
import hmac
import json
import os
import pathlib
import socket
import subprocess
import sys
import time


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def send(path, group, port):
    event = json.loads(pathlib.Path(path).read_text())
    claims = {"iss": "1001", "iat": time.time(), "exp": time.time() + 600, "event": event}
    header = {"alg": "HS256", "kid": "rsu", "typ": "JWT"}
    signed = b".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
    signature = hmac.new(os.environ["V2X_KEY"].encode(), signed, hashlib.sha256).digest()
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
    sender.sendto(signed + b"." + base64url(signature), (group, int(port)))


def watch(directory, group, port):
    seen = set()
    print("watching", flush=True)
    while True:
        for path in sorted(pathlib.Path(directory).glob("*.json")):
            if path in seen:
                continue
            seen.add(path)
            subprocess.Popen([sys.executable, __file__, "send", str(path), group, port])
        time.sleep(1)


{"watch": watch, "send": send}[sys.argv[1]](*sys.argv[2:])
