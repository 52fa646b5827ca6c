def test_the_address_that_browsers_guess_leads_to_the_icon(client):
    assert client.get("/favicon.ico").headers["Location"] == "/static/favicon.svg"
