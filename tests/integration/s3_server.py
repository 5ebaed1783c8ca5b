"""An object store for the tests: moto keeps the objects, botocore judges every signature, and in front of both stands a
door with bad days. Runs in the environment of requirements-s3.txt; s3.py starts it.

    s3_server.py PORT

What a test may ask of the door itself, beside S3's own paths:
    GET  /_door/BUCKET/KEY   the object's bytes
    GET  /_door          {"requests", "refused": {code: n}, "broken": n, "keys": {bucket: {key: size}}}
    PUT  /_door          {"mode": …, "count": n, "skew": seconds}   what it does to the next n requests (-1: to all)
    DELETE /_door        as it was when it began
Modes: none; down (closes without a word), busy (503 SlowDown), cut (reads half of the body and closes), slow (a second
before each answer), denied (403 AccessDenied). With skew its clock is off by so much, and it minds."""
import calendar
import hashlib
import http.client
import json
import logging
import os
import sys
import threading
import time
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

os.environ["S3_UPLOAD_PART_MIN_SIZE"] = "1024"  # S3 wants 5 MiB of every part but the last; a test's call is smaller

import boto3
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.server import ThreadedMotoServer

ACCESS, SECRET, REGION = "TESTACCESSKEY", "test/secret+key", "ap-south-1"
SOMEBODY = "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x"
BUCKETS = ("recordings", "transcripts", "metrics")
door, seen, lock = {}, {}, threading.Lock()


class Refused(Exception):
    pass


def fields_of_header(headers):
    scheme, _, rest = headers.get("Authorization", "").partition(" ")
    if scheme != "AWS4-HMAC-SHA256":
        raise Refused("AccessDenied")
    parts = dict(p.strip().split("=", 1) for p in rest.split(","))
    return parts["Signature"], parts["Credential"], parts["SignedHeaders"].split(";"), headers.get("x-amz-date", "")


def check_credential(credential, when):
    key, day, region, service, end = credential.split("/")
    if key != ACCESS or (region, service, end) != (REGION, "s3", "aws4_request") or not when.startswith(day):
        raise Refused("InvalidAccessKeyId")


def seconds_of(when):
    return calendar.timegm(time.strptime(when, "%Y%m%dT%H%M%SZ"))


def check_header_signature(method, url, headers, body):
    given, credential, signed, when = fields_of_header(headers)
    check_credential(credential, when)
    if not {"host", "x-amz-date", "x-amz-content-sha256"} <= set(signed):
        raise Refused("AccessDenied")
    if headers["x-amz-content-sha256"] not in ("UNSIGNED-PAYLOAD", hashlib.sha256(body).hexdigest()):
        raise Refused("XAmzContentSHA256Mismatch")
    if abs(seconds_of(when) - time.time() - door["skew"]) > 900:
        raise Refused("RequestTimeTooSkewed")
    request = AWSRequest(method=method, url=url, headers={h: headers[h] for h in signed}, data=body)
    request.context["timestamp"] = when
    auth = S3SigV4Auth(Credentials(ACCESS, SECRET), "s3", REGION)
    if auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request) != given:
        raise Refused("SignatureDoesNotMatch")


def check_link(method, url, headers):
    parts = urllib.parse.urlsplit(url)
    pairs = urllib.parse.parse_qsl(parts.query, keep_blank_values=True)
    query = dict(pairs)
    check_credential(query["X-Amz-Credential"], query["X-Amz-Date"])
    began = seconds_of(query["X-Amz-Date"])
    if not began - 900 <= time.time() <= began + int(query["X-Amz-Expires"]):
        raise Refused("AccessDenied")
    rest = "&".join(p for p in parts.query.split("&") if not p.startswith("X-Amz-Signature="))
    request = AWSRequest(method=method, url=urllib.parse.urlunsplit(parts._replace(query=rest)), headers={"host": headers["host"]})
    request.context["timestamp"] = query["X-Amz-Date"]
    auth = S3SigV4QueryAuth(Credentials(ACCESS, SECRET), "s3", REGION)
    if auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request) != query["X-Amz-Signature"]:
        raise Refused("SignatureDoesNotMatch")


