"""REST: rules, and why a conversation is where it is."""

from django.urls import path

from routing.api import decisions, hours, levels, rules, sharing, trials

urlpatterns = [
    path("assignment-rules", rules.RulesView.as_view(), name="assignment-rules"),
    path("assignment-rule-order", rules.OrderView.as_view(), name="assignment-rule-order"),
    path("assignment-rule-trials", trials.TrialsView.as_view(), name="assignment-rule-trials"),
    path("assignment-rules/<pid:id>", rules.RuleView.as_view(), name="assignment-rule"),
    path("service-levels", levels.LevelsView.as_view(), name="service-levels"),
    path("service-level-order", levels.LevelOrderView.as_view(), name="service-level-order"),
    path("service-levels/<pid:id>", levels.LevelView.as_view(), name="service-level"),
    path("team-sharing", sharing.SharingsView.as_view(), name="team-sharing"),
    path("teams/<pid:id>/sharing", sharing.SharingView.as_view(), name="sharing"),
    path("workloads", sharing.WorkloadsView.as_view(), name="workloads"),
    path("teammates/<pid:id>/workload", sharing.WorkloadView.as_view(), name="workload"),
    path("office-hours", hours.ManyHoursView.as_view(), name="office-hours"),
    path("office-hours/<pid:id>", hours.HoursView.as_view(), name="hours"),
    path("routing-settings", sharing.RoutingSettingsView.as_view(), name="routing-settings"),
    path("conversations/<pid:id>/decisions", decisions.DecisionsView.as_view(), name="decisions"),
]
