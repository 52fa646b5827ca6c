"""Admin forms, filled in as a browser would."""


def post_form(client, url, **changes):
    """Sends a form back as a browser would: what it shows, with some fields changed."""
    page = client.get(url)
    form = page.context["adminform"].form
    data = {}
    for bound in form:
        value = bound.value()
        if value is not None and value is not False:
            data[bound.html_name] = value
    for formset in page.context["inline_admin_formsets"]:
        for bound in formset.formset.management_form:
            data[bound.html_name] = bound.value()
        for row in formset.formset.initial_forms:
            for bound in row:
                if bound.value() is not None:
                    data[bound.html_name] = bound.value()
    data |= changes
    data = {name: value for name, value in data.items() if value is not None}
    return client.post(url, data)
