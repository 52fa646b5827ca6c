from django.urls import path

from knowledge import views

app_name = "knowledge"

urlpatterns = [
    path("", views.entrance, name="entrance"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("<slug:locale>/", views.home, name="home"),
    path("<slug:locale>/search/", views.find, name="search"),
    path("<slug:locale>/c/<str:slug>/", views.collection, name="collection"),
    path("<slug:locale>/a/<str:slug>/", views.article, name="article"),
    path("<slug:locale>/a/<str:slug>/feedback/", views.feedback, name="feedback"),
]
