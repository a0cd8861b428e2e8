"""A settings row that is read often and a trail that is written often."""

from django.db import models


class SiteSetting(models.Model):
    key = models.CharField(max_length=40, unique=True)
    value = models.CharField(max_length=40)


class AuditEntry(models.Model):
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=80, blank=True)
    code = models.CharField(max_length=40, blank=True)
