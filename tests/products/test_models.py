from __future__ import annotations

import pytest

from gi_registry.core.errors import BadInput
from gi_registry.products.models import Product
from tests import make, shapes

pytestmark = pytest.mark.django_db


def test_a_regime_has_one_open_row_a_product():
    product = make.product()
    make.protection(product, stage="candidate")

    with pytest.raises(BadInput, match=r"^同一产品在同一保护制度下只能有一条当前记录。$"):
        make.protection(product, stage="protected", valid_from=None)


@pytest.mark.parametrize("missing", ["outline", "hectares", "uncertainty_m"])
def test_a_border_without_outline_size_or_uncertainty_is_refused(missing):
    with pytest.raises(BadInput, match=r"^有界线时必须写明概括界线、面积与误差。$"):
        make.area(make.product(), shapes.square(116.8, 38.8, 0.1), **{missing: None})


@pytest.mark.parametrize("slug", ["独流老醋", "duliu laocu", "duliu/laocu", ""])
def test_a_slug_is_made_of_letters_digits_and_hyphens(slug):
    with pytest.raises(BadInput, match=r"^网址名："):
        make.product(slug)

    assert Product.objects.count() == 0


def test_a_name_knows_its_pinyin_and_initials():
    name = make.product().names.get()

    assert (name.pinyin, name.initials) == ("duliulaocu", "dllc")
