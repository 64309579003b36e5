"""Registers the look with Django. It has no models and no addresses of its own."""

from __future__ import annotations

from django.apps import AppConfig


class LookConfig(AppConfig):
    name = "zhiheng.doors.look"
    label = "look"
