"""Text of strangers becomes HTML that can do nothing but be read."""

import re
import sys
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ground.web import markup
from ground.web.markup import plain, render

TAGS = {"p", "br", "strong", "em", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a"}
ATTRIBUTES = {"a": {"href", "target", "rel"}, "ol": {"start"}}

XSS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<script/x>alert(1)</script>",
    "<<script>alert(1)//<</script>",
    "<script>alert(1)",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    '<img """><script>alert(1)</script>">',
    "<img src=`x`onerror=alert(1)>",
    "<image src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
    "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    "<math><mtext><table><mglyph><style><img src onerror=alert(1)>",
    '<math href="javascript:alert(1)">x</math>',
    "<iframe src=javascript:alert(1)></iframe>",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<base href=//evil.example/>",
    '<meta http-equiv=refresh content="0;url=javascript:alert(1)">',
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>*{background:url(//evil.example)}</style>",
    "<style>@import '//evil.example/x.css';</style>",
    '<p style="background:url(javascript:alert(1))">x</p>',
    "<div style=width:expression(alert(1))>x</div>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<template><script>alert(1)</script></template>",
    "<textarea></textarea><script>alert(1)</script>",
    "<title></title><script>alert(1)</script>",
    "<!--><script>alert(1)</script>-->",
    "<!-- --!><img src=x onerror=alert(1)>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml-stylesheet href=javascript:alert(1)?>",
    "<a href=javascript:alert(1)>x</a>",
    '<a href="x" onclick=alert(1)>x</a>',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\\<script>alert(1)\\</script>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](java&NewLine;script:alert(1))",
    "[x](<java\nscript:alert(1)>)",
    "[x](\x01javascript:alert(1))",
    "[x](%6aavascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](file:///etc/passwd)",
    "[x](blob:https://evil.example/1)",
    "[x](feed:javascript:alert(1))",
    "[x](view-source:javascript:alert(1))",
    "[x](//evil.example)",
    "[x](/logout)",
    "[x](?next=//evil.example)",
    "[x](\\\\evil.example)",
    "[x](http:javascript:alert(1))",
    "[x](http://)",
    "[x](https://bank.example@evil.example/)",
    "[x](https://bank.example:pw@evil.example/)",
    '[x](http://a.example "onmouseover=alert(1)")',
    "[x](http://a.example'onmouseover='alert(1))",
    '[x](http://a.example"onmouseover="alert(1))',
    "[x](<http://a.example/><script>alert(1)</script>)",
    "[<img src=x onerror=alert(1)>](http://a.example)",
    "![x](http://evil.example/pixel.png)",
    "![x](javascript:alert(1))",
    '![x" onerror="alert(1)](x)',
    "<javascript:alert(1)>",
    "<data:text/html,x>",
    '<http://a.example/"onclick=alert(1)>',
    "http://a.example/<script>alert(1)</script>",
    'http://a.example/"onmouseover="alert(1)',
    "javascript:alert(1)",
    'mailto:a@b.example?subject="><script>alert(1)</script>',
    "[x][y]\n\n[y]: javascript:alert(1)",
    "[y]: javascript:alert(1)\n\n[y]",
    "```<script>\nalert(1)\n```",
    '```"onclick="alert(1)\nx\n```',
    "`<script>alert(1)</script>`",
    "> <script>alert(1)</script>",
    "1. <script>alert(1)</script>",
    "**<script>alert(1)</script>**",
    "# <script>alert(1)</script>",
    "<script>\n\nalert(1)\n\n</script>",
    "\u202e<script>alert(1)</script>",
    "<\u200bscript>alert(1)</script>",
    "＜script＞alert(1)＜/script＞",
]


class Reader(HTMLParser):
    """What a browser would find in a fragment."""

    def __init__(self, fragment: str) -> None:
        super().__init__()
        self.tags, self.links, self.text = [], [], ""
        self.feed(fragment)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "a":
            self.links.append(dict(attrs))

    def handle_data(self, data):
        self.text += data

    def unknown_decl(self, data):
        raise AssertionError(data)

    handle_comment = handle_decl = handle_pi = unknown_decl


def assert_harmless(fragment: str) -> Reader:
    found = Reader(fragment)
    for tag, attributes in found.tags:
        assert tag in TAGS, fragment
        assert set(attributes) <= ATTRIBUTES.get(tag, set()), fragment
    for link in found.links:
        if "href" not in link:
            continue  # What is no address to the cleaner leads nowhere.
        assert link["href"].lower().startswith(("http://", "https://", "mailto:", "tel:"))
        host = re.split("[/?#]", link["href"].partition("//")[2])[0]
        assert "@" not in host, fragment
        assert set(link["rel"].split()) == {"noopener", "noreferrer", "nofollow", "ugc"}
        assert link["target"] == "_blank"
    return found


@pytest.mark.parametrize("text", XSS)
def test_a_payload_becomes_harmless_text(text):
    assert_harmless(render(text))
    assert_harmless(render(f"a {text} b\n\n- {text}\n> {text}"))


def test_there_are_enough_payloads():
    assert len(set(XSS)) >= 100


PIECES = [
    *"<>&\"'/\\`*_[]()!#:;=@.-+~ \n\ta1",
    "script",
    "http://",
    "javascript:",
    "&#x3c;",
    "\u202e",
]


def test_an_address_whose_port_is_no_number_is_no_link():
    assert ":&amp;</a>" not in render("<http://javascript:&>")
    assert render("see http://shop.test:8080/a").count("<a") == 1
    assert render("see <http://[::1]:8080/a>").count("<a") == 1


@given(st.lists(st.sampled_from(PIECES)))
@settings(max_examples=300, deadline=None)
def test_any_text_becomes_harmless(pieces):
    text = "".join(pieces)
    assert_harmless(render(text))
    assert "\n" not in plain(text)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Hi **Dora**", "<p>Hi <strong>Dora</strong></p>"),
        ("*soon* or _now_", "<p><em>soon</em> or <em>now</em></p>"),
        ("one\ntwo\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>"),
        ("`x < y`", "<p><code>x &lt; y</code></p>"),
        ("```js\na\n```", "<pre><code>a\n</code></pre>"),
        ("> quoted", "<blockquote>\n<p>quoted</p>\n</blockquote>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. a", '<ol start="3">\n<li>a</li>\n</ol>'),
        ("# no heading", "<p># no heading</p>"),
        ("Total\n===", "<p>Total<br>\n===</p>"),
        ("    indented", "<p>indented</p>"),
        ("<b>as typed</b>", "<p>&lt;b&gt;as typed&lt;/b&gt;</p>"),
        ("{{7*7}} {% debug %} %s {0.real}", "<p>{{7*7}} {% debug %} %s {0.real}</p>"),
        ("snake_case_name", "<p>snake_case_name</p>"),
    ],
)
def test_the_subset_looks_as_people_expect(text, html):
    assert render(text).strip() == html


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("see https://acme.example/a?b=c&d=1.", "https://acme.example/a?b=c&d=1"),
        ("acme.com/pricing", "http://acme.com/pricing"),
        ("mail a@acme.com", "mailto:a@acme.com"),
        ("[call](tel:+4930123)", "tel:+4930123"),
        ("[x](HTTPS://acme.example)", "HTTPS://acme.example"),
        ("<https://acme.example>", "https://acme.example"),
    ],
)
def test_addresses_become_links(text, href):
    (link,) = assert_harmless(render(text)).links
    assert link["href"] == href


