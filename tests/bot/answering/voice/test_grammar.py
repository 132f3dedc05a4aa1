"""Each verb form belongs to one group, and a second entry cannot overwrite the first unnoticed."""

import pytest

from bot.answering.voice.grammar import FINDING_AND_SAYING, VERB_GROUPS, map_verbs


def test_a_form_that_is_listed_in_two_groups_is_refused() -> None:
    with pytest.raises(ValueError, match='"concludes" is listed twice: as "say" and as "find"'):
        map_verbs(("say", ["says", "concludes"]), ("find", ["finds", "concludes"]))


def test_a_form_that_is_listed_twice_in_one_group_is_refused() -> None:
    with pytest.raises(ValueError, match="listed twice"):
        map_verbs(("say", ["says"]), ("say", ["says"]))


def test_verbs_of_two_groups_are_listed_on_purpose() -> None:
    assert frozenset("conclude concludes concluded calculate calculates calculated".split()) == FINDING_AND_SAYING
    assert {VERB_GROUPS[verb] for verb in FINDING_AND_SAYING} == {"find"}
