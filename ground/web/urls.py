from django.urls import path

from ground.web import files

app_name = "web"

urlpatterns = [
    path("files/public/<str:signed>/", files.public_image, name="public-image"),
    path("files/<str:signed>/", files.download, name="file"),
]
