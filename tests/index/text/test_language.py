"""The language of articles and questions. Questions and texts are made up for this file."""

import pytest

from index.text.language import is_read, list_languages, question_language, text_language

# Asked of a column on a bridge; nothing was adjusted to these questions.
QUESTIONS = {
    "uk": "Чому автор проти мосту?|Хто заплатить за будівництво?|А парк?|Що пропонує рада?",
    "ru": "Почему автор против моста?|Кто заплатит за строительство?|А парк?|Что предлагает совет?",
    "ar": "لماذا يعارض الكاتب الجسر؟|من سيدفع ثمن البناء؟|والحديقة؟",
    "zh": "作者为什么反对这座桥?|谁来支付建设费用?|公园呢?",
    "ja": "なぜ筆者は橋に反対しているのですか?|誰が建設費を払うのですか?",
    "el": "Γιατί ο συγγραφέας είναι κατά της γέφυρας;|Ποιος θα πληρώσει;",
    "de": "Warum ist der Autor gegen die Brücke?|Wer soll das alles bezahlen?|Wie viele Leute fahren jeden Tag hinüber?"
    "|Gibt es eine Alternative zur neuen Brücke?|was hält sie vom vorschlag des stadtrats",
    "fr": "Pourquoi l'auteur est-il contre le pont ?|Qui va payer la construction ?|Y a-t-il une autre solution ?"
    "|Combien de gens traversent chaque jour ?|que propose le conseil municipal",
    "es": "¿Por qué está el autor en contra del puente?|¿Quién va a pagar la obra?|¿Hay otra solución?"
    "|cuántas personas cruzan cada día|¿Qué propone el ayuntamiento?",
    "pt": "Por que o autor é contra a ponte?|Quem vai pagar a construção?|Quantas pessoas atravessam por dia?",
    "it": "Perché l'autore è contrario al ponte?|Chi pagherà i lavori?|Quante persone attraversano ogni giorno?",
    "nl": "Waarom is de schrijver tegen de brug?|Wie gaat dat betalen?|Hoeveel mensen steken elke dag over?",
    "sv": "Varför är författaren emot bron?|Vem ska betala för bygget?|Hur många åker över varje dag?",
    "pl": "Dlaczego autor jest przeciwny mostowi?|Kto zapłaci za budowę?|Ile osób przejeżdża codziennie?",
    "tr": "Yazar köprüye neden karşı?|İnşaatın parasını kim ödeyecek?|Her gün kaç kişi geçiyor?",
    "vi": "Tại sao tác giả phản đối cây cầu?|Ai sẽ trả tiền xây dựng?|Mỗi ngày có bao nhiêu người qua?",
}
ALL_QUESTIONS = [question for questions in QUESTIONS.values() for question in questions.split("|")]

ENGLISH = [
    "Why?",
    "Orlova?",
    "Volodymyr Zelenskyy and Juan Guaidó?",
    "What about Łódź?",
    "does he qoute 'Wir schaffen das'",
    "wat dose teh mayr wnat",
    "hwo mcuh wuld teh brigde b",
    "Is this a coup d'état?",
    "laissez-faire?",
    "Does she mention Sinn Féin or Ciudadanos?",
    "who is Dmytro Kuleba",
    "WHY DOES ORLOVA HATE FERRIES",
    "Why does the author quote «Зеленський»?",
    "tldr pls",
    "42?",
    "🙂",
    "",
]


def test_questions_in_other_languages_are_found_so() -> None:
    found = [question for question in ALL_QUESTIONS if question_language(question)]
    assert len(found) >= 0.95 * len(ALL_QUESTIONS), set(ALL_QUESTIONS) - set(found)


@pytest.mark.parametrize("question", ENGLISH)
def test_a_question_that_may_be_english_is_taken_for_english(question: str) -> None:
    assert question_language(question) is None


def test_a_list_of_names_in_the_articles_is_not_another_language() -> None:
    names = "oleksandr khara ukraine"
    assert question_language(names)
    assert question_language(names, {"oleksandr", "khara", "ukraine"}) is None


@pytest.mark.parametrize("word", ["чому?", "为什么?", "なぜ?", "왜?", "γιατί;", "क्यों?", "למה?"])
def test_one_word_in_another_script_is_enough(word: str) -> None:
    assert question_language(word)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The bridge will cost nine million, and nobody who lives near it has asked for it."),
        ("en", "Macron, Mélenchon, Le Pen: the French have had their pick, and they have picked none of the three."),
        ("de", "Die Brücke wird neun Millionen kosten, und niemand, der in der Nähe wohnt, hat sie verlangt."),
        ("fr", "Le pont coûtera neuf millions, et personne parmi les riverains ne l'a demandé."),
        ("es", "El puente costará nueve millones, y ninguno de los vecinos lo ha pedido."),
        ("uk", "Міст коштуватиме дев'ять мільйонів, і ніхто з тих, хто живе поруч, про нього не просив."),
        ("ja", "橋には九百万円かかるが、近くに住む人は誰も望んでいない。"),
        (None, "Brücke oder Fähre?"),
        (None, "12 / 3 — 4"),
        (None, ""),
    ],
)
def test_the_language_of_an_article_is_told_unless_it_is_too_short(language: str | None, text: str) -> None:
    assert text_language(text) == language


def test_an_unclear_language_is_read_as_english() -> None:
    assert is_read(None)
    assert is_read("en")
    assert not is_read("uk")


def test_languages_are_listed_once_each_by_name() -> None:
    assert list_languages(["uk", "de", None, "en", "uk"]) == "German and Ukrainian"
    assert list_languages(["pl", "de", "cs"]) == "Czech, German and Polish"
    assert list_languages(["en"]) == ""
