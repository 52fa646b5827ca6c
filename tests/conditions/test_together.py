"""Many conditions asked at once say what they say one by one."""

from hypothesis import given
from hypothesis import strategies as st

from ground.conditions import Facts, Together, judge, parse
from tests.conditions import corners
from tests.conditions.test_agreement import agreement, trees
from tests.conditions.world import NOW

LETTERS = {True: "1", False: "0", None: "?"}
ASKED = {name: type_ for name, type_ in corners.TYPES.items() if type_ in corners.IN_JSON}
recorded = st.fixed_dictionaries(
    {},
    optional={
        name: st.sampled_from([None, *corners.IN_JSON[type_], *corners.ANYTHING])
        for name, type_ in ASKED.items()
    },
)


@agreement
@given(st.lists(trees(ASKED), min_size=1, max_size=12), recorded)
def test_conditions_asked_together_say_what_each_says_by_itself(facts, asked, known):
    conditions = [parse(tree, registry=facts) for tree in asked]
    single = Facts(None, now=NOW, recorded=known, registry=facts)
    said = Together(conditions).judge(Facts(None, now=NOW, recorded=known, registry=facts))
    for condition, (value, letters) in zip(conditions, said, strict=True):
        alone = judge(condition, single)
        assert value is alone.value
        assert letters == "".join(LETTERS[truth] for truth in alone.truths)


def test_a_question_that_many_share_is_asked_once(facts):
    shared = {"fact": "account.plan", "op": "contains", "value": "pro"}
    trees = [{"all": [shared, {"not": shared}]}, {"any": [shared]}, shared, {"all": []}]
    conditions = [parse(tree, registry=facts) for tree in trees]
    asked = []
    for clause in {id(each): each for one in conditions for each in one.clauses()}.values():
        test = clause.test
        object.__setattr__(
            clause, "test", lambda read, now, test=test: asked.append(1) or test(read, now)
        )
    known = Facts(None, now=NOW, recorded={"account.plan": "Pro"}, registry=facts)
    said = Together(conditions).judge(known)
    assert said == [(False, "11"), (True, "1"), (True, "1"), (True, "")]
    assert len(asked) == 1
