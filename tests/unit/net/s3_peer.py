"""The other side of the S3 tests: objects in memory behind a Signature Version 4 check written from the specification
and from nothing of ours, the credential services of containers and machines, and bad days by the bucket's name:

    plain     as it should be                    gone       every request 404 NoSuchBucket
    flaky     two of three requests 503          down       always 500
    skewed    its clock is an hour ahead         rotated    knows only the keys of the second fetch
    cut       the first two bodies are cut off   lying      completing an upload says 200 and means an error
    slow      answers after 300 ms               closed     403 AccessDenied

Prints its port; ends when its stdin does."""
import calendar
import hashlib
import hmac
import json
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEYS = {"AK1": ("secret/1+x", ""), "AK2": ("secret2", "token/2=="), "AK3": ("secret3", "token3")}
objects, uploads, counts, fetched = {}, {}, {}, {}
lock = threading.Lock()


def quote(s):
    return urllib.parse.quote(s, safe="-_.~")


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


class Peer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body=b"", headers=()):
        now = time.time() + (3600 if self.bucket == "skewed" else 0)
        self.send_response_only(status)
        self.send_header("Date", time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(now)))
        for k, v in headers:
            self.send_header(k, v)
        if not any(k == "Content-Length" for k, _ in headers):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status, code):
        self.answer(status, f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>m</Message></Error>".encode())

    # ── the signature, by the book

    def signing_key(self, secret, day):
        key = mac(("AWS4" + secret).encode(), day)
        for part in ("eu-test-1", "s3", "aws4_request"):
            key = mac(key, part)
        return key

    def check(self, raw_path, raw_query, body):
        query = [tuple(p.split("=", 1)) if "=" in p else (p, None) for p in raw_query.split("&") if p]
        plain = {k: urllib.parse.unquote(v or "") for k, v in query}
        if "X-Amz-Signature" in plain:
            given, credential, when = plain["X-Amz-Signature"], plain["X-Amz-Credential"], plain["X-Amz-Date"]
            signed, payload, token = plain["X-Amz-SignedHeaders"], "UNSIGNED-PAYLOAD", plain.get("X-Amz-Security-Token", "")
            query = [p for p in query if p[0] != "X-Amz-Signature"]
            began = calendar.timegm(time.strptime(when, "%Y%m%dT%H%M%SZ"))
            if not began - 900 < time.time() < began + int(plain["X-Amz-Expires"]):
                return "AccessDenied"
        else:
            scheme, rest = self.headers.get("Authorization", " ").split(" ", 1)
            if scheme != "AWS4-HMAC-SHA256":
                return "AccessDenied"
            parts = dict(p.strip().split("=", 1) for p in rest.split(","))
            given, credential, signed = parts["Signature"], parts["Credential"], parts["SignedHeaders"]
            when, token = self.headers["x-amz-date"], self.headers.get("x-amz-security-token", "")
            payload = self.headers.get("x-amz-content-sha256", "")
            if payload != "UNSIGNED-PAYLOAD" and payload != hashlib.sha256(body).hexdigest():
                return "XAmzContentSHA256Mismatch"
            clock = time.time() + (3600 if self.bucket == "skewed" else 0)
            if abs(calendar.timegm(time.strptime(when, "%Y%m%dT%H%M%SZ")) - clock) > 900:
                return "RequestTimeTooSkewed"
            for must in ("host", "x-amz-content-sha256", "x-amz-date"):
                if must not in signed.split(";"):
                    return "AccessDenied"
        if any(v is None for _, v in query):
            return "SignatureDoesNotMatch"
        access, day = credential.split("/")[0], credential.split("/")[1]
        if access not in KEYS or (self.bucket == "rotated" and access != "AK3"):
            return "InvalidAccessKeyId" if access not in KEYS else "ExpiredToken"
        secret, wanted_token = KEYS[access]
        if token != wanted_token:
            return "InvalidToken"
        pairs = sorted((quote(urllib.parse.unquote(k)), quote(urllib.parse.unquote(v))) for k, v in query)
        path = "/".join(quote(urllib.parse.unquote(p)) for p in raw_path.split("/"))
        canonical = "\n".join([self.command, path, "&".join(f"{k}={v}" for k, v in pairs),
                               *(f"{h}:{' '.join(self.headers[h].split())}" for h in signed.split(";")), "", signed, payload])
        text = "\n".join(["AWS4-HMAC-SHA256", when, "/".join(credential.split("/")[1:]),
                          hashlib.sha256(canonical.encode()).hexdigest()])
        good = hmac.new(self.signing_key(secret, day), text.encode(), hashlib.sha256).hexdigest()
        return None if hmac.compare_digest(good, given) else "SignatureDoesNotMatch"

    # ── what is asked

    def handle_any(self):
        raw_path, _, raw_query = self.path.partition("?")
        self.bucket = raw_path.split("/")[1] if raw_path.count("/") > 1 else ""
        length = int(self.headers.get("Content-Length") or 0)
        with lock:
            counts[self.bucket] = nth = counts.get(self.bucket, 0) + 1
        if raw_path.startswith("/_"):
            return self.service(raw_path, self.rfile.read(length))
        if self.bucket == "cut" and nth <= 2:
            self.rfile.read(length // 2)
            self.close_connection = True
            return None
        body = self.rfile.read(length)
        if self.bucket == "slow":
            time.sleep(0.3)
        if self.bucket == "flaky" and nth % 3:
            return self.answer(503, b"<Error><Code>SlowDown</Code></Error>", [("Retry-After", "0")])
        bad = self.check(raw_path, raw_query, body)
        if bad:
            return self.refuse(400 if bad in ("ExpiredToken", "InvalidToken") else 403, bad)
        for name, status, code in (("gone", 404, "NoSuchBucket"), ("down", 500, "InternalError"), ("closed", 403, "AccessDenied")):
            if self.bucket == name:
                return self.refuse(status, code)
        key = urllib.parse.unquote(raw_path)
        query = {k: v[0] for k, v in urllib.parse.parse_qs(raw_query, keep_blank_values=True).items()}
        return getattr(self, "s3_" + self.command.lower())(key, query, body)

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = handle_any

    def s3_put(self, key, query, body):
        tag = '"' + hashlib.md5(body).hexdigest() + '"'
        if "uploadId" in query:
            uploads[query["uploadId"]]["parts"][int(query["partNumber"])] = (tag, body)
        else:
            objects[key] = (body, self.headers.get("Content-Type"))
        self.answer(200, headers=[("ETag", tag)])

    def s3_post(self, key, query, body):
        if "uploads" in query:
            upload = f"up/load+{len(uploads)}=="
            uploads[upload] = {"key": key, "parts": {}, "type": self.headers.get("Content-Type")}
            return self.answer(200, f"<InitiateMultipartUploadResult><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>".encode())
        if self.bucket == "lying":
            return self.answer(200, b"<Error><Code>InternalError</Code></Error>")
        up = uploads.pop(query["uploadId"])
        whole = b""
        for number in sorted(up["parts"]):
            tag, part = up["parts"][number]
            if f"<PartNumber>{number}</PartNumber><ETag>{tag}</ETag>" not in body.decode():
                return self.refuse(400, "InvalidPart")
            whole += part
        objects[key] = (whole, up["type"])
        return self.answer(200, b"<CompleteMultipartUploadResult/>")

    def s3_head(self, key, query, body):
        if key not in objects:
            return self.answer(404)
        return self.answer(200, headers=[("Content-Length", str(len(objects[key][0])))])

    def s3_get(self, key, query, body):
        if key not in objects:
            return self.refuse(404, "NoSuchKey")
        extra = [("Content-Disposition", query["response-content-disposition"])] if "response-content-disposition" in query else []
        return self.answer(200, objects[key][0], extra)

    def s3_delete(self, key, query, body):
        if "uploadId" in query:
            uploads.pop(query["uploadId"], None)
        elif key not in objects:
            return self.refuse(404, "NoSuchKey")
        else:
            del objects[key]
        return self.answer(204)

    # ── beside S3: what the tests ask, and where keys come from

    def service(self, path, body):
        name = path.split("/")[1]
        fetched[name] = fetched.get(name, 0) + 1
        if name == "_seen":
            bucket = path.split("/")[2]
            stored = {k: [len(b), hashlib.sha256(b).hexdigest(), t] for k, (b, t) in objects.items() if k.split("/")[1] == bucket}
            return self.answer(200, json.dumps({"requests": counts.get(bucket, 0), "objects": stored, "uploads": len(uploads),
                                                "fetched": fetched}).encode())
        if name == "_container" and self.headers.get("Authorization") == "let me in":
            return self.keys("AK2", 3600)
        if name == "_shortlived":  # the second time it is asked it has other keys
            return self.keys("AK2" if fetched[name] == 1 else "AK3", 3600)
        if name == "_ending":      # under five minutes to go
            return self.keys("AK2" if fetched[name] == 1 else "AK3", 120)
        if name == "_broken":
            return self.answer(200, b"{\"AccessKeyId\":\"AK2\"}")
        if name == "_machine":
            return self.machine(path[len("/_machine"):])
        return self.answer(403)

    def machine(self, path):
        if path == "/latest/api/token":
            ok = self.command == "PUT" and self.headers.get("X-aws-ec2-metadata-token-ttl-seconds") == "21600"
            return self.answer(200, b"imds-token") if ok else self.answer(405)
        if self.headers.get("X-aws-ec2-metadata-token") != "imds-token":
            return self.answer(401)
        if path == "/latest/meta-data/iam/security-credentials/":
            return self.answer(200, b"the-role\n")
        if path == "/latest/meta-data/iam/security-credentials/the-role":
            return self.keys("AK3", 3600)
        return self.answer(404)

    def keys(self, name, seconds):
        secret, token = KEYS[name]
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
        return self.answer(200, json.dumps({"AccessKeyId": name, "SecretAccessKey": secret, "Token": token,
                                            "Expiration": until}).encode())


class Server(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # the tests cancel a lot
            super().handle_error(request, client_address)


server = Server(("127.0.0.1", 0), Peer)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
