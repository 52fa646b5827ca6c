"""What can happen to rules, and what they do."""

from ground.journal.kinds import declare

RULE_CREATED = declare("rule.created", "A rule for new conversations was written.")
RULE_CHANGED = declare("rule.changed", "A rule asks for something else, gives something else.")
RULE_MOVED = declare("rule.moved", "The rules are asked in another order.")
RULE_SWITCHED = declare("rule.switched", "A rule was switched on or off.")
RULE_DELETED = declare("rule.deleted", "A rule was deleted.")
RULE_BROKE = declare("rule.broke", "A rule cannot be used as it stands, and is passed over.")
ROUTING_CHANGED = declare("routing.changed", "Who gets what no rule takes, or who is a VIP.")
WAIT_TOLD = declare(
    "conversation.wait_told", "A customer who waits was told when to expect an answer."
)
CONVERSATION_ROUTED = declare("conversation.routed", "The rules were asked about a conversation.")
TIME_PASSED = declare("conversation.time_passed", "A rule by time held of a conversation.")
SHARING_CHANGED = declare("sharing.changed", "A team shares out its work in another way.")
WORKLOAD_CHANGED = declare("workload.changed", "A teammate is given more, less or other work.")
COMPLAINT_FOLLOWED_UP = declare(
    "complaint.followed_up", "Somebody got a conversation that its customer was not content with."
)
COMPLAINT_UNANSWERED = declare(
    "complaint.unanswered", "Nobody answered a customer who was not content in time."
)
POLICY_CREATED = declare("policy.created", "A service level was promised.")
POLICY_CHANGED = declare("policy.changed", "A service level promises something else.")
POLICY_MOVED = declare("policy.moved", "The service levels are asked in another order.")
POLICY_DELETED = declare("policy.deleted", "A service level was deleted.")
