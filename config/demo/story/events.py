"""What the demo's customers did besides writing."""

# What contacts did: who, days ago, event, metadata.
EVENTS = (
    ("dora", 14.0, "order.placed", {"order": "TT-5521", "total": 380}),
    ("emil", 20.0, "order.placed", {"order": "TT-5498", "total": 230}),
    ("maya", 9.5, "order.placed", {"order": "TT-5524", "total": 24}),
    ("maya", 1.5, "order.placed", {"order": "TT-5530", "total": 95}),
    ("hugo", 8.0, "order.placed", {"order": "TT-5511", "total": 1840}),
    ("priya", 13.0, "order.placed", {"order": "TT-5475", "total": 210}),
    ("sven", 4.0, "order.placed", {"order": "TT-5527", "total": 95}),
    ("grace", 5.0, "order.placed", {"order": "TT-5519", "total": 95}),
    ("ines", 24.0, "order.placed", {"order": "TT-5502", "total": 99}),
    ("noah", 9.0, "order.placed", {"order": "TT-5488", "total": 210}),
    ("otto", 2.9, "basket.left", {"items": 1, "total": 18}),
)
