"""REST: files for messages."""

from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.openapi import operation
from ground.web.problems import Invalid
from inbox import actions
from inbox.api.messages import AttachmentSerializer
from people.bearer import TokenView
from people.models.token import Scope

UPLOAD = {
    "multipart/form-data": {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}},
        "required": ["file"],
    }
}


class UploadsView(TokenView):
    reads = writes = Scope.CONVERSATIONS_WRITE
    parser_classes = [MultiPartParser]
    not_for_apps = "Only people speak in a conversation: use a teammate's token."

    @operation(
        "uploads_create",
        "Upload a file",
        description="For a message that names it within a day. The token must act as a teammate.",
        body=UPLOAD,
        answers={201: AttachmentSerializer},
    )
    def post(self, request: Request) -> Response:
        teammate = self.teammate
        upload = request.FILES.get("file")
        if upload is None:
            raise Invalid(errors={"file": ["Send one file, as multipart field “file”."]})
        attachment = actions.attach(upload, by=teammate)
        body = AttachmentSerializer(attachment, context={"doer": self.doer}).data
        return Response(body, status=201)