def mode_now():
    with lock:
        seen["requests"] += 1
        if door["mode"] == "none" or door["count"] == 0:
            return "none"
        door["count"] -= door["count"] > 0
        return door["mode"]


class Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body=b"", headers=()):
        self.send_response_only(status)
        self.send_header("Date", time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + door["skew"])))
        for k, v in headers:
            self.send_header(k, v)
        if "content-length" not in {k.lower() for k, _ in headers}:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status, code):
        with lock:
            seen["refused"][code] = seen["refused"].get(code, 0) + 1
        self.answer(status, f"<?xml version='1.0'?><Error><Code>{code}</Code></Error>".encode(), [("Content-Type", "application/xml")])

    def any_method(self):
        length = int(self.headers.get("Content-Length") or 0)
        if self.path.startswith("/_door"):
            return self.own(self.rfile.read(length))
        mode = mode_now()
        if mode in ("down", "cut"):
            if mode == "cut":
                self.rfile.read(length // 2)
            seen["broken"] += 1
            self.close_connection = True
            return None
        body = self.rfile.read(length)
        if mode == "slow":
            time.sleep(1)
        if mode == "busy":
            return self.refuse(503, "SlowDown")
        if mode == "denied":
            return self.refuse(403, "AccessDenied")
        headers = {k.lower(): v for k, v in self.headers.items()}
        url = f"http://{headers['host']}{self.path}"
        try:
            if "X-Amz-Signature=" in self.path:
                check_link(self.command, url, headers)
            else:
                check_header_signature(self.command, url, {**headers, "Authorization": headers.get("authorization", "")}, body)
        except (Refused, KeyError, ValueError) as e:
            return self.refuse(403, str(e) if isinstance(e, Refused) else "AccessDenied")
        return self.pass_on(headers, body)

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = any_method

    def pass_on(self, headers, body):
        """To moto, which judges nothing but wants to see somebody named."""
        keep = {k: v for k, v in headers.items() if k in ("content-type", "range", "host")}
        path, _, query = self.path.partition("?")
        query = "&".join(p for p in query.split("&") if p and not p.startswith("X-Amz-"))
        back = http.client.HTTPConnection("127.0.0.1", moto_port, timeout=30)
        back.request(self.command, path + ("?" + query if query else ""), body=body,
                     headers={**keep, "content-length": str(len(body)), "authorization": SOMEBODY})
        r = back.getresponse()
        text = r.read()
        drop = ("connection", "date", "server", "transfer-encoding")
        self.answer(r.status, text, [(k, v) for k, v in r.getheaders() if k.lower() not in drop])
        back.close()

    def own(self, body):
        if self.command == "PUT":
            door.update(json.loads(body))
            return self.answer(200)
        if self.command == "DELETE":
            begin()
            return self.answer(200)
        if self.path != "/_door":
            bucket, _, key = urllib.parse.unquote(self.path[len("/_door/"):]).partition("/")
            return self.answer(200, moto.get_object(Bucket=bucket, Key=key)["Body"].read())
        keys = {b: {o["Key"]: o["Size"] for o in moto.list_objects_v2(Bucket=b).get("Contents", [])} for b in BUCKETS}
        uploads = sum(len(moto.list_multipart_uploads(Bucket=b).get("Uploads", [])) for b in BUCKETS)
        return self.answer(200, json.dumps({**seen, "keys": keys, "uploads": uploads}).encode())


def begin():
    """Three empty buckets, a door that lets everything through, nothing seen."""
    urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{moto_port}/moto-api/reset", method="POST"), timeout=30).close()
    door.update({"mode": "none", "count": 0, "skew": 0})
    seen.update({"requests": 0, "refused": {}, "broken": 0})
    for bucket in BUCKETS:
        moto.create_bucket(Bucket=bucket)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


logging.getLogger("werkzeug").setLevel(logging.ERROR)
backend = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
backend.start()
moto_port = backend.get_host_and_port()[1]
moto = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{moto_port}", aws_access_key_id="x", aws_secret_access_key="x",
                    region_name="us-east-1")
begin()
Server(("127.0.0.1", int(sys.argv[1])), Door).serve_forever()
