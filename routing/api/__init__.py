"""REST: rules, and why a conversation is where it is."""

from django.urls import path

from routing.api import decisions, rules

urlpatterns = [
    path("assignment-rules", rules.RulesView.as_view(), name="assignment-rules"),
    path("assignment-rule-order", rules.OrderView.as_view(), name="assignment-rule-order"),
    path("assignment-rules/<pid:id>", rules.RuleView.as_view(), name="assignment-rule"),
    path("conversations/<pid:id>/decisions", decisions.DecisionsView.as_view(), name="decisions"),
]
