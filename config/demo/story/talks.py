"""What was said in the demo's conversations, the latest first."""

from config.demo.story.telling import (
    Talk,
    closes,
    days,
    gives,
    hours,
    notes,
    puts_away,
    rates,
    says,
    snoozes,
    sorts,
)

TALKS = (
    Talk(
        "maya",
        hours(0.4),
        ("delivery", "Delivery and returns"),
        (
            says("maya", "Hi! Can I still move the delivery of TT-5530 to Friday?"),
            says("maya", "I'm out on Tuesday, and the gate code has changed as well.", 1),
            sorts("ada", "delivery"),
        ),
    ),
    Talk(
        "guest",
        hours(0.7),
        ("coat", "Harbour coat"),
        (
            says(
                "guest",
                "Do you ship the Harbour coat to the US? And how would the fittings work from "
                "that far away?",
            ),
        ),
    ),
    Talk(
        "dora",
        hours(1.5),
        ("shirt", "Linen work shirt"),
        (
            says(
                "dora",
                "Hi! We need 12 linen work shirts for the new kitchen crew, with our name on the "
                "pocket, by the 4th. Is that realistic?",
            ),
            gives("ada", to="ben", team="Support", after=4),
            sorts("ada", "house account", priority="high"),
            says(
                "ben",
                "Hello Dora! Nine are on the shelf, the other three can be sewn by Thursday. With "
                "the embroidery all twelve would be with you on the 3rd. Shall I set them aside?",
                6,
            ),
            notes(
                "ben",
                "Acme has a house account, so the embroidery is free. Nine shirts are in the "
                "basket under my table.",
                3,
            ),
            says("dora", "Yes please. The same green thread as last time?", 11),
            says("dora", "And could two of them have longer sleeves?", 1),
        ),
    ),
    Talk(
        "sven",
        hours(3),
        ("mending", "Visible mending"),
        (
            says(
                "sven",
                "The moths found my grandfather's jumper. Photo attached. Can this be saved, and "
                "what would it cost?",
                file="moth-hole.png",
            ),
            gives("ben", to="ben", team="Workshop", after=5),
            sorts("ben", "mending"),
            says(
                "ben",
                "It can, and nicely so. A darned patch of that size is 25 €. Would you like it in "
                "the same green, or one that people will ask about? Mustard would look great.",
                4,
            ),
            says("sven", "Mustard! He would have laughed. I'll bring it on Saturday.", 9),
        ),
        seen_by=("ada",),
    ),
    Talk(
        "emil",
        hours(5),
        ("delivery", "Delivery and returns"),
        (
            says(
                "emil",
                "Invoice 2026-1184 has our old address on it, and our accountant won't take it. "
                "Could you send a corrected one?",
            ),
            sorts("ben", "invoice"),
            gives("ben", team="Billing", after=8),
            gives("cleo", to="cleo", after=3),
            says(
                "cleo",
                "Hello Emil, of course. Is Vodičkova 20, Prague 1 the right address, and does the "
                "VAT number stay the same?",
                6,
            ),
            says("emil", "Yes to both. We need it before the end of the month, please.", 35),
            notes("cleo", "Corrected in the ledger as 2026-1184/K. Waiting for the PDF run.", 10),
        ),
        seen_by=("ada", "cleo"),
    ),
    Talk(
        "ruth",
        hours(7),
        ("kit", "The mending kit"),
        (
            says("ruth", "How long do I have to return a mending kit I bought as a present?"),
            says(
                "ben",
                "Until **31 January** for everything bought from November on, and you don't need "
                "the receipt if you have the order number.",
                12,
            ),
            says("ruth", "Perfect, thank you.", 4),
            closes("ben"),
            rates("ruth", 5),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "hugo",
        hours(9),
        ("shirt", "Linen work shirt"),
        (
            says(
                "hugo",
                "We're dressing the staff of two houses in February: 84 people, two shirts each "
                "and one coat for everybody at the door, which makes 16. What price could you do, "
                "and can you deliver house by house?",
            ),
            gives("ada", to="ada", after=20),
            notes(
                "ada",
                "168 shirts and 16 coats. Asked the workshop: 12 % is possible if they commit to "
                "both houses and we measure on site.",
                25,
            ),
            says(
                "ada",
                "Hello Hugo, gladly. For both houses together:\n\n"
                "- 168 linen work shirts\n- 16 Harbour coats, measured at your place\n"
                "- two deliveries, packed by name\n\n"
                "I can offer 12 % below list. The written quote follows by tomorrow noon.",
                10,
            ),
            says("hugo", "That sounds good. Please add ten spare shirts in size M.", 45),
        ),
        seen_by=("ada",),
    ),
    Talk(
        "jonas",
        hours(11),
        ("shirt", "Linen work shirt"),
        (says("jonas", "Gibt es das Leinenhemd auch in Überlänge? Ich bin 2,04 m groß."),),
    ),
    Talk(
        "grace",
        days(1.1),
        ("delivery", "Delivery and returns"),
        (
            says("grace", "TT-5519 says delivered, but nothing is here. I was home all day."),
            gives("ben", to="ben", team="Support", after=15),
            says(
                "ben",
                "Hello Grace, I'm sorry. The carrier's photo shows a blue door with the number 14. "
                "Is that yours?",
                10,
            ),
            says("grace", "No, mine is green and it's number 41!", 6),
            says(
                "ben",
                "That explains it. I've asked them to fetch it and bring it to you. They have "
                "until tomorrow evening. If it isn't with you by then, we sew you a new one.",
                5,
            ),
            snoozes("ben", 1),
        ),
        seen_by=("ada", "ben"),
        is_unread_by_contact=True,
    ),
    Talk(
        "priya",
        days(1.4),
        ("mending", "Visible mending"),
        (
            says(
                "priya",
                "For a film we need six coats that look ten years old and well mended. Could you "
                "do that to new ones? The costume list is in the folder I shared.",
            ),
            says(
                "ben",
                "Hi Priya! Making things look old and loved is our favorite kind of work. I can "
                "open the folder, but the list in it is empty.",
                40,
            ),
            says("priya", "Strange. I'll ask the wardrobe to upload it again.", 70),
            notes("ben", "Lena has time for this from the 8th. Six coats are about nine days.", 15),
            gives("ben", to="ben", team="Workshop"),
            snoozes("ben", 3),
        ),
        seen_by=("ben",),
    ),
    Talk(
        "liam",
        days(1.7),
        ("", "Thimble & Thread"),
        (
            says("liam", "do you have a shop in dublin"),
            says(
                "ben",
                "Not in Dublin, there's only the workshop on Cooper's Quay. But we mend by post: "
                "send a photo first, and you know the price before anything travels.",
                5,
            ),
            closes("ben", 30),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "tomas",
        days(2.2),
        ("", "Thimble & Thread"),
        (
            says(
                "tomas", "I can't log in: it says my account is locked. Dora told me to ask here."
            ),
            says(
                "ada",
                "Hi Tomás, too many tries with an old password. I've unlocked it. The link to set "
                "a new one is in your mailbox.",
                18,
            ),
            says("tomas", "It works. I had caps lock on, most likely. Sorry!", 7),
            says("ada", "Happens to the best of us. Have a good day!", 2),
            closes("ada"),
            rates("tomas", 5),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "ines",
        days(2.6),
        ("shirt", "Linen work shirt"),
        (
            says(
                "ines",
                "Bonjour, j'aimerais échanger la chemise bleue contre la verte. C'est possible ?",
            ),
            gives("ben", to="ben", team="Support", after=25),
            says(
                "ben",
                "Bonjour Inès, bien sûr. Je vous envoie l'étiquette de retour, et la verte part "
                "dès que la bleue est en route.",
                9,
            ),
            says("ines", "Merci beaucoup, c'est très aimable.", 31),
            closes("ben", 4),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "otto",
        days(3),
        ("hemming", "Hem and taper"),
        (
            says("otto", "Can you take in a pair of jeans at the calf without touching the hem?"),
            says("ben", "Yes. We open the seam from the knee down and keep the old hem.", 7),
            says("otto", "Great. And what if I want it back as it was?", 3),
            says("ben", "The cloth stays inside, so within a year we let it out again.", 2),
            closes("ben", 60),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "hugo",
        days(3.5),
        ("delivery", "Delivery and returns"),
        (
            says(
                "hugo",
                "We were charged twice for TT-5511: once on the 14th, once on the 15th, 1,840 "
                "each.",
            ),
            gives("ada", to="cleo", team="Billing", after=12),
            notes(
                "cleo",
                "Confirmed: the payment provider retried after a time-out. Both were captured.",
                30,
            ),
            says(
                "cleo",
                "Hello Hugo, you are right, and I apologize. The second payment goes back to your "
                "card today. Banks usually need three to five working days to show it.",
                5,
            ),
            says("hugo", "Thank you for the quick answer.", 55),
            snoozes("cleo", 2),
        ),
        seen_by=("ada", "cleo"),
    ),
    Talk(
        "noah",
        days(4.2),
        ("delivery", "Delivery and returns"),
        (
            says("noah", "Wann kommt TT-5488 an? Der Link zur Sendungsverfolgung ist leer."),
            says(
                "ben",
                "Hallo Noah, das Paket ist gestern erst beim Spediteur angekommen. Morgen zwischen "
                "9 und 13 Uhr ist es bei dir. Den neuen Link habe ich dir gemailt.",
                22,
            ),
            says("noah", "Super, danke!", 8),
            closes("ben"),
            rates("noah", 4, "Schnell, aber der Link war leer."),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "caller",
        days(4.8),
        ("", "Thimble & Thread"),
        (
            says(
                "caller",
                "Dear owner, we put your shop on the FIRST PAGE of every search!!! Reply YES.",
            ),
            puts_away("ben", 14),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "passer",
        days(5),
        ("care", "Wool and down care"),
        (
            says("passer", "Hello, is anybody there?"),
            closes("ben", 600),
            rates("passer", 2, "Nobody answered that night."),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "dora",
        days(6.3),
        ("", "Thimble & Thread"),
        (
            says("dora", "Could you add my colleague Tomás to our house account?"),
            gives("ben", to="ben", team="Support", after=6),
            says("ben", "Done! He gets an invitation by mail and may order up to 500.", 14),
            says("dora", "Perfect.", 20),
            closes("ben", 5),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "maya",
        days(8),
        ("kit", "The mending kit"),
        (
            says("maya", "The thimble in my kit is much too big for me. Can I swap it?"),
            gives("ben", to="ben", team="Support", after=10),
            says(
                "ben",
                "Of course, Maya. I'm sending three small ones to try. Keep the one that fits.",
                13,
            ),
            says("maya", "Really? That's so kind. Gracias!", 5),
            closes("ben", 3),
            rates("maya", 5, "Three thimbles! You are the best."),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "emil",
        days(9.5),
        ("care", "Wool and down care"),
        (
            says("emil", "Can you clean forty wool capes between two shows? That's four days."),
            says("ben", "Twenty at a time, yes: two days washing, two by the stove.", 30),
            closes("ben", 15),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "grace",
        days(11),
        ("coat", "Harbour coat"),
        (
            says("grace", "Will the Harbour coat cost less after the winter?"),
            says(
                "ben",
                "We have no sales: every coat is made for one person. But the fabric of last "
                "year's lining is half price, if you like stripes. 🙂",
                16,
            ),
            says("grace", "I love stripes. I'll come by!", 4),
            closes("ben"),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "priya",
        days(13),
        ("delivery", "Delivery and returns"),
        (
            says("priya", "Our card was declined at checkout though it works elsewhere."),
            gives("ben", team="Billing", after=9),
            gives("cleo", to="cleo", after=2),
            says(
                "cleo",
                "Hello Priya, your bank asked for a confirmation that did not arrive in time. "
                "I've extended the window, so please try once more.",
                12,
            ),
            says("priya", "Went through. Thank you, Cleo!", 25),
            closes("cleo", 2),
        ),
        seen_by=("ada", "cleo"),
    ),
    Talk(
        "hugo",
        days(15),
        ("shirt", "Linen work shirt"),
        (
            says("hugo", "Three of the forty shirts lose their buttons. Is that a known thing?"),
            gives("ben", to="ben", team="Workshop", after=14),
            notes("ben", "Batch of September: the thread was the thin one. Repairs are free.", 8),
            says(
                "ben",
                "It is, and it's ours to cure: one batch was sewn with a thread that is too thin. "
                "Friday's bike picks the three up, and you have them back on Tuesday.",
                5,
            ),
            says("hugo", "All three are back and hold. Well done.", 4300),
            closes("ben", 30),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "tomas",
        days(17),
        ("delivery", "Delivery and returns"),
        (
            says("tomas", "Is there a fee for returning shirts with our name on the pocket?"),
            says("ben", "We can't take those back, but we unpick the name and sew it anew.", 11),
            closes("ben", 45),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "sven",
        days(19),
        ("care", "Wool and down care"),
        (
            says("sven", "At how many degrees do you wash wool? One page says 20, one says 30."),
            says("ada", "20. The other page was wrong, and I've just corrected it. Thank you!", 8),
            closes("ada", 6),
        ),
        seen_by=("ada", "ben"),
    ),
    Talk(
        "ines",
        days(22),
        ("kit", "The mending kit"),
        (
            says("ines", "Do you gift-wrap?"),
            says("ben", "Yes, in fabric and for free. Add a line for the card at checkout.", 5),
            says("ines", "Lovely, merci.", 2),
            closes("ben"),
        ),
        seen_by=("ada", "ben"),
    ),
)
