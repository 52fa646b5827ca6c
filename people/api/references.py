"""REST: how other nouns name people, teams and tags."""

from rest_framework import serializers


class TeamReferenceSerializer(serializers.Serializer):
    """A team, by name."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()


class TagReferenceSerializer(serializers.Serializer):
    """A tag, by name."""

    id = serializers.CharField()
    name = serializers.CharField()


class SegmentReferenceSerializer(serializers.Serializer):
    """A segment, by name."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()


class TeammateReferenceSerializer(serializers.Serializer):
    """A teammate, by name."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()


class CompanyReferenceSerializer(serializers.Serializer):
    """The company that a contact belongs to."""

    id = serializers.CharField(source="public_id")
    external_id = serializers.CharField(allow_null=True)
    name = serializers.CharField()
