from django.db import models

from inbox.models import Conversation
from people.models import Team
from routing.models.policy import Policy


class Handling(models.Model):
    """What rules said of how a conversation is dealt with, where that is not the usual way.

    `sharing` is how `team` shares it out, for as long as it lies there; `policy` the service level
    that it has, whatever those ask themselves. Each with the public id of the rule that said so.
    What began anew is asked anew: nothing of before stays.
    """

    conversation = models.OneToOneField(
        Conversation, primary_key=True, on_delete=models.CASCADE, related_name="handling"
    )
    sharing = models.CharField(max_length=12, blank=True)
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="+")
    sharing_rule = models.CharField(max_length=32, blank=True)
    policy = models.ForeignKey(Policy, null=True, on_delete=models.SET_NULL, related_name="+")
    policy_rule = models.CharField(max_length=32, blank=True)

    def __str__(self):
        return f"Handling of {self.conversation_id}"
