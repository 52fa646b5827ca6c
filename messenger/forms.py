"""The form in which an admin sets a messenger up."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminFileFieldWidget

from ground.web import files, languages
from ground.web.problems import Problem
from messenger.installing import checked_links, normalized_origin
from messenger.models import Installation, InstallationText

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
NO_PICTURE = "Choose a PNG, JPEG, GIF or WebP picture. Drawings such as SVG are not taken."


class OriginsField(forms.CharField):
    """Origins, one a line."""

    widget = forms.Textarea(attrs={"rows": 3, "placeholder": "https://www.example.com"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        lines = super().clean(value).split("\n")
        try:
            return sorted({normalized_origin(line) for line in lines if line.strip()})
        except Problem as problem:
            raise forms.ValidationError(problem.errors["allowed_origins"]) from None


class LinksField(forms.CharField):
    """Links, one a line: a title, a bar and an address. The page makes an editor of it."""

    widget = forms.Textarea(
        attrs={"rows": 3, "placeholder": "Delivery | https://…", "data-links": ""}
    )

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(f"{link['title']} | {link['url']}" for link in value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.clean(data) != (initial or [])
        except forms.ValidationError:
            return True

    def clean(self, value: Any) -> list[dict[str, str]]:
        lines = [line for line in super().clean(value).splitlines() if line.strip()]
        parts = [line.rpartition("|") for line in lines]
        try:
            return checked_links({"title": title, "url": url} for title, _, url in parts)
        except Problem as problem:
            raise forms.ValidationError(problem.errors["home_links"]) from None


LINKS_HELP = "Up to eight links to your own pages: delivery, returns, opening hours."


class InstallationForm(forms.ModelForm):
    allowed_origins = OriginsField(
        label="Sites",
        required=False,
        help_text="The sites that may embed this messenger, one a line: scheme://host[:port].",
    )
    home_links = LinksField(label="Links", required=False, help_text=LINKS_HELP)
    languages = forms.MultipleChoiceField(
        choices=languages.CHOICES,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Visitors are spoken to in the one their browser asks for. "
        "None chosen means all of them.",
    )
    logo = forms.FileField(
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ",".join(PICTURES)}),
        help_text="A square picture looks best. It is made small (256 pixels) and drawn anew.",
    )
    remove_logo = forms.BooleanField(required=False, label="Take the logo away")

    class Meta:
        model = Installation
        fields = (
            "name",
            "is_active",
            "allowed_origins",
            "color",
            "position",
            "locale",
            "languages",
            "greeting",
            "reply_time",
            "is_wait_shown",
            "office_hours",
            "home_links",
            "can_start",
            "can_upload",
            "is_rating_asked",
            "is_unread_in_title",
            "is_unseen_mailed",
            "is_verification_required",
            "is_user_hash_allowed",
        )
        labels = {"is_active": "Switched on"}
        widgets = {"color": forms.TextInput(attrs={"type": "color"})}
        help_texts = {
            "is_active": "Off, it shows nowhere and its visitors' tokens open nothing.",
            "color": "Your brand's color. The text on it is black or white, whichever reads "
            "better; where it stands on a plain ground, it is made darker or lighter until it "
            "reads.",
            "position": "The corner of the page in which the launcher sits.",
            "locale": "For those whose language is not offered. The texts below are in it.",
            "greeting": "The first line that visitors read. Empty: “How can we help?”, in the "
            "visitor's language.",
            "reply_time": "When to expect an answer, such as “We usually reply within an hour”. "
            "Empty: “Replies arrive right here”.",
            "is_wait_shown": "While you are closed, when you are back, by the visitor's clock; "
            "else how long others have waited of late, once twenty were answered. Then the line "
            "above is for when nothing is known.",
            "office_hours": "When people answer, such as “Monday to Friday, 9 to 17”. Empty: "
            "nothing is said.",
            "can_start": "Without it, they can only go on in conversations that exist.",
            "can_upload": "Pictures and documents, in what they write.",
            "is_rating_asked": "Visitors may rate a conversation that was closed, in place.",
            "is_unread_in_title": "The page's own title begins with the number of unread replies.",
            "is_unseen_mailed": "When an e-mail address is known and a reply was not seen for a "
            "while; at most one mail in a quarter of an hour.",
            "is_user_hash_allowed": "For the time of a move: HMAC-SHA256(secret, user id), as "
            "other messengers take it. A signed identity is safer: who has seen a hash once is "
            "that user for ever. Never hash an id that users choose for themselves.",
            "is_verification_required": "Lets in nobody whose identity your server has not signed.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if url := files.public_url(self.instance.logo_key):
            field = self.fields["logo"]
            picture = '<img src="{}" alt="The logo now" width="48" height="48">'
            field.help_text = format_html(picture + " {}", url, field.help_text)

    def clean_languages(self) -> list[str]:
        """The offered languages in our order; the default one is always among them."""
        chosen = set(self.cleaned_data["languages"])
        if not chosen:
            return []
        chosen.add(self.cleaned_data.get("locale") or self.instance.locale)
        return [tag for tag in languages.NAMES if tag in chosen]

    def clean_logo(self) -> UploadedFile | None:
        upload = self.cleaned_data["logo"]
        if upload and files.sniff(upload) not in PICTURES:
            raise forms.ValidationError(NO_PICTURE)
        return upload


class InstallationTextForm(forms.ModelForm):
    home_links = LinksField(label="Links", required=False, help_text=LINKS_HELP)

    class Meta:
        model = InstallationText
        fields = ("locale", "greeting", "reply_time", "office_hours", "home_links")
        help_texts = {
            "greeting": "What is left empty here is said in the default language.",
        }


class InstallationTextFormSet(forms.BaseInlineFormSet):
    """Texts for languages that the messenger speaks, beside the default one."""

    def clean(self) -> None:
        super().clean()
        offered, default = self.instance.languages, self.instance.locale
        for form in self.forms:
            locale = form.cleaned_data.get("locale") if hasattr(form, "cleaned_data") else None
            if not locale or not form.has_changed() or form in self.deleted_forms:
                continue
            name = languages.NAMES[locale]
            if locale == default:
                form.add_error("locale", f"{name} is the default language: write above.")
            elif offered and locale not in offered:
                form.add_error("locale", f"{name} is not among the languages chosen above.")