@pytest.mark.parametrize(
    "text", ["main.rs", "README.md", "run.sh", "Thanks.it works", "a.b", "1.2"]
)
def test_file_names_and_missing_spaces_are_no_addresses(text):
    assert not Reader(render(text)).links


def test_what_a_link_shows_is_what_was_typed():
    shown = Reader(render("http://xn--pypal-4ve.com/%41"))
    assert shown.text.strip() == "http://xn--pypal-4ve.com/%41"


def test_direction_overrides_are_dropped_and_marks_stay():
    assert render("a\u202eb\u2066c\u200fd") == "<p>abc\u200fd</p>\n"
    assert plain("a\u202eb") == "ab"


def test_no_text_is_ever_lost():
    for text in ("a.com" * 60, "http://" + "a." * 200, "x" * 5000, "http://" + "a" * 300 + ".com/"):
        assert Reader(render(text)).text.strip() == text


def test_a_preview_is_the_words_on_one_line():
    assert (
        plain("Hi **Dora**,\n\n- see [this](https://a.example) & `x`\n") == "Hi Dora, see this & x"
    )
    assert plain("```\na < b\n```") == "a < b"
    assert plain("") == ""


def test_a_long_preview_ends_in_an_ellipsis():
    assert plain("word " * 100, length=12) == "word word w…"
    assert len(plain("x" * 10_000)) == 200


