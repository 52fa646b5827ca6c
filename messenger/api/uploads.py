"""Files, stored before the message that names them."""

from django.conf import settings
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from ground.web.problems import Invalid, NotAllowed
from inbox import actions
from messenger.api.base import HOUR, NO_FILES, MessengerView, check_welcome
from messenger.present import attachment_json


class UploadsView(MessengerView):
    is_open_by_link = True
    parser_classes = [MultiPartParser]

    def post(self, request: Request) -> Response:
        if not self.visitor.installation.can_upload:
            raise NotAllowed(NO_FILES)
        if self.visitor.contact is not None:
            check_welcome(self.visitor.contact)
        self.spend("uploads", settings.VISITOR_UPLOADS_PER_HOUR, HOUR)
        upload = request.FILES.get("file")
        if upload is None:
            raise Invalid(errors={"file": ["Send one file, as multipart field “file”."]})
        attachment = actions.attach(upload, by=self.visitor.contact, visitor=self.visitor.key)
        viewer = self.visitor.contact.public_id if self.visitor.contact else self.visitor.key
        return Response(attachment_json(attachment, viewer), status=201)
