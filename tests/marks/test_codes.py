from __future__ import annotations

import pytest

from gi_registry.core.errors import BadInput, NotInRegister
from gi_registry.marks import codes
from gi_registry.marks.codes import ALPHABET, EXAMPLE, checked, new_code, read_code, show_code


def test_new_codes_are_read_back_and_differ():
    given = [new_code() for _ in range(1_000)]

    assert [read_code(code) for code in given] == given
    assert len(set(given)) == 1_000
    assert set("".join(given)) == set(ALPHABET)


def test_a_code_is_shown_in_threes():
    assert show_code(EXAMPLE) == "7KQ-M2X-4HA"


@pytest.mark.parametrize(
    "typed",
    ["7KQM2X4HA", "7kq-m2x-4ha", " 7KQ M2X 4HA ", "７ＫＱ—Ｍ２Ｘ—４ＨＡ", "7KQ\u200bM2X4HA", "7KQMZX4HA"],
)
def test_a_code_is_read_as_people_type_it(typed):
    assert read_code(typed) == EXAMPLE


def test_letters_easily_taken_for_others_are_read_as_those():
    code = checked("0125V0A1")

    assert read_code(code.translate(str.maketrans("0125V", "OLZSU"))) == code
    assert read_code(code.replace("1", "I")) == code


def whole(code):
    try:
        return read_code(code) == code
    except BadInput as refusal:
        return "校验位不对：有一位写错了" not in refusal.sentence


def test_every_single_slip_and_every_swap_of_neighbours_is_noticed():
    for code in (EXAMPLE, *(new_code() for _ in range(1_000))):
        swaps = {code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(8)} - {code}
        assert [swap for swap in swaps if whole(swap)] == []
    slips = {EXAMPLE[:at] + other + EXAMPLE[at + 1 :] for at in range(9) for other in ALPHABET} - {EXAMPLE}
    assert [slip for slip in slips if whole(slip)] == []


def test_a_code_of_which_a_swap_is_whole_too_is_not_given(monkeypatch):
    """C1JQ42901 and C1JQ42910 are both whole."""
    assert (whole("C1JQ42901"), whole("C1JQ42910")) == (True, True)
    drawn = iter(["C1JQ42901", "C1JQ42910", EXAMPLE])
    monkeypatch.setattr(codes, "drawn", lambda: next(drawn))

    assert new_code() == EXAMPLE


@pytest.mark.parametrize("typed", ["", "7KQM2X4H", "7KQM2X4HAA", "独流老醋", "7KQM2X4H甲", "7KQM2X4H*", "\0" * 9])
def test_what_is_no_code_is_said_to_be_none(typed):
    with pytest.raises(NotInRegister, match="不是核准编码：编码有 9 位字母和数字，例如 7KQ-M2X-4HA。"):
        read_code(typed)
