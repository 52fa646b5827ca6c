"""Office hours: seven lines, a country's holidays, and days of one's own."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import UnfoldAdminSelect2Widget, UnfoldAdminTextInputWidget

from ground.hours.models import WEEKDAYS, OfficeHours, OwnDay, stored, windows_of
from ground.hours.special import countries, subdivisions
from ground.hours.writing import CLOSED, Unclear, text_of, windows_from
from ground.web.admin import ProblemsAsMessages
from people.actions import delete_hours, hours_saved, make_room_for_default

NEITHER = "No public holidays"


class HoursField(forms.CharField):
    """Hours of one day as people write them; its value is what the column keeps."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=200, required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return text_of(windows_of(value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        try:
            return stored(windows_from(super().clean(value)))
        except Unclear as unclear:
            raise ValidationError(str(unclear)) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial) or CLOSED, data or CLOSED)


def day_field(name: str) -> str:
    return name.lower()


class OfficeHoursForm(forms.ModelForm):
    zone = forms.ChoiceField(label="Time zone", widget=UnfoldAdminSelect2Widget)
    country = forms.ChoiceField(
        label="Public holidays",
        required=False,
        widget=UnfoldAdminSelect2Widget,
        help_text="Closed on this country's holidays. None are taken unless you choose one.",
    )

    class Meta:
        model = OfficeHours
        fields = ("name", "zone", "is_default", "country", "subdivision")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "zone" in self.fields:
            self.fields["zone"].choices = [(name, name) for name in sorted(available_timezones())]
            self.fields["country"].choices = [("", NEITHER), *countries()]
        for name, hours in zip(WEEKDAYS, self.instance.weekly, strict=True):
            if day_field(name) in self.fields:
                self.initial[day_field(name)] = hours

    def _get_validation_exclusions(self) -> set[str]:
        # That there is one default is seen to when these become it.
        return super()._get_validation_exclusions() | {"is_default"}

    def clean_is_default(self) -> bool:
        wanted = self.cleaned_data["is_default"]
        if self.initial.get("is_default") and not wanted:
            raise ValidationError("Make other hours the house's own; these then are not any more.")
        return wanted

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        country, subdivision = cleaned.get("country", ""), cleaned.get("subdivision", "")
        if subdivision and subdivision not in (known := subdivisions(country) if country else ()):
            say = f"Write one of {', '.join(known)}, or nothing." if known else "Leave this empty."
            self.add_error("subdivision", f"There is no such region. {say}")
        days = [cleaned.get(day_field(name)) for name in WEEKDAYS]
        if not any(days) and None not in days:
            raise ValidationError("These hours never open. Give one day at least some hours.")
        self.instance.weekly = [day or [] for day in days]
        return cleaned


# Declared one by one, as the admin looks for the fields of a form at its class.
OfficeHoursForm = type(
    "OfficeHoursForm",
    (OfficeHoursForm,),
    {day_field(name): HoursField(label=name) for name in WEEKDAYS},
)


class OwnDayForm(forms.ModelForm):
    windows = HoursField(label="Hours")

    class Meta:
        model = OwnDay
        fields = ("name", "first_on", "last_on", "is_yearly", "windows")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first_on"), cleaned.get("last_on")
        if first and last and last < first:
            self.add_error("last_on", "This is before the first day.")
        elif first and last and (last - first).days > 366:
            self.add_error("last_on", "This is more than a year later.")
        return cleaned


class OwnDayInline(TabularInline):
    model = OwnDay
    form = OwnDayForm
    extra = 0
    verbose_name = "day of your own"
    verbose_name_plural = "days of your own: exceptions to the week, and to public holidays"


@admin.register(OfficeHours)
class OfficeHoursAdmin(ProblemsAsMessages, ModelAdmin):
    form = OfficeHoursForm
    list_display = ("name", "is_default", "zone", "week", "closed_on")
    search_fields = ("name",)
    inlines = (OwnDayInline,)
    fieldsets = (
        (None, {"fields": ("name", "zone", "is_default")}),
        (
            "The week",
            {
                "fields": tuple(day_field(name) for name in WEEKDAYS),
                "description": "Such as “9:00–17:00” or “9:00–12:00, 13:00–17:00”; “closed”, or "
                "nothing, for a day without work. Times are those of the time zone, summer and "
                "winter.",
            },
        ),
        ("Holidays", {"fields": ("country", "subdivision")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[OfficeHours]:
        days = Prefetch("own_days", queryset=OwnDay.objects.order_by("first_on", "id"))
        return super().get_queryset(request).prefetch_related(days)

    @admin.display(description="Week")
    def week(self, hours: OfficeHours) -> str:
        """Days with the same hours together: Mon–Fri 9:00–17:00."""
        runs: list[tuple[str, str, str]] = []
        for name, text in hours.week:
            if runs and runs[-1][2] == text:
                runs[-1] = (runs[-1][0], name[:3], text)
            else:
                runs.append((name[:3], name[:3], text))
        return "; ".join(
            f"{first}–{last} {text}" if first != last else f"{first} {text}"
            for first, last, text in runs
            if text != CLOSED
        )

    @admin.display(description="Closed on holidays of")
    def closed_on(self, hours: OfficeHours) -> str:
        return " ".join(filter(None, (hours.country, hours.subdivision))) or "–"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return (obj is None or not obj.is_default) and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: OfficeHours, form: Any, change: bool) -> None:
        form.state_before = OfficeHours.objects.get(pk=obj.pk).state if change else None
        make_room_for_default(obj)
        obj.save()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        hours_saved(form.instance, by=request.user, before=form.state_before)

    def delete_model(self, request: HttpRequest, obj: OfficeHours) -> None:
        delete_hours(obj, by=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[OfficeHours]) -> None:
        for hours in queryset:
            self.delete_model(request, hours)
