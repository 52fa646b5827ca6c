"""How the shop's messenger looks and what it says, so that everything an admin can set is seen."""

import io

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from ground.web.files import store_image
from messenger.installing import LOGO_SIDE
from messenger.models import Installation, InstallationText

COLOR = "#14524A"
WOOL = "#E9DCC3"
UNIT = 16
WORDS = {
    "en": {
        "greeting": "A hole, a hem, an order? Ask away.",
        "reply_time": "We usually reply within an hour",
        "office_hours": "Tuesday to Saturday, 9 to 18",
        "links": {"delivery": "Delivery and returns", "care": "How to wash wool"},
    },
    "es": {
        "greeting": "¿Un agujero, un dobladillo, un pedido? Cuéntenos.",
        "reply_time": "Solemos responder en menos de una hora",
        "office_hours": "De martes a sábado, de 9 a 18 h",
        "links": {"delivery": "Envíos y devoluciones", "care": "Cómo lavar la lana"},
    },
}


def dress(installation: Installation, shop: str) -> None:
    """Gives a new messenger its looks and words; `shop` is the address of the demo shop."""
    installation.color = COLOR
    installation.logo_key = store_image(ContentFile(logo(), name="logo.png"), LOGO_SIDE)
    for name, said in spoken("en", shop).items():
        setattr(installation, name, said)
    installation.save()
    InstallationText.objects.create(installation=installation, locale="es", **spoken("es", shop))


def spoken(locale: str, shop: str) -> dict:
    words = dict(WORDS[locale])
    links = words.pop("links")
    words["home_links"] = [
        {"title": title, "url": f"{shop}{page}/"} for page, title in links.items()
    ]
    return words


def logo() -> bytes:
    """The shop's mark, a thimble, as a picture of 544 x 544 pixels."""
    image = Image.new("RGB", (34 * UNIT, 34 * UNIT), COLOR)
    draw = ImageDraw.Draw(image)

    def scaled(*numbers: float) -> list[float]:
        return [number * UNIT for number in numbers]

    draw.ellipse(scaled(10.2, 7, 23.8, 20), fill=WOOL)
    draw.polygon(scaled(10.2, 13.5, 23.8, 13.5, 23, 24.5, 11, 24.5), fill=WOOL)
    draw.ellipse(scaled(11, 22.6, 23, 26.3), fill=WOOL)
    draw.arc(scaled(10.9, 20, 23.1, 24), 20, 160, fill=COLOR, width=UNIT)
    for y in (12, 15.5, 19):
        for x, lift in ((14, 0), (17, 1), (20, 0)):
            dot = (x - 0.9, y - lift - 0.9, x + 0.9, y - lift + 0.9)
            draw.ellipse(scaled(*dot), fill=COLOR)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