ADVERSARIAL = {
    name: (piece * 100_000)[:100_000]
    for name, piece in {
        "stars": "*a ", "double stars": "**a*b", "underscores": "_a", "open brackets": "[",
        "close brackets": "]", "links": "[a](http://x.com) ", "open links": "[a](<b ",
        "images": "![", "backticks": "`a``", "quotes": ">", "quote lines": "> a\n",
        "lists": "- a\n", "numbers": "1. a\n", "less than": "<", "tags": "<a ", "comments": "<!--",
        "entities": "&#x41;", "ampersands": "&", "backslashes": "\\", "addresses": "http://a.com ",
        "bare addresses": "a.com ", "glued addresses": "a.com", "mails": "a@b.com ", "ats": "@",
        "glued mails": "a@", "dots": "a.", "schemes": "http://", "percents": "%",
        "parentheses": "http://a.com/(", "hyphens": "a-", "fences": "```\n", "rules": "-\n",
        "blank lines": "a\n\n", "line feeds": "\n", "spaces": " ", "tabs": "\t", "words": "a fox ",
        "references": "[a]: /u\n", "cjk": "漢字", "emoji": "😀", "hashes": "###### ",
    }.items()
}  # fmt: skip
ADVERSARIAL["growing backticks"] = "".join("`" * n + " " for n in range(1, 450))[:100_000]
ADVERSARIAL["growing lists"] = "".join("  " * n + "- a\n" for n in range(300))[:100_000]


def calls(text: str) -> int:
    """How many functions Python and C enter to render a text: time without a clock."""
    count = 0

    def counting(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counting)
    try:
        render(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("text", ADVERSARIAL.values(), ids=ADVERSARIAL)
def test_work_grows_no_faster_than_the_text(text):
    # Just below the length at which a text is shown as written.
    whole, half = text[: markup.LENGTH_MAX], text[: markup.LENGTH_MAX // 2]
    assert calls(whole) < 1_000_000
    assert calls(whole) <= 2.5 * calls(half) + 1000


@pytest.mark.parametrize("text", ADVERSARIAL.values(), ids=ADVERSARIAL)
def test_an_adversarial_text_holds_nobody_up(text):
    begun = time.process_time()
    render(text)
    plain(text)
    # A tenth of this on an idle machine; what it guards against takes minutes.
    assert time.process_time() - begun < 1.0


@given(st.text(st.sampled_from("aBé字ß5 0٣_-.,;?!'\"’/%$€&<:@*#+=|~\n\u00a0\u200f"), max_size=30))
def test_words_without_marks_are_rendered_as_the_parser_would(text):
    parsed = markup._cleaner.clean(markup._markdown.render(text))
    assert render(text) == parsed
    words = markup._words(markup._markdown.parse(text))
    assert plain(text) == " ".join(words.split())


@pytest.mark.parametrize("text", ["Where is it?", "Merci, c'est parfait", "Это 5 - не 6!"])
def test_most_messages_never_meet_the_parser(text, monkeypatch):
    monkeypatch.setattr(markup, "_markdown", None)
    assert render(text) == f"<p>{text}</p>\n"
    assert plain(text) == text
