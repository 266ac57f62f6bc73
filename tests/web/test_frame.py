import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_login_page_renders(client):
    answer = client.get(reverse("login"))
    assert answer.status_code == 200
