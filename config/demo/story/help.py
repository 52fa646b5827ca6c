# ruff: noqa: E501
"""What the shop has written for its customers: collections, and articles in English and Spanish."""

from dataclasses import dataclass, field

NAME = "Thimble & Thread Help"


@dataclass(frozen=True)
class Said:
    title: str
    summary: str
    body: str


@dataclass(frozen=True)
class Piece:
    """An article: its texts by language, and how many days ago it was published."""

    texts: dict[str, Said]
    ago: int
    review_in: int = 0
    is_draft: bool = False


@dataclass(frozen=True)
class Shelf:
    icon: str
    titles: dict[str, tuple[str, str]]
    pieces: list[Piece] = field(default_factory=list)


@dataclass(frozen=True)
class Everywhere:
    """A content block."""

    key: str
    name: str
    texts: dict[str, str]


BLOCK = Everywhere(
    "workshop",
    "The workshop, when and where",
    {
        "en": "Our workshop is at **Cooper’s Quay 14**, Tuesday to Saturday, 9 to 18.",
        "es": "Nuestro taller está en **Cooper’s Quay 14**, de martes a sábado, de 9 a 18.",
    },
)

# `{picture}` becomes the picture of a hole.
SHELVES = [
    Shelf(
        "box",
        {
            "en": ("Delivery and returns", "When it comes, and what if it does not fit."),
            "es": ("Envíos y devoluciones", "Cuándo llega y qué pasa si no te queda bien."),
        },
        [
            Piece(
                {
                    "en": Said(
                        "When does my parcel arrive?",
                        "Two to four days by parcel; by cargo bike on Tuesdays and Fridays.",
                        """We send what is finished the same day, before four in the afternoon.

| How | How long | What it costs |
|---|---|--:|
| Cargo bike, old town | Tuesdays and Fridays, 8 to 12 | free |
| Parcel | 2 to 4 days | €4.90, free from €80 |
| Express | the next day, before ten | €11.50 |

## Where is it now?

Your invoice has the number of the parcel in its last line. Type it in at the carrier's page, or write it to us: we look for you.

## Nobody was at home

The carrier comes once more on the next working day. After that the parcel waits seven days at the nearest shop; take your passport with you.

## It is late

After **five working days** we begin to search. Tell us, and we send a second one when the first is not found within a week.""",
                    ),
                    "es": Said(
                        "¿Cuándo llega mi paquete?",
                        "De dos a cuatro días por mensajería; en bicicleta, los martes y viernes.",
                        """Enviamos lo que está terminado el mismo día, antes de las cuatro de la tarde.

| Cómo | Cuánto tarda | Cuánto cuesta |
|---|---|--:|
| Bicicleta, casco antiguo | martes y viernes, de 8 a 12 | gratis |
| Paquete | de 2 a 4 días | 4,90 €, gratis desde 80 € |
| Urgente | al día siguiente, antes de las diez | 11,50 € |

## ¿Dónde está ahora?

La última línea de tu factura lleva el número del paquete. Escríbelo en la página del transportista o mándanoslo: lo buscamos por ti.

## No había nadie en casa

El transportista vuelve el siguiente día laborable. Después el paquete espera siete días en la tienda más cercana; lleva tu documento.

## Llega tarde

Tras **cinco días laborables** empezamos a buscarlo. Avísanos y enviamos otro si no aparece en una semana.""",
                    ),
                },
                ago=12,
                review_in=80,
            ),
            Piece(
                {
                    "en": Said(
                        "Move a delivery to another day",
                        "Until eight in the evening before, in your account or by a message.",
                        """You can move a delivery until **eight in the evening** of the day before.

1. Open *Orders* in your account.
2. Choose the order, then **Another day**.
3. Pick one of the days that are offered.

With the cargo bike you may also name a neighbor who takes it. It is too late to move it? Write to us; sometimes the rider can still turn around.""",
                    ),
                    "es": Said(
                        "Cambiar una entrega a otro día",
                        "Hasta las ocho de la tarde del día anterior, en tu cuenta o por mensaje.",
                        """Puedes cambiar la entrega hasta las **ocho de la tarde** del día anterior.

1. Abre *Pedidos* en tu cuenta.
2. Elige el pedido y después **Otro día**.
3. Escoge uno de los días que se ofrecen.

En bicicleta también puedes nombrar a un vecino que lo recoja. ¿Ya es tarde para cambiarlo? Escríbenos; a veces el ciclista aún puede dar la vuelta.""",
                    ),
                },
                ago=30,
                review_in=-3,
            ),
            Piece(
                {
                    "en": Said(
                        "Send something back",
                        "Within thirty days, at our cost. What was made to measure we alter.",
                        """Not right? Send it back within **thirty days** after it has reached you. The label is in the box; put it over the old one. Or bring it back yourself:

{{block:workshop}}

## What was made to measure

We cannot sell your coat to somebody else, so we alter it until it fits. [Two fittings are part of the price](/help/en/a/how-we-measure-you/).

## When do I get my money?

Within three working days after the parcel is back with us, by the way in which you paid.""",
                    ),
                    "es": Said(
                        "Devolver algo",
                        "En treinta días y sin coste. Lo hecho a medida lo arreglamos.",
                        """¿No te convence? Devuélvelo en los **treinta días** siguientes a la entrega. La etiqueta está en la caja; pégala encima de la antigua. O tráelo tú:

{{block:workshop}}

## Lo hecho a medida

No podemos vender tu abrigo a otra persona, así que lo arreglamos hasta que te quede bien. Dos pruebas están incluidas.

## ¿Cuándo recibo el dinero?

En tres días laborables desde que el paquete vuelve a nosotros, por el mismo medio con el que pagaste.""",
                    ),
                },
                ago=45,
                review_in=60,
            ),
        ],
    ),
    Shelf(
        "edit",
        {
            "en": ("Mending and care", "Making clothes last."),
            "es": ("Arreglos y cuidado", "Para que la ropa dure."),
        },
        [
            Piece(
                {
                    "en": Said(
                        "How to photograph a hole",
                        "One picture from near, one from afar, in daylight. Then we can say a "
                        "price.",
                        """Before we say a price we want to see the damage. Two pictures are enough.

## From near

Lay the piece flat, in daylight, with a coin beside the hole. Do not pull the threads.

![A green jumper with a hole at its elbow](picture:{picture})

## From afar

Show the whole piece, so that we see where the hole is and how the cloth falls.

## Send them

Drop both into a message to us. Within a day you read what it takes and what it costs.""",
                    ),
                    "es": Said(
                        "Cómo fotografiar un agujero",
                        "Una foto de cerca y otra de lejos, con luz de día. Así podemos dar un "
                        "precio.",
                        """Antes de dar un precio queremos ver el daño. Bastan dos fotos.

## De cerca

Extiende la prenda, con luz de día y una moneda junto al agujero. No tires de los hilos.

![Un jersey verde con un agujero en el codo](picture:{picture})

## De lejos

Enseña la prenda entera, para ver dónde está el agujero y cómo cae la tela.

## Envíalas

Mándanos las dos en un mensaje. En un día sabrás qué hace falta y cuánto cuesta.""",
                    ),
                },
                ago=20,
                review_in=200,
            ),
            Piece(
                {
                    "en": Said(
                        "Washing wool without tears",
                        "Cold water, real soap, flat on a towel. Never a machine that promises.",
                        """Wool forgives a lot, but not heat and not haste.

1. Fill a basin with **cold** water and a spoon of wool soap.
2. Press the piece under and leave it for ten minutes. Do not rub.
3. Rinse twice in water as cold as before.
4. Roll it up in a towel, press, and dry it flat.

> Pilling is no damage. A comb for wool takes it off in five minutes.

## Moths

Store wool washed and in a closed bag. Cedar smells good and does little; cold helps: three days in the freezer.""",
                    ),
                },
                ago=64,
                review_in=-20,
            ),
        ],
    ),
    Shelf(
        "user",
        {
            "en": ("Made to measure", "Coats and shirts for one person: you."),
            "es": ("A medida", "Abrigos y camisas para una sola persona: tú."),
        },
        [
            Piece(
                {
                    "en": Said(
                        "How we measure you",
                        "Eleven measures, half an hour, two fittings.",
                        """Come in thin clothes and with the shoes that you will wear. It takes half an hour. {{block:workshop}}

## What happens

We take eleven measures and keep them for ten years. After two weeks is the **first fitting**, with long stitches that come out again; a week later the second.

## From far away

Somebody at home can measure you: we send a tape and a page of drawings, and look at the numbers together over a call.""",
                    ),
                },
                ago=80,
                review_in=120,
            ),
            Piece(
                {
                    "en": Said(
                        "Choosing cloth and lining",
                        "Boiled wool or loden, and forty linings. We send samples.",
                        """**Boiled wool** is soft and warm and does not mind rain. **Loden** is denser and lasts longest. Linings are viscose or silk; there are forty.

Tell us three colors that you like, and we send samples by letter. They are free, and you need not send them back.""",
                    ),
                },
                ago=15,
                review_in=90,
            ),
        ],
    ),
    Shelf(
        "tag",
        {
            "en": ("Invoices and payment", "Bills, cards, vouchers."),
            "es": ("Facturas y pagos", "Facturas, tarjetas y vales."),
        },
        [
            Piece(
                {
                    "en": Said(
                        "Download an invoice",
                        "In your account under Orders, as a PDF, for ten years.",
                        """Every order has its invoice, from the moment at which it is sent.

1. Open *Orders* in your account.
2. Choose the order.
3. Press **Invoice**; a PDF is saved.

You ordered without an account? The link in our mail works for ten years. For another name or a tax number on it, write to us before the end of the month.""",
                    ),
                    "es": Said(
                        "Descargar una factura",
                        "En tu cuenta, en Pedidos, en PDF, durante diez años.",
                        """Cada pedido tiene su factura desde el momento en que se envía.

1. Abre *Pedidos* en tu cuenta.
2. Elige el pedido.
3. Pulsa **Factura**; se guarda un PDF.

¿Compraste sin cuenta? El enlace de nuestro correo funciona diez años. Si necesitas otro nombre o un NIF, escríbenos antes de fin de mes.""",
                    ),
                },
                ago=5,
                review_in=300,
            ),
            Piece(
                {
                    "en": Said(
                        "Paying with a voucher",
                        "The code goes into the last step of the order.",
                        """Type the code into the field *Voucher* in the last step. What is left of it stays for the next time.""",
                    ),
                },
                ago=1,
                is_draft=True,
            ),
        ],
    ),
]
