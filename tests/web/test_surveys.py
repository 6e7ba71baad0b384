"""The desk's pages of surveys: a liaison fills those of their unit, readiness is explained, an application follows."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from gi_registry.applications.models import Answer, Application, Survey
from gi_registry.core.history import last_change
from gi_registry.core.models import Change
from gi_registry.products.models import Product
from tests import make
from tests.applications.test_sheets import row, workbook
from tests.web.test_applications import sign_in
from tests.web.test_pages import text_of

pytestmark = pytest.mark.django_db
LIST = "/desk/surveys/"


@pytest.fixture
def unit():
    return make.place("120118106", name="陈官屯镇")


@pytest.fixture
def elsewhere():
    return make.place("120118102", name="独流镇")


@pytest.fixture
def agri(unit):
    return sign_in(make.person("agriculture", "agri"))


@pytest.fixture
def market(unit):
    return sign_in(make.person("market", "market"))


@pytest.fixture
def liaison(unit):
    return sign_in(make.person("liaison", "liaison", unit=unit))


def left_nothing(act):
    """Whether the act wrote nothing at all."""
    before = Change.objects.count()
    answer = act()
    return answer, before == Change.objects.count()


def filled(**values):
    return {"name": "示例冬菜", "unit": "120118106", "category": "vegetable"} | values


# --- The list --------------------------------------------------------------------------------------------------------


def test_the_list_says_in_words_what_each_still_lacks(agri, unit):
    make.survey("示例冬菜", unit)

    said = text_of(agri.get(LIST))

    assert "示例冬菜 蔬菜及制品 陈官屯镇 未查明" in said
    assert "11 项中已有依据地回答 0 项，还缺：真实性、地域性、" in said
    assert "%" not in said


def test_the_list_is_narrowed_by_unit_and_by_name(agri, unit, elsewhere):
    make.survey("示例冬菜", unit)
    make.survey("示例醋", elsewhere, category="condiment")
    make.survey("示例梨", None)

    def shown(**asked):
        page = agri.get(LIST, asked).content.decode()
        return re.findall(r'<th scope="row"><a href="/desk/surveys/\d+/">(\w+)</a>', page)

    assert shown(unit="120118106") == ["示例冬菜"]
    assert shown(unit="none") == ["示例梨"]
    assert shown(q="醋") == ["示例醋"]
    assert len(shown()) == 3


def test_a_liaison_sees_only_those_of_their_unit(liaison, unit, elsewhere):
    make.survey("示例冬菜", unit)
    make.survey("示例醋", elsewhere)

    assert ("示例冬菜" in text_of(liaison.get(LIST)), "示例醋" in text_of(liaison.get(LIST))) == (True, False)
    assert liaison.get(f"{LIST}2/").status_code == 403


@pytest.mark.parametrize("size", [1, 3])
def test_three_surveys_cost_as_many_questions_as_one(agri, unit, size, django_assert_num_queries):
    for number in range(size):
        make.row(Answer, {"survey": make.survey(f"示例{number}", unit), "question": "truth"}, verdict="unknown")

    with django_assert_num_queries(8):
        agri.get(LIST)


# --- Filling ---------------------------------------------------------------------------------------------------------


def test_a_liaison_fills_a_survey_of_their_unit(liaison, unit):
    answer = liaison.post(f"{LIST}new/", filled(origin="运河西岸"), follow=True)

    assert answer.redirect_chain == [("/desk/surveys/1/", 302)]
    assert Survey.objects.values_list("name", "unit", "origin", "source__key").get() == (
        ("示例冬菜", unit.pk, "运河西岸", "surveys")
    )


def test_a_liaison_cannot_even_choose_another_unit(liaison, elsewhere):
    answer, clean = left_nothing(lambda: liaison.post(f"{LIST}new/", filled(unit="120118102")))

    assert (answer.status_code, clean) == (400, True)
    assert "独流镇" not in liaison.get(f"{LIST}new/").content.decode()


def test_what_one_fills_again_is_not_overwritten(liaison, unit):
    make.survey("示例冬菜", unit, origin="别人写的")

    answer, clean = left_nothing(lambda: liaison.post(f"{LIST}new/", filled(origin="我写的")))

    assert (answer.status_code, clean) == (400, True)
    assert "这一乡镇已有同名产品的普查记录" in text_of(answer)
    assert "我写的" in answer.content.decode()


def test_a_survey_is_completed_and_of_two_the_second_is_told(liaison, unit):
    survey = make.survey("示例冬菜", unit)
    seen = last_change(survey)

    first = liaison.post(f"{LIST}1/edit/", {"category": "vegetable", "origin": "先写的", "seen": seen})
    answer, clean = left_nothing(
        lambda: liaison.post(f"{LIST}1/edit/", {"category": "vegetable", "origin": "后写的", "seen": seen})
    )

    assert (first.status_code, answer.status_code, clean) == (302, 409, True)
    assert ("后写的" in answer.content.decode(), "先写的" in text_of(answer)) == (True, True)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"hectares": "很多"}, "输入一个数字"),
        ({"hectares": "-1"}, "面积（公顷）："),
        ({"surveyed_on": "2099-01-01"}, "超出登记簿的范围"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(liaison, typed, sentence):
    answer, clean = left_nothing(lambda: liaison.post(f"{LIST}new/", filled(**typed)))

    assert (answer.status_code, clean, sentence in text_of(answer)) == (400, True, True)


@pytest.mark.parametrize("address", ["new/", "1/edit/", "1/questions/truth/", "import/", "template.xlsx"])
def test_who_does_not_survey_fills_nothing(market, unit, address):
    make.survey("示例冬菜", unit)

    answer, clean = left_nothing(lambda: market.post(f"{LIST}{address}", filled()))

    assert (answer.status_code, clean) == (403, True)


@pytest.mark.parametrize("address", ["1/edit/", "1/questions/truth/"])
def test_a_liaison_fills_nothing_of_another_unit(liaison, elsewhere, address):
    make.survey("示例醋", elsewhere)

    answer, clean = left_nothing(lambda: liaison.post(f"{LIST}{address}", {"verdict": "yes", "evidence": "县志"}))

    assert (answer.status_code, clean) == (403, True)


# --- Questions -------------------------------------------------------------------------------------------------------


def test_a_question_is_answered_with_what_it_rests_on(liaison, unit):
    make.survey("示例冬菜", unit)

    liaison.post(f"{LIST}1/questions/truth/", {"verdict": "yes", "evidence": "县志第三卷", "seen": "0"})

    assert Answer.objects.values_list("question", "verdict", "evidence").get() == ("truth", "yes", "县志第三卷")
    assert "11 项中已有依据地回答 1 项" in text_of(liaison.get(f"{LIST}1/"))


def test_an_answer_without_evidence_is_refused(liaison, unit):
    make.survey("示例冬菜", unit)

    answer, clean = left_nothing(
        lambda: liaison.post(f"{LIST}1/questions/truth/", {"verdict": "yes", "evidence": " ", "seen": "0"})
    )

    assert (answer.status_code, clean) == (400, True)
    assert "“真实性”的回答须写明依据。" in text_of(answer)


def test_a_bar_is_said_as_such(agri, unit):
    make.row(Answer, {"survey": make.survey("示例冬菜", unit), "question": "generic"}, verdict="yes", evidence="词典")

    assert "按现有回答不能认定：仅为通用名称。" in text_of(agri.get(f"{LIST}1/"))


def test_the_page_says_who_supplies_what_is_missing(agri, unit):
    make.survey("示例冬菜", unit)

    said = text_of(agri.get(f"{LIST}1/"))

    assert re.search(r"请乡镇联络员补 产地 普查表未填 .*产量 .*生产者", said)
    assert "请市场监管（知识产权）部门补 违法、违背公序良俗 尚未回答" in said


@pytest.mark.parametrize("address", ["9/", "0/", "1/questions/nothing/"])
def test_a_survey_or_question_that_there_is_not_is_not_found(agri, unit, address):
    make.survey("示例冬菜", unit)

    assert agri.get(f"{LIST}{address}").status_code == 404


# --- Applying --------------------------------------------------------------------------------------------------------


def test_an_application_is_opened_from_a_survey_in_one_act(agri, unit):
    survey = make.survey("示例冬菜", unit)

    answer = agri.post(f"{LIST}1/open/", {"route": "product", "on": "2026-11-02"}, follow=True)

    assert "已立卷 2026-0001，适用《地理标志产品保护办法》（2023年）" in text_of(answer)
    assert Application.objects.values_list("product__common_name", "survey").get() == ("示例冬菜", survey.pk)


def test_a_refused_opening_leaves_no_product_behind(agri, unit):
    make.survey("示例冬菜", unit)

    answer, clean = left_nothing(lambda: agri.post(f"{LIST}1/open/", {"route": "product", "on": "1999-01-01"}))

    assert (answer.status_code, clean, Product.objects.exists()) == (400, True, False)


def test_a_second_application_for_the_same_is_refused(agri, unit):
    survey = make.survey("示例冬菜", unit)
    agri.post(f"{LIST}1/open/", {"route": "product", "on": "2026-11-02"})

    answer, clean = left_nothing(lambda: agri.post(f"{LIST}1/open/", {"route": "product", "on": "2026-11-02"}))

    assert (answer.status_code, clean, survey.applications.count()) == (400, True, 1)
    assert "“示例冬菜”已有未办结的申请 2026-0001，不能重复立卷。" in text_of(answer)


@pytest.mark.parametrize("size", [1, 3])
def test_three_answers_cost_as_many_questions_as_one(agri, unit, size, django_assert_num_queries):
    survey = make.survey("示例冬菜", unit)
    for question in ("truth", "place", "name")[:size]:
        values = {"verdict": "yes", "document": make.document(), "source": make.source(question)}
        make.row(Answer, {"survey": survey, "question": question}, **values)

    with django_assert_num_queries(11):
        agri.get(f"{LIST}1/")


@pytest.mark.parametrize("who", ["market", "liaison"])
def test_who_does_not_prepare_applications_opens_none(request, unit, who):
    make.survey("示例冬菜", unit)

    answer, clean = left_nothing(
        lambda: request.getfixturevalue(who).post(f"{LIST}1/open/", {"route": "product", "on": "2026-11-02"})
    )

    assert (answer.status_code, clean) == (403, True)


# --- A workbook ------------------------------------------------------------------------------------------------------


def sent(client, *rows, name="普查.xlsx"):
    return client.post(f"{LIST}import/", {"file": SimpleUploadedFile(name, workbook(*rows))})


def signed_in(answer):
    found = re.search(r'name="examined" value="([^"]+)"', answer.content.decode())
    return found and found[1]


def test_a_workbook_is_examined_first_and_stored_once_confirmed(liaison, unit):
    answer, clean = left_nothing(lambda: sent(liaison, row(unit="陈官屯镇"), row(name="示例梨", unit="陈官屯镇")))
    assert (answer.status_code, clean) == (200, True)
    assert "共 2 行，将写入 2 行。" in text_of(answer)

    done = liaison.post(f"{LIST}import/", {"examined": signed_in(answer)}, follow=True)

    assert "已导入 2 条普查。" in text_of(done)
    assert set(Survey.objects.values_list("name", flat=True)) == {"示例冬菜", "示例梨"}


def test_a_wrong_row_is_told_and_nothing_can_be_confirmed(liaison, unit):
    answer, clean = left_nothing(lambda: sent(liaison, row(unit="陈官屯镇"), row(name="示例梨", unit="独流镇")))

    assert (answer.status_code, clean, signed_in(answer)) == (400, True, None)
    assert "“独流镇”不是本区的乡镇街道。" in text_of(answer)


def test_what_somebody_made_up_is_not_stored(liaison, unit):
    answer, clean = left_nothing(lambda: liaison.post(f"{LIST}import/", {"examined": "made-up"}))

    assert (answer.status_code, clean) == (400, True)
    assert "这份检查结果已经过期或不完整" in text_of(answer)


def test_what_another_may_store_is_examined_again_for_who_confirms(agri, liaison, elsewhere):
    answer = sent(agri, row(unit="独流镇"))

    refused, clean = left_nothing(lambda: liaison.post(f"{LIST}import/", {"examined": signed_in(answer)}))

    assert (refused.status_code, clean) == (400, True)
    assert "第 2 行还有误，一行也没有导入。" in text_of(refused)


def test_a_file_that_is_not_a_workbook_is_refused_in_one_sentence(liaison):
    answer, clean = left_nothing(
        lambda: liaison.post(f"{LIST}import/", {"file": SimpleUploadedFile("普查.xlsx", b"hello")})
    )

    assert (answer.status_code, clean) == (400, True)
    assert "这个文件的内容不是其中任何一种" in text_of(answer)


def test_the_template_can_be_filled_and_comes_back(liaison, unit):
    book = load_workbook(io.BytesIO(liaison.get(f"{LIST}template.xlsx").content))
    book.worksheets[0].append(row(unit="陈官屯镇"))
    file = io.BytesIO()
    book.save(file)

    answer = liaison.post(f"{LIST}import/", {"file": SimpleUploadedFile("普查.xlsx", file.getvalue())})

    assert "共 1 行，将写入 1 行。" in text_of(answer)
    assert "陈官屯镇" in str([[cell.value for cell in line] for line in book["填写说明"].iter_rows()])


# --- The seeded examples ---------------------------------------------------------------------------------------------


def test_the_seeded_surveys_say_only_what_is_known(jinghai):
    client = sign_in(make.person("agriculture", "agri"))

    said = [text_of(client.get(f"{LIST}{number}/")) for number in (1, 2)]

    assert "发源于陈官屯镇纪家庄村" in said[0]
    assert "乡镇未查明" in said[1]
    assert [part.count("未查明") > 10 for part in said] == [True, True]
