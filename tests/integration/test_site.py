"""The site of the documents: built by scripts/web.sh, served under /docs/ as the daemon's policy wants it, whole and
searchable, with links that lead somewhere."""
import html.parser
import os
import re
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from stack import ROOT, Stack

NOT_OF_THE_SITE = {"/", "/talk", "/openapi.json", "/asyncapi.json", "/docs/api"}


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loaded, self.inline = set(), set(), set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        has = dict(attrs)
        if "id" in has:
            self.ids.add(has["id"])
        if tag == "a" and "href" in has:
            self.links.add(has["href"])
        elif tag in ("script", "img", "link", "source", "iframe"):
            self.loaded.add(has.get("src") or has.get("href"))
        if tag == "style" or "style" in has or (tag == "script" and "src" not in has) or any(name.startswith("on") for name in has):
            self.inline.append((tag, attrs))


class Direct(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def asker(stack):
    opener = urllib.request.build_opener(Direct)

    def ask(path, **headers):
        try:
            with opener.open(urllib.request.Request(stack.http(path), headers=headers), timeout=10) as r:
                return r.status, r.headers, r.read()
        except urllib.error.HTTPError as e:
            return e.code, e.headers, e.read()
    return ask


def build():
    subprocess.run([os.path.join(ROOT, "scripts/web.sh")], check=True, timeout=300, stdout=subprocess.DEVNULL)


def test_the_site_is_served():
    build()
    with Stack() as s:
        ask = asker(s)
        assert (ask("/docs")[0], ask("/docs")[1]["Location"]) == (302, "/docs/")
        status, head, body = ask("/docs/")
        assert status == 200 and "unsafe" not in head["Content-Security-Policy"] and "script-src 'self'" in head["Content-Security-Policy"]
        assert ask("/docs/", **{"If-None-Match": head["ETag"]})[0] == 304 and head["Cache-Control"] == "no-cache"

        # What a page loads is there, is ours, and is kept for ever where its name says what is in it.
        for path in Page(body.decode()).loaded:
            assert path.startswith("/docs/"), path
            status, head, _ = ask(path)
            assert status == 200, path
            assert ("immutable" in head["Cache-Control"]) == path.startswith("/docs/assets/"), path

        # Who goes astray is told so, by a page where one is wanted.
        status, head, body = ask("/docs/no-such-page", Accept="text/html")
        assert status == 404 and head["Content-Type"].startswith("text/html") and b"404" in body
        assert ask("/docs/no-such-page")[1]["Content-Type"].startswith("application/problem+json")
        assert ask("/docs/assets/no-such-file.js", Accept="text/html")[0] == 404
        assert ask("/docs/../README.md")[0] == 404 and ask("/docs/%2e%2e/README.md")[0] == 404
        # The API's own page stays beside it.
        assert b"/docs/api.js" in ask("/docs/api")[2] and ask("/docs/api.js")[0] == 200

        # The search's index is loaded when somebody searches: the page's scripts lead to it, and it knows the words.
        seen, todo = {}, [p for p in Page(ask("/docs/")[2].decode()).loaded if p.endswith(".js")]
        while todo:
            path = todo.pop()
            if path not in seen:
                status, _, body = ask(path)
                assert status == 200, path
                seen[path] = body.decode()
                todo += [f"/docs/assets/chunks/{name}" for name in re.findall(r"chunks/([@\w.-]+\.js)", seen[path])]
                todo += [urllib.parse.urljoin(path, name) for name in re.findall(r"import\(\"(\./[@\w.-]+\.js)\"\)", seen[path])]
        index = [text for path, text in seen.items() if "localSearchIndex" in path]
        assert len(index) == 1 and "endpointing" in index[0] and "/docs/calling-rules" in index[0], list(seen)


def test_links_of_the_site_lead_somewhere():
    build()
    folder, pages = os.path.join(ROOT, "site/dist"), {}
    for name in os.listdir(folder):
        if name.endswith(".html"):
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                pages["/docs/" + name.removesuffix(".html").removesuffix("index")] = Page(f.read())
    documents = {n for n in os.listdir(os.path.join(ROOT, "docs")) if n.endswith(".md")}
    assert len(pages) == len(documents) + 1, "every document, and the page of what is missing"
    menu = {urllib.parse.urlsplit(urllib.parse.urljoin("/docs/", link)).path for link in pages["/docs/concepts"].links}
    wrong = []
    for name, page in pages.items():
        if name != "/docs/404" and name not in menu:
            wrong.append(f"{name} is not in the menu")
        wrong += [f"{name}: {what} stands in the page" for what in page.inline]
        for link in page.links:
            to = urllib.parse.urlsplit(urllib.parse.urljoin(name, link))
            if to.scheme or to.netloc or to.path in NOT_OF_THE_SITE:
                continue
            if to.path not in pages:
                wrong.append(f"{name}: ({link}): no such page")
            elif to.fragment and urllib.parse.unquote(to.fragment) not in pages[to.path].ids:
                wrong.append(f"{name}: ({link}): no such heading")
    assert not wrong, "\n".join(wrong)


def test_without_the_site_there_is_the_api():
    with Stack(env={"DOCS_DIR": "nowhere"}) as s:
        ask = asker(s)
        assert (ask("/docs")[0], ask("/docs")[1]["Location"]) == (302, "/docs/api")
        assert ask("/docs/api")[0] == 200 and ask("/docs/concepts", Accept="text/html")[0] == 404
