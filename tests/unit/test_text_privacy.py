"""More of cleaning and normalising than `test_text`: every way to write what is private, and what is not."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legalbot.text import MAX_CHARACTERS, REDACTED, clean, normalise, redact

ID = "530102199001011234"
MOBILE = "13812345678"
BANK = "6222021234567890123"
STABLE = settings(deadline=None, database=None, derandomize=True, max_examples=300)
TRICKY = st.text(
    st.sampled_from("0123456789+- .xX@ab/／⁄∕你好哪克给是一三\u200b\u202e\x00\t\n１２"), max_size=80
)


def digits(text: str) -> int:
    return sum(character.isdigit() for character in text)


@pytest.mark.parametrize(
    "slash",
    [
        "/",
        "／",
        "⁄",
        "∕",
        "//",
        "/ /",
        " /",
        "\t/",
        "\u3000／",
        "\u200b/",
        "\ufeff/",
        "\u2066/\u2069/",
        "\x00/",
        "/\u200d／",
    ],
)
def test_a_leading_slash_of_any_kind_goes(slash):
    assert clean(f"{slash}session_start") == "session_start"
    assert normalise(f"{slash}session_start") == "session_start"


def test_no_character_becomes_a_leading_slash_later():
    """Rasa takes what begins with a slash for a command; no compatibility form may bring one back."""
    for code in range(0x110000):
        if not 0xD800 <= code < 0xE000 and "/" in unicodedata.normalize("NFKC", chr(code)):
            assert not normalise(chr(code) + "restart").startswith("/")


def test_a_slash_inside_stays():
    assert clean("12348/12345哪个") == "12348/12345哪个"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\x00b", "a b"),
        ("a\x1b[31mb", "a [31mb"),
        ("a\u202eb\u200fc", "abc"),
        ("法\u200b律\u00ad援\u2060助", "法律援助"),
        ("一\r\n二\t三\u3000四", "一 二 三 四"),
        ("a\ud800b", "a b"),
        ("a\ue000b", "a b"),
        ("  两头  有空  ", "两头 有空"),
        ("😀👍🏻", "😀👍🏻"),
        ("❤\ufe0f", "❤"),
        ("", ""),
        ("   \n ", ""),
        ("\u200b\u200d\u202e", ""),
    ],
)
def test_what_is_kept_of_odd_characters(typed, kept):
    assert clean(typed) == kept


def test_emoji_alone_are_no_words_but_do_no_harm():
    assert not any(character.isalnum() for character in normalise("😀😀😀👍"))


def test_a_long_text_is_cut_and_quickly():
    began = time.perf_counter()
    assert len(clean("啊呀" * 2500)) == MAX_CHARACTERS
    assert len(clean("a1@-" * 500_000)) <= MAX_CHARACTERS
    assert len(normalise("幺二 三" * 100_000)) <= MAX_CHARACTERS
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    "private",
    [
        ID,
        "53010219900101123X",
        "53010219900101123x",
        "530102 19900101 1234",
        "530102-19900101-123x",
        "5 3 0 1 0 2 1 9 9 0 0 1 0 1 1 2 3 4",
        "５３０１０２１９９００１０１１２３４",
        "5301021990\u200b01011234",
        "530102900101123",
        BANK,
        "6222 0212 3456 7890 123",
        "6222-0212-3456-7890",
        "６２２２０２１２３４５６７８９０",
        MOBILE,
        "138 1234 5678",
        "138-1234-5678",
        "138－1234－5678",
        "１３８１２３４５６７８",
        "+8613812345678",
        "+86 13812345678",
        "+86-138-1234-5678",
        "8613812345678",
        "1381234\u200b5678",
    ],
)
@pytest.mark.parametrize(
    ("before", "behind"), [("", ""), ("电话", "请回"), ("（", "）"), ("号码: ", "，谢谢")]
)
def test_a_private_number_leaves_nothing(private, before, behind):
    narrow_before, narrow_behind = (unicodedata.normalize("NFKC", part) for part in (before, behind))
    assert clean(before + private + behind) == narrow_before + REDACTED + narrow_behind


@pytest.mark.parametrize("mail", ["zhang.san+1@mail.example.com", "zhang＠example．com", "a_b@c-d.cn"])
@pytest.mark.parametrize(
    ("before", "behind"), [("", ""), ("（", "）"), ("邮箱: ", ", 谢谢"), ("邮箱：", "，谢谢")]
)
def test_a_mail_address_leaves_nothing(mail, before, behind):
    narrow_before, narrow_behind = (unicodedata.normalize("NFKC", part) for part in (before, behind))
    assert clean(before + mail + behind) == narrow_before + REDACTED + narrow_behind


@pytest.mark.parametrize("typed", ["法援怎么申请zhang@example.com", "zhang@example.com法援怎么申请"])
def test_a_mail_address_takes_no_words_with_it(typed):
    assert clean(typed).replace(REDACTED, "") == "法援怎么申请"


@pytest.mark.parametrize(
    "private",
    ["138  1234  5678", "138\r\n1234\r\n5678", "530102  19900101  1234", "6222\n\n0212\n\n3456\n\n7890"],
)
def test_a_private_number_with_wide_gaps_goes(private):
    assert digits(clean(private)) == 0


def test_a_bank_card_in_two_parts_goes():
    assert digits(clean("622202 1234567890123")) == 0


def test_a_private_number_behind_invisible_characters_at_the_raw_cut_goes():
    assert digits(clean("\u200b" * (4 * MAX_CHARACTERS - 8) + MOBILE)) == 0


def test_several_private_numbers_all_go():
    kept = clean(f"身份证{ID}，卡{BANK}，电话{MOBILE}和139 0000 1111，a@b.cn")
    assert kept.count(REDACTED) == 5
    assert digits(kept) == 0


@pytest.mark.parametrize(
    "public",
    [
        "12348",
        "96110",
        "打12348还是96110",
        "12348/12345",
        "12348、12345、12315",
        "37478件",
        "187055",
        "2020年",
        "2020年12月31日",
        "2020-12-31",
        "8820元",
        "1.8万",
        "3.08亿元",
        "94.95%",
        "7天×24小时",
        "0871-63123456",
        "110 120 119",
        "10000000000",
        "12345678901",
    ],
)
def test_a_public_number_stays_as_typed(public):
    assert clean(f"请问{public}是什么") == f"请问{public}是什么"


def test_other_characters_are_left_as_typed():
    assert redact("請問１２３４８收費嗎？") == "請問１２３４８收費嗎？"


@pytest.mark.parametrize("private", ["138–1234–5678", "138—1234—5678", "138.1234.5678", "008613812345678"])
def test_a_mobile_number_written_otherwise_goes(private):
    assert digits(clean(private)) == 0


@pytest.mark.parametrize("private", [ID, BANK, MOBILE])
def test_a_private_number_at_the_cut_goes(private):
    assert digits(clean("字" * (MAX_CHARACTERS - 8) + private)) == 0


@pytest.mark.parametrize("public", ["12348 12345 12315", "110 120 119 12348 96110", "2020-01-01 2020-12-31"])
def test_public_numbers_in_a_row_stay(public):
    assert clean(f"{public}有什么不同") == f"{public}有什么不同"


def test_redaction_does_not_lengthen_beyond_the_limit():
    assert len(clean("ﷺ" * 480 + MOBILE)) <= MAX_CHARACTERS


@pytest.mark.parametrize("text", ["a" * (MAX_CHARACTERS - 1) + " b", f"\u00a8{MOBILE}"])
def test_cleaning_again_changes_nothing_even_here(text):
    assert clean(clean(text)) == clean(text)


@STABLE
@given(st.one_of(st.text(max_size=300), TRICKY))
def test_cleaning_again_changes_nothing(text):
    kept = clean(text)
    assert clean(kept) == kept
    assert len(kept) <= MAX_CHARACTERS
    assert not any(unicodedata.category(character) in {"Cc", "Cs"} for character in kept)


@STABLE
@given(st.one_of(st.text(max_size=300), TRICKY))
def test_normalising_never_raises_and_sees_only_what_is_kept(text):
    assert normalise(clean(text)) == normalise(text)


@STABLE
@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=60))
def test_cleaning_leaves_chinese_alone(text):
    assert clean(text) == text


@pytest.mark.parametrize(
    ("typed", "standard"),
    [
        ("請問法律援助怎麼申請", "请问法律援助怎么申请"),
        ("打官司沒錢", "打官司没钱"),
        ("ＡＢＣ", "abc"),
        ("WeChat", "wechat"),
        ("一二三四八", "12348"),
        ("幺幺零", "110"),
        ("二〇二〇年", "2020年"),
        ("九六一一零", "96110"),
        ("一二", "一二"),
        ("三年", "三年"),
        ("12348 收费 吗", "12348收费吗"),
        ("打 12348 要 钱", "打12348要钱"),
        ("yao qian ma", "yao qian ma"),
        ("啊啊啊啊", "啊啊"),
        ("？？？？", "??"),
        ("1000000", "1000000"),
        ("咋个整", "怎么办"),
        ("咋个办", "怎么办"),
        ("咋个申请", "怎么申请"),
        ("给是要钱", "是不是要钱"),
        ("好多钱", "多少钱"),
        ("有好多个", "有多少个"),
        ("我着骗了", "我被骗了"),
        ("給是好多錢", "是不是多少钱"),
        ("我认不得", "我不知道"),
    ],
)
def test_one_standard_spelling(typed, standard):
    assert normalise(typed) == standard
    assert normalise(standard) == standard


@pytest.mark.parametrize("typed", ["克哪点", "搬克哪点了"])
def test_dialect_words_that_overlap_are_all_replaced(typed):
    assert "去哪里" in normalise(typed)


@pytest.mark.parametrize(
    "spoken", ["一三八零零一三八零零零", "幺三八〇〇幺三八〇〇〇", "五三零一零二一九九零零一零一一二三四"]
)
def test_a_number_told_digit_by_digit_is_not_kept(spoken):
    assert clean(f"我的号是{spoken}你记一下") == f"我的号是{REDACTED}你记一下"


def test_public_lines_told_digit_by_digit_are_kept():
    assert clean("打一二三四八还是一二三四五") == "打一二三四八还是一二三四五"
